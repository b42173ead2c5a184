"""What a case and a region's parameters together make known, and as what range everything else is kept.

What nobody gave and no document fixes is never filled in: it takes its whole range, and the bill is settled at
the corners, every line being monotone in every unknown.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from bot.knowledge.parameters import Between, Condition, Delegated, Entry, Fixed, RegionParameters, Rule
from bot.knowledge.schema import Cite
from bot.messages import Citation
from bot.rules.bill import Bill, Cost, Inputs, settle
from bot.rules.case import Case, Days, MonthCost
from bot.rules.money import NOTHING, Span

ANY_RATIO = Span(NOTHING, Decimal(1))

MONTHS_OF_A_QUARTER = 3
"""支付额度可以按季度管理 (湖南第十六条): so a long prescription uses three months' limits at once."""


@dataclass(frozen=True)
class Bounds:
    """What the bill needs, each as the range it may take; None: unbounded or not needed."""

    before_start: Decimal
    excluded: Span
    among_months: bool
    deductible_left: Span
    monthly_limit: Span | None
    limit_spans_quarter: bool
    ratio: Span
    cap_left: Decimal | None
    quota_months: tuple[int | None, int | None]
    quarterly: tuple[bool, bool]
    payable: tuple[bool, bool]

    def inputs(self, costs: tuple[Cost, ...], favourable: bool) -> Inputs:
        """The exact case at the corner that is best or worst for the person."""
        return Inputs(
            costs=costs,
            before_start=self.before_start,
            excluded_each=NOTHING if self.among_months else self.excluded.at(not favourable),
            excluded=self.excluded.at(not favourable) if self.among_months else NOTHING,
            deductible_left=self.deductible_left.at(not favourable),
            monthly_limit=self.monthly_limit.at(favourable) if self.monthly_limit else None,
            limit_spans_quarter=self.limit_spans_quarter,
            quota_months=self.quota_months[favourable],
            quarterly=self.quarterly[favourable],
            ratio=self.ratio.at(favourable),
            cap_left=self.cap_left,
            payable=self.payable[favourable],
            favourable=favourable,
        )


@dataclass(frozen=True)
class Corners:
    """The bill at the four corners: cheapest and dearest cost, worst and best for the person."""

    low_worst: Bill
    low_best: Bill
    high_worst: Bill
    high_best: Bill

    @property
    def fund_pays(self) -> Span:
        return Span(self.low_worst.fund_pays, self.high_best.fund_pays)

    @property
    def you_pay(self) -> Span:
        return Span(self.low_best.you_pay, self.high_worst.you_pay)

    def line(self, name: str) -> Span:
        """The range of one line of the bill."""
        figures = [
            getattr(bill, name) for bill in (self.low_worst, self.low_best, self.high_worst, self.high_best)
        ]
        return Span(min(figures), max(figures))


