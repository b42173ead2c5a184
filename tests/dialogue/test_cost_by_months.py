"""Costs that recur, parts told later, and figures that belong to something else."""

from typing import Any

import pytest

from tests.dialogue.costs import borne, paid

HUNAN = "湖南在职，月限额200"
JILIN = "吉林，报70%，没起付线，没封顶"


@pytest.mark.parametrize(
    ("turns", "fund", "own"),
    [
        # what recurs, over the months told, but for those without it
        ((f"{HUNAN}，今年2月到6月每月药费150，就5月没买药，总共能报多少",), "480.00", "120.00"),
        ((f"{HUNAN}，每个月开150的药，3月到8月一共报多少", "噢，7月我在乡下没开药"), "600.00", "150.00"),
        (
            (f"{HUNAN}，每月药费150，能报多少", "3月吃到8月，5月一整个月住院，门诊没拿药，共报多少"),
            "600.00",
            "150.00",
        ),
        (
            ("山东，没起付线，没封顶，报80%，每月药费100，从2021年1月到今年10月，一共报多少",),
            "5600.00",
            "1400.00",
        ),
        # more from some month on
        (("湖南在职，月限额500，1到3月每月药费300，4月起涨到400，算到6月底",), "1680.00", "420.00"),
        # all twelve months, though it is told of six that something else held then
        ((f"{HUNAN}，3到4月还没装宽带，每月药费100，今年12个月全算，报多少",), "960.00", "240.00"),
        # one month of several
        (("湖南在职，月限额200，7月药费150，11月药费260，单算11月能报多少",), "160.00", "100.00"),
        # the month that a limit stands beside, and a day of the month told
        (("湖南在职，9月限额200只用了100，10月药费250，两个月共报多少",), "240.00", "110.00"),
        (
            ("湖南退休，月限额200，去年11月9号批的，当月20号买了100，12月8号买了150，一共报多少",),
            "127.50",
            "122.50",
        ),
        # a bill of another place in one of the months
        (
            ("湖南在职，月限额200，7月开药150，8月在不是定点的店开药90，9月开药180，共报多少",),
            "264.00",
            "156.00",
        ),
        # half a year that is told of something else
        (
            ("山东，起付线500没扣过，报80%，没封顶，花了1500", "弄错了，上半年已经扣了200起付"),
            "960.00",
            "540.00",
        ),
        # two years, each with its own deductible
        (
            ("山东居民，起付200，报60%，去年就12月花了150，今年3月花500，封顶没到，共报多少",),
            "180.00",
            "470.00",
        ),
    ],
)
def test_months(talk: Any, turns: tuple[str, ...], fund: str, own: str) -> None:
    outcome = talk(*turns)
    assert (paid(outcome), borne(outcome)) == (fund, own)


def test_what_an_earlier_month_of_the_quarter_left_is_a_range(talk: Any) -> None:
    outcome = talk("湖南在职，月限额200，上季度的药费，头一个月没开，后两月每月250，总共给多少")
    assert paid(outcome) == ("320.00", "400.00")


