"""What people are reminded of: the kinds in `knowledge/reminders.yml`, and each region's rules about them.

regions/<folder>/reminders.yml    which kinds the region has, when, and what its document says to do
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.knowledge.files import read_yaml
from bot.knowledge.library import region_folders
from bot.knowledge.schema import Cite, Strict


class Kind(StrEnum):
    """What a reminder counts from: a date on record, or one that follows from it."""

    REVIEW_DUE = "review_due"
    NO_EXPENSE = "no_expense"
    QUARTER_END = "quarter_end"
    CERTIFICATION = "certification"
    PAPERS_MISSING = "papers_missing"
    RESULT = "result"
    OBJECTION = "objection"
    OVERDUE = "overdue"


class KindWords(Strict):
    """How a kind is spoken of: `ahead` until the date is past, `past` after it; `asks` is the question that
    "怎么办" means right after such a reminder; `words` are how people name the kind."""

    kind: Kind
    label: str
    ahead: str = ""
    past: str = ""
    asks: str
    words: tuple[str, ...]


class ReminderRule(Strict):
    """A kind in one region. `lead_days` count back from the date, `overdue_days` on from it.

    `before` and `after` say what to do, `cite` where a document says so.
    """

    kind: Kind
    lead_days: tuple[int, ...] = ()
    overdue_days: tuple[int, ...] = ()
    before: str = ""
    after: str = ""
    cite: Cite | None = None

    @property
    def leads(self) -> tuple[int, ...]:
        """All leads in days before the date, negative after it, farthest ahead first."""
        return tuple(sorted({*self.lead_days, *(-days for days in self.overdue_days)}, reverse=True))


@dataclass(frozen=True)
class ReminderKinds:
    """Every kind's words, and the rules by region."""

    words: Mapping[Kind, KindWords]
    rules: Mapping[str, tuple[ReminderRule, ...]]

    def rule(self, region: str, kind: Kind) -> ReminderRule | None:
        """The region's rule about a kind; None where it has none."""
        return next((rule for rule in self.rules.get(region, ()) if rule.kind is kind), None)

    def told(self, region: str, wanted: Callable[[Kind], bool]) -> tuple[str, ...]:
        """The region's kinds that are wanted, each with when it comes: 复审到期（提前90、30、7、1天）."""
        rules = (rule for rule in self.rules.get(region, ()) if wanted(rule.kind))
        return tuple(self.words[rule.kind].label + _when(rule) for rule in rules)


def _when(rule: ReminderRule) -> str:
    return f"（提前{'、'.join(str(days) for days in rule.lead_days)}天）" if rule.lead_days else ""


def load_reminders(knowledge_dir: Path) -> ReminderKinds:
    """The kinds, and the rules of every region that has some. Raises `KnowledgeError`."""
    words = read_yaml(knowledge_dir / "reminders.yml", tuple[KindWords, ...])
    files = {region: folder / "reminders.yml" for region, folder in region_folders(knowledge_dir).items()}
    return ReminderKinds(
        words={each.kind: each for each in words},
        rules={
            region: read_yaml(file, tuple[ReminderRule, ...])
            for region, file in files.items()
            if file.exists()
        },
    )
