"""What in a person's records a reminder is about, and whether it still holds. Pure.

Planning asks the database (`bot.records.occasions`); right before sending, the same is asked here of the records as
they are then.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from bot.knowledge.reminders import Kind
from bot.records.models import Application, Eligibility, Person
from bot.records.occasions import anniversary


@dataclass(frozen=True)
class Occasion:
    """Something to be reminded of, with what its words need; an empty disease means all of them."""

    kind: Kind
    disease: str
    deadline: date
    approved_on: date | None = None
    monthly_limits: tuple[Decimal, ...] = ()
    papers: str = ""
    outcome: str = ""


class ApplicationOccasions(Protocol):
    """What the standing of one application gives occasion to."""

    def __call__(self, application: Application, region: str, today: date) -> Iterable[Occasion]: ...


class Planned(Protocol):
    """A reminder as it was planned."""

    @property
    def kind(self) -> str: ...
    @property
    def disease(self) -> str: ...
    @property
    def deadline(self) -> date: ...


def still_there(
    planned: Planned, person: Person, applications: ApplicationOccasions, today: date
) -> Occasion | None:
    """The occasion of a planned reminder, if the person's records still give it."""
    kind, deadline = Kind(planned.kind), planned.deadline
    match kind:
        case Kind.REVIEW_DUE:
            found = _of_each(kind, deadline, (e for e in person.eligibilities if e.review_due == deadline))
        case Kind.NO_EXPENSE:
            due = (e for e in person.eligibilities if e.review_due == deadline and _unused(e))
            found = _of_each(kind, deadline, due)
        case Kind.CERTIFICATION:
            retired = person.employment == "退休"
            due = (e for e in person.eligibilities if retired and _is_certified_on(e, deadline))
            found = _of_each(kind, deadline, due)
        case Kind.QUARTER_END:
            found = _of_all(kind, deadline, [e for e in person.eligibilities if e.approved_on <= deadline])
        case _:
            found = (
                each for made in person.applications for each in applications(made, person.region, today)
            )
    wanted = (kind, planned.disease, deadline)
    return next((each for each in found if (each.kind, each.disease, each.deadline) == wanted), None)


def _of_each(kind: Kind, deadline: date, eligibilities: Iterable[Eligibility]) -> Iterator[Occasion]:
    for each in eligibilities:
        yield Occasion(kind, each.disease, deadline, approved_on=each.approved_on)


def _of_all(kind: Kind, deadline: date, eligibilities: Sequence[Eligibility]) -> Iterator[Occasion]:
    limits = tuple(each.monthly_limit for each in eligibilities if each.monthly_limit is not None)
    if eligibilities:
        yield Occasion(kind, "", deadline, monthly_limits=limits)


def _unused(eligibility: Eligibility) -> bool:
    last = eligibility.last_expense_on
    return last is None or last < eligibility.approved_on


def _is_certified_on(eligibility: Eligibility, deadline: date) -> bool:
    approved, review = eligibility.approved_on, eligibility.review_due
    years = deadline.year - approved.year
    longer_than_a_year = review is None or review > anniversary(approved, 1)
    return years > 0 and anniversary(approved, years) == deadline and longer_than_a_year
