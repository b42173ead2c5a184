"""One person's costs over a time in which something changes: an approval or a stay in hospital, told by days; a
retirement; a new year with its own deductible."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.dialogue.cost.person import MONTHS_OF_A_YEAR, Person, later_month
from bot.knowledge.parameters import Condition
from bot.rules.case import Case, Days, Employment, MonthCost
from bot.rules.money import NOTHING, Span

_EMPLOYMENTS: tuple[Employment, Employment] = ("在职", "退休")
"""Before and after a retirement."""
_IN_HOSPITAL = frozenset[Condition]({"inpatient_stay"})


def told_apart(person: Person) -> tuple[Person, ...]:
    """The person, what was spent on unpaid days set apart; or the same one before and after the limit was changed or
    the retirement that was dated, or in each year."""
    return tuple(
        part
        for of_class in _by_class(person)
        for limited in _by_limit(of_class)
        for part in _by_employment(limited)
    )


def _by_class(person: Person) -> tuple[Person, ...]:
    """The person, or the same one with the cost of each class, where that is the whole cost."""
    costs = person.class_costs
    if not costs or person.case.amount != Span.exactly(sum((told.cost for told in costs), NOTHING)):
        return (person,)
    return tuple(
        replace(
            person,
            name=f"{told.benefit_class}类",
            class_costs=(),
            bills=(),
            case=replace(
                person.case,
                benefit_class=told.benefit_class,
                amount=Span.exactly(told.cost),
                quota_left=told.quota_left,
                annual_cap=told.annual_cap,
            ),
        )
        for told in costs
    )


def _by_limit(person: Person) -> tuple[Person, ...]:
    """The person, or the same one with the limit before and the one after it was changed."""
    former, case = person.former_limit, person.case
    if former is None:
        return (person,)
    months = _months_of(case, former.until)
    if not months:
        spent_before = case.treated_on and case.treated_on.last < former.until
        return (_limited_as_before(person, former.limit) if spent_before else person,)
    names = f"{former.until.month}月以前", f"{former.until.month}月起"
    return _before_and_after(months, former.until, names, (_limited_as_before(person, former.limit), person))


def _limited_as_before(person: Person, limit: Decimal) -> Person:
    return replace(person, limit=limit, case=replace(person.case, monthly_limit=None))


def _by_employment(person: Person) -> tuple[Person, ...]:
    person = replace(person, case=_without_unpaid_days(person))
    nearest = person.retired_since
    months = _months_of(person.case, nearest) if nearest else ()
    if not nearest or not months:
        return _by_years(person)
    since = next((c.month for c in months if c.month.month == nearest.month), nearest)
    at_work, retired = (
        replace(person, case=replace(person.case, employment=employment)) for employment in _EMPLOYMENTS
    )
    return _before_and_after(months, since, ("退休前", "退休后"), (at_work, retired))


def _before_and_after(
    months: Sequence[MonthCost], since: date, names: tuple[str, str], persons: tuple[Person, Person]
) -> tuple[Person, ...]:
    """The one person with the costs of the months before a change, the other with those after it; named where both have
    some."""
    costs = [c for c in months if c.month < since], [c for c in months if c.month >= since]
    return tuple(
        replace(person, name=name if all(costs) else "", case=_of(person.case, own))
        for name, person, own in zip(names, persons, costs, strict=True)
        if own
    )


def _without_unpaid_days(person: Person) -> Case:
    """The case, what was spent before the approval or in hospital set apart where each cost has its day."""
    case, stay, approved = person.case, person.stay, person.case.approved_on
    if case.by_month and all(bill.day for bill in person.bills):
        return _without_bills_before_approval(person)
    if not _spent_as_told(person):
        return held_against_stay(case, stay)
    early = [bill for bill in person.bills if bill.day and approved and bill.day < approved.first]
    inside = [bill.cost for bill in person.bills if bill.day and stay and stay.first <= bill.day <= stay.last]
    if case.amount and 0 < len(early) < len(person.bills):
        spent = sum((bill.cost for bill in early), NOTHING)
        first = next((bill.day for bill in person.bills if bill not in early), None)
        treated = Days(first, first) if first else case.treated_on
        return replace(case, amount=case.amount.less(spent), uncounted=spent, treated_on=treated)
    if 0 < len(inside) < len(person.bills) and not case.excluded_for & _IN_HOSPITAL:
        excluded = (case.excluded or NOTHING) + sum(inside, NOTHING)
        return case.updated(Case(excluded=excluded, excluded_for=_IN_HOSPITAL, ruled_out=_IN_HOSPITAL))
    return held_against_stay(case, stay)


def _without_bills_before_approval(person: Person) -> Case:
    """The case by months, what was spent in the month of the approval before its day set apart."""
    case, approved = person.case, person.case.approved_on
    if approved is None or approved.first != approved.last:
        return case
    month = approved.first.replace(day=1)
    bills = (bill for bill in person.bills if bill.day and month <= bill.day < approved.first)
    early = sum((bill.cost for bill in bills), NOTHING)
    of_it = next((cost for cost in case.by_month if cost.month == month), None)
    if not early or of_it is None or of_it.amount < early:
        return case
    rest = replace(of_it, amount=of_it.amount - early)
    months = tuple(rest if cost is of_it else cost for cost in case.by_month)
    return replace(case, by_month=months, uncounted=(case.uncounted or NOTHING) + early)


def _spent_as_told(person: Person) -> bool:
    """Whether the costs that were told one by one are the cost."""
    return person.case.amount == Span.exactly(sum((bill.cost for bill in person.bills), NOTHING))


def held_against_stay(case: Case, stay: Days | None) -> Case:
    """Whether the one cost fell into the stay that is dated; as it was where one of the two is not."""
    treated = case.treated_on
    if stay is None or case.by_month or treated is None or treated.first != treated.last:
        return case
    holds = stay.first <= treated.first <= stay.last
    return case.updated(Case(conditions=_IN_HOSPITAL) if holds else Case(ruled_out=_IN_HOSPITAL))


def _by_years(person: Person) -> tuple[Person, ...]:
    """The person, or the same one in each of the years told, where a deductible is told that each year has anew."""
    months, asked = person.case.by_month, person.case.asked_month
    if asked:
        months = tuple(cost for cost in months if cost.month.year == asked.year)
        return (replace(person, case=replace(person.case, by_month=months)),)
    years = sorted({cost.month.year for cost in months})
    if len(years) < 2 or not person.case.deductible or not all(cost.told for cost in months):
        return (person,)
    case = replace(person.case, asked_month=None)
    return tuple(
        replace(
            person,
            name=f"{year}年",
            case=_of(case, [c for c in months if c.month.year == year]),
        )
        for year in years
    )


def _of(case: Case, costs: Sequence[MonthCost]) -> Case:
    return replace(
        case,
        by_month=tuple(costs),
        treated_on=Days(costs[0].month, costs[-1].month),
        amount=None,
        months=None,
        each_month=None,
        until=None,
    )


def _months_of(case: Case, retired_since: date) -> tuple[MonthCost, ...]:
    """Each month's cost; of a cost that recurs, from the month of treatment on, or all of the year of retirement."""
    if case.by_month:
        return case.by_month if all(cost.told for cost in case.by_month) else ()
    if not case.amount or case.amount.low != case.amount.high:
        return ()
    all_year = case.each_month and case.months == MONTHS_OF_A_YEAR
    if not (case.treated_on or all_year):
        return ()
    first = case.treated_on.first.replace(day=1) if case.treated_on else retired_since.replace(month=1)
    last = case.until or (later_month(first, (case.months or 1) - 1) if case.each_month else first)
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return tuple(MonthCost(later_month(first, place), case.amount.low) for place in range(count))
