"""What a case and a region's parameters together make known, and as what range everything else is kept.

What nobody gave and no document fixes is never filled in: it takes its whole range (`bot.rules.corners`).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.knowledge.parameters import Between, Delegated, Entry, Fixed, Unknown
from bot.rules.bill import settle
from bot.rules.corners import Bounds, Corners, settled_at_corners
from bot.rules.money import NO_MONEY, NOTHING, Span, to_fen
from bot.rules.spent import MONTHS_OF_A_QUARTER, Spent, quarter_of
from bot.rules.told import remembered

ANY_RATIO = Span(NOTHING, Decimal(1))


class Known(Spent):
    """One case under one region's parameters: every figure its bill needs."""

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
        met = (case.deductible_met or NOTHING) + self.spent_in_earlier_months
        left = NO_MONEY if case.deductible_full else self.deductible.less(met)
        return Span(left.low, self.deductible.high) if self.may_have_restarted else left

    @remembered
    def met_in_an_earlier_year(self) -> bool:
        """山东第十五条: the deductible counts up over the year, so last year's is gone."""
        return bool(self._was_met_earlier and self.parameters.rule("deductible_restarts"))

    @property
    def may_have_restarted(self) -> bool:
        """Whether it was paid in an earlier year, and no document says if that still counts; or it is open in which
        of two years the cost was."""
        said = self.parameters.rule("deductible_restarts")
        return self.is_of_either_year or (self._was_met_earlier and not said)

    @property
    def is_of_either_year(self) -> bool:
        """Whether the cost may be of the year in which the deductible was paid, or of the next (年底还是元旦)."""
        met_in, treated = self.case.deductible_met_in, self.treated
        return bool(met_in and treated.first.year <= met_in.last.year < treated.last.year)

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
        left = self.quota_left
        if left is not None and (self.base_limit is None or left > self.base_limit.high):
            return NO_MONEY  # what is left was told of all months, or nobody told the others'
        if self.base_limit is None:
            return None if self.case.cap_not_reached else Span(NOTHING, self.total.high)
        added = self.extra_limit
        if self.case.quarterly_limit is not None:
            added = added.times(Decimal(MONTHS_OF_A_QUARTER))
        return self.base_limit.plus(added)

    @remembered
    def limit_left(self) -> Span:
        """What the first month asked about has of its limit: what was used is used once, however many follow."""
        if self.quota_left is not None:
            return Span.exactly(self.quota_left).less(self.case.spent_since or NOTHING)
        limit = self.monthly_limit or NO_MONEY
        if self.base_limit is None or self.is_of_a_later_month:
            return limit
        used = self.used_up.plus(Span.exactly(self._used_by_earlier_months(limit.high)))
        return Span(limit.less(used.high).low, limit.less(used.low).high).plus(self.left_over)

    def _used_by_earlier_months(self, limit: Decimal) -> Decimal:
        """What the months before the one asked about used of its limit, where one holds for their quarter together, or
        a long prescription used up the months that follow (湖南第十六条)."""
        asked = self.case.asked_month
        if asked is None:
            return NOTHING
        before = (c for c in self.case.by_month if quarter_of(asked) <= c.month < asked)
        spent = sum((cost.amount for cost in before), NOTHING)
        if self.case.quarterly_limit is not None:
            return spent
        if not self.has("long_prescription"):
            return NOTHING
        left = max(NOTHING, MONTHS_OF_A_QUARTER * limit - spent)
        return limit - min(limit, left)

    @property
    def quota_left(self) -> Decimal | None:
        """What was told to be left, where it is of the month, or the year, that is asked about."""
        return None if self.is_of_a_later_month else self.case.quota_left

    @property
    def is_of_a_later_month(self) -> bool:
        """Whether a limit of each month is whole again, what was used or left of it having been of one before."""
        return self.case.spent_in_earlier_months is not None and self.bounds_cost and not self.limited_by_year

    @remembered
    def used_up(self) -> Span:
        """The cost that has used up some of the limit: as told, or what was paid over the ratio it was paid at."""
        used, ratio = self.case.used or NOTHING, self.ratio
        if not (self.case.used_as_paid and ratio and ratio.low):
            return Span.exactly(used)
        return Span(to_fen(used / ratio.high), to_fen(used / ratio.low))

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
        told = {cost.month for cost in self.case.by_month}
        if told and (month is None or month in told):
            return NO_MONEY  # what it left is in what it cost
        if left is None or (month and quarter_of(month) != quarter_of(self.treated.first)):
            return NO_MONEY
        return Span(NOTHING, left)

    def _left_by_earlier_months(self, asked: date) -> Decimal:
        """What the months named before the asked one left of their limits in its quarter."""
        limit = self.base_limit.high if self.base_limit else NOTHING
        before = [
            c for c in self.case.by_month if c.month < asked and quarter_of(c.month) == quarter_of(asked)
        ]
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
        """What the fund may still pay (江西第十八条; 湖南第二十条); None where nobody gave it."""
        case = self.case
        if self.bounds_cost:
            return Span.exactly(case.annual_cap) if case.annual_cap is not None else None
        if case.quota_left is not None:
            paid = self._paid_in_earlier_months(case.spent_in_earlier_months or NOTHING)
            since = (self.ratio or NO_MONEY).times(case.spent_since or NOTHING)
            told = Span.exactly(case.quota_left)
            most, least = paid.high + to_fen(since.high), paid.low + to_fen(since.low)
            return self._or_apart(Span(told.less(most).low, told.less(least).high))
        paid = self.paid_before
        return (
            self._or_apart(Span(self.cap.less(paid.high).low, self.cap.less(paid.low).high))
            if self.cap
            else None
        )

    def _or_apart(self, left: Span) -> Span:
        """What is left of the cap, or all of the cost where it may not fall under that cap at all."""
        return Span(left.low, max(left.high, self.total.high)) if self.may_share_the_cap else left

    @remembered
    def paid_before(self) -> Span:
        """What the fund has paid this year: as told, or what was spent beyond the deductible times the ratio."""
        case, ratio = self.case, self.ratio
        used, spent = case.used or NOTHING, NOTHING
        if case.used_as_cost and ratio:
            used, spent = NOTHING, used
        elif self.limited_by_year or case.annual_cap is not None:
            earlier = case.spent_in_earlier_months or NOTHING
            spent = earlier if case.used is not None else self.spent_in_earlier_months
        return self._paid_in_earlier_months(spent).plus(Span.exactly(used))

    def _paid_in_earlier_months(self, spent: Decimal) -> Span:
        """What the fund paid of what was spent before, beyond the deductible."""
        case, ratio = self.case, self.ratio
        if not (spent and ratio):
            return NO_MONEY
        met = case.deductible_met if case.used is None else None
        left = self.deductible.less(met or NOTHING).high if self.deductible else NOTHING
        beyond = Span.exactly(spent).less(NOTHING if case.deductible_full else left)
        return Span(to_fen(beyond.low * ratio.low), to_fen(beyond.high * ratio.high))

    @property
    def may_share_the_cap(self) -> bool:
        """Whether the cap told is inpatient care's: no document says if class Ⅰ falls under it (江西第十八条)."""
        case = self.case
        return bool(case.cap_of_inpatient and case.benefit_class == "Ⅰ" and self.parameters.rule("class_one"))

    # Together

    def unknown(self) -> tuple[str, ...]:
        """Names that no one gave and without which nothing can be said, in the order of the bill."""
        names: list[str] = []
        limit = "annual_cap" if self.limited_by_year else "monthly_limit"
        told = self.base_limit is not None or self.quota_left is not None or self.case.cap_not_reached
        if self.bounds_cost and not told:
            names.append(limit)
        if self.deductible_left is None:
            names.append("deductible")
        if self.ratio is None:
            names.append("ratio")
            left_open = any(isinstance(entry.state, Delegated | Unknown) for entry in self.limit_entries)
            told = self.bounds_cost or self.cap_left is not None or self.case.cap_not_reached
            if left_open and not told:
                names.append(limit)
        return tuple(names)

    @remembered
    def bounds(self) -> Bounds:
        return Bounds(
            spent=self.spent,
            excluded=self.excluded,
            among_months=bool(self.case.by_month),
            deductible_left=self.deductible_left or Span(NOTHING, self.total.high),
            monthly_limit=self.monthly_limit,
            limit_left=self.limit_left,
            limit_spans_quarter=self.case.quarterly_limit is not None,
            ratio=self.ratio or ANY_RATIO,
            cap_left=self.cap_left,
            quota_months=self.quota_months,
            quarterly=(False, len(self.parameters.quota) > 1),
            payable=self.started,
        )

    @remembered
    def corners(self) -> Corners:
        cheapest, bounds = self.costs(high=False), self.bounds
        if not self.case.by_month:
            exact = self.case.amount is None or self.case.amount.is_exact
            return settled_at_corners(bounds, cheapest, cheapest if exact else self.costs(high=True))
        best = max(
            self.placements(high=True),
            key=lambda costs: settle(bounds.inputs(costs, favourable=True)).fund_pays,
        )
        return settled_at_corners(bounds, cheapest, cheapest if best == cheapest else best)


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
