"""The embedded rule module: a case and a region's parameters in, an estimate with its trace out. Pure.

What nobody gave and no document fixes is never filled in: it is kept as the whole range it may take, the bill is
settled at the corners (every line is monotone in every unknown), and a range that says nothing is refused.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from bot.knowledge.parameters import (
    Between,
    Condition,
    Delegated,
    Entry,
    Fixed,
    NotCovered,
    RegionParameters,
    Rule,
)
from bot.knowledge.schema import Cite
from bot.messages import Citation
from bot.rules.bill import Bill, Cost, Inputs, settle
from bot.rules.case import Case, Days, MonthCost
from bot.rules.money import NOTHING, Span, percent, plain, to_fen, yuan

ANY_RATIO = Span(NOTHING, Decimal(1))
WIDEST_USEFUL = Decimal("0.5")
"""A range wider than this share of the cost helps nobody and is refused."""

MONTHS_OF_LONG_PRESCRIPTION = 3
"""支付额度可以按季度管理 (湖南第十六条): a quarter has three months."""

Reason = Literal[
    "no_region",
    "region_not_covered",
    "scheme_not_covered",
    "before_effective_date",
    "after_expiry",
    "other_document",
    "negative_amount",
    "parameter_missing",
]


@dataclass(frozen=True)
class Remark:
    """Something said beside the figures, and where it stands."""

    says: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """Why nothing was computed."""

    reason: Reason
    says: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Step:
    """One line of the bill: what it is called, how it came about in words and figures, yuan."""

    label: str
    expression: str
    amount: Span
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """`fund_pays` and `you_pay` are yuan, rounded; None where nothing can be computed.

    `missing` names what nobody gave, the most valuable first. `assumptions` are what the figures rest on,
    `not_applied` the rules that would change them but were not called for.
    """

    region: str | None
    scheme: str | None
    fund_pays: Span | None = None
    you_pay: Span | None = None
    steps: tuple[Step, ...] = ()
    assumptions: tuple[Remark, ...] = ()
    not_applied: tuple[Remark, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None
    unpaid: Remark | None = None
    validity: tuple[Citation, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Every place the estimate rests on, each once, in order of use."""
        places: list[Citation] = [*self.validity]
        for part in (self.refusal, self.unpaid):
            places.extend(part.citations if part else ())
        places.extend(place for step in self.steps for place in step.citations)
        places.extend(place for remark in self.assumptions for place in remark.citations)
        return tuple(dict.fromkeys(places))


def estimate(case: Case, parameters: RegionParameters, as_of: date) -> Estimate:
    """What the fund pays and what the person pays. `as_of` is the day of treatment where the case names none."""
    return _Estimator(case, parameters, as_of).result()


@dataclass(frozen=True)
class _Bounds:
    """What the bill needs, each as the range it may take; None: unbounded or not needed."""

    before_start: Decimal
    excluded: Span
    among_months: bool
    deductible_left: Span
    monthly_limit: Span | None
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
            quota_months=self.quota_months[favourable],
            quarterly=self.quarterly[favourable],
            ratio=self.ratio.at(favourable),
            cap_left=self.cap_left,
            payable=self.payable[favourable],
            favourable=favourable,
        )


@dataclass(frozen=True)
class _Corners:
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