class Known:
    """One case under one region's parameters. `day` is the day whose figures hold."""

    def __init__(self, case: Case, parameters: RegionParameters, as_of: date) -> None:
        self.case, self.parameters, self.as_of = case, parameters, as_of
        self.day = min(
            max(
                case.treated_on.last if case.treated_on else as_of, parameters.document.valid_from or date.min
            ),
            parameters.document.valid_to or date.max,
        )

    def has(self, condition: Condition) -> bool:
        return condition in self.case.conditions

    def rules(self, effect: str) -> list[Rule]:
        """The rules that hold; one that sends elsewhere for figures does not where the person gave them."""
        held = [r for r in self.parameters.rules if r.effect == effect and self.has(r.when)]
        return [r for r in held if not (r.missing and self.on_own_terms())]

    def on_own_terms(self) -> bool:
        """Whether the person gave the ratio and limit of a separately paid drug (湖南第二十条)."""
        limited = self.case.monthly_limit is not None or self.case.quota_left is not None
        return bool(self.case.own_terms and self.case.ratio is not None and limited)

    def cited(self, cite: Cite | None) -> tuple[Citation, ...]:
        return (self.parameters.citation(cite),) if cite else ()

    def started(self) -> tuple[bool, bool]:
        """Whether the benefit had begun by the treatment: in the worst reading of rough dates, in the best."""
        approved, start = self.case.approved_on, self.parameters.start
        if not approved or not start:
            return True, True
        treated = self.case.treated_on
        if treated is None:
            treated = Days(self.as_of, self.as_of) if not self.case.until else Days(date.max, date.max)
        earliest, latest = self.first_day(approved.first), self.first_day(approved.last)
        return treated.first >= latest, treated.last >= earliest

    def first_day(self, approved: date) -> date:
        """The first day of benefit (湖南第十六条: the month after; 江西第十六条, 山东第十二条: that day)."""
        if self.parameters.start and self.parameters.start.day == "month_after_approval":
            return date(
                approved.year, approved.month, calendar.monthrange(approved.year, approved.month)[1]
            ) + timedelta(1)
        return approved

    def cost_known(self) -> bool:
        return self.case.amount is not None or bool(self.case.by_month)

    def costs(self, high: bool) -> tuple[Cost, ...]:
        """The costs that count from the benefit's first day on; see `_before_start` for the others."""
        case = self.case
        if case.by_month:
            return tuple(
                Cost(c.amount, _quarter(c.month))
                for c in case.by_month
                if not self.too_early(c) and case.asked_month in (None, c.month)
            )
        amount = case.amount.at(high) if case.amount else NOTHING
        return (Cost(amount),) * (self.months() if self.repeats() else 1)

    def before_start(self) -> Decimal:
        return sum((c.amount for c in self.case.by_month if self.too_early(c)), NOTHING)

    def too_early(self, cost: MonthCost) -> bool:
        """Whether the whole month lies before the benefit's first day."""
        approved = self.case.approved_on
        if not approved or not self.parameters.start:
            return False
        first = self.first_day(approved.last)
        return (cost.month.year, cost.month.month) < (first.year, first.month)

    def repeats(self) -> bool:
        return bool(self.case.each_month or self.case.until)

    def months(self) -> int:
        until = self.case.until
        if until:
            approved = self.case.approved_on
            begin = (
                self.first_day(approved.last)
                if approved
                else (self.case.treated_on or Days(self.as_of, until)).first
            )
            return max(0, (until.year - begin.year) * 12 + until.month - begin.month + 1)
        return self.case.months or (MONTHS_OF_A_QUARTER if self.has("long_prescription") else 1)

    def bounds(self) -> Bounds:
        return Bounds(
            before_start=self.before_start(),
            excluded=self.excluded(),
            among_months=bool(self.case.by_month),
            deductible_left=self.deductible_left() or Span(NOTHING, self.total().high),
            monthly_limit=self.monthly_limit(),
            limit_spans_quarter=self.case.quarterly_limit is not None,
            ratio=self.ratio() or ANY_RATIO,
            cap_left=self.cap_left(),
            quota_months=self.quota_months(),
            quarterly=(False, len(self.parameters.quota) > 1),
            payable=self.started(),
        )

    def total(self) -> Span:
        low, high = (sum((c.amount for c in self.costs(end)), NOTHING) for end in (False, True))
        return Span(low, high)

    def excluded(self) -> Span:
        """What lies outside the policy's scope: of each cost, or somewhere among months named one by one."""
        case = self.case
        cost = case.amount.low if case.amount else self.total().low
        if case.within_policy is not None:
            return Span.exactly(max(NOTHING, cost - case.within_policy))
        known = (case.excluded or NOTHING) + (case.excluded_ratio or NOTHING) * cost
        unclear = self.parameters.rule("examination")
        return Span(known, known + (case.examination or NOTHING) if unclear else known)

    def deductible(self) -> Decimal | None:
        entry = self.parameters.deductible.at(self.day)
        return entry.state.value if entry and isinstance(entry.state, Fixed) else self.case.deductible

    def deductible_left(self) -> Span | None:
        case, deductible = self.case, self.deductible()
        if case.deductible_left is not None and not self.met_in_an_earlier_year():
            return Span.exactly(case.deductible_left)
        if deductible is None:
            met_all = case.deductible_full and not self.met_in_an_earlier_year()
            return Span.exactly(NOTHING) if met_all else None
        if self.met_in_an_earlier_year():
            return Span.exactly(deductible)
        met = deductible if case.deductible_full else case.deductible_met or NOTHING
        return Span.exactly(max(NOTHING, deductible - met))

    def met_in_an_earlier_year(self) -> bool:
        """山东第十五条: the deductible counts up over the year, so last year's is gone."""
        met_in, treated = self.case.deductible_met_in, self.case.treated_on
        year = treated.first.year if treated else self.as_of.year
        return bool(met_in and met_in.last.year < year and self.parameters.rule("deductible_restarts"))

    def ratio_entries(self) -> tuple[Entry, ...]:
        away = next((c for c in ("living_elsewhere", "staying_elsewhere") if self.has(c)), None)
        group = self.case.employment if self.ratio_by_employment() else away
        entry = self.parameters.ratio.at(self.day, group)
        return (entry,) if entry else self.parameters.ratio.all_at(self.day)

    def ratio_by_employment(self) -> bool:
        return any(e.when in ("在职", "退休") for e in self.parameters.ratio.all_at(self.day))

    def ratio(self) -> Span | None:
        fixed = [e.state.value for e in self.ratio_entries() if isinstance(e.state, Fixed)]
        if fixed and not self.on_own_terms():
            return Span(min(fixed), max(fixed))
        return Span.exactly(self.case.ratio) if self.case.ratio is not None else None

    def bounds_cost(self) -> bool:
        return bool(self.parameters.limit and self.parameters.limit.basis == "eligible_cost")

    def monthly_limit(self) -> Span | None:
        """The month's limit on eligible cost with what a further disease adds (湖南第十三条、第十四条)."""
        if not self.bounds_cost():
            return None
        case = self.case
        if case.quota_left is not None:
            return Span.exactly(case.quota_left)
        if (base := self.limit_told()) is None:
            return Span(NOTHING, self.total().high)
        months = MONTHS_OF_A_QUARTER if case.quarterly_limit is not None else 1
        limit = Span.exactly(base) + self.extra_limit().times(Decimal(months))
        used = case.used or NOTHING
        left = Span(max(NOTHING, limit.low - used), max(NOTHING, limit.high - used))
        return left + self.left_over()

    def limit_told(self) -> Decimal | None:
        """The limit the person gave, of a quarter or of a month."""
        return self.case.quarterly_limit if self.case.quarterly_limit is not None else self.case.monthly_limit

    def extra_limit(self) -> Span:
        table, said = self.parameters.extra_limit, self.case.extra_limit
        entry = table.at(self.day) if table else None
        if (
            entry is None
            or not isinstance(entry.state, Between)
            or not (self.has("several_diseases") or said)
        ):
            return Span.exactly(NOTHING)
        allowed = Span(entry.state.low, entry.state.high)
        return Span.exactly(said) if said is not None and allowed.low <= said <= allowed.high else allowed

    def left_over(self) -> Span:
        """What an earlier month left may count in the same quarter, or may not (湖南第十六条)."""
        if len(self.parameters.quota) < 2 or self.case.quarterly_limit is not None:
            return Span.exactly(NOTHING)
        if self.case.asked_month:
            return Span(NOTHING, self._left_by_earlier_months(self.case.asked_month))
        left, month = self.case.unused_before, self.case.unused_month
        now = self.case.treated_on.first if self.case.treated_on else self.as_of
        if left is None or (month and _quarter(month) != _quarter(now)):
            return Span.exactly(NOTHING)
        return Span(NOTHING, left)

    def _left_by_earlier_months(self, asked: date) -> Decimal:
        """What the months named before the asked one left of their limits in its quarter."""
        limit = self.case.monthly_limit or NOTHING
        before = [c for c in self.case.by_month if c.month < asked and _quarter(c.month) == _quarter(asked)]
        return sum((max(NOTHING, limit - c.amount) for c in before), NOTHING)

    def quota_months(self) -> tuple[int | None, int | None]:
        if self.case.by_month or (self.repeats() and self.case.quarterly_limit is None):
            return None, None
        months = self.months()
        if self.case.quarterly_limit is not None:
            quarters = -(-months // MONTHS_OF_A_QUARTER)
            return quarters, quarters
        return (months, months) if self.has("long_prescription") else (1, months)

    def cap_left(self) -> Decimal | None:
        """What the fund may still pay (江西第十八条); the person's figure, None where it was not given."""
        if self.bounds_cost():
            return None
        case = self.case
        if case.quota_left is not None:
            return case.quota_left
        if case.annual_cap is not None:
            return max(NOTHING, case.annual_cap - (case.used or NOTHING))
        if case.monthly_limit is not None:
            return max(NOTHING, case.monthly_limit * self.months() - (case.used or NOTHING))
        return None

    def unknown(self) -> tuple[str, ...]:
        """Names that no one gave and without which nothing can be said, in the order of the bill."""
        names: list[str] = []
        if self.bounds_cost() and self.limit_told() is None and self.case.quota_left is None:
            names.append("monthly_limit")
        if self.deductible_left() is None:
            names.append("deductible")
        if self.ratio() is None:
            names.append("ratio")
            limit = self.parameters.limit
            entry = limit.at(self.day, self.case.benefit_class) if limit else None
            if (
                entry
                and isinstance(entry.state, Delegated)
                and self.cap_left() is None
                and not self.case.cap_not_reached
            ):
                names.append("annual_cap")
        return tuple(names)

    def status_unknown(self) -> tuple[str, ...]:
        """The employment status, where the ratio depends on it and nobody said it."""
        return ("employment",) if self.ratio_by_employment() and self.case.employment is None else ()

    def narrowing(self, bounds: Bounds, corners: Corners) -> tuple[str, ...]:
        """Names whose knowledge would narrow the range, the most first."""
        width = corners.fund_pays.width
        tried: dict[str, Bounds] = {}
        if self.ratio_by_employment():
            tried["employment"] = replace(bounds, ratio=Span.exactly(bounds.ratio.high))
        if bounds.monthly_limit and not self.extra_limit().is_exact:
            tried["extra_limit"] = replace(bounds, monthly_limit=Span.exactly(bounds.monthly_limit.high))
        gains = {name: width - self.corners(known).fund_pays.width for name, known in tried.items()}
        return tuple(sorted((name for name in gains if gains[name] > 0), key=lambda name: -gains[name]))

    def corners(self, bounds: Bounds) -> Corners:
        low, high = self.costs(high=False), self.costs(high=True)
        return Corners(*(settle(bounds.inputs(c, f)) for c in (low, high) for f in (False, True)))


def _quarter(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
