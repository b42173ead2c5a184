"""Statutory time limits, applied to dates: the five regions' documents as knowledge/ states them."""

from datetime import date, time

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deadlines.calendar import WorkingCalendar
from bot.deadlines.limits import Occurrence, due
from bot.knowledge.deadlines import Event, load_calendar, load_deadlines
from bot.settings import ROOT

DEADLINES = load_deadlines(ROOT / "knowledge")
CALENDAR_FILE = load_calendar(ROOT / "knowledge")
CALENDAR = WorkingCalendar(CALENDAR_FILE)


def due_on(region: str, occurrence: Occurrence) -> date:
    found = due(DEADLINES[region], occurrence, CALENDAR)
    assert found is not None
    assert found.on.exact
    return found.on.first


@pytest.mark.parametrize(
    ("submitted", "expected"),
    [
        (date(2026, 9, 15), date(2026, 10, 19)),  # Mid-Autumn and National Day with their make-up days
        (date(2025, 1, 3), date(2025, 2, 7)),  # Spring Festival
        (date(2026, 3, 2), date(2026, 3, 30)),  # no holiday between
    ],
)
def test_shandong_decides_within_twenty_working_days(submitted: date, expected: date) -> None:
    assert due_on("shandong", Occurrence(Event.SUBMITTED, submitted, diseases=("冠心病",))) == expected


def test_shandong_decides_named_diseases_at_once_at_the_counter() -> None:
    filed = Occurrence(Event.SUBMITTED, date(2026, 3, 2), time(10), diseases=("恶性肿瘤",))
    assert due_on("shandong", filed) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("on", "at", "expected"),
    [
        (date(2025, 8, 9), time(20), date(2025, 8, 11)),  # Saturday evening: the Monday
        (date(2025, 9, 28), time(10), date(2025, 9, 28)),  # a make-up Sunday in office hours is working time
        (date(2026, 5, 6), time(23, 30), date(2026, 5, 7)),
    ],
)
def test_shandong_decides_online_applications_outside_hours_in_one_working_day(
    on: date, at: time, expected: date
) -> None:
    filed = Occurrence(Event.SUBMITTED, on, at, online=True, diseases=("透析",))
    assert due_on("shandong", filed) == expected


def test_shandong_objection_counts_calendar_days_from_receipt() -> None:
    received = Occurrence(Event.RESULT_RECEIVED, date(2026, 9, 25))
    assert due_on("shandong", received) == date(2026, 10, 5)


@pytest.mark.parametrize(
    ("region", "approved", "expected"),
    [
        ("hunan", date(2026, 1, 31), date(2026, 2, 1)),
        ("hunan", date(2025, 12, 1), date(2026, 1, 1)),
        ("jiangxi", date(2026, 3, 9), date(2026, 3, 9)),
        ("shandong", date(2026, 3, 31), date(2026, 3, 31)),
    ],
)
def test_benefits_start(region: str, approved: date, expected: date) -> None:
    assert due_on(region, Occurrence(Event.APPROVED, approved)) == expected


@pytest.mark.parametrize("region", ["hunan", "jiangxi", "jilin", "neimenggu"])
def test_where_no_document_fixes_a_limit_there_is_none(region: str) -> None:
    assert due(DEADLINES[region], Occurrence(Event.SUBMITTED, date(2026, 3, 2)), CALENDAR) is None


def test_beyond_the_published_holidays_the_date_is_a_range() -> None:
    found = due(DEADLINES["shandong"], Occurrence(Event.SUBMITTED, date(2026, 12, 10)), CALENDAR)
    assert found is not None
    assert not found.on.exact
    assert found.on.first == date(2027, 1, 8)


@given(st.dates(date(2024, 1, 1), date(2027, 6, 30)), st.integers(1, 40))
def test_more_days_never_end_earlier_and_the_end_is_a_working_day(start: date, count: int) -> None:
    nearer, farther = (CALENDAR.add_working_days(start, n) for n in (count, count + 1))
    assert nearer.first < farther.first
    assert CALENDAR.is_working_day(nearer.first)
    assert nearer.first > start


def test_statutory_holidays_of_unpublished_years_agree_with_an_independent_source() -> None:
    for year, listed in CALENDAR_FILE.statutory.items():
        independent = {day for day in holidays.country_holidays("CN", years=year) if day.year == year}
        assert set(listed.days) == independent
