"""The rule module as a form: the fields that a region's parameters use, and what is computed from what was typed."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.card import card_of
from bot.dialogue.cost.differences import compared
from bot.dialogue.cost.person import Person
from bot.dialogue.cost.wording import answer, closing
from bot.knowledge.parameters import GROUPS, Fixed, Parameter, RegionParameters
from bot.pictures import cost_picture
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.rules.result import Estimate
from bot.rules.rows import DAYS, FACTS, FIGURES, SITUATIONS

MONTHS_AT_MOST = 12
SITUATION = "conditions"
AREA, MONTHS = "area", "months"

_READ = {column.field: column for column in (*FACTS, *DAYS, *FIGURES)}


@dataclass(frozen=True)
class Field:
    """A row of the form. `options` are what can be chosen, several at once if `several`; none: it is typed."""

    name: str
    title: str
    hint: str = ""
    options: tuple[str, ...] = ()
    several: bool = False


@dataclass(frozen=True)
class Filled:
    """One column of the form: what stands in its fields, what is wrong there, and what was computed.

    `telling` is what the assistant would say of it, `picture` a `data:` address, `difference` from the first column.
    """

    values: Mapping[str, tuple[str, ...]]
    faults: Mapping[str, str] = field(default_factory=dict)
    result: Estimate | None = None
    telling: str = ""
    picture: str = ""
    difference: str = ""

    def value(self, name: str) -> str:
        """What was typed into a field."""
        return "、".join(self.values.get(name, ()))


# --- the fields -----------------------------------------------------------------------------------


def fields_of(parameters: RegionParameters) -> tuple[Field, ...]:
    """What is asked in a region, in the order of the bill; what its documents fix, or do not use, is left out."""
    return tuple(_fields(parameters))


def _fields(parameters: RegionParameters) -> Iterator[Field]:
    if parameters.areas:
        yield Field(AREA, "统筹区", options=tuple(parameters.areas))
    for name in ("scheme", "employment", "benefit_class", "hospital_level"):
        if name == "scheme" or _depends_on(parameters, name):
            yield _chosen(name, GROUPS[name])
    if diseases := _diseases(parameters):
        yield _chosen("diseases", diseases)
    yield _typed("amount", "元；几笔可以写 120+80.5")
    yield Field(MONTHS, "几个月", "每个月都是上面这么多时填；不填就是一个月或一次")
    yield _typed("excluded")
    yield from _figures(parameters)
    if situations := _situations(parameters):
        yield Field(SITUATION, _READ[SITUATION].title, "没有就不勾", situations, several=True)
    if parameters.start:
        yield _typed("approved_on", "如 2026-03-01")
    yield _typed("treated_on", "不填按今天")


def _figures(parameters: RegionParameters) -> Iterator[Field]:
    """Those that no document fixes."""
    limit = parameters.limit
    if not _is_fixed(parameters.deductible):
        yield _typed("deductible", "元/年，没有就填 0")
        yield _typed("deductible_met", "元，今年已经扣过的")
    if limit and limit.period == "month":
        if not _is_fixed(limit):
            yield _typed("monthly_limit", "元/月，结算单上有")
        if parameters.extra_limit:
            yield _typed("extra_limit", "元/月，有第二个病才填")
        yield _typed("used", "元，本月已计入限额的")
    if not _is_fixed(parameters.ratio):
        yield _typed("ratio", "如 85%")
    if not (limit and limit.period == "month"):
        if not _is_fixed(limit):
            yield _typed("annual_cap", "元，基金一年最多付")
        yield _typed("used", "元，今年基金已经付的")


def _chosen(name: str, options: Sequence[str]) -> Field:
    return Field(name, _READ[name].title, options=tuple(options))


def _typed(name: str, hint: str = "") -> Field:
    return Field(name, _READ[name].title, hint or _READ[name].means)


def _tables(parameters: RegionParameters) -> Iterator[Parameter]:
    tables = (parameters.deductible, parameters.ratio, parameters.limit, parameters.extra_limit)
    return (table for table in tables if table)


def _depends_on(parameters: RegionParameters, group: str) -> bool:
    return any(table.concerns(group) for table in _tables(parameters))


def _diseases(parameters: RegionParameters) -> tuple[str, ...]:
    """Those that have figures of their own."""
    named = frozenset().union(*(e.when for table in _tables(parameters) for e in table.entries))
    return tuple(sorted(named.difference(*GROUPS.values())))


def _situations(parameters: RegionParameters) -> tuple[str, ...]:
    """Those that the region's document draws a consequence from."""
    return tuple(
        name
        for name, condition in SITUATIONS.items()
        if parameters.rule(condition)
        or any(condition in entry.when for table in _tables(parameters) for entry in table.entries)
    )


def _is_fixed(table: Parameter | None) -> bool:
    return table is not None and all(isinstance(entry.state, Fixed) for entry in table.entries)


def fitting(
    values: Mapping[str, tuple[str, ...]], parameters: RegionParameters
) -> dict[str, tuple[str, ...]]:
    """Of what a record tells, what the region's form asks for and can be chosen there."""
    shown = {each.name: each for each in fields_of(parameters)}
    return {
        name: cells
        for name, cells in values.items()
        if name in shown and (not shown[name].options or set(cells) <= set(shown[name].options))
    }


# --- computing ------------------------------------------------------------------------------------


def computed(
    columns: Sequence[Mapping[str, tuple[str, ...]]], parameters: RegionParameters, today: date
) -> tuple[Filled, ...]:
    """The columns with what is computed from each, by the assistant's own rules; the others compared with the first."""
    shown = fields_of(parameters)
    filled = [_computed(values, shown, parameters, today) for values in columns]
    first = filled[0].result
    return tuple(
        replace(column, difference=compared(first, column.result, "左边第一列"))
        if number and first and column.result
        else column
        for number, column in enumerate(filled)
    )


def _computed(
    values: Mapping[str, tuple[str, ...]], shown: Sequence[Field], parameters: RegionParameters, today: date
) -> Filled:
    told: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for each in shown:
        cells = values.get(each.name, ())
        if any(cells):
            try:
                told |= _read(each.name, cells)
            except ValueError as error:
                faults[each.name] = str(error)
    if faults:
        return Filled(values, faults)
    case = Case(region=parameters.region, **told)
    result = estimate(case, parameters, today)
    card = card_of((Person(case),), result)
    return Filled(
        values,
        result=result,
        telling=f"{answer(result, None)}{closing(result)}",
        picture=_data_address(cost_picture(card)),
    )


def _read(name: str, cells: Sequence[str]) -> dict[str, Any]:
    """What the field says of the case. Raises ValueError with the reason in Chinese."""
    cell = cells[0].replace("，", "").replace(",", "")
    if name == AREA:
        return {AREA: cell}
    if name == MONTHS:
        if not cell.isdecimal() or not 1 <= int(cell) <= MONTHS_AT_MOST:
            raise ValueError(f"应为 1 到 {MONTHS_AT_MOST} 的整数，现为“{cell}”")
        return {MONTHS: int(cell), "each_month": True} if int(cell) > 1 else {}
    if name == "amount":
        return {name: Span.exactly(_sum_of(cell))}
    if name == SITUATION:
        return {name: _READ[name].read("；".join(cells))}
    return {name: _READ[name].read(cell)}


def _sum_of(cell: str) -> Decimal:
    read = _READ["amount"].read
    costs = [read(part.strip()) for part in cell.replace("＋", "+").split("+")]
    return read(str(sum(costs)))  # type: ignore[no-any-return]


def _data_address(svg: str | None) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}" if svg else ""
