"""Costs told over several turns, or with figures that people worked out themselves."""

from typing import Any

import pytest

from tests.dialogue.costs import borne, paid

HUNAN = "湖南在职，月限额200"
JIANGXI = "江西职工一类，没到封顶"


@pytest.mark.parametrize(
    ("told", "fund"),
    [
        # what is worked out from other figures is no cost of its own
        ("湖南在职，月限额500，药钱250，他们讲先扣100起付线再报七成，岂不才105", "200.00"),
        ("山东职工，起付线交齐了，报60%，额度宽裕，西药210，中成药90，凑成300", "180.00"),
        ("江西居民二类，报50%，今年还剩700可报，花了2000，是不是能报1000", "700.00"),
        ("湖南退休，单列的针，单列限额2000一个月，报60%，花了1900，原本那个病还有150的限额", "1140.00"),
        # a part that is for something else, told beside or after the cost
        ("山东职工，起付线交齐了，报60%，额度宽裕，单子400，有100是止咳糖浆，跟我的病不搭边", "180.00"),
        # a stay with relatives is none in hospital
        ("湖南退休，月限额300，6月2号到9号住在株洲女儿家，5号买了120", "102.00"),
        # days in hospital, told without that word
        ("湖南退休，月限额300，6月2号到9号住在市二附，5号家里人拿我的卡刷了120", "0.00"),
        # of several months the one whose figure is named
        ("湖南退休，月限额100，6月花了60，7月花了180，这180报多少", "85.00"),
        # two people, by their surnames
        ("湖南，老郑在职，限额100，花了150；小冯退休，限额200，花了100，一起报多少", "165.00"),
        # said of retirement by others, and denied
        ("湖南职工，月限额200，花了100，他们讲按退休算，我才40岁哪来的退休", "80.00"),
    ],
)
def test_what_the_fund_pays_of_one_turn(talk: Any, told: str, fund: str) -> None:
    assert paid(talk(told)) == fund


@pytest.mark.parametrize(
    ("turns", "fund"),
    [
        # two places, each with its share
        ((f"{JIANGXI}，乡卫生院开了100，那里报90%", "市医院又开了200，那里报70%，两处加起来呢"), "230.00"),
        (("江西居民二类，社区花了100，省医院花了300", "社区报90%，省医院报50%，额度还剩1000"), "240.00"),
        # a part of class B drugs
        ((f"{JIANGXI}，报80%，花了1000", "其中乙类药500", "乙类先自付一成"), "760.00"),
        # another person's bill, until both are asked about
        (("湖南退休，限额100，我花了80", "我姐在职，限额100，她花了50", "两个人一共报多少"), "108.00"),
        # another month
        ((f"{HUNAN}，10月花了150", "这个月花了250，两个月一起报多少"), ("280.00", "320.00")),
        # another year begins its deductible anew
        (
            ("山东职工，起付线100，报50%，额度宽裕，去年11月花了300", "今年2月又花了500，两次一起报多少"),
            "300.00",
        ),
        (
            ("山东职工，起付线100今年交够了，报50%，额度宽裕，花了400", "要是挪到明年1月才去拿，还是400呢"),
            "150.00",
        ),
        # what was spent before counts up to the deductible
        (
            ("吉林职工，起付线300一点没交，报50%，额度够，花了200", "下回再花400，那400报多少"),
            "150.00",
        ),
        # retired in between
        (("湖南职工，月限额100，我6月退休了，5月花了100", "7月也是100，两个月一起报多少"), "165.00"),
        (
            ("湖南职工，月限额100，我6月退休了，5月花了100", "7月也是100，算退休了，两个月一起报多少"),
            "165.00",
        ),
        # somebody insured with us goes elsewhere
        ((f"{JIANGXI}，报80%，在厦门看门诊花了1000", "我在厦门办了异地长期居住备案，那边报70%"), "700.00"),
        # a stay in hospital ends with its month
        (("湖南退休，月限额200，上个月住院去了 2号到8号，6号买了50", "这个月又买了100，报多少"), "85.00"),
        # a place that was not designated is not next month's
        (("湖南退休，月限额200，10月在非定点的诊所花了50", "11月在社区买了100"), "85.00"),
        # the retirement is put right
        (("湖南职工，月限额100，我6月退休了，7月花了100", "讲错了，我还在职"), "80.00"),
        # two bills of one person are nobody else's
        (("湖南退休，限额100，我姐花了80", "我花了50", "我又花了20，一共报多少"), "59.50"),
        # what was said of the deductible is put right
        (
            ("山东居民，起付线100已经扣满，报50%，额度宽裕，花了300", "弄错了，今年起付一分没扣过"),
            "100.00",
        ),
    ],
)
def test_what_the_fund_pays_after_several_turns(talk: Any, turns: tuple[str, ...], fund: Any) -> None:
    assert paid(talk(*turns)) == fund


def test_who_is_insured_elsewhere_after_all_is_not_estimated(talk: Any) -> None:
    assert paid(talk(f"{JIANGXI}，报80%，花了1000", "不对，我医保是在广东交的")) is None


def test_a_bill_that_was_told_first_is_the_persons_own(talk: Any) -> None:
    told = talk("湖南退休，限额100，我花了80", "我姐在职，限额100，她花了50", "两个人一共报多少")
    assert borne(told) == "22.00"
    assert "第十四条" not in told.replies[0].text  # two people are no two diseases
