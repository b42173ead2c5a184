"""What holds for every case: nothing is lost between fund and person, and ranges keep their promise."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.parameters import load_parameters
from bot.rules.case import Case, MonthCost
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.rules.result import Estimate
from bot.settings import ROOT

TODAY = date(2026, 11, 22)
REGIONS = load_parameters(ROOT / "knowledge")

yuan = st.decimals(0, 200_000, places=2)
costs = st.decimals("0.01", 200_000, places=2)
ratios = st.decimals(0, 1, places=2)


@st.composite
def known_cases(draw: st.DrawFn) -> Case:
    """Cases with every figure that matters given."""
    amount = draw(costs)
    conditions = draw(
        st.sampled_from([frozenset(), frozenset({"long_prescription"}), frozenset({"not_designated"})])
    )
    return Case(
        region=draw(st.sampled_from(sorted(REGIONS))),
        scheme="职工",
        employment=draw(st.sampled_from(["在职", "退休"])),
        amount=Span.exactly(amount),
        months=draw(st.none() | st.integers(1, 12)),
        each_month=True,
        monthly_limit=draw(yuan),
        excluded=draw(st.none() | st.decimals(0, amount, places=2)),
        ratio=draw(ratios),
        deductible=draw(yuan),
        deductible_met=draw(yuan),
        quota_left=draw(st.none() | yuan),
        conditions=conditions,
    )


def answer(case: Case) -> Estimate:
    return estimate(case, REGIONS[str(case.region)], TODAY)


def spans(result: Estimate) -> tuple[Span, Span]:
    assert result.fund_pays is not None
    assert result.you_pay is not None
    return result.fund_pays, result.you_pay


def within(inner: Span, outer: Span) -> bool:
    return outer.low <= inner.low and inner.high <= outer.high


@given(known_cases())
def test_the_parts_add_up_to_the_total(case: Case) -> None:
    result = answer(case)
    fund, you = spans(result)
    total = result.steps[0].amount
    assert fund.is_exact
    assert fund.low + you.low == total.low
    assert 0 <= fund.low <= total.low


@given(known_cases(), yuan)
def test_more_cost_never_pays_the_person_less(case: Case, more: D) -> None:
    assert case.amount is not None
    dearer = replace(case, amount=case.amount + Span.exactly(more))
    assert spans(answer(dearer))[0].low >= spans(answer(case))[0].low
    assert spans(answer(dearer))[1].low >= spans(answer(case))[1].low


@given(known_cases(), st.sampled_from(["在职", "退休"]))
def test_the_employment_once_known_lands_inside_the_range(case: Case, employment: str) -> None:
    unknown, known = answer(replace(case, employment=None)), answer(replace(case, employment=employment))
    for part, whole in zip(spans(known), spans(unknown), strict=True):
        assert within(part, whole)


@given(known_cases(), st.decimals(0, 100, places=2))
def test_the_extra_limit_once_known_lands_inside_the_range(case: Case, extra: D) -> None:
    several = replace(case, region="湖南", quota_left=None, conditions=frozenset({"several_diseases"}))
    unknown, known = answer(several), answer(replace(several, extra_limit=extra))
    if unknown.fund_pays:
        assert within(spans(known)[0], spans(unknown)[0])


@given(known_cases(), costs, costs)
def test_a_rough_amount_once_known_lands_inside_the_range(case: Case, one: D, other: D) -> None:
    low, high = sorted((one, other))
    rough = answer(replace(case, amount=Span(low, high), excluded=None))
    for exact in (low, high, (low + high) / 2):
        known = answer(replace(case, amount=Span.exactly(exact.quantize(D("0.01"))), excluded=None))
        if rough.fund_pays:
            assert within(spans(known)[0], spans(rough)[0])
            assert within(spans(known)[1], spans(rough)[1])


@given(st.lists(st.tuples(st.integers(1, 12), yuan), min_size=1, max_size=6, unique_by=lambda c: c[0]), yuan)
def test_months_told_one_by_one_lie_inside_the_months_together(costs: list[tuple[int, D]], limit: D) -> None:
    case = Case(region="湖南", employment="在职", monthly_limit=limit)
    months = tuple(MonthCost(date(2026, month, 1), amount) for month, amount in costs)
    told = answer(replace(case, by_month=months))
    total = Span.exactly(sum((amount for _, amount in costs), D(0)))
    together = answer(replace(case, amount=total, months=len(costs)))
    if told.fund_pays and together.fund_pays:
        assert within(told.fund_pays, together.fund_pays)


def floats(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno
        if isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno


@pytest.mark.parametrize(
    "path",
    [*sorted((ROOT / "bot/rules").glob("*.py")), *sorted((ROOT / "bot/dialogue").glob("cost*.py"))],
    ids=lambda path: path.name,
)
def test_no_floats_near_money(path: Path) -> None:
    assert list(floats(path)) == []
