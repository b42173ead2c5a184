"""Every article's cases come out as written, and every parameter is held by at least one of them."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from article_cases import ArticleCase, article_cases, failures

from bot.knowledge.parameters import (
    TABLES,
    Between,
    Entry,
    Fixed,
    NotCovered,
    RegionParameters,
    State,
    load_parameters,
)
from bot.settings import ROOT

CASES = article_cases()
REGIONS = load_parameters(ROOT / "knowledge")
FEN = Decimal("0.01")
DAY = timedelta(1)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_articles_case_comes_out_as_written(case: ArticleCase) -> None:
    assert failures(case, REGIONS[case.region]) == []


def changed_states(table: str, state: State) -> Iterator[State]:
    """The same state with another figure; where there is none, with one. A scheme is covered or is not."""
    if table == "schemes" and isinstance(state, Fixed):
        yield NotCovered(not_covered="不管")
    elif isinstance(state, Fixed):
        yield Fixed(value=state.value + FEN)
    elif isinstance(state, Between):
        for change in ({"low": state.low + FEN}, {"high": state.high - FEN}, {"high": state.high + FEN}):
            yield state.model_copy(update=change)
    else:
        yield Fixed(value=Decimal("0.5"))


def changed_entries(table: str, entry: Entry) -> Iterator[Entry]:
    for state in changed_states(table, entry.state):
        yield entry.model_copy(update={"state": state})
    if entry.since != date.min:
        yield entry.model_copy(update={"since": entry.since + DAY})
    if entry.until != date.max:
        yield entry.model_copy(update={"until": entry.until - DAY})


def mutants(region: RegionParameters) -> Iterator[tuple[str, RegionParameters]]:
    """The region with one parameter changed, and which."""

    def with_(name: str, **change: Any) -> tuple[str, RegionParameters]:
        return f"{region.region} {name}", RegionParameters.model_construct(**{**dict(region), **change})

    for table in TABLES:
        parameter = getattr(region, table)
        for index, entry in enumerate(parameter.entries if parameter else ()):
            for number, other in enumerate(changed_entries(table, entry)):
                entries = (*parameter.entries[:index], other, *parameter.entries[index + 1 :])
                changed = parameter.model_copy(update={"entries": entries})
                yield with_(f"{table} {entry.whom} {number}", **{table: changed})
    if limit := region.limit:
        for key, value in (("basis", ("eligible_cost", "fund_payment")), ("period", ("month", "year"))):
            other_value = next(v for v in value if v != getattr(limit, key))
            yield with_(f"limit.{key}", limit=limit.model_copy(update={key: other_value}))
    for reading in region.quota:
        yield with_(f"quota {reading.period}", quota=tuple(r for r in region.quota if r != reading))
    if start := region.start:
        day = "approval_day" if start.day == "month_after_approval" else "month_after_approval"
        yield with_("start", start=start.model_copy(update={"day": day}))
    for rule in region.rules:
        yield with_(f"rule {rule.when}", rules=tuple(r for r in region.rules if r != rule))
    document = region.document
    for key in ("valid_from", "valid_to"):
        for shift in (-DAY, DAY) if (day_of := getattr(document, key)) else ():
            moved = document.model_copy(update={key: day_of + shift})
            yield with_(f"{key} {shift.days:+}", documents=(moved, *region.documents[1:]))


@pytest.mark.parametrize(
    ("name", "mutant"),
    [m for region in REGIONS.values() for m in mutants(region)],
    ids=lambda value: str(value)[:40],
)
def test_no_parameter_can_change_unnoticed(name: str, mutant: RegionParameters) -> None:
    assert any(failures(case, mutant) for case in CASES if case.region == mutant.region), name


def months() -> Iterator[date]:
    yield from (date(year, month, 1) for year in range(2023, 2029) for month in range(1, 13))


@pytest.mark.parametrize("region", REGIONS.values(), ids=REGIONS)
def test_no_month_is_without_an_answer(region: RegionParameters) -> None:
    """As long as the document is in force, every table says something of everybody."""
    document = region.document
    for month in months():
        in_force = (document.valid_from or date.min) <= month <= (document.valid_to or date.max)
        for table in TABLES if in_force else ():
            parameter = getattr(region, table)
            assert parameter is None or not list(parameter.gaps(month, month + 27 * DAY))
