"""The lines of one settlement, in their order, on exact figures. One function per line of the bill.

The lines bear the names of the national settlement items. Nothing here is uncertain: `bot.rules.estimate`
evaluates a bill at the corners of what is unknown.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from bot.rules.money import NOTHING, to_fen


class Cost(NamedTuple):
    """Yuan spent at one time; `quarter` is the first day of its quarter where months were named."""

    amount: Decimal
    quarter: date | None = None


class Inputs(NamedTuple):
    """One exact case. `monthly_limit` bounds the eligible cost, `cap_left` what the fund pays; None: no bound.

    `limit_left` is what the first month has of its limit: less what is used, with what an earlier month left over.
    `limit_spans_quarter`: the limit is a quarter's, whatever was spent in which of its months.
    `quota_months`: the costs together may use that many months' limits at once; None: each cost has its month's.
    `quarterly`: what one named month leaves of its limit may be used in another of the same quarter.
    `before_start` was spent before the benefit began and never counts.
    `excluded_each` is taken off every cost; `excluded` lies somewhere among them, in the way that pays most
    if `favourable`, else least.
    """

    costs: tuple[Cost, ...]
    before_start: Decimal
    excluded_each: Decimal
    excluded: Decimal
    deductible_left: Decimal
    monthly_limit: Decimal | None
    limit_left: Decimal
    limit_spans_quarter: bool
    quota_months: int | None
    quarterly: bool
    ratio: Decimal
    cap_left: Decimal | None
    payable: bool
    favourable: bool


class Bill(NamedTuple):
    """Yuan per line; `fund_pays` + `you_pay` = `total`."""

    total: Decimal
    within_policy: Decimal
    deductible: Decimal
    within_limit: Decimal
    fund_pays: Decimal
    you_pay: Decimal


def settle(inputs: Inputs) -> Bill:
    """The whole bill."""
    total = total_cost(inputs)
    within = within_policy(inputs)
    deductible = deductible_paid(inputs, within)
    limited = within_limit(inputs, within - deductible)
    fund = fund_pays(inputs, limited)
    return Bill(total, within, deductible, limited, fund, you_pay(total, fund))


def total_cost(inputs: Inputs) -> Decimal:
    """医疗费总额."""
    return sum((c.amount for c in inputs.costs), inputs.before_start)


def within_policy(inputs: Inputs) -> Decimal:
    """符合政策范围: without what is the person's anyway (江西第十八条, 湖南第十三条 政策范围内)."""
    return max(NOTHING, sum(_counted(inputs), NOTHING) - inputs.excluded)


def _counted(inputs: Inputs) -> list[Decimal]:
    return [max(NOTHING, cost.amount - inputs.excluded_each) for cost in inputs.costs]


def deductible_paid(inputs: Inputs, within: Decimal) -> Decimal:
    """起付线 used up by this cost (山东第十五条: counted up over the year; 湖南第十三条, 江西第十八条: none)."""
    return min(within, inputs.deductible_left)


def within_limit(inputs: Inputs, eligible: Decimal) -> Decimal:
    """限额内费用: the eligible cost the ratio applies to (湖南第十三条; periods of the quota 第十六条)."""
    limit, left = inputs.monthly_limit, inputs.limit_left
    if limit is None:
        return eligible
    if inputs.quota_months is not None:
        return min(eligible, left + limit * (inputs.quota_months - 1))
    counted = NOTHING
    for group in _quota_groups(inputs):
        months = 1 if inputs.limit_spans_quarter else len(group)
        counted += min(sum(group, NOTHING), left + limit * (months - 1))
        left = limit
    return min(counted, eligible) if inputs.favourable else max(NOTHING, counted - inputs.excluded)


def _quota_groups(inputs: Inputs) -> Iterable[list[Decimal]]:
    """Costs that share their months' limits: each alone, or those of one quarter together."""
    counted = _counted(inputs)
    if not (inputs.quarterly or inputs.limit_spans_quarter):
        return [[amount] for amount in counted]
    groups: dict[object, list[Decimal]] = defaultdict(list)
    for index, (cost, amount) in enumerate(zip(inputs.costs, counted, strict=True)):
        groups[cost.quarter or index].append(amount)
    return groups.values()


def fund_pays(inputs: Inputs, limited: Decimal) -> Decimal:
    """统筹基金支出, the only rounded line; bounded by the year's cap (江西第十八条)."""
    if not inputs.payable:
        return to_fen(NOTHING)
    paid = limited * inputs.ratio
    return to_fen(paid if inputs.cap_left is None else min(paid, inputs.cap_left))


def you_pay(total: Decimal, fund: Decimal) -> Decimal:
    """个人自付: all that the fund does not pay, so that the parts add up to the whole."""
    return total - fund
