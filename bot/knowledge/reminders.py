"""What people are reminded of, how long before, and in what words: `knowledge/reminders.yml`."""

from collections.abc import Mapping
from pathlib import Path

from bot.knowledge.files import read_yaml
from bot.knowledge.schema import Cite, Strict


class RegionalAdvice(Strict):
    """What to do before the date and after it, in one region; `cite` where a document says so."""

    before: str
    after: str
    cite: Cite | None = None


class ReminderKind(Strict):
    """A kind of reminder. `lead_days` and `overdue_days` count from the date on record."""

    kind: str
    label: str
    lead_days: tuple[int, ...]
    overdue_days: tuple[int, ...] = ()
    regions: Mapping[str, RegionalAdvice]

    @property
    def leads(self) -> tuple[int, ...]:
        """All leads, negative after the date, farthest ahead first."""
        return tuple(sorted({*self.lead_days, *(-days for days in self.overdue_days)}, reverse=True))


def load_reminders(knowledge_dir: Path) -> Mapping[str, ReminderKind]:
    """Reminder kinds by name. Raises `KnowledgeError`."""
    kinds = read_yaml(knowledge_dir / "reminders.yml", tuple[ReminderKind, ...])
    return {kind.kind: kind for kind in kinds}