class _Estimator:
    """One estimate; methods in the order of the questions asked."""

    def __init__(self, case: Case, parameters: RegionParameters, as_of: date) -> None:
        self._case, self._parameters, self._as_of = case, parameters, as_of
        self._day = min(
            max(
                case.treated_on.last if case.treated_on else as_of, parameters.document.valid_from or date.min
            ),
            parameters.document.valid_to or date.max,
        )

    def result(self) -> Estimate:
        refusal = self._refusal()
        if refusal:
            return self._refused(refusal, self._named_by(refusal))
        unpaid = self._unpaid()
        if unpaid:
            return self._nothing_paid(unpaid)
        if not self._cost_known():
            return self._refused(
                self._lacking(("amount",)), ("amount", *self._unknown(), *self._status_unknown())
            )
        return self._computed()

    def _blank(self) -> Estimate:
        notes = (self._parameters.rule("always"),)
        return Estimate(
            region=self._parameters.region,
            scheme=self._case.scheme,
            warnings=tuple(note.says for note in notes if note),
        )

    # Refusals

    def _refusal(self) -> Refusal | None:
        return self._wrong_scheme() or self._out_of_time() or self._other_document() or self._negative()

    def _named_by(self, refusal: Refusal) -> tuple[str, ...]:
        if refusal.reason == "negative_amount":
            return ("amount",)
        return tuple(name for rule in self._rules("elsewhere") for name in rule.missing)

    def _wrong_scheme(self) -> Refusal | None:
        scheme = self._case.scheme
        entry = self._parameters.scheme_entry(scheme, self._day) if scheme else None
        if entry and isinstance(entry.state, NotCovered):
            return Refusal("scheme_not_covered", entry.state.not_covered, self._cited(entry.cite))
        return None

    def _out_of_time(self) -> Refusal | None:
        validity = self._parameters.validity
        if not validity:
            return None
        document = self._parameters.document
        treated = self._case.treated_on or Days(self._as_of, self._as_of)
        places = self._cited(validity.cite)
        if document.valid_from and treated.last < document.valid_from:
            return Refusal("before_effective_date", f"{validity.says}，之前的费用不适用这份文件", places)
        if document.valid_to and treated.first > document.valid_to:
            return Refusal("after_expiry", f"{validity.says}，之后怎么报要看新的规定", places)
        return None

    def _other_document(self) -> Refusal | None:
        return next(
            (Refusal("other_document", r.says, self._cited(r.cite)) for r in self._rules("elsewhere")), None
        )

    def _negative(self) -> Refusal | None:
        amount = self._case.amount
        if amount and amount.low < 0:
            return Refusal("negative_amount", "金额是负数，没有办法算，请核对一下是退费，还是多打了一个减号")
        return None

    # Nothing is paid

    def _unpaid(self) -> Remark | None:
        for rule in self._rules("unpaid"):
            return Remark(rule.says, self._cited(rule.cite))
        start = self._parameters.start
        if start and self._started() == (False, False):
            return Remark(f"{start.says}，这笔费用发生在那之前，不能按慢特病报", self._cited(start.cite))
        return None

    def _nothing_paid(self, unpaid: Remark) -> Estimate:
        blank = replace(self._blank(), fund_pays=Span.exactly(to_fen(NOTHING)), unpaid=unpaid)
        if not self._cost_known():
            return replace(blank, missing=("amount",))
        costs = (self._costs(high=False), self._costs(high=True))
        low, high = (to_fen(sum((c.amount for c in cost), NOTHING)) for cost in costs)
        total = Span(low, high)
        return replace(
            blank,
            you_pay=total,
            steps=(
                Step("医疗费总额", f"您说的费用 {yuan(total)}", total),
                Step("统筹基金支出", f"不支付：{unpaid.says}", Span.exactly(NOTHING), unpaid.citations),
                Step("个人自付", f"全部自付，{yuan(total)}", total),
            ),
        )

    def _started(self) -> tuple[bool, bool]:
        """Whether the benefit had begun by the treatment: in the worst reading of rough dates, in the best."""
        approved, start = self._case.approved_on, self._parameters.start
        if not approved or not start:
            return True, True
        treated = self._case.treated_on
        if treated is None:
            treated = Days(self._as_of, self._as_of) if not self._case.until else Days(date.max, date.max)
        earliest, latest = self._first_day(approved.first), self._first_day(approved.last)
        return treated.first >= latest, treated.last >= earliest

    def _first_day(self, approved: date) -> date:
        """The first day of benefit (湖南第十六条: the month after; 江西第十六条, 山东第十二条: that day)."""
        if self._parameters.start and self._parameters.start.day == "month_after_approval":
            return date(
                approved.year, approved.month, calendar.monthrange(approved.year, approved.month)[1]
            ) + timedelta(1)
        return approved

    # Unknowns

    def _cost_known(self) -> bool:
        return self._case.amount is not None or bool(self._case.by_month)

    def _costs(self, high: bool) -> tuple[Cost, ...]:
        """The costs that count from the benefit's first day on; see `_before_start` for the others."""
        case = self._case
        if case.by_month:
            return tuple(
                Cost(c.amount, date(c.month.year, (c.month.month - 1) // 3 * 3 + 1, 1))
                for c in case.by_month
                if not self._too_early(c)
            )
        amount = case.amount.at(high) if case.amount else NOTHING
        return (Cost(amount),) * (self._months() if self._repeats() else 1)

    def _before_start(self) -> Decimal:
        return sum((c.amount for c in self._case.by_month if self._too_early(c)), NOTHING)

    def _too_early(self, cost: MonthCost) -> bool:
        """Whether the whole month lies before the benefit's first day."""
        approved = self._case.approved_on
        if not approved or not self._parameters.start:
            return False
        first = self._first_day(approved.last)
        return (cost.month.year, cost.month.month) < (first.year, first.month)

    def _repeats(self) -> bool:
        return bool(self._case.each_month or self._case.until)

    def _months(self) -> int:
        until = self._case.until
        if until:
            approved = self._case.approved_on
            begin = (
                self._first_day(approved.last)
                if approved
                else (self._case.treated_on or Days(self._as_of, until)).first
            )
            return max(0, (until.year - begin.year) * 12 + until.month - begin.month + 1)
        return self._case.months or (MONTHS_OF_LONG_PRESCRIPTION if self._has("long_prescription") else 1)

    def _bounds(self) -> _Bounds:
        return _Bounds(
            before_start=self._before_start(),
            excluded=self._excluded(),
            among_months=bool(self._case.by_month),
            deductible_left=self._deductible_left() or Span(NOTHING, self._total().high),
            monthly_limit=self._monthly_limit(),
            ratio=self._ratio() or ANY_RATIO,
            cap_left=self._cap_left(),
            quota_months=self._quota_months(),
            quarterly=(False, len(self._parameters.quota) > 1),
            payable=self._started(),
        )

    def _total(self) -> Span:
        low, high = (sum((c.amount for c in self._costs(end)), NOTHING) for end in (False, True))
        return Span(low, high)

    def _excluded(self) -> Span:
        """What lies outside the policy's scope: of each cost, or somewhere among months named one by one."""
        case = self._case
        cost = case.amount.low if case.amount else self._total().low
        if case.within_policy is not None:
            return Span.exactly(max(NOTHING, cost - case.within_policy))
        known = (case.excluded or NOTHING) + (case.excluded_ratio or NOTHING) * cost
        unclear = self._parameters.rule("examination")
        return Span(known, known + (case.examination or NOTHING) if unclear else known)

    def _deductible(self) -> Decimal | None:
        entry = self._parameters.deductible.at(self._day)
        return entry.state.value if entry and isinstance(entry.state, Fixed) else self._case.deductible

    def _deductible_left(self) -> Span | None:
        case, deductible = self._case, self._deductible()
        if case.deductible_left is not None and not self._met_in_an_earlier_year():
            return Span.exactly(case.deductible_left)
        if deductible is None:
            met_all = case.deductible_full and not self._met_in_an_earlier_year()
            return Span.exactly(NOTHING) if met_all else None
        if self._met_in_an_earlier_year():
            return Span.exactly(deductible)
        met = deductible if case.deductible_full else case.deductible_met or NOTHING
        return Span.exactly(max(NOTHING, deductible - met))

    def _met_in_an_earlier_year(self) -> bool:
        """山东第十五条: the deductible counts up over the year, so last year's is gone."""
        met_in, treated = self._case.deductible_met_in, self._case.treated_on
        year = treated.first.year if treated else self._as_of.year
        return bool(met_in and met_in.last.year < year and self._parameters.rule("deductible_restarts"))

    def _ratio_entries(self) -> tuple[Entry, ...]:
        away = next((c for c in ("living_elsewhere", "staying_elsewhere") if self._has(c)), None)
        group = self._case.employment if self._ratio_by_employment() else away
        entry = self._parameters.ratio.at(self._day, group)
        return (entry,) if entry else self._parameters.ratio.all_at(self._day)

    def _ratio_by_employment(self) -> bool:
        return any(e.when in ("在职", "退休") for e in self._parameters.ratio.all_at(self._day))

    def _ratio(self) -> Span | None:
        fixed = [e.state.value for e in self._ratio_entries() if isinstance(e.state, Fixed)]
        if fixed:
            return Span(min(fixed), max(fixed))
        return Span.exactly(self._case.ratio) if self._case.ratio is not None else None

    def _bounds_cost(self) -> bool:
        return bool(self._parameters.limit and self._parameters.limit.basis == "eligible_cost")

    def _monthly_limit(self) -> Span | None:
        """The month's limit on eligible cost with what a further disease adds (湖南第十三条、第十四条)."""
        if not self._bounds_cost():
            return None
        case = self._case
        if case.quota_left is not None:
            return Span.exactly(case.quota_left)
        if case.monthly_limit is None:
            return Span(NOTHING, self._total().high)
        limit = Span.exactly(case.monthly_limit) + self._extra_limit()
        used = case.used or NOTHING
        left = Span(max(NOTHING, limit.low - used), max(NOTHING, limit.high - used))
        return left + self._left_over()

    def _extra_limit(self) -> Span:
        table, said = self._parameters.extra_limit, self._case.extra_limit
        entry = table.at(self._day) if table else None
        if (
            entry is None
            or not isinstance(entry.state, Between)
            or not (self._has("several_diseases") or said)
        ):
            return Span.exactly(NOTHING)
        allowed = Span(entry.state.low, entry.state.high)
        return Span.exactly(said) if said is not None and allowed.low <= said <= allowed.high else allowed

    def _left_over(self) -> Span:
        """What an earlier month left may count in the same quarter, or may not (湖南第十六条)."""
        left, month = self._case.unused_before, self._case.unused_month
        if left is None or len(self._parameters.quota) < 2:
            return Span.exactly(NOTHING)
        now = self._case.treated_on.first if self._case.treated_on else self._as_of
        another_quarter = month and (month.year, (month.month - 1) // 3) != (now.year, (now.month - 1) // 3)
        return Span.exactly(NOTHING) if another_quarter else Span(NOTHING, left)

    def _quota_months(self) -> tuple[int | None, int | None]:
        if self._repeats() or self._case.by_month:
            return None, None
        months = self._months()
        return (months, months) if self._has("long_prescription") else (1, months)

    def _cap_left(self) -> Decimal | None:
        """What the fund may still pay (江西第十八条); the person's figure, None where it was not given."""
        if self._bounds_cost():
            return None
        case = self._case
        if case.quota_left is not None:
            return case.quota_left
        if case.annual_cap is not None:
            return max(NOTHING, case.annual_cap - (case.used or NOTHING))
        return case.monthly_limit * self._months() if case.monthly_limit is not None else None

    def _unknown(self) -> tuple[str, ...]:
        """Names that no one gave and without which nothing can be said, in the order of the bill."""
        names: list[str] = []
        if self._bounds_cost() and self._case.monthly_limit is None and self._case.quota_left is None:
            names.append("monthly_limit")
        if self._deductible_left() is None:
            names.append("deductible")
        if self._ratio() is None:
            names.append("ratio")
            limit = self._parameters.limit
            entry = limit.at(self._day, self._case.benefit_class) if limit else None
            if (
                entry
                and isinstance(entry.state, Delegated)
                and self._cap_left() is None
                and not self._case.cap_not_reached
            ):
                names.append("annual_cap")
        return tuple(names)

    def _status_unknown(self) -> tuple[str, ...]:
        """The employment status, where the ratio depends on it and nobody said it."""
        return ("employment",) if self._ratio_by_employment() and self._case.employment is None else ()

    def _narrowing(self, bounds: _Bounds, corners: _Corners) -> tuple[str, ...]:
        """Names whose knowledge would narrow the range, the most first."""
        width = corners.fund_pays.width
        tried: dict[str, _Bounds] = {}
        if self._ratio_by_employment():
            tried["employment"] = replace(bounds, ratio=Span.exactly(bounds.ratio.high))
        if bounds.monthly_limit and not self._extra_limit().is_exact:
            tried["extra_limit"] = replace(bounds, monthly_limit=Span.exactly(bounds.monthly_limit.high))
        gains = {name: width - self._corners(known).fund_pays.width for name, known in tried.items()}
        return tuple(sorted((name for name in gains if gains[name] > 0), key=lambda name: -gains[name]))

    # The figures

    def _corners(self, bounds: _Bounds) -> _Corners:
        low, high = self._costs(high=False), self._costs(high=True)
        return _Corners(*(settle(bounds.inputs(c, f)) for c in (low, high) for f in (False, True)))

    def _computed(self) -> Estimate:
        bounds = self._bounds()
        corners = self._corners(bounds)
        unknown = self._unknown()
        narrowing = self._narrowing(bounds, corners)
        fund = corners.fund_pays
        if unknown and not fund.is_exact:
            return self._refused(self._lacking(unknown), (*unknown, *self._status_unknown(), *narrowing))
        if fund.width > WIDEST_USEFUL * self._total().high:
            return self._refused(self._lacking(("amount",)), narrowing or ("amount",))
        return replace(
            self._blank(),
            fund_pays=fund,
            you_pay=corners.you_pay,
            steps=self._steps(bounds, corners),
            assumptions=self._assumptions(bounds, corners),
            not_applied=self._not_applied(),
            missing=() if fund.is_exact else narrowing,
            warnings=(*self._blank().warnings, *self._overruled()),
        )

    def _refused(self, refusal: Refusal, missing: Iterable[str]) -> Estimate:
        return replace(self._blank(), refusal=refusal, missing=tuple(dict.fromkeys(missing)))

    def _lacking(self, names: tuple[str, ...]) -> Refusal:
        """Why what is lacking is not in the document: who decides it, or where it stands."""
        tables = {
            "monthly_limit": self._parameters.limit,
            "annual_cap": self._parameters.limit,
            "deductible": self._parameters.deductible,
            "ratio": self._parameters.ratio,
        }
        said: list[str] = []
        places: list[Citation] = []
        for name in names:
            table = tables.get(name)
            entries = (
                self._ratio_entries()
                if name == "ratio"
                else (table.at(self._day, self._case.benefit_class),)
                if table
                else ()
            )
            for entry in entries:
                if entry and not isinstance(entry.state, Fixed | Between | NotCovered):
                    state = entry.state
                    said.append(
                        f"{state.rule}，由{state.to}定" if isinstance(state, Delegated) else state.reason
                    )
                    places.extend(self._cited(entry.cite))
        return Refusal("parameter_missing", "；".join(dict.fromkeys(said)), tuple(dict.fromkeys(places)))

    # The trace

    def _steps(self, bounds: _Bounds, corners: _Corners) -> tuple[Step, ...]:
        steps = [self._total_step(corners)]
        if bounds.excluded.high or bounds.before_start:
            steps.append(self._scope_step(corners))
        steps.append(self._deductible_step(bounds, corners))
        if self._bounds_cost() and bounds.monthly_limit:
            steps.append(self._limit_step(bounds.monthly_limit, corners))
        steps.append(self._fund_step(bounds, corners))
        total, fund, you = corners.line("total"), corners.fund_pays, corners.you_pay
        steps.append(Step("个人自付", f"{yuan(total)} − {yuan(fund)} = {yuan(you)}", you))
        return tuple(steps)

    def _total_step(self, corners: _Corners) -> Step:
        total, case = corners.line("total"), self._case
        if case.by_month:
            said = " + ".join(f"{c.month.month}月 {yuan(c.amount)}" for c in case.by_month)
        elif self._repeats() and case.amount:
            said = f"每月 {yuan(case.amount)} × {self._months()} 个月 = {yuan(total)}"
        else:
            said = f"您说的费用 {yuan(total)}"
        return Step("医疗费总额", said, total)

    def _scope_step(self, corners: _Corners) -> Step:
        within = corners.line("within_policy")
        rule = self._parameters.rule("own_share_first")
        expression = f"{yuan(corners.line('total'))} 去掉不在范围内的，剩 {yuan(within)}"
        return Step(
            "符合政策范围",
            expression,
            within,
            self._cited(rule.cite if rule else self._ratio_entries()[0].cite),
        )

    def _deductible_step(self, bounds: _Bounds, corners: _Corners) -> Step:
        entry = self._parameters.deductible.at(self._day)
        places = self._cited(entry.cite) if entry else ()
        paid, left = corners.line("deductible"), bounds.deductible_left
        if entry and isinstance(entry.state, Fixed) and not entry.state.value:
            return Step("起付线", "不设起付线，不扣", paid, places)
        if self._deductible_left() is None:
            return Step("起付线", "您没有给起付线", paid, places)
        if not left.high:
            return Step(
                "起付线",
                "没有起付线要扣" if not self._deductible() else "今年的起付线已经付满，不再扣",
                paid,
                places,
            )
        still = max(NOTHING, left.low - paid.low)
        more = f"，还差 {yuan(still)}" if still else ""
        return Step("起付线", f"还要付的起付线 {yuan(left)}，本次累计起付 {yuan(paid)}{more}", paid, places)

    def _limit_step(self, limit: Span, corners: _Corners) -> Step:
        within, case = corners.line("within_limit"), self._case
        if self._unknown():
            said = "您没有给月限额"
        elif case.quota_left is not None:
            said = f"限额还剩 {yuan(limit)}，可算 {yuan(within)}"
        else:
            parts = [f"月限额 {yuan(case.monthly_limit or NOTHING)}"]
            if self._extra_limit().high:
                parts.append(f"加第二个病的 {yuan(self._extra_limit())}")
            if case.used:
                parts.append(f"减已用的 {yuan(case.used)}")
            if self._left_over().high:
                parts.append(f"加上月剩的 {yuan(self._left_over())}")
            months = self._quota_months()[1]
            if months and months > 1:
                parts.append(f"按 {months} 个月")
            said = f"{'，'.join(parts)}；限额内的费用 {yuan(within)}"
        limited = self._parameters.limit
        entry = limited.at(self._day) if limited else None
        over = self._parameters.rule("over_limit")
        extra = self._parameters.rule("several_diseases") if self._extra_limit().high else None
        cites = [entry.cite if entry else None, over.cite if over else None, extra.cite if extra else None]
        return Step("限额内费用", said, within, tuple(p for cite in cites for p in self._cited(cite)))

    def _fund_step(self, bounds: _Bounds, corners: _Corners) -> Step:
        base, fund = corners.line("within_limit"), corners.fund_pays
        ratio = self._ratio()
        if ratio is None or not base.high:
            expression = f"可报的费用 {yuan(base)}，医保支付 {yuan(fund)}"
        else:
            product = (
                base.times(ratio.low)
                if ratio.is_exact
                else Span(base.low * ratio.low, base.high * ratio.high)
            )
            expression = f"{yuan(base)} × {percent(ratio)} = {yuan(product)}"
            if product != fund and bounds.cap_left is None:
                expression += f"，四舍五入到分是 {yuan(fund)}"
        if bounds.cap_left is not None:
            expression += f"，额度还剩 {yuan(bounds.cap_left)}，支付 {yuan(fund)}"
        entries = self._ratio_entries()
        return Step(
            "统筹基金支出",
            expression,
            fund,
            tuple(dict.fromkeys(p for e in entries for p in self._cited(e.cite))),
        )

    def _assumptions(self, bounds: _Bounds, corners: _Corners) -> tuple[Remark, ...]:
        case = self._case
        holds: dict[Condition, bool] = {
            "deductible_restarts": self._met_in_an_earlier_year(),
            "several_diseases": self._has("several_diseases") or bool(self._extra_limit().high),
            "examination": case.examination is not None,
            "own_share_first": bool(bounds.excluded.high),
            "staying_elsewhere": self._has("staying_elsewhere"),
            "living_elsewhere": self._has("living_elsewhere"),
            "long_prescription": self._has("long_prescription"),
            "quota_left_over": case.unused_before is not None or len(case.by_month) > 1,
            "transferred": self._has("transferred"),
            "over_limit": self._bounds_cost()
            and corners.line("within_limit").low < corners.line("within_policy").low,
            "deductible_not_used": bool(
                case.deductible
                and not case.deductible_full
                and case.deductible_met is None
                and bounds.deductible_left.high
            ),
            "cap_not_given": not self._bounds_cost()
            and bounds.cap_left is None
            and not case.cap_not_reached
            and corners.fund_pays.high > 0,
            "class_one": case.benefit_class == "Ⅰ" and corners.fund_pays.high > 0,
            "scheme_not_said": case.scheme is None and case.employment is None,
        }
        rules = (self._parameters.rule(when) for when, so in holds.items() if so)
        said = [Remark(r.says, self._cited(r.cite)) for r in rules if r]
        start = self._parameters.start
        if start and case.approved_on:
            said.append(Remark(start.says, self._cited(start.cite)))
        if (
            self._quota_months()[0] != self._quota_months()[1]
            and self._months() > 1
            and not corners.fund_pays.is_exact
        ):
            said.append(
                Remark(f"您给的是 {self._months()} 个月合计的费用，每月各花多少没有说，所以是一个范围")
            )
        return tuple(said)

    def _not_applied(self) -> tuple[Remark, ...]:
        rules = [
            r for r in self._parameters.rules if r.effect in ("unpaid", "elsewhere") and not self._has(r.when)
        ]
        return tuple(
            Remark(f"您没有说有这种情况，所以没有用这一条：{r.says}", self._cited(r.cite)) for r in rules
        )

    def _overruled(self) -> tuple[str, ...]:
        """Figures the person gave that the document fixes otherwise."""
        case, said = self._case, []
        entries = [e.state.value for e in self._ratio_entries() if isinstance(e.state, Fixed)]
        if case.ratio is not None and entries and case.ratio not in entries:
            fixed = percent(Span(min(entries), max(entries)))
            said.append(f"您说的比例 {percent(case.ratio)} 跟文件不一样，这里按文件的 {fixed} 算")
        deductible = self._deductible()
        if case.deductible and deductible is not None and deductible != case.deductible:
            said.append(f"您说的起付线 {yuan(case.deductible)} 跟文件不一样，这里按文件算")
        extra = self._extra_limit()
        if case.extra_limit is not None and not extra.is_exact:
            said.append(
                f"第二个病加不了 {yuan(case.extra_limit)}，文件写的是每月最多加 {plain(extra.high)} 元"
            )
        return tuple(said)

    # Small helpers

    def _has(self, condition: Condition) -> bool:
        return condition in self._case.conditions

    def _rules(self, effect: str) -> list[Rule]:
        return [r for r in self._parameters.rules if r.effect == effect and self._has(r.when)]

    def _cited(self, cite: Cite | None) -> tuple[Citation, ...]:
        return (self._parameters.citation(cite),) if cite else ()
