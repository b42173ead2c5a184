"""When a reminder goes out: leads counted from a date. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

STILL_TOLD = timedelta(days=7)
"""How late a reminder of a past date may still go out: the service was off, or the date was recorded late."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slot:
    """Deadlines from `first` to `last` are reminded of on the day `on`, as the reminder `lead` days ahead."""

    lead: int
    first: date
    last: date
    on: date


def slots(leads: Sequence[int], today: date, last_day: date) -> Iterator[Slot]:
    """Which deadlines are reminded of between `today` and `last_day`. No deadline is in two slots.

    Of the leads reached by then the closest to the deadline counts: who was recorded late is still told, once. As
    long as the deadline is ahead no lead after it counts, however near. `leads` are negative after the deadline.
    """
    ordered = sorted(leads, reverse=True)
    for lead, closer in zip(ordered, [*ordered[1:], None], strict=True):
        earliest = today if lead > 0 else today + timedelta(days=lead) - STILL_TOLD
        if closer is not None:
            earliest = max(earliest, _reached(closer, today, last_day) + _DAY)
        yield from _by_day(lead, earliest, _reached(lead, today, last_day), today)


def _reached(lead: int, today: date, last_day: date) -> date:
    """The last deadline of which the lead is reached by `last_day`."""
    reached = last_day + timedelta(days=lead)
    return reached if lead >= 0 else min(reached, today - _DAY)


def slot_of(deadline: date, leads: Sequence[int], today: date, last_day: date) -> Slot | None:
    """The slot a deadline is in."""
    found = (slot for slot in slots(leads, today, last_day) if slot.first <= deadline <= slot.last)
    return next(found, None)


def _by_day(lead: int, first: date, last: date, today: date) -> Iterator[Slot]:
    """Deadlines whose day of reminding has come go out today; each later one on its own day."""
    reached = today + timedelta(days=lead)
    if first <= min(last, reached):
        yield Slot(lead, first, min(last, reached), today)
    day = max(first, reached + _DAY)
    while day <= last:
        yield Slot(lead, day, day, day - timedelta(days=lead))
        day += _DAY
