"""When something is due: a region's time limits applied to dates. Pure; the rules come from knowledge/."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.deadlines.calendar import DateRange, WorkingCalendar
from bot.knowledge.deadlines import Event, OpenPoint, RegionDeadlines, TimeLimit, Unit


@dataclass(frozen=True)
class Occurrence:
    """An event on a date, as far as it is known. `online` and `at` matter only for applications."""

    event: Event
    on: date
    at: time | None = None
    online: bool = False
    diseases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Due:
    """When a limit runs out. `rule` is the limit that set it.

    `otherwise` is the other reading, where it is open whether an application came in office hours.
    """

    on: DateRange
    rule: TimeLimit
    otherwise: "Due | None" = None


def limits_for(region: RegionDeadlines, event: Event) -> tuple[TimeLimit, ...]:
    """The limits that run from such an event in that region; empty where the document fixes none."""
    return tuple(limit for limit in region.limits if limit.runs_from is event)


def open_point(region: RegionDeadlines, event: Event) -> OpenPoint | None:
    """What the document leaves open about limits from such an event."""
    return next((point for point in region.open_points if point.runs_from is event), None)


def due(region: RegionDeadlines, occurrence: Occurrence, calendar: WorkingCalendar) -> Due | None:
    """The due date that follows from an event, or None where the region's document fixes none.

    Shandong, article 8: the diseases named there at once, filed online outside office hours within one working
    day, all others within 20 working days; counted from the day after acceptance.
    """
    candidates = limits_for(region, occurrence.event)
    if not candidates:
        return None
    named = [limit for limit in candidates if limit.diseases and _names(limit, occurrence.diseases)]
    if not named:
        rule = next(limit for limit in candidates if not limit.diseases)
        return Due(_end(rule, occurrence.on, calendar), rule)
    by_hours = {
        limit.online_outside_office_hours: Due(_end(limit, occurrence.on, calendar), limit) for limit in named
    }
    outside, settled = _filed_online_outside_hours(occurrence, calendar)
    return by_hours[outside] if settled else replace(by_hours[outside], otherwise=by_hours[not outside])


def _names(limit: TimeLimit, diseases: tuple[str, ...]) -> bool:
    return any(name in disease or disease in name for name in limit.diseases for disease in diseases)


def _filed_online_outside_hours(occurrence: Occurrence, calendar: WorkingCalendar) -> tuple[bool, bool]:
    """Whether it was, and whether that is settled. Where the hour leaves it open, the later day is answered."""
    if occurrence.at is None:
        outside = not calendar.is_working_day(occurrence.on)
        return outside, occurrence.online == outside
    closed = calendar.outside_office_hours(datetime.combine(occurrence.on, occurrence.at))
    if closed is None:
        return occurrence.online, not occurrence.online
    return closed, occurrence.online or not closed


def _end(limit: TimeLimit, start: date, calendar: WorkingCalendar) -> DateRange:
    if limit.unit is Unit.WORKING_DAY:
        return calendar.add_working_days(start, limit.amount)
    if limit.unit is Unit.CALENDAR_DAY:
        day = start + timedelta(days=limit.amount)
    elif limit.unit is Unit.FIRST_OF_NEXT_MONTH:
        day = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    else:
        day = start
    return DateRange(day, day)
