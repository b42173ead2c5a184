"""What people tell of a case without a figure, as marked sentences teach it: in words that no rule of ours knows."""

from collections import Counter
from typing import Any

import pytest

from bot.dialogue.cost import Costs
from bot.dialogue.cost.reading.learned import CIRCUMSTANCES
from bot.dialogue.cost.reading.teaching import TOLD, MarkError, clauses_in, marked_lines
from bot.dialogue.cost.reading.told import clauses_of
from bot.dialogue.deadline import day_of_approval
from bot.dialogue.turn import Context
from tests.dialogue.costs import borne, paid, turn


@pytest.mark.parametrize(
    ("question", "fund", "own"),
    [
        # not approved yet
        ("湖南退休，限额300，申请交上去了还在等专家审核，这个月药费260", "0.00", "260.00"),
        # the review was forgotten
        ("吉林，报七成，没起付线，慢病复审那个期限过了一直没去办，这个月药费400", "0.00", "400.00"),
        # a status, in other words
        ("湖南职工，早就领养老金了，限额300，药费260", "221.00", "39.00"),
        ("湖南职工，天天还要去厂里打卡干活，限额300，药费260", "208.00", "52.00"),
    ],
)
def test_what_is_told_in_other_words(talk: Any, question: str, fund: str, own: str) -> None:
    outcome = talk(f"{question}，能报多少")
    assert (paid(outcome), borne(outcome)) == (fund, own)


@pytest.mark.parametrize("beside", ["复审上个月刚办过", "在定点医院拿的", "证早就发到手了", "不是住院时买的"])
def test_the_opposite_tells_nothing(talk: Any, beside: str) -> None:
    assert paid(talk(f"湖南退休，限额300，{beside}，药费260，能报多少")) == "221.00"


@pytest.mark.parametrize(
    ("question", "put_right"),
    [
        ("湖南退休，限额300，申请交上去了还在等专家审核，这个月药费260", "不对，我早就批下来了"),
        ("湖南退休，限额300，药费260，那家店刷不了医保卡", "说错了，那家就是定点"),
    ],
)
def test_what_was_taken_for_told_is_put_right_in_a_sentence(talk: Any, question: str, put_right: str) -> None:
    assert paid(talk(f"{question}，能报多少")) == "0.00"
    assert paid(talk(f"{question}，能报多少", put_right)) == "221.00"


def test_an_approval_told_before_there_was_a_cost_belongs_to_it(costs: Costs) -> None:
    context = Context(region="江西", timeline={"event": "approved", "on": "2026-09-05"})
    assert day_of_approval(context) is not None
    outcome = costs.estimate(turn("3号花了300，12号花了500，报80%，没封顶，一共报多少"), context)
    assert (paid(outcome), borne(outcome)) == ("400.00", "400.00")


def test_who_dictates_makes_no_pauses() -> None:
    text = "限额300那阵我在病房里躺着家里人去门诊开的186报多少"
    assert [text[c.start : c.end] for c in clauses_of(text)] == [
        "限额300那阵我在病房里躺着家里人去门诊开的186",
        "报多少",
    ]


def test_every_circumstance_is_taught() -> None:
    taught = Counter(told for line in marked_lines(TOLD) for _, told in clauses_in(line))
    assert set(taught) - {None} == set(CIRCUMSTANCES)


def test_marked_lines_are_all_different() -> None:
    assert [line for line, often in Counter(marked_lines(TOLD)).items() if often > 1] == []


def test_a_mark_must_name_a_circumstance() -> None:
    with pytest.raises(MarkError, match="'lucky'"):
        list(clauses_in("[运气好]{lucky}，药费300"))
