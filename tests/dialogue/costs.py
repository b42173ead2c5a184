"""Holds conversations about a cost, and tells what came of them."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.dialogue.cost import CostRecognition, Costs, Learnt
from bot.dialogue.turn import Context, Mention, Outcome, Turn
from bot.knowledge.parameters import RegionParameters, load_parameters
from bot.messages import AmountRange, EstimateCard
from bot.settings import ROOT

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
ENTITIES: Mapping[str, tuple[str, ...]] = {
    "region": ("江西", "湖南", "吉林", "山东", "内蒙古", "四川", "广东"),
    "scheme": ("职工", "居民"),
    "employment": ("在职", "退休"),
    "disease": ("高血压", "糖尿病", "肺癌"),
    "hospital_level": ("县医院",),
}


@pytest.fixture(scope="module")
def parameters() -> Mapping[str, RegionParameters]:
    return load_parameters(ROOT / "knowledge")


def turn(text: str) -> Turn:
    mentions = [
        Mention(entity, word, found.start(), found.end(), word)
        for entity, words in ENTITIES.items()
        for word in words
        for found in re.finditer(word, text)
    ]
    return Turn("chat", text, "estimate_cost", tuple(sorted(mentions, key=lambda m: m.start)), NOW)


@pytest.fixture
def costs(parameters: Mapping[str, RegionParameters], learnt: Learnt) -> Costs:
    return Costs(parameters, learnt)


@pytest.fixture
def recognition(parameters: Mapping[str, RegionParameters], learnt: Learnt) -> CostRecognition:
    return CostRecognition(parameters, learnt)


@pytest.fixture
def talk(costs: Costs) -> Any:
    """Says the sentences one after the other; the last outcome, with the context as JSON would keep it."""

    def say(*sentences: str, context: Context | None = None) -> Outcome:
        known = context or Context()
        for sentence in sentences:
            outcome = costs.estimate(turn(sentence), known)
            known = outcome.context
            assert json.loads(json.dumps(known.case)) == known.case
            assert card(outcome) is not None
        return outcome

    return say


def card(outcome: Outcome) -> EstimateCard:
    assert isinstance(outcome.replies[0].card, EstimateCard)
    return outcome.replies[0].card


def paid(outcome: Outcome) -> Any:
    return figures(card(outcome).fund_pays)


def borne(outcome: Outcome) -> Any:
    return figures(card(outcome).you_pay)


def figures(amount: str | AmountRange | None) -> Any:
    return (amount.low, amount.high) if isinstance(amount, AmountRange) else amount