@pytest.mark.parametrize(
    ("turns", "fund", "own"),
    [
        # why a part of the bill is not paid for, told after it
        ((f"{JILIN}，药费600，能报多少", "有40的膏药是治腰的，那报多少"), "392.00", "208.00"),
        ((f"{JILIN}，药费800，能报多少", "票上写着政策内只有720"), "504.00", "296.00"),
        ((f"{JILIN}，这回300，里头有40那盒没处方，能报多少",), "182.00", "118.00"),
        # class B, in a later turn; the deductible put right
        (("江西居民一类，报70%，没封顶，药费500，报多少", "票里50是乙类药先要自己付"), "315.00", "185.00"),
        (
            ("山东，起付线500，已经扣了300，报80%，没封顶，花700", "刚看差眼，前边扣的是100"),
            "240.00",
            "460.00",
        ),
        # what was spent by then, at its share, of the year's cap
        (
            ("江西二类，一年限额1000，年初到现在一共花了1000，都按70%报的，这次又花500，还是70%，报多少",),
            "300.00",
            "200.00",
        ),
        (
            ("山东，全年封顶800，今年起付线以上看病花了1000，给报的七成，这次400也报七成，报多少",),
            "100.00",
            "300.00",
        ),
        # the share of the hospital that was visited; none at home for who is away
        (
            ("江西二类，一级医院报90二级报80，这回在区里二级医院开了500的药，额度够，报多少",),
            "400.00",
            "100.00",
        ),
        # another bill, of which nothing is paid
        (
            ("江西居民二类，报70%，额度够，药费400，报多少", "还有100是没挂定点牌的店里买的，也算上"),
            "280.00",
            "220.00",
        ),
        # class B, told after its figure
        (("江西二类，甲类200，另外300是乙类，先自己付一成，报80%，额度够，报多少",), "376.00", "124.00"),
        # the lot that is left out of what the bill says
        (("湖南在职，月限额400，除了末尾那样60的不能报，发票上是360，报多少",), "240.00", "120.00"),
        # each figure of its own name, in their order; one told for the other
        (("湖南退休，限额和药费分别是260和390，能报多少",), "221.00", "169.00"),
        (("湖南在职，限额300，药费200，能报多少", "两个数说反了"), "160.00", "140.00"),
        (("湖南在职，限额300，药费200，能报多少", "写反了，三百是药费，两百才是限额"), "160.00", "140.00"),
        (("湖南在职，药费400，能报多少", "限额没那么多，250"), "200.00", "200.00"),
        (("我在湖南领退休金，限额200块一个月，药钱是它的两倍，给多少",), "170.00", "230.00"),
    ],
)
def test_parts_and_names(talk: Any, turns: tuple[str, ...], fund: str, own: str) -> None:
    outcome = talk(*turns)
    assert (paid(outcome), borne(outcome)) == (fund, own)


@pytest.mark.parametrize(
    ("turns", "fund"),
    [
        # what people work out, hope for or hear
        (("湖南在职，限额300，药费250，我算的170，对不对",), "200.00"),
        (("湖南在职，限额300，药费250，是不是只有140么",), "200.00"),
        (("湖南退休，主病限额200，医保局说另一个病加50，两个病不该加100吗，药费400，报多少",), "212.50"),
        (
            ("湖南退休，单列的药每月限额2000，报60%，原来的病限额300，这药花了2500，能在2300里头报不",),
            "1200.00",
        ),
        (("江西二类，报70%，额度还剩900，药费600，邻居讲只能算200，能报多少",), "420.00"),
        # whose share it is
        ((f"{JILIN}，药费500，同屋的人家报九成，能报多少",), "350.00"),
        (("山东，没起付线，没封顶，药费400，报80%", "说错了，80%那是在职的，我是居民，报60%"), "240.00"),
        (("山东没起付线，没封顶，咱爹居民报60%，咱娘职工报80%，爹花100娘花200，一共给多少",), "220.00"),
        (("湖南，两位顾客，一位在职花了100，一位退休花了100，限额都是每月200，总共报多少",), "165.00"),
        # spent before, in an earlier turn's deductible
        (
            ("山东，起付线400，报70%", "开春看了一趟100，夏天又一趟200，这趟300，封顶早着，这趟报多少"),
            "140.00",
        ),
        # the limit is not shortened by a stay, whatever others say
        (("湖南在职，限额300，上月住过院，出院以后开药200，药店说只剩一半额度，报多少",), "160.00"),
        # a drug's own terms, in other words than its name
        (("湖南退休，单列支付的药用了3000，报多少", "批件印的是六成，限额一个月2500"), "1500.00"),
    ],
)
def test_what_others_say(talk: Any, turns: tuple[str, ...], fund: str) -> None:
    assert paid(talk(*turns)) == fund


def test_the_share_at_home_does_not_hold_for_who_is_away(talk: Any) -> None:
    outcome = talk("江西居民二类，家门口医院报80%，额度够", "人去广州出差，那边开药500，照80%报400吧")
    assert paid(outcome) is None


@pytest.mark.parametrize("insured", ["村里每年收钱的那种医保", "新农合", "农村医保"])
def test_a_residents_insurance_is_known_by_what_it_is(talk: Any, insured: str) -> None:
    outcome = talk(f"湖南，{insured}，限额200，药费150，能报多少")
    assert paid(outcome) is None
