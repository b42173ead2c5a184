"""Rows of a file settled together: rows alike in everything but their figures make one batch."""

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.knowledge.parameters import RegionParameters
from bot.messages import say_places
from bot.rules.batch import Batch, settle, turning_points
from bot.rules.case import Case, Days
from bot.rules.estimate import estimate
from bot.rules.known import Known
from bot.rules.missing import lacking
from bot.rules.result import Estimate
from bot.rules.rows import FACTS, FIGURES, Row, RowError, in_fen
from bot.rules.trace import Trace

_TITLES = {column.field: column.title for column in (*FACTS, *FIGURES)}

Moment = tuple[int, tuple[bool, bool]]
"""Between which two changes of the rules, and whether the benefit had begun."""


@dataclass(frozen=True)
class Result:
    """Fen; `fund_pays` and `you_pay` with both ends, None where nothing can be computed and `says` tells why."""

    fund_pays: tuple[int, int] | None
    you_pay: tuple[int, int] | None
    says: str = ""
    places: str = ""


def settle_rows(
    rows: Sequence[Row], regions: Mapping[str, RegionParameters], as_of: date
) -> list[Result | RowError]:
    """One result for each row, or what is wrong with it. `as_of` is the day where a row names none."""
    results: dict[int, Result | RowError] = {}
    groups: dict[object, list[int]] = defaultdict(list)
    moments = _Moments(regions, as_of)
    for index, row in enumerate(rows):
        if row.facts.region not in regions:
            results[index] = RowError("地区", f"没有“{row.facts.region}”的规定；有：{'、'.join(regions)}")
            continue
        # Rows with the same facts share one object.
        groups[id(row.facts), moments.of(row), tuple(row.figures)].append(index)
    for indexes in groups.values():
        alike = [rows[index] for index in indexes]
        parameters = regions[str(alike[0].facts.region)]
        results.update(zip(indexes, _settled(alike, parameters, as_of), strict=True))
    return [results[index] for index in range(len(rows))]


class _Moments:
    """Rows of different days are alike where no rule changes between them."""

    def __init__(self, regions: Mapping[str, RegionParameters], as_of: date) -> None:
        self._regions, self._as_of = regions, as_of
        self._turning = {name: turning_points(region) for name, region in regions.items()}
        self._known: dict[tuple[str | None, str | None, tuple[Days | None, Days | None]], Moment] = {}

    def of(self, row: Row) -> Moment:
        region, area, days = row.facts.region, row.facts.area, row.days
        if (region, area, days) not in self._known:
            self._known[region, area, days] = self._moment(str(region), area, *days)
        return self._known[region, area, days]

    def _moment(self, region: str, area: str | None, approved: Days | None, treated: Days | None) -> Moment:
        case = Case(region=region, area=area, approved_on=approved, treated_on=treated)
        known = Known(case, self._regions[region], self._as_of)
        turning = turning_points(known.parameters) if area else self._turning[region]
        return bisect(turning, known.treated.first), known.started


def _settled(rows: Sequence[Row], parameters: RegionParameters, as_of: date) -> Iterator[Result | RowError]:
    like = rows[0].case
    alone = estimate(like, parameters, as_of)
    if alone.unpaid or (alone.refusal and alone.refusal.reason not in ("parameter_missing", "cannot_be_so")):
        yield from (_without_figures(row, alone) for row in rows)
        return
    figures = {
        name: np.array([in_fen(name, row.figures[name]) for row in rows], np.int64)
        for name in rows[0].figures
    }
    settled = settle(Batch(like, figures), parameters, as_of)
    known = Known(like, parameters, as_of)
    why = lacking(known.unknown(), known)
    added = () if known.extra_limit.is_exact else ("extra_limit",)
    not_told = "、".join(_TITLES[name] for name in (*known.unsaid, *added))
    steps = Trace(known).steps()
    places = say_places(dict.fromkeys(place for step in steps for place in step.citations))
    fund, you = (np.stack(ends, axis=1).tolist() for ends in (settled.fund_pays, settled.you_pay))
    for index in range(len(rows)):
        if settled.used_up[index]:
            yield RowError(_TITLES["used"], "比限额（封顶）还多")
        elif settled.undecided[index]:
            yield Result(None, None, f"不能算：{why.says}", say_places(why.citations))
        else:
            says = f"没有写{not_told}，所以是范围" if fund[index][0] != fund[index][1] else ""
            yield Result((fund[index][0], fund[index][1]), (you[index][0], you[index][1]), says, places)


def _without_figures(row: Row, alone: Estimate) -> Result:
    """A row for which nothing is paid, or nothing can be computed, whatever it cost."""
    places = say_places(alone.citations)
    if alone.unpaid:
        amount = in_fen("amount", row.figures["amount"])
        return Result((0, 0), (amount, amount), alone.unpaid.says, places)
    return Result(None, None, f"不能算：{alone.refusal.says if alone.refusal else ''}", places)
