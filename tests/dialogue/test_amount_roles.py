"""What amounts are of, as marked sentences teach it: in words that no rule of ours knows."""

import re
from collections import Counter
from typing import Any, get_args

import pytest

from bot.dialogue.cost.reading.sentence import Role
from bot.dialogue.cost.reading.teaching import AMOUNTS, MarkError, examples_in, marked_lines
from tests.dialogue.costs import borne, card, paid


@pytest.mark.parametrize(
    ("question", "fund"),
    [
        # a limit, told by what allows it
        ("湖南退休，那张慢病卡每月顶多替我兜420，这月抓药抓了380", "323.00"),
        ("湖南在职，公家一个月许我350的药钱，我这个月吃进去410", "280.00"),
        ("湖南退休，批文上头落的数是300，药房一共划走255", "216.75"),
        # what had been used, and what is left
        ("湖南退休，限额400，月初那趟抓药已经吃掉150，今天再抓300", "212.50"),
        ("江西二类，报七成，今年的额度就剩下800挂着，这回开药1500", "800.00"),
        # a deductible, and what was counted
        ("山东，门槛那道坎600，前头几趟填进去450，今天药费1000报八成，额度管够", "680.00"),
        # parts that are not paid for, and sums of something else
        ("江西二类，报八成，没封顶，单子700里有120是医保不认的进口货", "464.00"),
        ("湖南退休，限额500，这个月药费360，孙子的疫苗另花了480", "306.00"),
        # a small figure without a unit
        ("江西二类，报八成，没封顶，二甲双胍35，阿卡波糖65", "80.00"),
    ],
)
def test_what_an_amount_is_of(talk: Any, question: str, fund: str) -> None:
    assert paid(talk(f"{question}，能报多少")) == fund


@pytest.mark.parametrize("beside", ["我今年76", "家住3栋502", "吃了28天", "血糖16", "5支笔"])
def test_a_number_that_is_no_amount_stays_none(talk: Any, beside: str) -> None:
    assert paid(talk(f"湖南退休，限额300，{beside}，药费260，能报多少")) == "221.00"


def test_what_nobody_can_know_is_no_exact_sum(talk: Any) -> None:
    """What was learnt would have it that the white box is not paid for; nobody said so."""
    outcome = talk("吉林，报七成，没起付线，没封顶，一共拿了580的药，有80的是白盒子的")
    assert (paid(outcome), card(outcome).missing) == (("350.00", "406.00"), ("excluded",))


def test_what_stands_beside_no_cost_is_one(talk: Any) -> None:
    outcome = talk("湖南在职，限额200，从没挂医保牌子的铺子拿了180块的药，能报多少")
    assert (paid(outcome), borne(outcome)) == ("0.00", "180.00")


def test_what_is_only_asked_about_is_not_taken_as_told(talk: Any) -> None:
    outcome = talk("湖南在职，三个病都评上了，主病限额260，剩下那俩是不是一样加100，这个月花了500")
    assert paid(outcome) == ("208.00", "288.00")


def test_every_role_is_taught_often() -> None:
    taught = Counter(role for line in marked_lines(AMOUNTS) for _, role in examples_in(line))
    derived = {
        "monthly_limit",
        "quarterly_limit",
        "unplaced",
    }  # a limit's period, and what is not known, are told by rule
    assert {role for role in get_args(Role) if taught[role] < 50} == derived


def test_marked_lines_are_all_different() -> None:
    lines = [re.sub(r"\{\w+\}|[^\w]", "", line) for line in marked_lines(AMOUNTS)]
    assert [line for line, often in Counter(lines).items() if often > 1] == []


def test_a_mark_must_name_a_role() -> None:
    with pytest.raises(MarkError, match="'price'"):
        list(examples_in("药费[300]{price}"))
