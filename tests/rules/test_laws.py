"""What holds for every case: nothing is lost between fund and person, and ranges keep their promise."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.parameters import load_parameters
from bot.rules.case import Case, MonthCost
from bot.rules.estimate import estimate
from bot.rules.known import Known
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
    dearer = replace(case, amount=case.amount.plus(Span.exactly(more)))
    assert spans(answer(dearer))[0].low >= spans(answer(case))[0].low
    assert spans(answer(dearer))[1].low >= spans(answer(case))[1].low


FILLINGS: dict[str, st.SearchStrategy[Any]] = {
    "employment": st.sampled_from(["在职", "退休"]),
    "extra_limit": st.decimals(0, 100, places=2),
    "monthly_limit": yuan,
    "deductible": yuan,
    "ratio": ratios,
}


@given(known_cases(), st.data())
def test_every_answer_to_what_was_unknown_lands_inside_the_range(case: Case, data: st.DataObject) -> None:
    """The range is the bill at its corners, whether or not it is narrow enough to be told."""
    parameters = REGIONS[str(case.region)]
    names = data.draw(st.sets(st.sampled_from(sorted(FILLINGS)), min_size=1))
    if parameters.limit is None or parameters.limit.basis != "eligible_cost":
        names.discard("monthly_limit")  # a cap nobody named is said not to be reached
    unknown: Any = dict.fromkeys(names)
    answers: Any = {name: data.draw(FILLINGS[name]) for name in names}
    several = frozenset({"several_diseases"}) if "extra_limit" in names else case.conditions
    case = replace(case, conditions=several, quota_left=None)
    whole = Known(replace(case, **unknown), parameters, TODAY).corners
    part = Known(replace(case, **answers), parameters, TODAY).corners
    assert within(part.fund_pays, whole.fund_pays)
    assert within(part.you_pay, whole.you_pay)


@given(known_cases(), costs, costs, st.data())
def test_a_rough_amount_once_known_lands_inside_the_range(
    case: Case, one: D, other: D, data: st.DataObject
) -> None:
    low, high = sorted((one, other))
    case = replace(case, excluded=None)
    exact = data.draw(st.decimals(low, high, places=2))
    parameters = REGIONS[str(case.region)]
    rough = Known(replace(case, amount=Span(low, high)), parameters, TODAY).corners
    known = Known(replace(case, amount=Span.exactly(exact)), parameters, TODAY).corners
    assert within(known.fund_pays, rough.fund_pays)
    assert within(known.you_pay, rough.you_pay)


@given(st.lists(st.tuples(st.integers(1, 12), yuan), min_size=1, max_size=6, unique_by=lambda c: c[0]), yuan)
def test_months_told_one_by_one_lie_inside_the_months_together(costs: list[tuple[int, D]], limit: D) -> None:
    case = Case(region="湖南", employment="在职", monthly_limit=limit)
    months = tuple(MonthCost(date(2026, month, 1), amount) for month, amount in costs)
    told = answer(replace(case, by_month=months))
    total = Span.exactly(sum((amount for _, amount in costs), D(0)))
    together = answer(replace(case, amount=total, months=len(costs)))
    if told.fund_pays and together.fund_pays:
        assert within(told.fund_pays, together.fund_pays)


@given(
    st.lists(yuan, min_size=2, max_size=7),
    yuan,
    st.integers(0, 11),
)
def test_months_once_named_lie_inside_those_of_which_only_the_order_is_told(
    amounts: list[D], limit: D, first: int
) -> None:
    case = Case(region="湖南", employment="在职", monthly_limit=limit)
    months = [
        date(2025 + (first + place) // 12, (first + place) % 12 + 1, 1) for place in range(len(amounts))
    ]
    named = tuple(MonthCost(month, amount) for month, amount in zip(months, amounts, strict=True))
    start = (date(2025, place + 1, 1) for place in range(12))
    in_order = tuple(
        MonthCost(month, amount, told=False) for month, amount in zip(start, amounts, strict=False)
    )
    inner, outer = (spans(answer(replace(case, by_month=costs))) for costs in (named, in_order))
    assert within(inner[0], outer[0])
    assert within(inner[1], outer[1])


def floats(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            yield node.lineno
        if isinstance(node, ast.Name) and node.id == "float":
            yield node.lineno


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "bot/rules").glob("*.py")),
        *sorted((ROOT / "bot/dialogue/cost").glob("*.py")),
        *sorted((ROOT / "bot/commands").glob("estimate*.py")),
    ],
    ids=lambda path: path.name,
)
def test_no_floats_near_money(path: Path) -> None:
    assert list(floats(path)) == []
