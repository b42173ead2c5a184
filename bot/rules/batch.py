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
UNBOUNDED = 2**56
"""Fen; more than there is, and still far from what 64 bits hold."""


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
    deductible: tuple[Fen | int, Fen | int]
    fund_pays: tuple[Fen, Fen]
    you_pay: tuple[Fen, Fen]
    undecided: npt.NDArray[np.bool_]
    used_up: npt.NDArray[np.bool_]


def settle(batch: Batch, parameters: RegionParameters, as_of: date) -> Settled:
    """The bills of cases that are computed at all: `bot.rules.estimate` has neither refused the one they are
    like for another reason than a missing figure, nor found that nothing is paid for it."""
    known = Known(batch.like, parameters, as_of)
    worst = best = _Corner(batch, known, favourable=False)
    if not (known.bounds.are_exact and worst.added_is_exact):
        best = _Corner(batch, known, favourable=True)
    low, high = worst.fund_pays, best.fund_pays
    you_at_most = batch.amount - low
    nowhere = np.broadcast_to(np.False_, batch.amount.shape)
    return Settled(
        within_policy=worst.within_policy,
        deductible=(worst.deductible_paid, best.deductible_paid),
        fund_pays=(low, high),
        you_pay=(you_at_most if best is worst else batch.amount - high, you_at_most),
        undecided=low != high if known.unknown() else nowhere,
        used_up=best.used_up if "used" in batch.figures else nowhere,
    )


class _Corner:
    """One end of what is unknown, best or worst for the person. One property per line of the bill.

    A figure that is the same for all is a plain number, and what is nothing is not computed with.
    """

    def __init__(self, batch: Batch, known: Known, favourable: bool) -> None:
        self._batch, self._known, self._favourable = batch, known, favourable

    @cached_property
    def within_policy(self) -> Fen:
        """符合政策范围 (江西第十八条, 湖南第十三条)."""
        return _less(self._batch.amount, self._told("excluded"))

    @cached_property
    def deductible_paid(self) -> Fen | int:
        """起付线 used up by this cost (山东第十五条)."""
        if self._known.deductible is None:
            return 0 if self._favourable else self.within_policy
        deductible = self._figure(self._known.parameters.deductible, "deductible")
        left = _not_negative(deductible - self._told("deductible_met"))
        return _smaller(self.within_policy, left) if _is_something(left) else 0

    @cached_property
    def within_limit(self) -> Fen:
        """限额内费用 (湖南第十三条、第十四条)."""
        eligible = _less(self.within_policy, self.deductible_paid)
        if not self._known.bounds_cost:
            return eligible
        if self._known.base_limit is None:
            return eligible if self._favourable else np.zeros_like(eligible)
        limit = _not_negative(self._limit - self._told("used"))
        months = self._known.quota_months[self._favourable] or 1
        return _smaller(eligible, limit + self._limit * (months - 1) if months > 1 else limit)

    @cached_property
    def fund_pays(self) -> Fen:
        """统筹基金支出, rounded half-up; bounded by the year's cap (江西第十八条; 湖南第二十条)."""
        ratio = self._figure(self._known.parameters.ratio, "ratio", MILLION if self._favourable else 0)
        paid = self.within_limit * ratio
        paid += MILLION // 2
        paid //= MILLION
        if self._known.bounds_cost:
            cap = self._batch.figures.get("annual_cap")
            return paid if cap is None else _smaller(paid, cap)
        return _smaller(paid, _not_negative(self._cap - self._told("used")))

    @cached_property
    def used_up(self) -> npt.NDArray[np.bool_]:
        """Whether more is said to be used than there was."""
        if self._known.bounds_cost and self._known.base_limit is None:
            return np.zeros(self._batch.amount.shape, np.bool_)
        return np.greater(self._told("used"), self._limit if self._known.bounds_cost else self._cap)

    @cached_property
    def _limit(self) -> Fen | int:
        """The limit, where it is known, with what a further disease adds."""
        name = "annual_cap" if self._known.limited_by_year else "monthly_limit"
        return self._figure(self._known.parameters.limit, name) + self._added

    @cached_property
    def _cap(self) -> Fen | int:
        """What the fund pays at most: the year's cap, or that of as many months as the cost is for."""
        months = self._known.months
        fixed = documented(self._known.limit_entries)
        if fixed is not None:
            return self._end(fixed if self._known.limited_by_year else fixed.times(Decimal(months)))
        return self._told("annual_cap", self._told("monthly_limit", UNBOUNDED) * months)

    @cached_property
    def _added(self) -> Fen | int:
        """What a further disease adds: what the person told if it is allowed, else an end of what is allowed."""
        allowed, told = self._allowed_to_add, self._told("extra_limit")
        if allowed is None:
            return 0
        if isinstance(told, int):
            return self._end(allowed) if self._known.has("several_diseases") else 0
        if self.added_is_exact:
            return told
        added = np.where((_fen(allowed.low) <= told) & (told <= _fen(allowed.high)), told, self._end(allowed))
        return added if self._known.has("several_diseases") else np.where(told > 0, added, 0)

    @cached_property
    def added_is_exact(self) -> bool:
        """Whether everybody who told what a further disease adds told something that is allowed."""
        allowed, told = self._allowed_to_add, self._told("extra_limit")
        if allowed is None or isinstance(told, int):
            return True
        return bool(told.min() >= _fen(allowed.low) and told.max() <= _fen(allowed.high))

    @cached_property
    def _allowed_to_add(self) -> Span | None:
        return documented(self._known.entries(self._known.parameters.extra_limit))

    def _told(self, name: str, otherwise: Fen | int = 0) -> Fen | int:
        return self._batch.figures.get(name, otherwise)

    def _figure(self, table: Parameter | None, name: str, open_end: int = 0) -> Fen | int:
        """The document's figure, else the person's, else the end of all it may be."""
        fixed = documented(self._known.entries(table))
        if fixed is None:
            return self._told(name, open_end)
        if name == "ratio":
            return self._end(fixed.times(Decimal(MILLION // FEN_PER_YUAN)))
        return _fen(fixed.at(not self._favourable)) if name == "deductible" else self._end(fixed)

    def _end(self, span: Span) -> int:
        return _fen(span.at(self._favourable))


def _is_something(figure: Fen | int) -> bool:
    return not isinstance(figure, int) or figure != 0


def _less(whole: Fen, part: Fen | int) -> Fen:
    return whole - part if _is_something(part) else whole


def _smaller(one: Fen, other: Fen | int) -> Fen:
    smaller: Fen = np.minimum(one, other)
    return smaller


def _not_negative(figure: Fen | int) -> Fen | int:
    return max(figure, 0) if isinstance(figure, int) else np.maximum(figure, 0)


def _fen(amount: Decimal) -> int:
    return int(amount * FEN_PER_YUAN)


def turning_points(parameters: RegionParameters) -> tuple[date, ...]:
    """The days from which other figures or rules hold; between two of them all cases are alike."""
    document = parameters.document
    days = {document.valid_from, document.valid_to and document.valid_to + timedelta(1)}
    for name in TABLES:
        for entry in table.entries if (table := getattr(parameters, name)) else ():
            days |= {entry.since, entry.until + timedelta(1) if entry.until < date.max else None}
    return tuple(sorted(day for day in days if day))
