"""Many cases settled together come out as each of them alone, to the fen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.knowledge.parameters import load_parameters
from bot.rules.batch import FEN_PER_YUAN, FIGURES, MILLION, Batch, Fen, settle
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.settings import ROOT

TODAY = date(2026, 11, 22)
REGIONS = load_parameters(ROOT / "knowledge")

yuan = st.decimals(0, 5_000, places=2)
costs = st.decimals("0.01", 20_000, places=2)
ratios = st.decimals(0, 1, places=4)
kinds = st.builds(
    Case,
    region=st.sampled_from(sorted(REGIONS)),
    scheme=st.sampled_from(["职工", None]),
    employment=st.sampled_from(["在职", "退休", None]),
    benefit_class=st.sampled_from(["Ⅰ", "Ⅱ", None]),
    conditions=st.frozensets(
        st.sampled_from(["several_diseases", "long_prescription", "staying_elsewhere"]), max_size=2
    ),
)
OPTIONAL = [name for name in FIGURES if name != "amount"]


def figures_of(name: str) -> st.SearchStrategy[D]:
    return {"amount": costs, "ratio": ratios, "extra_limit": st.decimals(0, 150, places=2)}.get(name, yuan)


@st.composite
def alike(draw: st.DrawFn) -> list[Case]:
    """Up to four cases that differ in nothing but their figures."""
    kind, given_names = draw(kinds), draw(st.sets(st.sampled_from(OPTIONAL)))
    cases = []
    for _ in range(draw(st.integers(1, 4))):
        figures = {name: draw(figures_of(name)) for name in given_names}
        amount = draw(costs)
        if "excluded" in figures:
            figures["excluded"] = min(figures["excluded"], amount)
        cases.append(replace(kind, amount=Span.exactly(amount), **figures))
    return cases


def column(cases: list[Case], name: str) -> Fen:
    figures = [case.amount.low if name == "amount" else getattr(case, name) for case in cases]
    return np.array([int(f * (MILLION if name == "ratio" else FEN_PER_YUAN)) for f in figures], np.int64)


def batch_of(cases: list[Case]) -> Batch:
    given_names = [name for name in FIGURES if getattr(cases[0], name) is not None]
    return Batch(cases[0], {name: column(cases, name) for name in given_names})


@given(alike())
def test_a_batch_and_each_case_alone_agree_to_the_fen(cases: list[Case]) -> None:
    parameters = REGIONS[str(cases[0].region)]
    settled = settle(batch_of(cases), parameters, TODAY)
    for index, case in enumerate(cases):
        alone = estimate(case, parameters, TODAY)
        if alone.refusal is not None:
            reason = "cannot_be_so" if settled.used_up[index] else "parameter_missing"
            assert alone.refusal.reason == reason
            assert settled.undecided[index] or settled.used_up[index]
            continue
        assert not settled.undecided[index]
        assert not settled.used_up[index]
        for ends, span in ((settled.fund_pays, alone.fund_pays), (settled.you_pay, alone.you_pay)):
            assert span is not None
            assert [int(end[index]) for end in ends] == [span.low * 100, span.high * 100]


@pytest.mark.parametrize(
    ("amount", "fen"), [(35999, 30599), (36000, 30600), (36001, 30600), (1, 1), (7, 6), (10**10 - 1, 30600)]
)
def test_halves_go_up_and_the_limit_holds_at_every_size(amount: int, fen: int) -> None:
    like = Case(region="湖南", employment="退休", amount=Span.exactly(D(1)), monthly_limit=D(360))
    figures = {"amount": np.array([amount]), "monthly_limit": np.array([36000])}
    settled = settle(Batch(like, figures), REGIONS["湖南"], TODAY)
    assert settled.fund_pays[0][0] == settled.fund_pays[1][0] == fen
