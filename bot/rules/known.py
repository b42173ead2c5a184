"""What a case and a region's parameters together make known, and as what range everything else is kept.

What nobody gave and no document fixes is never filled in: it takes its whole range (`bot.rules.corners`).
"""

import calendar
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from bot.knowledge.parameters import (
    GROUPS,
    Between,
    Condition,
    Delegated,
    Entry,
    Fixed,
    Parameter,
    RegionParameters,
    Rule,
)
from bot.knowledge.schema import Cite
from bot.messages import Citation
from bot.rules.bill import Cost
from bot.rules.case import Case, Days, MonthCost
from bot.rules.corners import Bounds, Corners, settled_at_corners
from bot.rules.money import NO_MONEY, NOTHING, Span

T = TypeVar("T")

ANY_RATIO = Span(NOTHING, Decimal(1))

MONTHS_OF_A_QUARTER = 3
"""支付额度可以按季度管理 (湖南第十六条): so a long prescription uses three months' limits at once."""


class remembered(Generic[T]):
    """A property computed once: `functools.cached_property` without the lock that Python 3.12 has dropped."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute, self._name = compute, compute.__name__

    def __get__(self, owner: Any, kind: type) -> T:
        value = owner.__dict__[self._name] = self._compute(owner)
        return value


class Known:
    """One case under one region's parameters. `day` is the day whose figures hold."""

    def __init__(self, case: Case, parameters: RegionParameters, as_of: date) -> None:
        self.case, self.parameters, self.as_of = case, parameters.in_area(case.area), as_of
        self.treated = case.treated_on or Days(as_of, as_of)
        document = parameters.document
        self.day = min(max(self.treated.last, document.valid_from or date.min), document.valid_to or date.max)

    # What the person told

    def has(self, condition: Condition) -> bool:
        return condition in self.case.conditions

    def cited(self, cite: Cite | None) -> tuple[Citation, ...]:
        return (self.parameters.citation(cite),) if cite else ()

    def rules(self, effect: str) -> list[Rule]:
        """The rules that hold; one that sends elsewhere for figures does not where the person gave them."""
        return [
            rule for rule in self._held if rule.effect == effect and not (rule.missing and self.on_own_terms)
        ]

    @remembered
    def _held(self) -> list[Rule]:
        conditions = self.case.conditions
        return [rule for rule in self.parameters.rules if rule.when in conditions] if conditions else []

    @remembered
    def on_own_terms(self) -> bool:
        """Whether the person gave the ratio and limit of a separately paid drug (湖南第二十条)."""
        limited = self.case.monthly_limit is not None or self.case.quota_left is not None
        return bool(self.case.own_terms and self.case.ratio is not None and limited)

    @remembered
    def words(self) -> frozenset[str]:
        """What the case is called in `when` of a parameter; of several diseases none, only one is paid for."""
        case = self.case
        said = {case.scheme, case.employment, case.benefit_class, case.hospital_level}
        said.update(case.conditions.intersection(GROUPS["away"]))
        if len(case.diseases) == 1:
            said.update(case.diseases)
        return frozenset(word for word in said if word)

    def entries(self, table: Parameter | None) -> tuple[Entry, ...]:
        """The entries that may hold for this case."""
        return table.possible(self.day, self.words) if table else ()

    @remembered
    def unsaid(self) -> tuple[str, ...]:
        """The groups (`employment`, `hospital_level` …) that figures depend on and the person did not tell."""
        tables = [t for t in (self.parameters.ratio, self.parameters.limit, self.parameters.deductible) if t]
        return tuple(
            group
            for group in GROUPS
            if group != "away"
            and self.words.isdisjoint(GROUPS[group])
            and any(table.concerns(group) for table in tables if _fixes(self.entries(table)))
        )

    # Time

    @remembered
    def started(self) -> tuple[bool, bool]:
        """Whether the benefit had begun by the treatment: in the worst reading of rough dates, in the best."""
        approved, treated = self.case.approved_on, self.treated
        if not approved or not self.parameters.start:
            return True, True
        if self.case.treated_on is None and self.case.until:
            return True, True
        return treated.first >= self.first_day(approved.last), treated.last >= self.first_day(approved.first)

    @remembered
    def treated_before_approval(self) -> bool:
        """Whether the person says so, surely: often one of the two dates is a slip."""
        approved, treated = self.case.approved_on, self.case.treated_on
        return bool(approved and treated and treated.last < approved.first)

    def first_day(self, approved: date) -> date:
        """The first day of benefit (湖南第十六条: the month after; 江西第十六条, 山东第十二条: that day)."""
        if self.parameters.start and self.parameters.start.day == "month_after_approval":
            last = calendar.monthrange(approved.year, approved.month)[1]
            return approved.replace(day=last) + timedelta(1)
        return approved

    def too_early(self, cost: MonthCost) -> bool:
        """Whether the whole month lies before the benefit's first day."""
        approved = self.case.approved_on
        if not approved or not self.parameters.start or not cost.told:
            return False
        first = self.first_day(approved.last)
        return (cost.month.year, cost.month.month) < (first.year, first.month)

    @remembered
    def months(self) -> int:
        until = self.case.until
        if until:
            approved = self.case.approved_on
            begin = self.first_day(approved.last) if approved else self.treated.first
            return max(0, (until.year - begin.year) * 12 + until.month - begin.month + 1)
        return self.case.months or (MONTHS_OF_A_QUARTER if self.has("long_prescription") else 1)

    # Costs

    @property
    def cost_known(self) -> bool:
        return self.case.amount is not None or bool(self.case.by_month)

    @property
    def repeats(self) -> bool:
        return bool(self.case.each_month or self.case.until)

    def costs(self, high: bool) -> tuple[Cost, ...]:
        """The costs that count from the benefit's first day on; see `before_start` for the others."""
        case = self.case
        if case.by_month:
            return tuple(
                Cost(c.amount, _quarter(c.month))
                for c in case.by_month
                if not self.too_early(c) and case.asked_month in (None, c.month)
            )
        amount = case.amount.at(high) if case.amount else NOTHING
        return (Cost(amount),) * (self.months if self.repeats else 1)

    @remembered
    def before_start(self) -> Decimal:
        return sum((c.amount for c in self.case.by_month if self.too_early(c)), NOTHING)

    @remembered
    def total(self) -> Span:
        low, high = (sum((c.amount for c in self.costs(end)), NOTHING) for end in (False, True))
        return Span(low, high)

    @remembered
    def excluded(self) -> Span:
        """What lies outside the policy's scope: of each cost, or somewhere among months named one by one."""
        case = self.case
        cost = case.amount.low if case.amount else self.total.low
        if case.within_policy is not None:
            return Span.exactly(max(NOTHING, cost - case.within_policy))
        known = (case.excluded or NOTHING) + (case.excluded_ratio or NOTHING) * cost
        unclear = self.parameters.rule("examination")
        return Span(known, known + (case.examination or NOTHING) if unclear else known)

    # Figures: a document's where it fixes one, else the person's

    @remembered
    def deductible_entries(self) -> tuple[Entry, ...]:
        return self.entries(self.parameters.deductible)

    @remembered
    def deductible(self) -> Span | None:
        return _figure(self.deductible_entries, self.case.deductible)

    @remembered
    def deductible_left(self) -> Span | None:
        case, again = self.case, self.met_in_an_earlier_year
        if case.deductible_left is not None and not again:
            return Span.exactly(case.deductible_left)
        if self.deductible is None:
            return NO_MONEY if case.deductible_full and not self._was_met_earlier else None
        if again:
            return self.deductible
        left = NO_MONEY if case.deductible_full else self.deductible.less(case.deductible_met or NOTHING)
        return Span(left.low, self.deductible.high) if self.may_have_restarted else left

    @remembered
    def met_in_an_earlier_year(self) -> bool:
        """山东第十五条: the deductible counts up over the year, so last year's is gone."""
        return bool(self._was_met_earlier and self.parameters.rule("deductible_restarts"))

    @property
    def may_have_restarted(self) -> bool:
        """Whether it was paid in an earlier year, and no document says if that still counts."""
        return self._was_met_earlier and not self.parameters.rule("deductible_restarts")

    @property
    def _was_met_earlier(self) -> bool:
        met_in = self.case.deductible_met_in
        return bool(met_in and met_in.last.year < self.treated.first.year)

    @remembered
    def ratio_entries(self) -> tuple[Entry, ...]:
        return self.entries(self.parameters.ratio)

    @remembered
    def ratio(self) -> Span | None:
        entries = () if self.on_own_terms else self.ratio_entries
        return _figure(entries, self.case.ratio)

    @remembered
    def limit_entries(self) -> tuple[Entry, ...]:
        return self.entries(self.parameters.limit)

    @remembered
    def bounds_cost(self) -> bool:
        return bool(self.parameters.limit and self.parameters.limit.basis == "eligible_cost")

    @remembered
    def limited_by_year(self) -> bool:
        return bool(self.parameters.limit and self.parameters.limit.period == "year")

    @remembered
    def base_limit(self) -> Span | None:
        """The limit before anything is added to it or used: a year's, a month's, or a quarter's if told so."""
        case = self.case
        if case.quarterly_limit is not None:
            return Span.exactly(case.quarterly_limit)
        entries = () if self.on_own_terms else self.limit_entries
        return _figure(entries, case.annual_cap if self.limited_by_year else case.monthly_limit)

    @remembered
    def monthly_limit(self) -> Span | None:
        """The month's limit on eligible cost with what a further disease adds (湖南第十三条、第十四条).

        None: nothing is beyond it, for there is none, or the person says it was not reached.
        """
        if not self.bounds_cost:
            return None
        case = self.case
        if case.quota_left is not None:
            return Span.exactly(case.quota_left)
        if self.base_limit is None:
            return None if case.cap_not_reached else Span(NOTHING, self.total.high)
        added = self.extra_limit
        if case.quarterly_limit is not None:
            added = added.times(Decimal(MONTHS_OF_A_QUARTER))
        limit = self.base_limit.plus(added)
        return (limit.less(case.used) if case.used else limit).plus(self.left_over)

    @remembered
    def extra_limit(self) -> Span:
        """What a further disease adds a month, in all (湖南第十四条)."""
        entries = self.entries(self.parameters.extra_limit)
        added = None
        if entries and (self.case.extra_limit or self.has("several_diseases")):
            added = _figure(entries, self.case.extra_limit)
        return added or NO_MONEY

    @remembered
    def left_over(self) -> Span:
        """What an earlier month left may count in the same quarter, or may not (湖南第十六条)."""
        if len(self.parameters.quota) < 2 or self.case.quarterly_limit is not None:
            return NO_MONEY
        if self.case.asked_month:
            return Span(NOTHING, self._left_by_earlier_months(self.case.asked_month))
        left, month = self.case.unused_before, self.case.unused_month
        if left is None or (month and _quarter(month) != _quarter(self.treated.first)):
            return NO_MONEY
        return Span(NOTHING, left)

    def _left_by_earlier_months(self, asked: date) -> Decimal:
        """What the months named before the asked one left of their limits in its quarter."""
        limit = self.base_limit.high if self.base_limit else NOTHING
        before = [c for c in self.case.by_month if c.month < asked and _quarter(c.month) == _quarter(asked)]
        return sum((max(NOTHING, limit - c.amount) for c in before), NOTHING)

    @remembered
    def quota_months(self) -> tuple[int | None, int | None]:
        """How many limits the costs may use together, at worst and at best; None: each cost its own month's."""
        if self.limited_by_year:
            return 1, 1
        if self.case.by_month or (self.repeats and self.case.quarterly_limit is None):
            return None, None
        if self.case.quarterly_limit is not None:
            quarters = -(-self.months // MONTHS_OF_A_QUARTER)
            return quarters, quarters
        return (self.months if self.has("long_prescription") else 1), self.months

    @remembered
    def cap(self) -> Span | None:
        """The cap on what the fund pays: the year's, or that of as many months as the cost is for."""
        case, fixed = self.case, documented(self.limit_entries)
        if fixed:
            return fixed if self.limited_by_year else fixed.times(Decimal(self.months))
        if case.annual_cap is not None:
            return Span.exactly(case.annual_cap)
        return Span.exactly(case.monthly_limit * self.months) if case.monthly_limit is not None else None

    @remembered
    def cap_left(self) -> Span | None:
        """What the fund may still pay (江西第十八条); None where nobody gave it."""
        if self.bounds_cost:
            return None
        case = self.case
        if case.quota_left is not None:
            return Span.exactly(case.quota_left)
        return self.cap.less(case.used or NOTHING) if self.cap else None

    # Together

    def unknown(self) -> tuple[str, ...]:
        """Names that no one gave and without which nothing can be said, in the order of the bill."""
        names: list[str] = []
        limit = "annual_cap" if self.limited_by_year else "monthly_limit"
        told = self.base_limit is not None or self.case.quota_left is not None or self.case.cap_not_reached
        if self.bounds_cost and not told:
            names.append(limit)
        if self.deductible_left is None:
            names.append("deductible")
        if self.ratio is None:
            names.append("ratio")
            delegated = any(isinstance(entry.state, Delegated) for entry in self.limit_entries)
            if delegated and self.cap_left is None and not self.case.cap_not_reached:
                names.append(limit)
        return tuple(names)

    @remembered
    def bounds(self) -> Bounds:
        return Bounds(
            before_start=self.before_start,
            excluded=self.excluded,
            among_months=bool(self.case.by_month),
            deductible_left=self.deductible_left or Span(NOTHING, self.total.high),
            monthly_limit=self.monthly_limit,
            limit_spans_quarter=self.case.quarterly_limit is not None,
            ratio=self.ratio or ANY_RATIO,
            cap_left=self.cap_left,
            quota_months=self.quota_months,
            quarterly=(False, len(self.parameters.quota) > 1),
            payable=self.started,
        )

    @remembered
    def corners(self) -> Corners:
        amount = self.case.amount
        cheapest = self.costs(high=False)
        dearest = cheapest if amount is None or amount.is_exact else self.costs(high=True)
        return settled_at_corners(self.bounds, cheapest, dearest)


def _fixes(entries: Sequence[Entry]) -> bool:
    return any(isinstance(entry.state, Fixed | Between) for entry in entries)


def _figure(entries: Sequence[Entry], told: Decimal | None) -> Span | None:
    """The documents' figure; what the person told where they leave it open, or inside the bounds they give."""
    span = documented(entries)
    if told is None:
        return span
    if span is None:
        return Span.exactly(told)
    bounded = any(isinstance(entry.state, Between) for entry in entries)
    return Span.exactly(told) if bounded and span.low <= told <= span.high else span


def documented(entries: Sequence[Entry]) -> Span | None:
    """The figure over every entry that may hold; None where one of them leaves it open."""
    ends: list[Decimal] = []
    for entry in entries:
        state = entry.state
        if isinstance(state, Fixed):
            ends.append(state.value)
        elif isinstance(state, Between):
            ends += (state.low, state.high)
        else:
            return None
    return Span(min(ends), max(ends)) if ends else None


def _quarter(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
