"""The embedded rule module: a case and a region's parameters in, an estimate with its trace out. Pure.

First what forbids computing (another scheme, time, document, statements that cannot be so), then what is not
paid at all, then the bill.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bot.knowledge.parameters import Fixed, NotCovered, RegionParameters
from bot.rules.case import Case
from bot.rules.faults import first_fault
from bot.rules.known import Known
from bot.rules.missing import lacking, most_valuable_first, narrowing
from bot.rules.money import NOTHING, Span, percent, to_fen, yuan
from bot.rules.result import Estimate, Refusal, Remark, Step
from bot.rules.trace import Trace

TOO_WIDE = 2
"""A range wider than the total divided by this helps nobody who could tell the cost itself."""


def estimate(case: Case, parameters: RegionParameters, as_of: date) -> Estimate:
    """What the fund pays and what the person pays. `as_of` is the day of treatment where the case names none."""
    return _Estimator(Known(case, parameters, as_of)).result()


class _Estimator:
    """One estimate; methods in the order of the questions asked."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def result(self) -> Estimate:
        if refused := self._forbidden() or self._faulty():
            return refused
        if unpaid := self._unpaid():
            return self._nothing_paid(unpaid)
        if self._known.case.nothing_spent and not self._known.cost_known:
            return self._nothing_spent()
        if not self._known.cost_known:
            missing = ("amount", *self._known.unknown(), *self._known.unsaid)
            return self._refused(lacking(("amount",), self._known), missing)._replace(certain=self._certain())
        return self._computed()

    def _general_notes(self) -> tuple[str, ...]:
        note = self._known.parameters.rule("always")
        return (note.says,) if note else ()

    # Refusals

    def _forbidden(self) -> Estimate | None:
        refusal = self._wrong_scheme() or self._out_of_time() or self._other_document()
        missing = (name for rule in self._known.rules("elsewhere") for name in rule.missing)
        return self._refused(refusal, missing) if refusal else None

    def _wrong_scheme(self) -> Refusal | None:
        scheme = self._known.case.scheme
        entry = self._known.parameters.scheme_entry(scheme, self._known.day) if scheme else None
        if entry and isinstance(entry.state, NotCovered):
            return Refusal("scheme_not_covered", entry.state.not_covered, self._known.cited(entry.cite))
        return None

    def _out_of_time(self) -> Refusal | None:
        validity = self._known.parameters.validity
        if not validity:
            return None
        document, treated = self._known.parameters.document, self._known.treated
        places = self._known.cited(validity.cite)
        if document.valid_from and treated.last < document.valid_from:
            return Refusal("before_effective_date", f"{validity.says}，之前的费用不适用这份文件", places)
        if document.valid_to and treated.first > document.valid_to:
            return Refusal("after_expiry", f"{validity.says}，之后怎么报要看新的规定", places)
        return None

    def _other_document(self) -> Refusal | None:
        for rule in self._known.rules("elsewhere"):
            return Refusal("other_document", rule.says, self._known.cited(rule.cite))
        return None

    def _faulty(self) -> Estimate | None:
        fault = first_fault(self._known)
        if fault is None:
            return None
        amount = self._known.case.amount
        negative = fault.field == "amount" and amount and amount.low < 0
        return self._refused(
            Refusal("negative_amount" if negative else "cannot_be_so", fault.says), (fault.field,)
        )

    # Nothing is paid

    def _unpaid(self) -> Remark | None:
        for rule in self._known.rules("unpaid"):
            return Remark(rule.says, self._known.cited(rule.cite))
        start = self._known.parameters.start
        if start and "not_approved" in self._known.case.conditions and not self._known.case.approved_on:
            says = f"您的慢特病还没有批下来，{start.says}，批下来以前的费用不能按慢特病报"
            return Remark(says, self._known.cited(start.cite))
        if start and self._known.treated_before_approval:
            says = f"您说的看病日子比批下来的日子早，{start.says}，批下来以前的费用不能按慢特病报"
            return Remark(says, self._known.cited(start.cite))
        if start and self._known.started == (False, False):
            says = f"{start.says}{self._first_day()}，这笔费用发生在那之前，不能按慢特病报"
            return Remark(says, self._known.cited(start.cite))
        return None

    def _first_day(self) -> str:
        """From which day on that is, where the approval leaves no doubt of it."""
        approved = self._known.case.approved_on
        days = {self._known.first_day(day) for day in (approved.first, approved.last)} if approved else set()
        return (
            "".join(f"，也就是{day.year}年{day.month}月{day.day}日" for day in days) if len(days) == 1 else ""
        )

    def _nothing_paid(self, unpaid: Remark) -> Estimate:
        known = self._known
        nothing = Estimate(
            known.parameters.region,
            known.case.scheme,
            fund_pays=Span.exactly(to_fen(NOTHING)),
            unpaid=unpaid,
            warnings=self._general_notes(),
        )
        if known.treated_before_approval:
            nothing = nothing._replace(missing=("approved_on",))
        if not known.cost_known:
            return nothing._replace(missing=("amount",))
        spent = known.total if known.spent is None else Span.exactly(known.spent)
        total = Span(to_fen(spent.low), to_fen(spent.high))
        steps = (
            Step("医疗费总额", f"您说的费用 {yuan(total)}", total),
            Step("统筹基金支出", f"不支付：{unpaid.says}", Span.exactly(NOTHING), unpaid.citations),
            Step("个人自付", f"全部自付，{yuan(total)}", total),
        )
        return nothing._replace(you_pay=total, steps=steps)

    def _nothing_spent(self) -> Estimate:
        """Nothing to share: what is paid is a share of a cost, and no limit is paid out."""
        known, nothing = self._known, Span.exactly(to_fen(NOTHING))
        places = known.parameters.citations(entry.cite for entry in known.ratio_entries)
        steps = (
            Step("医疗费总额", "没有花费，0 元", nothing),
            Step("统筹基金支出", "报的是花掉的费用，没有花费就没有可报的", nothing, places),
            Step("个人自付", "0 元", nothing),
        )
        return Estimate(
            known.parameters.region,
            known.case.scheme,
            fund_pays=nothing,
            you_pay=nothing,
            steps=steps,
            warnings=self._general_notes(),
        )

    # The figures

    def _computed(self) -> Estimate:
        known, fund = self._known, self._known.corners.fund_pays
        unknown = known.unknown()
        if unknown and not fund.is_exact:
            missing = most_valuable_first((*unknown, *known.unsaid), known)
            refused = self._refused(lacking(unknown, self._known), missing)
            return refused._replace(certain=self._certain(fund.high))
        missing = () if fund.is_exact else narrowing(known)
        if "amount" in missing and fund.width * TOO_WIDE > known.total.high:
            says = f"费用 {yuan(known.total)} 相差太大，算出来的范围帮不上忙，请说准一点"
            refused = self._refused(Refusal("too_wide", says), missing)
            return refused._replace(certain=self._certain(fund.high))
        trace = Trace(known)
        return Estimate(
            known.parameters.region,
            known.case.scheme,
            fund_pays=fund,
            you_pay=known.corners.you_pay,
            steps=trace.steps(),
            assumptions=trace.assumptions(),
            not_applied=trace.not_applied(),
            missing=missing,
            warnings=(*self._general_notes(), *trace.overruled()),
            validity=trace.validity(),
        )

    def _refused(self, refusal: Refusal, missing: Iterable[str]) -> Estimate:
        draft = self._known.parameters.document.status == "draft"
        tells_itself = refusal.reason == "parameter_missing" and not draft  # what the document does not fix
        return Estimate(
            self._known.parameters.region,
            self._known.case.scheme,
            missing=tuple(dict.fromkeys(missing)),
            warnings=() if tells_itself else self._general_notes(),
            refusal=refusal,
        )

    def _certain(self, most: Decimal | None = None) -> tuple[Remark, ...]:
        """What the document fixes already, and the most the fund may pay where that is less than the cost."""
        known, said = self._known, []
        if most is not None and most < known.total.high and known.ratio is not None:
            whole = to_fen(known.total.high * known.ratio.high) == most
            so_much = f"，也就是费用 {yuan(known.total.high)}的 {percent(known.ratio.high)}" if whole else ""
            said.append(Remark(f"医保最多支付 {yuan(most)}{so_much}"))
        entries = known.deductible_entries
        if entries and all(isinstance(e.state, Fixed) and not e.state.value for e in entries):
            said.append(Remark("不设起付线", known.cited(entries[0].cite)))
        if known.ratio is not None and all(isinstance(e.state, Fixed) for e in known.ratio_entries):
            places = known.parameters.citations(entry.cite for entry in known.ratio_entries)
            said.append(Remark(f"限额以内按 {percent(known.ratio)} 报", places))
        return tuple(said)
