"""What is declined, by the words shipped in knowledge/scope.yml."""

from pathlib import Path

import pytest

from bot.dialogue.scope import is_emergency, is_other_cost, recognise
from bot.knowledge.library import load_knowledge

REFUSALS = load_knowledge(Path(__file__).parents[2] / "knowledge").refusals


@pytest.mark.parametrize(
    "text",
    [
        "买个轮椅花了2000能报多少",
        "请护工一天180报不报",
        "救护车的钱谁出",
        "体检费能报吗",
        "工伤花了三千报多少",
    ],
)
def test_nothing_is_computed_for_costs_the_documents_do_not_know(text: str) -> None:
    assert is_other_cost(text, REFUSALS)


@pytest.mark.parametrize(
    "text", ["坐轮椅的老人怎么办认定", "体检报告能当材料吗", "药费600能报多少", "检查费能报吗"]
)
def test_what_only_sounds_alike_is_answered(text: str) -> None:
    assert recognise(text, REFUSALS) is None


@pytest.mark.parametrize("text", ["我爸意识不清了", "嘴歪了手脚不能动", "喝农药了怎么办", "突然说不出话"])
def test_danger_is_recognised(text: str) -> None:
    assert is_emergency(text, REFUSALS)


@pytest.mark.parametrize("text", ["偏瘫能办认定吗", "心肌梗死后能申请慢特病吗"])
def test_a_disease_asked_about_is_no_emergency(text: str) -> None:
    assert not is_emergency(text, REFUSALS)
