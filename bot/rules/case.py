"""What a person has told about one cost question. Everything is optional: what nobody said stays unknown."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from bot.knowledge.parameters import Condition
from bot.knowledge.schema import Scheme
from bot.rules.money import Span

Employment = Literal["在职", "退休"]
BenefitClass = Literal["Ⅰ", "Ⅱ"]


@dataclass(frozen=True)
class Days:
    """A day, or a time known only roughly (`3月`), both ends included."""

    first: date
    last: date


@dataclass(frozen=True)
class MonthCost:
    """What was spent in one calendar month, named by its first day; yuan.

    `told`: the person named the month. Else only the order is known (三个月分别是…), and `month` stands for a quarter
    that may hold all of them.
    """

    month: date
    amount: Decimal
    told: bool = True


@dataclass(frozen=True)
class Case:
    """Amounts in yuan, ratios between 0 and 1.

    `area` is the 统筹区 inside the region (南昌市), where it is known to have figures of its own.
    `hospital_level` counts as 一级, 二级 or 三级; anything else is as if not said.
    `amount` is the cost of `months` months together (one, if not said), or of each of them if `each_month`.
    `uncounted` was spent beside it and never counts: before the day of approval, or on a bill that is not paid for.
    `excluded` (and `excluded_ratio`, of the amount) never enters the policy's scope; `within_policy` does.
    `excluded_for`: what holds for the excluded part alone, so that it is not paid (no prescription …).
    `quarterly_limit` is a limit on three months' cost together. `asked_month`: of several months only this one is asked
    about. `own_terms`: ratio and limit are those told to the person for a separately paid drug.
    `used` is the cost already counted against the monthly limit, or what the fund has already paid this year;
    `used_as_paid`: it was told as what the fund has paid, whatever the limit bounds; `used_as_cost`: as what was spent.
    `spent_in_earlier_months` of the same year, beside the cost: a year's deductible and cap count it, a month's limit
    does not, and what was used or left of one was that of those months. `spent_since`: beyond any deductible, after
    `quota_left` was told and before this cost, in the same month.
    `quota_left` is what remains of the month's limit or of the year's cap; `unused_before` what an earlier
    month left over. `cap_not_reached`: the limit or cap, whatever it is, was not reached. `cap_of_inpatient`: the cap,
    or what was paid of it, was told of inpatient care. `annual_cap`: what the fund pays in a year at most; where a
    month's limit bounds the cost, what it may still pay this year.
    `fund_paid`, `own_paid`: what one side paid of a cost that is told by that alone. `nothing_spent`: there was none.
    `until`: the amount recurs monthly to this day.
    """

    region: str | None = None
    area: str | None = None
    scheme: Scheme | None = None
    employment: Employment | None = None
    diseases: tuple[str, ...] = ()
    benefit_class: BenefitClass | None = None
    hospital_level: str | None = None
    amount: Span | None = None
    months: int | None = None
    each_month: bool | None = None
    until: date | None = None
    fund_paid: Decimal | None = None
    own_paid: Decimal | None = None
    nothing_spent: bool | None = None
    uncounted: Decimal | None = None
    by_month: tuple[MonthCost, ...] = ()
    asked_month: date | None = None
    within_policy: Decimal | None = None
    excluded: Decimal | None = None
    excluded_for: frozenset[Condition] = frozenset()
    excluded_ratio: Decimal | None = None
    examination: Decimal | None = None
    monthly_limit: Decimal | None = None
    quarterly_limit: Decimal | None = None
    extra_limit: Decimal | None = None
    used: Decimal | None = None
    used_as_paid: bool | None = None
    used_as_cost: bool | None = None
    quota_left: Decimal | None = None
    unused_before: Decimal | None = None
    unused_month: date | None = None
    spent_in_earlier_months: Decimal | None = None
    spent_since: Decimal | None = None
    ratio: Decimal | None = None
    own_terms: bool | None = None
    deductible: Decimal | None = None
    deductible_met: Decimal | None = None
    deductible_left: Decimal | None = None
    deductible_full: bool | None = None
    deductible_met_in: Days | None = None
    annual_cap: Decimal | None = None
    cap_not_reached: bool | None = None
    cap_of_inpatient: bool | None = None
    approved_on: Days | None = None
    treated_on: Days | None = None
    conditions: frozenset[Condition] = frozenset()
    ruled_out: frozenset[Condition] = frozenset()

    def updated(self, said: "Case") -> "Case":
        """This case after the person said more: what is said replaces what was known."""
        changes: dict[str, Any] = {
            name: value for name, value in vars(said).items() if value not in (None, (), frozenset())
        }
        changes["conditions"] = (self.conditions - said.ruled_out) | said.conditions
        changes["ruled_out"] = (self.ruled_out - said.conditions) | said.ruled_out
        return replace(self, **changes)
