"""The embedded rule module: a case and a region's parameters in, an estimate with its trace out. Pure.

First what forbids computing (another scheme, time, document), then what is not paid at all, then the bill.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.knowledge.parameters import Between, Delegated, Entry, Fixed, NotCovered, RegionParameters
from bot.messages import Citation
from bot.rules.case import Case, Days
from bot.rules.known import Known
from bot.rules.money import NOTHING, Span, percent, to_fen, yuan
from bot.rules.result import Estimate, Refusal, Remark, Step
from bot.rules.trace import Trace


def estimate(case: Case, parameters: RegionParameters, as_of: date) -> Estimate:
    """What the fund pays and what the person pays. `as_of` is the day of treatment where the case names none."""
    return _Estimator(Known(case, parameters, as_of)).result()


class _Estimator:
    """One estimate; methods in the order of the questions asked."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def result(self) -> Estimate:
        refusal = self._refusal()
        if refusal:
            return self._refused(refusal, self._named_by(refusal))
        unpaid = self._unpaid()
        if unpaid:
            return self._nothing_paid(unpaid)
        if not self._known.cost_known():
            return replace(
                self._refused(
                    self._lacking(("amount",)),
                    ("amount", *self._known.unknown(), *self._known.status_unknown()),
                ),
                certain=self._certain(None),
            )
        return self._computed()

    def _blank(self) -> Estimate:
        notes = (self._known.parameters.rule("always"),)
        return Estimate(
            region=self._known.parameters.region,
            scheme=self._known.case.scheme,
            warnings=tuple(note.says for note in notes if note),
        )

    # Refusals

    def _refusal(self) -> Refusal | None:
        return self._wrong_scheme() or self._out_of_time() or self._other_document() or self._negative()

    def _named_by(self, refusal: Refusal) -> tuple[str, ...]:
        if refusal.reason == "negative_amount":
            return ("amount",)
        return tuple(name for rule in self._known.rules("elsewhere") for name in rule.missing)

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
        document = self._known.parameters.document
        treated = self._known.case.treated_on or Days(self._known.as_of, self._known.as_of)
        places = self._known.cited(validity.cite)
        if document.valid_from and treated.last < document.valid_from:
            return Refusal("before_effective_date", f"{validity.says}，之前的费用不适用这份文件", places)
        if document.valid_to and treated.first > document.valid_to:
            return Refusal("after_expiry", f"{validity.says}，之后怎么报要看新的规定", places)
        return None

    def _other_document(self) -> Refusal | None:
        return next(
            (
                Refusal("other_document", r.says, self._known.cited(r.cite))
                for r in self._known.rules("elsewhere")
            ),
            None,
        )

    def _negative(self) -> Refusal | None:
        amount = self._known.case.amount
        if amount and amount.low < 0:
            return Refusal("negative_amount", "金额是负数，没有办法算，请核对一下是退费，还是多打了一个减号")
        return None

    # Nothing is paid

    def _unpaid(self) -> Remark | None:
        for rule in self._known.rules("unpaid"):
            return Remark(rule.says, self._known.cited(rule.cite))
        start = self._known.parameters.start
        if start and self._known.started() == (False, False):
            return Remark(
                f"{start.says}，这笔费用发生在那之前，不能按慢特病报", self._known.cited(start.cite)
            )
        return None

    def _nothing_paid(self, unpaid: Remark) -> Estimate:
        blank = replace(self._blank(), fund_pays=Span.exactly(to_fen(NOTHING)), unpaid=unpaid)
        if not self._known.cost_known():
            return replace(blank, missing=("amount",))
        spent = self._known.total() + Span.exactly(self._known.before_start())
        total = Span(to_fen(spent.low), to_fen(spent.high))
        return replace(
            blank,
            you_pay=total,
            steps=(
                Step("医疗费总额", f"您说的费用 {yuan(total)}", total),
                Step("统筹基金支出", f"不支付：{unpaid.says}", Span.exactly(NOTHING), unpaid.citations),
                Step("个人自付", f"全部自付，{yuan(total)}", total),
            ),
        )

    # The figures

    def _computed(self) -> Estimate:
        bounds = self._known.bounds()
        corners = self._known.corners(bounds)
        unknown = self._known.unknown()
        narrowing = self._known.narrowing(bounds, corners)
        fund = corners.fund_pays
        if unknown and not fund.is_exact:
            missing = (*unknown, *self._known.status_unknown(), *narrowing)
            return replace(self._refused(self._lacking(unknown), missing), certain=self._certain(fund.high))
        trace = Trace(self._known, bounds, corners)
        return replace(
            self._blank(),
            fund_pays=fund,
            you_pay=corners.you_pay,
            steps=trace.steps(),
            assumptions=trace.assumptions(),
            not_applied=trace.not_applied(),
            missing=() if fund.is_exact else narrowing,
            warnings=(*self._blank().warnings, *trace.overruled()),
        )

    def _refused(self, refusal: Refusal, missing: Iterable[str]) -> Estimate:
        blank = self._blank()
        if refusal.reason == "parameter_missing" and self._known.parameters.document.status != "draft":
            blank = replace(blank, warnings=())  # the refusal itself tells what the document does not fix
        return replace(blank, refusal=refusal, missing=tuple(dict.fromkeys(missing)))

    def _certain(self, most: Decimal | None) -> tuple[Remark, ...]:
        """What the document fixes already, and the most the fund may pay where that is less than the cost."""
        known, said = self._known, []
        if most is not None and most < known.total().high:
            said.append(Remark(f"医保最多支付 {yuan(most)}"))
        entry = known.parameters.deductible.at(known.day)
        if entry and isinstance(entry.state, Fixed) and not entry.state.value:
            said.append(Remark("不设起付线", known.cited(entry.cite)))
        fixed = [e for e in known.ratio_entries() if isinstance(e.state, Fixed)]
        if fixed and (ratio := known.ratio()) is not None:
            places = tuple(dict.fromkeys(place for e in fixed for place in known.cited(e.cite)))
            said.append(Remark(f"限额以内按 {percent(ratio)} 报", places))
        return tuple(said)

    def _lacking(self, names: tuple[str, ...]) -> Refusal:
        """Why what is lacking is not in the document: who decides it, or where it stands."""
        said: list[str] = []
        places: list[Citation] = []
        for name in names:
            for entry in self._entries(name):
                state = entry.state
                if isinstance(state, Fixed | Between | NotCovered):
                    continue
                said.append(f"{state.rule}，由{state.to}定" if isinstance(state, Delegated) else state.reason)
                places.extend(self._known.cited(entry.cite))
        return Refusal("parameter_missing", "；".join(dict.fromkeys(said)), tuple(dict.fromkeys(places)))

    def _entries(self, name: str) -> tuple[Entry, ...]:
        """The parameter entries behind a missing name."""
        parameters = self._known.parameters
        if name == "ratio":
            return self._known.ratio_entries()
        tables = {
            "monthly_limit": parameters.limit,
            "annual_cap": parameters.limit,
            "deductible": parameters.deductible,
        }
        table = tables.get(name)
        entry = table.at(self._known.day, self._known.case.benefit_class) if table else None
        return (entry,) if entry else ()
