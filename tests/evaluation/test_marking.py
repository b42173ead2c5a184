"""Training sentences made of questions: what is marked, and what stays a measure."""

from datetime import datetime

from bot.clock import SHANGHAI
from bot.dialogue.cost import Learnt
from bot.dialogue.turn import Turn
from evaluation.marking import marked_line, unlike

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


def marked(text: str, learnt: Learnt) -> str:
    return marked_line(Turn("", text, "estimate_cost", (), NOW), learnt.roles)


def test_each_amount_is_marked_with_what_it_is_of(learnt: Learnt) -> None:
    assert marked("每月限额200，药费310，报多少", learnt) == "每月限额[200]{limit},药费[310]{cost},报多少"


def test_a_turn_with_a_figure_put_right_teaches_nothing(learnt: Learnt) -> None:
    assert marked("不对，300是我老公的，我的是250", learnt) == ""


def test_what_is_worded_nearly_as_a_held_question_is_left_out() -> None:
    lines = [
        "我在湖南退休每月限额[200]{limit}药费[310]{cost}一共给报多少",
        "那[150]{cost}是在非定点药店买的能报吗",
    ]
    assert unlike(lines, ["我在湖南退休，每月限额500，药费420，一共给报多少"]) == lines[1:]
