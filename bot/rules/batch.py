"""Many cases at once: the bill of `bot.rules.bill`, a line at a time, over columns of fen.

Cases that differ in nothing but their figures are settled together. What their region says of them is asked once,
of `Known` as for a single case; the figures are int64 (fen, ratios in millionths), so every line is exact.
Only one cost of one time is settled here; several months named one by one are for `bot.rules.estimate`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bot.knowledge.parameters import TABLES, Parameter, RegionParameters
from bot.rules.case import Case
from bot.rules.known import Known, documented
from bot.rules.money import Span

Fen = npt.NDArray[np.int64]

MILLION = 1_000_000
"""Ratios are whole millionths: 85% is 850,000."""
FIGURES = (
    "amount",
    "excluded",
    "used",
    "monthly_limit",
    "extra_limit",
    "deductible",
    "deductible_met",
    "ratio",
    "annual_cap",
)
"""The fields of a case that may differ inside a batch."""

FEN_PER_YUAN = 100
NOTHING: Fen = np.array(0, np.int64)
UNBOUNDED: Fen = np.array(2**56, np.int64)


@dataclass(frozen=True)
class Batch:
    """Cases that are all `like` one of them but for their figures: a column per field of `FIGURES` that is given."""

    like: Case
    figures: Mapping[str, Fen]

    @property
    def amount(self) -> Fen:
        return self.figures["amount"]


@dataclass(frozen=True)
class Settled:
    """Fen per case: the lines of the bill in the worst and in the best case for the person.

    `undecided` is true where a figure is missing and matters, `used_up` where more is said to be used than there was.
    """

    within_policy: Fen
    deductible: tuple[Fen, Fen]
    fund_pays: tuple[Fen, Fen]
    you_pay: tuple[Fen, Fen]
    undecided: npt.NDArray[np.bool_]
    used_up: npt.NDArray[np.bool_]


def settle(batch: Batch, parameters: RegionParameters, as_of: date) -> Settled:
    """The bills of cases that are computed at all: `bot.rules.estimate` has neither refused the one they are
    like for another reason than a missing figure, nor found that nothing is paid for it."""
    known = Known(batch.like, parameters, as_of)
    worst = best = _Corner(batch, known, favourable=False)
    if not known.bounds.are_exact or "extra_limit" in batch.figures:
        best = _Corner(batch, known, favourable=True)
    return Settled(
        within_policy=worst.within_policy,
        deductible=(worst.deductible_paid, best.deductible_paid),
        fund_pays=(worst.fund_pays, best.fund_pays),
        you_pay=(batch.amount - best.fund_pays, batch.amount - worst.fund_pays),
        undecided=(worst.fund_pays != best.fund_pays) & bool(known.unknown()),
        used_up=np.broadcast_to(best.used_up, batch.amount.shape),
    )


class _Corner:
    """One end of what is unknown, best or worst for the person. One property per line of the bill."""

    def __init__(self, batch: Batch, known: Known, favourable: bool) -> None:
        self._batch, self._known, self._favourable = batch, known, favourable

    @cached_property
    def within_policy(self) -> Fen:
        """符合政策范围 (江西第十八条, 湖南第十三条)."""
        return self._batch.amount - self._told("excluded")

    @cached_property
    def deductible_paid(self) -> Fen:
        """起付线 used up by this cost (山东第十五条)."""
        if self._known.deductible is None:
            return NOTHING * self.within_policy if self._favourable else self.within_policy
        deductible = self._figure(self._known.parameters.deductible, "deductible", NOTHING)
        return _smaller(self.within_policy, _not_negative(deductible - self._told("deductible_met")))

    @cached_property
    def within_limit(self) -> Fen:
        """限额内费用 (湖南第十三条、第十四条)."""
        eligible = self.within_policy - self.deductible_paid
        if not self._known.bounds_cost:
            return eligible
        if self._known.base_limit is None:
            return eligible if self._favourable else NOTHING * eligible
        limit = _not_negative(self._limit - self._told("used"))
        return _smaller(eligible, limit * (self._known.quota_months[self._favourable] or 1))

    @cached_property
    def fund_pays(self) -> Fen:
        """统筹基金支出, rounded half-up; bounded by the year's cap (江西第十八条)."""
        open_end = np.array(MILLION if self._favourable else 0)
        ratio = self._figure(self._known.parameters.ratio, "ratio", open_end)
        paid = (self.within_limit * ratio + MILLION // 2) // MILLION
        if self._known.bounds_cost:
            return paid
        return _smaller(paid, _not_negative(self._cap - self._told("used")))

    @cached_property
    def used_up(self) -> npt.NDArray[np.bool_]:
        """Whether more is said to be used than there was."""
        if self._known.bounds_cost and self._known.base_limit is None:
            return np.array(False)
        return np.greater(self._told("used"), self._limit if self._known.bounds_cost else self._cap)

    @cached_property
    def _limit(self) -> Fen:
        """The limit, where it is known, with what a further disease adds."""
        name = "annual_cap" if self._known.limited_by_year else "monthly_limit"
        return self._figure(self._known.parameters.limit, name, NOTHING) + self._added

    @cached_property
    def _cap(self) -> Fen:
        """What the fund pays at most: the year's cap, or that of as many months as the cost is for."""
        months = self._known.months
        fixed = documented(self._known.limit_entries)
        if fixed is not None:
            return self._end(fixed if self._known.limited_by_year else fixed.times(Decimal(months)))
        return self._told("annual_cap", self._told("monthly_limit", UNBOUNDED) * months)

    @cached_property
    def _added(self) -> Fen:
        """What a further disease adds: what the person told if it is allowed, else an end of what is allowed."""
        allowed = documented(self._known.entries(self._known.parameters.extra_limit))
        if allowed is None:
            return NOTHING
        end, several = self._end(allowed), self._known.has("several_diseases")
        if "extra_limit" not in self._batch.figures:
            return end if several else NOTHING
        told = self._batch.figures["extra_limit"]
        added = np.where((_fen(allowed.low) <= told) & (told <= _fen(allowed.high)), told, end)
        return added if several else np.where(told > 0, added, NOTHING)

    def _told(self, name: str, otherwise: Fen | None = None) -> Fen:
        return self._batch.figures.get(name, NOTHING if otherwise is None else otherwise)

    def _figure(self, table: Parameter | None, name: str, open_end: Fen) -> Fen:
        """The document's figure, else the person's, else the end of all it may be."""
        fixed = documented(self._known.entries(table))
        if fixed is None:
            return self._told(name, open_end)
        if name == "ratio":
            return self._end(fixed.times(Decimal(MILLION // FEN_PER_YUAN)))
        return _fen(fixed.at(not self._favourable)) if name == "deductible" else self._end(fixed)

    def _end(self, span: Span) -> Fen:
        return _fen(span.at(self._favourable))


def _smaller(one: Fen, other: Fen) -> Fen:
    smaller: Fen = np.minimum(one, other)
    return smaller


def _not_negative(fen: Fen) -> Fen:
    larger: Fen = np.maximum(fen, NOTHING)
    return larger


def _fen(amount: Decimal) -> Fen:
    return np.array(int(amount * FEN_PER_YUAN), np.int64)


def turning_points(parameters: RegionParameters) -> tuple[date, ...]:
    """The days from which other figures or rules hold; between two of them all cases are alike."""
    document = parameters.document
    days = {document.valid_from, document.valid_to and document.valid_to + timedelta(1)}
    for name in TABLES:
        for entry in table.entries if (table := getattr(parameters, name)) else ():
            days |= {entry.since, entry.until + timedelta(1) if entry.until < date.max else None}
    return tuple(sorted(day for day in days if day))
