"""Who is to be reminded of what by a date on record: one query per kind, run inside the database.

Each answers rows of (person_id, disease, deadline) for deadlines from `first` to `last`, both included. An empty
disease means all of the person's diseases together.
"""

from calendar import isleap
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Select, literal, or_, select

from bot.records.models import Eligibility, Person

Occasions = Callable[[date, date], Iterator[Select[str, str, Any]]]

YEARS_BACK = 20
"""Recognitions older than this are not reminded of their anniversary."""


def reviews(first: date, last: date) -> Iterator[Select[str, str, Any]]:
    """Reviews that fall due."""
    yield select(Eligibility.person_id, Eligibility.disease, Eligibility.review_due.label("deadline")).where(
        Eligibility.review_due.between(first, last)
    )


def periods_without_expense(first: date, last: date) -> Iterator[Select[str, str, Any]]:
    """Benefit periods about to end without any cost on record since the recognition."""
    unused = or_(Eligibility.last_expense_on.is_(None), Eligibility.last_expense_on < Eligibility.approved_on)
    for due in reviews(first, last):
        yield due.where(unused)


def quarter_ends(first: date, last: date) -> Iterator[Select[str, str, Any]]:
    """Ends of quarters, for everybody who has a recognised disease by then: one for all diseases."""
    for day in _days(first, last):
        if day.month % 3 == 0 and (day + timedelta(days=1)).day == 1:
            yield (
                select(
                    Eligibility.person_id, literal("").label("disease"), literal(day, Date).label("deadline")
                )
                .where(Eligibility.approved_on <= day)
                .distinct()
            )


def certifications(first: date, last: date) -> Iterator[Select[str, str, Any]]:
    """Anniversaries of retirees' recognitions whose review is more than a year after them, or not on record."""
    for day in _days(first, last):
        longer_than_a_year = [
            (Eligibility.approved_on == approved)
            & or_(Eligibility.review_due.is_(None), Eligibility.review_due > anniversary(approved, 1))
            for years in range(1, YEARS_BACK + 1)
            for approved in _recognised_on(day, years)
        ]
        yield (
            select(Eligibility.person_id, Eligibility.disease, literal(day, Date).label("deadline"))
            .join(Person, Person.person_id == Eligibility.person_id)
            .where(Person.employment == "退休", or_(*longer_than_a_year))
        )


BY_KIND: Mapping[str, Occasions] = {
    "review_due": reviews,
    "no_expense": periods_without_expense,
    "quarter_end": quarter_ends,
    "certification": certifications,
}


def anniversary(day: date, years: int) -> date:
    """The same day of a later year; of 29 February, the 28th where there is none."""
    if (day.month, day.day) == (2, 29) and not isleap(day.year + years):
        return date(day.year + years, 2, 28)
    return day.replace(year=day.year + years)


def _recognised_on(day: date, years: int) -> Iterator[date]:
    """The dates whose anniversary after so many years is `day`."""
    for month, number in {(day.month, day.day), (2, 29)}:
        with suppress(ValueError):
            approved = date(day.year - years, month, number)
            if anniversary(approved, years) == day:
                yield approved


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
