"""Costs told over several turns, or with figures that people worked out themselves."""

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.turn import Context, Task
from tests.dialogue.costs import borne, card, paid

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
        # months in which nothing was bought are none of a long prescription
        ("湖南退休，月限额200，四五六三个月都没去买药，7月一回拿了500", "170.00"),
        # of two shares elsewhere the one for who lives there
        ("江西职工一类，长住深圳备过案，长住的报75%，临时去的报55%，没到封顶，花了400", "300.00"),
        # the former disease's limit does not come on top of a drug's own
        ("湖南退休，单列的针限额3000一个月，报60%，从前那个病的200还能算上不，药钱3100", "1800.00"),
        # a retirement in between, in other words
        ("湖南，我5月退的休，月限额100，4月药费120，6月药费120，一起报多少", "165.00"),
        ("湖南，1到4月还在职，5月起按退休结，月限额100，每月吃150的药，今年12个月一共报多少", "1000.00"),
        # shares: asked about, of what is not paid for, as a fraction
        ("湖南退休，月限额100，花了90，照80还是85算", "76.50"),
        ("湖南在职，月限额300，药费400，四成是自费药", "192.00"),
        ("江西职工二类，报五分之四，额度还剩900，花了500", "400.00"),
        # what was spent before, and nothing paid of it
        (
            "山东居民起付线300，年初看了两次，100、150，全没报到，如今又去，350块，报六成，额度足，这次给多少",
            "180.00",
        ),
        # told in one breath: what follows an earlier date is that one's
        ("山东居民的本子这个月十四号批准的七号自己买过三百块药没起付线报七成", "0.00"),
        (
            "江西居民二类本月十七号审核通过的十六号开过200块药十七号开了100块住院报销比例80%额度够合起来报多少",
            "80.00",
        ),
        # each visit told by itself, and one sum told for each
        ("湖南在职，月限额500，这月去了三趟，头一回60第二回70昨天又拿了80，加起来报多少", "168.00"),
        ("山东职工，透析这月8次每次300，没起付线，报80%，额度足", "1920.00"),
        ("江西居民二类，报50%，额度够，三次200 300 400", "450.00"),
        # bills of another place or day, beside the cost
        ("湖南在职，月限额300，定点药房150，街边那家不是定点80，总共报多少", "120.00"),
        (
            "湖南退休，月限额300，3月5号进院12号出的院，在住院的那阵药房刷了90，出院以后15号开药100，总共报多少",
            "85.00",
        ),
        # a month's cost told again as that of all months
        (
            "湖南在职，今年3月8号批的，月限额200，3月、4月、5月她每个月都买了250的药，三个月一共750",
            "320.00",
        ),
        # what is only feared or asked about is no figure of the cost
        ("山东职工，两个病都批了，起付线400，两个病是不是得扣800，头一回花了900，报60%，额度够", "300.00"),
        # the deductible of last year is no more that of this one
        (
            "山东居民，一年起付线100，去年的起付线早就交满了，去年11月3号花了200，今年2月4号花了200，报50%，额度够",
            "150.00",
        ),
        ("山东居民，起付线300，过了给六成，额度够，花了800", "300.00"),
        ("吉林职工，从第一块钱就给，报70%，额度够，花了500", "350.00"),
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
        # days in hospital told before or after the purchases
        ((f"{HUNAN}，5月6号进的医院，5月20号出院", "5月11号儿子替我刷了100，报得到不"), "0.00"),
        (
            (f"{HUNAN}，5月4号女儿帮我拿了90，25号自己又拿了100，一起报多少", "忘讲了，2号到9号我在住院"),
            "80.00",
        ),
        # a purchase that is only planned is the next one of that day
        (
            ("湖南在职，今年11月3号批的，月限额200", "11月9号开了100，12月6号打算再开100，两回一起报多少"),
            "80.00",
        ),
        # it is a designated place after all
        ((f"{HUNAN}，药房买了100，好像不是定点", "问过了，他家2月起就是慢病定点，我4月买的"), "80.00"),
        # a figure that was another's, or another time's
        (("湖南在职，花了300，限额150", "弄错了，150是我老公的，我的是250"), "200.00"),
        ((f"{HUNAN}，药费80", "说错了，80是上次的，这次是120"), "96.00"),
        # the limit somebody hopes for
        (
            (f"{HUNAN}，6月药费50", "7月药费380", "7月这笔可以照350的额度报不"),
            "160.00",
        ),
        # what was spent before counts up to the deductible, and is full by then
        (("山东居民，起付线200，报50%，额度足", "今年头两回一回60一回90，都没报着", "这回花了250"), "100.00"),
        (
            (
                "山东职工，两个病都办了，起付线500",
                "肾病那边2月就把500交满了",
                "这回花了400，报70%，额度足，还得再扣一回500不",
            ),
            "280.00",
        ),
        # one of several bills is put right by its number
        ((f"{JIANGXI}，报80%，两张票200 300", "看花眼了，第二张是30"), "184.00"),
        # treated where one lives, as told before
        (("我长住广东，备案了，江西职工一类", "广东看了两趟，200跟300", "长住这边按60，没到封顶"), "300.00"),
        # put off to another month
        (("湖南退休，上个月25号批的，26号买了100，限额200", "那假如拖到这个月再买一样的呢"), "85.00"),
        # supposed to be retired
        (("湖南在职，月限额300，花了200", "我明年才办退休，要是退了休还是这么多，能报多少"), "170.00"),
        # what a month left follows from what it cost
        (
            (f"{HUNAN}，4月150，5月260，6月200", "4月剩的那50能不能挪到5月我也不清楚"),
            ("440.00", "480.00"),
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
        # a part of the bill is of another illness
        (
            ("内蒙古职工，药费500，没起付，报80%，没封顶", "单子里有100是治感冒的，跟这个病没关系，那报多少"),
            "320.00",
        ),
        # the deductible begins anew with the year; named by its figure it is paid
        (
            ("山东职工，起付线200今年已经扣够，报50%，没封顶，下个月去拿500，能报多少", "拖到明年1月再去呢"),
            "150.00",
        ),
        (("山东居民，报60%，起付线100，这次300，没封顶", "不对，那100三月份就交完了"), "180.00"),
        (
            ("山东职工，起付线300，报80%，没封顶", "今年前头看了两回攒了200", "这回又花了400，报多少"),
            "240.00",
        ),
        # two people one after the other
        (
            (
                "湖南退休，限额200，这月药费300",
                "我家那口子他没退，跟我一样限额200，他药费100",
                "两个人一共报多少",
            ),
            "250.00",
        ),
        # what the person concludes is no cost
        (("江西职工二类，报80%，花了500", "那不就是400嘛", "今年额度只剩300了，能报多少"), "300.00"),
        # one of the months is asked about
        (
            (
                "湖南在职，限额200一个月",
                "9月拿了50的药，10月拿了300",
                "9月剩的150能挪到10月不，10月这300报多少",
            ),
            "160.00",
        ),
        # whoever is elsewhere for good after all
        (
            (
                "江西居民，临时来浙江看慢病花了500，临时外出报50%，长期居住报60%，没封顶",
                "不对，我去年办了长期居住备案",
            ),
            "300.00",
        ),
        (("湖南在职，限额300，这月花了250", "看错了，限额是150不是300"), "120.00"),
        # beside the limit of a drug paid separately the disease's own counts for nothing
        (
            (
                "湖南在职，单列支付的药，这个月花了3000，单列报70%，限额每月2000",
                "病种本来那200的限额，一块算进去行吗",
            ),
            "1400.00",
        ),
        (("湖南退休，这个月药费300", "限额啊，本子上写着，一个月200"), "170.00"),
        # something was given back of one of several bills
        (("湖南退休，限额300", "这个月拿了两回药，120和60", "120那回退了一盒，退回来20"), "136.00"),
        # how often a visit came about
        (("江西职工一类，住院报90%，没封顶", "透析一次200", "上个月做了10次，报多少"), "1800.00"),
        # a month put right by its figure
        (("湖南在职，限额300，7月200，8月100，一共报多少", "看错了，7月那个不是200是250"), "280.00"),
        # the last purchase asked about alone; one month of several; one year's
        (
            (
                "吉林职工，起付线600，报80%，额度够，今年还没报过",
                "头前看过一回350，这回1250",
                "就单算这回，能报多少",
            ),
            "800.00",
        ),
        (("湖南在职，限额200", "10月才花了50", "11月花了300，你把11月的给我算出来"), ("160.00", "240.00")),
        (
            (
                "山东居民，起付线100，报50%，没封顶",
                "去年11月份花过200，起付线一次就扣完了",
                "今年2月看了300，这次能报多少",
            ),
            "100.00",
        ),
        # whoever lives elsewhere is treated there
        (
            (
                "江西居民二类，老家住院报70%",
                "我在浙江办了长期居住备案，跨省的报60%",
                "在浙江门诊拿药500，没封顶，报多少",
            ),
            "300.00",
        ),
        # a part that is another's, and one that was bought where nothing is paid
        (("吉林职工，没起付，没封顶", "药费500，报60%", "里头100是给我爸捎的药，那报多少"), "240.00"),
        (
            ("江西居民二类，住院报70%，没封顶，药费500", "哦有100是在没挂医保牌子的店里买的，报多少"),
            "280.00",
        ),
        # a stay told after its bill, and a bill after the stay; one of the bills is not paid
        (
            (
                "湖南退休，限额200，11月8号在定点药店买了100",
                "他11月5号住的院，14号才出来",
                "20号他回家了，又开了150，两张单子一共报多少",
            ),
            "127.50",
        ),
        (
            (
                "湖南退休，限额300",
                "两张票，一张100，一张50",
                "50那张在门口铺子拿的，铺子不是定点，总共报多少",
            ),
            "85.00",
        ),
        # one more visit, all of them asked about
        (
            (
                "山东职工，起付线300，报80%，没封顶",
                "头一趟200，后一趟也是200",
                "刚又去了一趟500，三趟一共报多少",
            ),
            "480.00",
        ),
        # what was moved is no purchase of next year
        (
            (
                "湖南在职，每个月限额200",
                "9月拿了100，10月拿了300",
                "9月不是省下100嘛，搬到10月花，俩月一共应该报320吧",
            ),
            "240.00",
        ),
        # a second disease approved last month changes nothing of the first
        (("湖南退休，限额200一个月", "上个礼拜又批了一个病", "这个月药费150，报多少"), "127.50"),
        (("湖南在职，限额300，药费200", "要是少开一盒呢，那盒50"), "120.00"),
        (("湖南，老头子我退休了", "这个月药费100，限额200"), "85.00"),
        # retired in between, the month before told last
        (
            (
                "湖南，我今年6月退的休，限额200",
                "7月吃药100",
                "5月我还在岗呢，那月也是100，两个月加起来报多少",
            ),
            "165.00",
        ),
        # a bill named by its number, then the other alone; a disease named with the deductible
        (
            (
                "内蒙古职工，起付线100，报50%，没封顶",
                "花过两回，一回200，一回300",
                "头一回那个不是定点的诊所",
            ),
            "100.00",
        ),
        (
            ("内蒙古职工，起付线100，报50%，没封顶，花了300", "孩子说我起付线早交过了，别的病交的"),
            "150.00",
        ),
        # the deductible named in words
        (
            (
                "吉林职工，报70%，起付线二百，没封顶",
                "上个月拿药300，这个月400，能报多少",
                "二百那个年初就扣过了",
            ),
            "490.00",
        ),
        # months after one that is still to come
        (
            (
                "湖南在职，这个月6号批的，限额200",
                "12月再买100，能报多少",
                "1月也是100，12月1月加起来报多少",
            ),
            "160.00",
        ),
        # two people's figures side by side
        (
            ("湖南职工，我在职，我老伴退休", "我限额200她300", "我这个月拿了100，她200，两个人一共报多少"),
            "250.00",
        ),
        # a share put right; one month alone
        (("吉林职工，没起付，没封顶，花了1000，报70%", "不是70，我刚问了窗口，我这样的给报75"), "750.00"),
        (
            ("湖南在职，限额200，9月拿了150", "10月拿了300，9月不是还剩50吗，光算10月报好多"),
            "160.00",
        ),
        # what this month costs, and what the last one left
        (
            ("湖南在职，限额200", "这个月拿药300", "那上个月我只用了100，剩的能挪过来不"),
            ("240.00", "320.00"),
        ),
        # oneself again after another person
        (
            (
                "湖南退休，限额200，这个月药费300",
                "那我老伴呢，她还没办慢病，也拿了100的药",
                "我刚才那300里头有50是感冒药，那到底给我报多少",
            ),
            "170.00",
        ),
        # in November December is to come
        (("湖南在职，限额200，11月药费300", "要是我12月退休了，12月也是300，12月报多少"), "170.00"),
        # a sum alone puts right what was told last, whatever that was
        (
            ("山东职工，起付线付满了，报90%，上月透析花了2000", "里头有100块是自费药", "不对，是两百块"),
            "1620.00",
        ),
        (("湖南退休，月限额300，这月药费260", "前面用了50", "哎呀记错了，是100"), "170.00"),
        (("湖南退休，这月药费260", "限额100", "搞错了，是200"), "170.00"),
        (("湖南退休，月限额300，这月药费260", "说错了，是200"), "170.00"),
        # another bill of the same month, and all together; or this one alone
        (("湖南退休，月限额300，3号拿药220", "今儿她又跑了一趟，还要拿130的", "同一个月"), "255.00"),
        (("湖南退休，月限额300，月初配药200", "20号又配了180，就这一趟能报多少"), "85.00"),
        (
            (
                "江西居民一类，社区报九成，在那花了200，没到封顶",
                "同月又去了趟三甲，花了500，那边报七成，两头加起来呢",
            ),
            "530.00",
        ),
        (("山东居民，起付500，4月花了300，一分没报", "这回又花了700，报60%，封顶还早，报多少"), "300.00"),
        # the next purchase after this one, in the same month or a later one
        (("吉林居民，报六成，起付200还没扣，这个月花了500", "那下回再花500呢"), "300.00"),
        (("江西居民二类，一年封顶1000，报80%，这个月花了900", "下个月还是这么多呢"), "280.00"),
        # a month's limit is whole in the next one, whatever was used or left of this month's; a year's is not
        (("湖南退休，限额300，这个月已经用了200，这次药费150", "下个月再花150呢"), "127.50"),
        (("湖南退休，限额300，这个月额度还剩100，这次药费80", "下个月再花150呢"), "127.50"),
        (("湖南退休，限额300，这个月额度还剩100，这次药费80", "下回再花80呢"), "17.00"),
        (("江西居民二类，报80%，今年额度还剩1000，这次花900", "下回再花900呢"), "280.00"),
        (("江西居民二类，报80%，今年额度还剩1000，这次花900", "下个月再花900呢"), "280.00"),
        (("山东居民，起付500，报80%，额度还剩400，这次花900", "下次再花300呢"), "80.00"),
        # what is calculated with, and what came of it, is no other cost
        (("江西职工一类，没到封顶，这次花了900，县里报80%，我拿900乘80%等于720，对不对",), "720.00"),
        (("山东职工，起付400早扣满了，报85%，药费3000", "窗口说限额还剩2000，是不是还给2550"), "2000.00"),
        # a share that is another's, one that holds at home, and of two the one that was granted
        (("江西职工二类，报88%，没封顶，花了500", "啊不是，88%是我表妹她们那的，我们这报80%"), "400.00"),
        (("湖南退休，单列的药批的是70%，单列限额3000一个月，花了2000，是按85%还是70%，报多少",), "1400.00"),
        # what a further bill holds that is not paid for, and a part of the one told before
        (("湖南退休，月限额900，单子800", "里面有100是自费药", "还有一样50的也不在目录"), "552.50"),
        (
            ("江西职工二类，报90%，额度够，这趟600", "里头有150是擦腿的，跟这个病不搭界，也算在600里头了"),
            "405.00",
        ),
        # a limit with a cap that is far off is not used up, nor what was paid of it
        (("江西居民，报80%，年限额离用完还早，药费500",), "400.00"),
        (("江西职工二类，封顶一年五千，到上礼拜报掉四千六", "今天拿药800，报90%"), "400.00"),
        # after a stay begun and not ended
        (("湖南退休，月限额300，昨天拿药200", "忘讲了，她10号住院到现在还没出院"), "0.00"),
        # another year, in which the deductible begins anew
        (
            (
                "山东职工，起付500今年花够了，报80%，限额够，这次开药900",
                "假如挪到过了元旦再配这900的药呢",
            ),
            "320.00",
        ),
        # one bill by its day, before and after a stay
        (
            (
                "湖南退休，月限额260，住院前4号拿了180的药",
                "出院以后22号又开了150的药",
                "那22号那次自己出多少",
            ),
            "68.00",
        ),
        # what is left out of a bill that was told before; a part that is only named
        (("湖南退休，月限额320，上月两回药，一回140，一回190", "里头有60的护眼片不算"), "229.50"),
        # the treatment was at home after all
        (
            ("内蒙古职工，上月透析5000，没起付线，报九成，限额够", "我是在北京透的", "不是，就在呼市"),
            "4500.00",
        ),
        # a cost told as a range, whose bill is lost
        (
            ("江西退休职工，药单不见了，七百到七百五之间，社区住院报90%，没到封顶，能报几多",),
            ("630.00", "675.00"),
        ),
        # hearsay of what each further disease adds
        (
            ("湖南在职，三个病都批了，主病每月200，听人讲另外两个各加100就有400的额度，这月花了400",),
            ("160.00", "240.00"),
        ),
        # what a month left, in another quarter; the month that is asked about
        (
            (
                "湖南退休，限额200，六月份只买了90",
                "七月配了300，6月余下的110可以转到七月不，七月究竟给报多少",
            ),
            "170.00",
        ),
        # this visit alone, beside what was paid before and what the last one takes of the cap
        (
            (
                "江西二类职工，一年最多给5000，已经报掉4000，报80%",
                "这个月头一趟500，应该报400吧",
                "昨晚又打了一针用掉900，就这一趟能报多少",
            ),
            "600.00",
        ),
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


def test_the_share_at_home_is_not_taken_for_one_elsewhere(talk: Any) -> None:
    told = ("江西居民，去长沙临时看病，花了900", "我们本地报65%，临时出去报多少没问到，就按65%算行不")
    estimate = card(talk(*told))
    assert estimate.fund_pays is None
    assert "ratio" in estimate.missing


def test_nothing_is_said_of_a_cost_that_nobody_told(talk: Any) -> None:
    assert card(talk("湖南在职，今年11月3号批的，月限额200")).fund_pays is None


def test_a_cost_told_with_a_question_about_a_rule_counts_once_its_terms_follow(talk: Any) -> None:
    asked = Context(region="吉林", task=Task.POLICY, last_question="我在外地临时拿药300，还给报不")
    assert paid(talk("没起付线，报50%，额度够", context=asked)) == "150.00"


def test_terms_told_before_a_question_in_between_hold_for_the_next_bill(talk: Any) -> None:
    told = talk("山东职工，起付线100，报50%，没封顶，花了300，能报多少")
    asked = replace(told.context, task=Task.POLICY, last_question="起付线明年要不要重新扣", asked=None)
    assert paid(talk("下个月再看一回，还是500，那回报多少", context=asked)) == "200.00"


def test_the_share_at_home_is_none_of_a_treatment_elsewhere_told_before(talk: Any) -> None:
    told = (
        "江西居民，去广东住两个月，在那边看慢病花了500",
        "我们家里这边住院报70%，那边报几成没问，500乘70%是350吧",
    )
    assert paid(talk(*told)) is None


def test_a_region_told_anew_begins_anew(talk: Any) -> None:
    """Whoever asks for others tells case after case in one chat."""
    told = talk("湖南在职，限额100，花了300")
    assert paid(talk("湖南退休，花了300", context=told.context)) is None


def test_terms_of_one_region_do_not_hold_in_another(talk: Any) -> None:
    told = talk("湖南在职，限额100，花了300")
    asked = replace(
        told.context, region="江西", task=Task.POLICY, last_question="江西有没有起付线", asked=None
    )
    assert paid(talk("花了300，住院报80%，没封顶", context=asked)) == "240.00"


@pytest.mark.parametrize(
    ("turns", "fund", "own"),
    [
        # a message that went off too early; a figure asked for, with other words around it
        (("湖南的，没退休，月限额1", "打快了，是150，药费200"), "120.00", "80.00"),
        (("湖南退休", "本子上限额是一百，一个月", "买药用了120"), "85.00", "35.00"),
        # two of them, told one after the other
        (
            (
                "帮我爸算，湖南退休，限额100，这个月花了150",
                "我哥也是湖南的，在职，限额200，这个月花了100",
                "他们父子俩一起算呢",
            ),
            "165.00",
            "85.00",
        ),
        # of several bills: one given back whole; one at a place that is not designated, both asked about
        (("湖南在职，限额200，买了两回，一回60一回40", "第二回的药全退了，现在报多少"), "48.00", "12.00"),
        (
            ("江西居民，住院报50%，没封顶，药费100", "她还在镇上一家不是定点的店里买了40", "两笔一共报多少"),
            "50.00",
            "90.00",
        ),
        # one in hospital before one after it, both in one sum
        (
            (
                "湖南退休，限额200，10月6号买了50的药",
                "10月3号到10号我住着院",
                "20号出院后又买了100",
                "两回加起来一共报多少",
            ),
            "85.00",
            "65.00",
        ),
        # visits and shares put right
        (
            ("江西职工，透析一次100，一个月8次，住院报50%，没封顶", "搞错了，一个月是10次，不是8次"),
            "500.00",
            "500.00",
        ),
        (("吉林职工，没起付线，报60%，额度够，花了100", "说错了，不是六十，是五十"), "50.00", "50.00"),
        (("江西居民，花了100，住院好像报70%", "问到了，是60%，不是70%，额度够"), "60.00", "40.00"),
        # the share of another place, supposed later; what would have been without the second disease
        (
            ("江西职工，社区报90%，三甲报80%，没封顶", "在三甲花了100", "要是在社区拿呢，同样100"),
            "90.00",
            "10.00",
        ),
        (
            ("湖南退休，批了两个病，限额100，第二个加了60，花了150", "要是没评第二种病呢，也是150"),
            "85.00",
            "65.00",
        ),
        # back to what was bought; so much more, supposed
        (("湖南在职，限额100，花了150", "少开点，只开80呢", "算了，还是按150那个来"), "80.00", "70.00"),
        (("湖南在职，限额200，花了100", "要是再加50块的药，一共报多少"), "120.00", "30.00"),
        # another region, with terms of its own
        (
            (
                "我爸湖南退休，限额100，花了200",
                "弄混了，湖南那个是我叔，我爸是吉林的，那边报50%，没起付线，没封顶，也花了200",
            ),
            "100.00",
            "100.00",
        ),
        # the next month, after the deductible; another year's purchase alone
        (
            ("内蒙古职工，起付线100今年没扣过，报50%，没封顶，3月花了300", "5月也是300呢"),
            "150.00",
            "150.00",
        ),
        (
            (
                "山东居民，起付线100，报50%，没封顶，去年11月花了300",
                "今年1月5号又花了200，起付线一样，这200报多少",
            ),
            "50.00",
            "150.00",
        ),
        # what a month used, told alone; whether it may be used later, in another quarter
        (
            ("湖南在职，限额100", "6月我才用了30", "7月买药花掉150", "6月余的70转到7月可不可以，7月报多少"),
            "80.00",
            "70.00",
        ),
        # parts of the bill, and what is to be left out altogether
        (
            ("内蒙古职工，报50%，没起付，没封顶，票上100", "不过里头有30是看牙的", "这100里报多少"),
            "35.00",
            "65.00",
        ),
        (
            ("山东居民，报50%，没起付线，没封顶，花了100", "里头有20是给我爸带的感冒药，去掉别算"),
            "40.00",
            "40.00",
        ),
        # what helps or tells is not asked about
        (("湖南退休，限额100，老伴去给我买的药，80", "额度记错了，是60"), "51.00", "29.00"),
        # from the first month of the benefit on, after a purchase before it
        (
            (
                "湖南退休，9月20号批的，限额100，每个月药费都是80",
                "那9月23号开的药就白买了",
                "从能报的那个月到年底总共报多少",
            ),
            "204.00",
            "36.00",
        ),
        # what was asked in between changes nothing of it
        (("湖南在职，限额100，花了120", "我讲错了，还没退休呢，明年才办", "那到底报多少"), "80.00", "40.00"),
        # what only one of two may be
        (
            ("江西居民，住院报60%，没封顶，花了300", "问过了，300是两次加起来的，一次150，按一次算"),
            "90.00",
            "60.00",
        ),
    ],
)
def test_what_is_told_bit_by_bit(talk: Any, turns: tuple[str, ...], fund: str, own: str) -> None:
    outcome = talk(*turns)
    assert (paid(outcome), borne(outcome)) == (fund, own)


@pytest.mark.parametrize(
    ("turns", "missing"),
    [
        # a share that turns out to be of other care, or somebody else's
        (("吉林居民，花了200，记得是报70%", "70%那是住院的，不是慢病的，这200到底报多少"), "ratio"),
        (("江西居民，花了200，好像报70%", "先别算，70%是隔壁老张的，我的不晓得"), "ratio"),
        # what is not known when we ask for it
        (("湖南退休，花了200", "限额我哪个晓得嘛", "那到底报多少"), "monthly_limit"),
    ],
)
def test_what_is_taken_back_is_missing_again(talk: Any, turns: tuple[str, ...], missing: str) -> None:
    estimate = card(talk(*turns))
    assert estimate.fund_pays is None
    assert missing in estimate.missing


@pytest.mark.parametrize(
    ("told", "fund"),
    [
        (("湖南退休，限额300，药费260", "哎看错了，300是我老倌子的，我的限额是200"), "170.00"),
        (
            (
                "江西职工二类，今年基金还能给我付300，住院报80%，花了900",
                "才300啊。那要是去镇上拿，报90%，药还是900，能报多少",
            ),
            "300.00",
        ),
        (
            (
                "山东职工，起付线满了，报60%，最高还能报400，拿药500",
                "后来又加了300的药，前面那500还没结，合到一块800一起结，报多少",
            ),
            "400.00",
        ),
        (("湖南在职，限额300，药费250", "这个季度三个月都是250的话总共呢"), "600.00"),
        (("湖南退休，限额400，月初买药250", "同一个月月底又买了250，光这第二单报多少"), "127.50"),
        (("江西职工一类花了800，没到封顶，住院在职报90%退休报95%", "我爸退休了的"), "760.00"),
        (("湖南退休，限额300，药费350", "忘讲了，还有个二病，多批了40的额度"), "289.00"),
        (
            (
                "湖南在职，限额300，小诊所买的药150，不是定点",
                "那算了。同一个月在县医院还拿了120的药，这张报多少",
            ),
            "96.00",
        ),
        (
            ("江西居民二类，今年的限额用光了，报65%，花了600，报多少", "那我拖到明年1月再去看，还是600呢"),
            "390.00",
        ),
        (("山东职工，花了800，报70%，报多少", "起付线500，今年前面累计过300了，限额够"), "420.00"),
        (("湖南退休，限额300，药费400", "听说明年限额要提到350，真要提了呢"), "297.50"),
        (
            ("山东职工，花了1500，起付线500，报80%，额度够", "哦忘了说，这之前今年已经累计过300起付了"),
            "1040.00",
        ),
        (
            ("江西职工，报90%，慢病花了400，报多少", "搞错了，我人在江西，医保是湖南的，在职，月限额300"),
            "240.00",
        ),
        (("江西鹰潭，慢病9月10号认定的", "8号买药200，12号又买300，都按80%报，封顶没到，能报多少"), "240.00"),
        (("湖南退休，慢病一个月限额200", "10月11月都没买药，12月花了500，12月报多少"), ("170.00", "425.00")),
        (("湖南的，我7月还在职，8月1号起算退休", "两个月药费都是200，限额也是200，一共报多少"), "330.00"),
        (("湖南退休，限额300，这月买了400的药", "有一盒150的没拆，同月退掉了，现在报多少"), "212.50"),
        (
            ("湖南在职，限额300，药费200，报多少", "等下，这是我妈的单子，她退没退休我还没问"),
            ("160.00", "170.00"),
        ),
        (("江西职工，透析这个月5000", "住院比例嘛，80还是90记不准了，封顶离得远"), ("4000.00", "4500.00")),
        (("湖南退休限额300，18号拿慢病药200，能报多少", "那几天我正在住院，是屋里人替我拿的"), "0.00"),
        (("湖南职工，限额200，药费200，报多少", "在职退休你莫管，给个范围就行"), ("160.00", "170.00")),
        (("江西居民一类，报70%，慢病这月300，额度够", "处方也有，能报吗报多少"), "210.00"),
        (("江西职工一类花了600", "住院报90%", "查了下，上个月就到封顶了"), "0.00"),
        (("湖南退休，限额300，花了640", "打错了打错了，是64"), "54.40"),
        (("湖南在职，限额250，出院以后拿的药200", "上半月一直住院"), "160.00"),
        (("湖南退休，限额300，6月花了100", "7月花了400，就算7月的"), "255.00"),
        (("山东居民，起付线200，先花了150", "后来又花了250，报60%，限额够，总共报多少"), "120.00"),
        (
            ("江西居民二类，报70%，花了300没到顶", "弄串了那是我哥，我是湖南退休的，限额200，也是花300"),
            "170.00",
        ),
        (("山东居民，起付线满了，报60%，限额够，花了500", "是在上海看的"), "300.00"),
        (("山东，起付线400没扣过，报50%，限额够，花了1000，报多少", "再花300呢，那次报多少"), "150.00"),
        (("湖南退休，限额400", "拿了两回药，头一回一百六，第二回一百八", "不对，第二回是两百二"), "323.00"),
        (("湖南退休，限额280，住院那几天在门诊拿了90", "出院后当月又拿了150，合计报多少"), "127.50"),
        (("湖南在职限额260，开了200的药，报160对吧", "大夫又给加了一盒90的，那这个月总共呢"), "208.00"),
        (("湖南在职两个病，主病限额250，药费330，报多少", "医保局刚回了电话，讲第二个病给加50"), "240.00"),
        (("山东德州，俩慢病今年都是头一回看，一个500一个600", "起付线400，都报70%，限额够"), "490.00"),
        (("湖南在职，限额400，这个月花了400，报多少", "里头药费250，拍片子150"), ("200.00", "320.00")),
        (("我江西职工退休的，慢病花了300报多少", "湖南亲戚讲退休一律85%，没封顶，就照85%给我算"), "255.00"),
        (
            (
                "我湖南退休 限额200 这月花了260 报多少",
                "哦170，那我哥在山东，起付满了报70%额度够，也花200，他的呢",
            ),
            "140.00",
        ),
        (
            (
                "我在山东住，退休了，慢病花了320报多少",
                "医保不在山东，在湖南参的职工医保，备过案，在住的地方定点医院拿的药",
                "月限额300",
            ),
            "255.00",
        ),
        (("我在江西退休，这个月血压药买了两百六", "住院是报八十五", "封顶没到"), "221.00"),
        (("我在江西退休，这个月血压药买了两百六", "报八十"), "208.00"),
        (("江西居民，这回花了500", "她今年八十一了，耳朵背，比例没问到"), None),
        (
            (
                "我湖南退休，限额240，这个月花了260，报几多",
                "老婆子也有糖尿病，她没退休，限额三百，也买了两百六",
                "我们两个一共报几多",
            ),
            "412.00",
        ),
        (
            ("我湖南退休限额300花了260，报多少", "我弟在职，限额200，花了240，报多少", "我们两个加起来呢"),
            "381.00",
        ),
    ],
)
def test_a_figure_told_again_is_no_other(talk: Any, told: tuple[str, ...], fund: Any) -> None:
    assert paid(talk(*told)) == fund


def test_a_cost_by_the_day_says_how_it_comes_about(talk: Any) -> None:
    outcome = talk("湖南退休，限额400，药一天一片6块，吃满20天，报多少")
    assert paid(outcome) == "102.00"
    assert "6 元 × 20 = 120 元" in outcome.replies[0].text
