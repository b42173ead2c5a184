"""A limit that was changed in between: 7月起限额从300涨到350."""

from bot.dialogue.cost.person import FormerLimit
from bot.dialogue.cost.reading.sentence import Part, within_a_month
from bot.dialogue.cost.reading.weighing import BY_PERIOD


def former_limit_of(part: Part) -> FormerLimit | None:
    """What the limit was, and until when, if both are told."""
    changed = next((i for i in part.own_items if i.role in BY_PERIOD and i.formerly is not None), None)
    if changed is None or changed.formerly is None:
        return None
    months = [d.first.replace(day=1) for d in part.dates if d.end <= changed.start and within_a_month(d)]
    return FormerLimit(changed.formerly, months[-1]) if months else None
