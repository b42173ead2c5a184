"""One person's costs over a time in which something changes: a retirement, a new year with its own deductible."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.dialogue.cost.person import Person
from bot.dialogue.cost.reading.months import later_month
from bot.rules.case import Case, Employment, MonthCost


def told_apart(person: Person) -> tuple[Person, ...]:
    """The person; or the same one before and after the retirement that was dated, or in each year."""
    months = _months_of(person.case)
    if not person.retired_since or not months:
        return _by_years(person)
    nearest = person.retired_since
    since = next((c.month for c in months if c.month.month == nearest.month), nearest)
    before = [cost for cost in months if cost.month < since]
    after = [cost for cost in months if cost.month >= since]
    parts: tuple[tuple[str, Employment, list[MonthCost]], ...] = (
        ("退休前", "在职", before),
        ("退休后", "退休", after),
    )
    return tuple(
        replace(person, name=name if before and after else "", case=_of(person.case, employment, costs))
        for name, employment, costs in parts
        if costs
    )


def _by_years(person: Person) -> tuple[Person, ...]:
    """The person, or the same one in each of the years told, where a deductible is told that each year has anew."""
    months = person.case.by_month
    years = sorted({cost.month.year for cost in months})
    if len(years) < 2 or not person.case.deductible or not all(cost.told for cost in months):
        return (person,)
    case = replace(person.case, asked_month=None)
    return tuple(
        replace(
            person,
            name=f"{year}年",
            case=_of(case, case.employment, [c for c in months if c.month.year == year]),
        )
        for year in years
    )


def _of(case: Case, employment: Employment | None, costs: Sequence[MonthCost]) -> Case:
    return replace(
        case,
        employment=employment,
        by_month=tuple(costs),
        amount=None,
        months=None,
        each_month=None,
        until=None,
    )


def _months_of(case: Case) -> tuple[MonthCost, ...]:
    """Each month's cost; of a cost that recurs, from the month of treatment on."""
    if case.by_month:
        return case.by_month if all(cost.told for cost in case.by_month) else ()
    if not case.treated_on or not case.amount or case.amount.low != case.amount.high:
        return ()
    first: date = case.treated_on.first.replace(day=1)
    last = case.until or (later_month(first, (case.months or 1) - 1) if case.each_month else first)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(MonthCost(later_month(first, place), case.amount.low) for place in range(count))
