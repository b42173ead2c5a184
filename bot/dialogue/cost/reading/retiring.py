"""Who retires within the months a cost is told for: until then it is an employee's, from then on a retired person's."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.dialogue.cost.person import Person
from bot.dialogue.cost.reading.months import later_month, months_named
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.times import MONTH
from bot.rules.case import Case, Employment, MonthCost

_MONTH = rf"(?<![\d.])(?<!\d年)({MONTH})月份?(?:初|底|\d+[号日])?"
_SINCE = (
    re.compile(_MONTH + r"(?:起|开始|以后|之后|后)[^,。;\d花买药拿]{0,8}(?:退休|退了)"),
    re.compile(_MONTH + r"[^,。;\d花买药拿]{0,5}(?:退休|退了)"),
)
"""From when, the plainer words first."""
_TO_COME = re.compile(r"(?:要|将|快|打算|准备|才能?|到)[^,。;]{0,3}退休$")


def as_of_retirement(person: Person, part: Part) -> tuple[Person, ...]:
    """The person, or the same one before and after a retirement that the part dates (7月起我退休了)."""
    told = next((found for words in _SINCE if (found := words.search(part.text))), None)
    months = _months_of(person.case)
    if not told or _TO_COME.search(told[0]) or not months:
        return (person,)
    since = next((c.month for c in months if c.month.month == months_named(part, [told[1]])[0].month), None)
    since = since or months_named(part, [told[1]])[0]
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


def _of(case: Case, employment: Employment, costs: Sequence[MonthCost]) -> Case:
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
