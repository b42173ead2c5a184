"""What is declined, by the words shipped in knowledge/scope.yml or by the matter the engine is sure of."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from bot.clock import SHANGHAI
from bot.dialogue.scope import is_emergency, is_other_cost, out_of_scope, recognise
from bot.dialogue.turn import Context, Turn
from bot.knowledge.library import load_knowledge

ROOT = Path(__file__).parents[2]
REFUSALS = load_knowledge(ROOT / "knowledge").refusals


def _turn(text: str, matter: str | None = None, confidence: float = 1.0) -> Turn:
    now = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
    return Turn("chat", text, "out_of_scope", (), now, confidence, matter=matter)


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
    assert is_other_cost(_turn(text), REFUSALS)


@pytest.mark.parametrize(
    "text", ["坐轮椅的老人怎么办认定", "体检报告能当材料吗", "药费600能报多少", "检查费能报吗"]
)
def test_what_only_sounds_alike_is_answered(text: str) -> None:
    assert recognise(_turn(text), REFUSALS) is None


@pytest.mark.parametrize("text", ["帮我查一下对门大姐办的是啥慢特病", "单位小张有没有办过慢病 你给查查"])
def test_other_peoples_records_are_not_told(text: str) -> None:
    refusal = recognise(_turn(text), REFUSALS)
    assert refusal is not None
    assert refusal.id == "others_data"


@pytest.mark.parametrize(
    "text",
    ["邻居说糖尿病能办，是不是真的", "单位能不能代办", "单位能给办什么慢病", "单位有没有批下来，去哪查"],
)
def test_who_only_mentions_others_is_answered(text: str) -> None:
    assert recognise(_turn(text), REFUSALS) is None


@pytest.mark.parametrize(
    "text", ["没那个病，化验单咋改能过", "借别人的卡拿药怎么才不被查到", "哪里能买个慢病证"]
)
def test_nobody_is_helped_to_cheat(text: str) -> None:
    refusal = recognise(_turn(text), REFUSALS)
    assert refusal is not None
    assert refusal.id == "fraud_help"


@pytest.mark.parametrize(
    "text",
    [
        "弄个慢病证要带啥",
        "伪造病历要受什么处罚",
        "化验单丢了怎么办",
        "没有住院病历，材料怎么弄",
        "怎么不让查进度了",
        "做报告能报销吗",
    ],
)
def test_what_is_forbidden_may_be_asked_about(text: str) -> None:
    assert recognise(_turn(text), REFUSALS) is None


@pytest.mark.parametrize(
    "text",
    ["我爸意识不清了", "嘴歪了手脚不能动", "喝农药了怎么办", "突然说不出话", "我叫他半天都不答应"],
)
def test_danger_is_recognised(text: str) -> None:
    assert is_emergency(_turn(text), REFUSALS)


@pytest.mark.parametrize("text", ["偏瘫能办认定吗", "心肌梗死后能申请慢特病吗"])
def test_a_disease_asked_about_is_no_emergency(text: str) -> None:
    assert not is_emergency(_turn(text), REFUSALS)


def test_danger_without_a_single_word_of_danger_is_recognised_by_its_matter() -> None:
    """A child pale and limp has none of the words; the engine has learnt what such messages are about."""
    turn = _turn("娃的手脚软塌塌的 脸色煞白", "emergency", 0.8)
    assert is_emergency(turn, REFUSALS)
    assert "120" in out_of_scope(turn, Context(), REFUSALS).replies[0].text


def test_an_unsure_matter_makes_nothing_of_ours_an_emergency_but_chooses_the_words() -> None:
    turn = _turn("这药还吃不吃", "medical", 0.3)
    assert recognise(turn, REFUSALS) is None
    assert "医生" in out_of_scope(turn, Context(), REFUSALS).replies[0].text


def test_every_matter_the_engine_learns_has_words_of_ours() -> None:
    matters = re.findall(r"matter: (\w+)", (ROOT / "data/nlu/matters.yml").read_text(encoding="utf-8"))
    assert matters
    assert set(matters) <= {refusal.id for refusal in REFUSALS}
