"""Cost questions as conversations: what is understood, what is said, what is asked back."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal as D
from typing import Any

import pytest

from bot.clock import SHANGHAI
from bot.dialogue.cost import estimate_cost, goes_on
from bot.dialogue.turn import Context, Mention, Outcome, Task, Turn
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
def talk(parameters: Mapping[str, RegionParameters]) -> Any:
    """Says the sentences one after the other; the last outcome, with the context as JSON would keep it."""

    def say(*sentences: str, context: Context | None = None) -> Outcome:
        known = context or Context()
        for sentence in sentences:
            outcome = estimate_cost(turn(sentence), known, parameters)
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


@pytest.mark.parametrize(
    ("question", "fund"),
    [
        ("湖南在职，限额三百六，药费五百八，自己要掏多少", "288.00"),
        ("湖南退休，这个月拿药７２０元，每月限额４５０元", "382.50"),
        ("湖南在职，月限额400，已经用了300，再买250能报多少", "80.00"),
        ("湖南在职，这个月额度还剩150，又拿药200", "120.00"),
        ("湖南退休，限额350每月，每个月花420，一年下来报多少", "3570.00"),
        ("湖南退休，限额300，一次开了三个月的药花了850", "722.50"),
        ("湖南在职限额300，1月花了100，2月花了500，一共报多少", ("320.00", "480.00")),
        ("湖南退休，上个月额度剩了120没用，这个月花了400，限额300", ("255.00", "340.00")),
        ("湖南退休，一个月定额280，血压170/95，这个月拿药310", "238.00"),
        ("湖南在职，每月限额260，昨天花了180，今天又花了130，都是这个月的", "208.00"),
        ("湖南退休，限额300，本月前两次各花了80，这次花了170，这次能报多少", "119.00"),
        ("湖南退休，限额250，7、8、9月每月都花230，一共报多少", "586.50"),
        ("湖南在职，每月250，六月花了300，七月花了200，两个月一共报多少", "360.00"),
        ("湖南退休，药费没超限额，花了312", "265.20"),
        ("湖南退休，退休金3200，限额380，这回拿药412", "323.00"),
        ("湖南在职，额度300用了一半，这次花200", "120.00"),
        ("湖南在职，限额300，非定点药店买了80的药，定点医院花了150", "120.00"),
        ("湖南退休，主病每月300，是不是一个病加100能到600，药费700", ("255.00", "340.00")),
        ("湖南退休，糖尿病200，高血压350，两个都批了，药费500", ("297.50", "382.50")),
        ("湖南退休，12月15号批的，1月3号买药188，限额200", "159.80"),
        ("江西，80%没封顶，总共800，其中200的药没有处方", "480.00"),
        ("江西，80%没封顶，慢病药300，顺带开了别的病的药150，一张单子450", "240.00"),
        ("江西，80%没封顶，620的药，其中甲类400，乙类220先自付10%", "478.40"),
        ("江西，一年封顶6000，前面花了5000报了4000，这个月花了3000，80%", "2000.00"),
        ("江西，透析一次400，一个月10次，报85%，没封顶", "3400.00"),
        ("山东，起付线250，前两次分别花了100和90，这次180，报80%", "96.00"),
        ("湖南在职，限额3000，花了两千出头", ("1600.00", "2000.00")),
        ("湖南在职，限额300，花了两千出头", "240.00"),
        ("湖南灵活就业，限额300，花了280", "224.00"),
        ("湖南职工，限额200，花了200，我还没退休", "160.00"),
        ("湖南退休，主病限额400，第二个病加60，花了480", "391.00"),
        ("湖南退休，限额400，花了480，再加一个病 加60", "391.00"),
        ("湖南退休，没有处方自己买了300的药，限额300", "0.00"),
        ("湖南退休，限额500，住院期间在门诊买药花了260", "0.00"),
        ("湖南退休，限额500，出院后买药花了260", "221.00"),
        ("湖南退休，11月5号批下来的，11月10号花了300，限额400", "0.00"),
        ("江西职工，二级医院住院报90%，花了2000", "1800.00"),
        ("江西居民，住院比例七成五，花了3,600元，年度封顶3000，已经报了2500", "500.00"),
        ("江西，乙类药1000块先自付10%，剩下报80%", "720.00"),
        ("江西居民，总费用2000，其中自费药300，报70%", "1190.00"),
        ("江西的，社区住院报90%，三甲报80%，我在社区拿药花了500", "450.00"),
        ("江西职工本地报85%，临时去广东只报60%，在那边看病花了1000", "600.00"),
        ("江西职工在不是定点的诊所花了400", "0.00"),
        ("山东职工，起付线600，已经付了400，这次花1000，报八成", "640.00"),
        ("山东居民报65%，起付线500已经过了，花了1000", "650.00"),
        ("山东，我个人要出30%，没有起付线，花了600", "420.00"),
        ("吉林居民报60%，起付线400还没交，花了300", "0.00"),
        ("山东居民，两个病，起付线300，第一个病已经交了200，第二个病花了600，报60%", "300.00"),
        ("山东，起付线500元，前面看病花了420，这次花300，报70%", "154.00"),
        ("山东职工花了2000，起付500，报80%，今年还能报800", "800.00"),
        ("湖南在职，限额280，药费250，检查费100", ("200.00", "224.00")),
        # a fact told as a range: everything it may come to
        ("包头职工内蒙古，起付线没有，报八成到九成，花了3000，没封顶", ("2400.00", "2700.00")),
        ("江西职工，县医院住院报80到85，花了1000，没封顶", ("800.00", "850.00")),
        ("江西职工，报80%到85%，花了1000，没封顶", ("800.00", "850.00")),
        ("江西居民，报销比例七五到八零之间，花了1200，没封顶", ("900.00", "960.00")),
        ("江西居民，报七八成，花了1000，没封顶", ("700.00", "800.00")),
        ("山东，起付线三百到五百之间，没扣过，报60%，花了1000，没封顶", ("300.00", "420.00")),
        ("山东，起付线三四百，没扣过，报60%，花了1000，没封顶", ("360.00", "420.00")),
        ("山东，起付线300还是500，没扣过，报60%，花了1000，没封顶", ("300.00", "420.00")),
        ("山东，起付线500，今年扣没扣我忘了，报70%，花了1500，封顶没到", ("700.00", "1050.00")),
        ("山东，起付线500，今年差不多扣了一半，报70%，花了1500，封顶没到", ("700.00", "1050.00")),
        ("山东，起付线500，今年扣了大概一半，报70%，花了1500，封顶没到", ("700.00", "1050.00")),
        ("山东，不记得起付线扣过没有，起付线500，报70%，花了1500，封顶没到", ("700.00", "1050.00")),
        ("湖南在职，主病320，第二个病加八十还是一百没搞清，药费500", ("320.00", "336.00")),
        ("湖南退休，第二个病加了四五十，主病限额200，药费300", ("204.00", "212.50")),
        ("湖南退休，限额三四百，药费500", ("255.00", "340.00")),
        ("湖南退休，限额300左右，药费200", "170.00"),
        ("江西职工，报80%，花了1000，年度额度只剩五六百", ("500.00", "600.00")),
        ("江西职工，报80%，花了1000，今年额度大概还剩一千多", "800.00"),
        # a small figure in Chinese numerals
        ("湖南在职，主病290，第二个病加六十，药费400", "280.00"),
        ("湖南退休，限额400，药350，心电图九十", ("297.50", "340.00")),
        ("湖南退休，限额400，药钱三百五，另外做了个心电图90", ("297.50", "340.00")),
        ("湖南退休限额350，药费加化验费一共花了420，化验占100", ("272.00", "297.50")),
        # one month of several, and months without a cost
        ("湖南退休限额300，10月花了两百，11月花了四百，11月这一月能报多少", ("255.00", "340.00")),
        ("湖南在职，每月三百，这一季度7月没去，8月三百二，9月五百，合起来报多少", ("480.00", "656.00")),
        ("湖南在职，月限额500，药费四百多点", ("320.00", "360.00")),
        ("山东居民，起付线不是300就是400，一分没交过，报销六成五，花了1300，封顶没到", ("585.00", "650.00")),
        ("江西退休职工，住院报92%，这病一类，年封顶还剩十来万，花了12000", "11040.00"),
        ("江西居民，二类，报70%，今次用咗860，没到封顶", "602.00"),
        (
            "湖南在职，限额350，这个季度头一个月用了200，第二个月用了480，第二个月能报多少",
            ("280.00", "384.00"),
        ),
        ("湖南退休，糖尿病每月三百是我选的，高血压也有，这月俩病的药一共五百五", ("255.00", "340.00")),
        ("湖南在职，这次就做了个CT三百六，没开药，限额五百", ("0.00", "288.00")),
        ("湖南职工，限额200，药180，人事说我下个月才办退休", "144.00"),
        ("湖南退休，限额350，第二样病加了额度但是多少忘了，花了420", ("297.50", "357.00")),
        ("湖南退休，限额260，还有个糖尿病也批了，这个月五百二", ("221.00", "306.00")),
        # quite new words for what was known already
        ("湖南，在厂子里干活，一个月额度三百一，买药二百九十九", "239.20"),
        ("退了，湖南，限额四百五，2月份五百，3月份四百六，两个月合一起报几多", "765.00"),
        ("江西职工，一类，大医院住院报八五，这次1860，没到封顶", "1581.00"),
        ("江西，小区门口药房不能刷医保，买了慢病药三百六，住院报80%", "0.00"),
        ("江西居民报65%，一类没到顶，总共一千二，有二百是医保不管的药", "650.00"),
        ("江西职工报82%，拿药两次，头一回三百二，第二回四百，总共能报多少，没封顶", "590.40"),
        ("湖南退休，一盒药128，一个月吃两盒，限额300，报多少", "217.60"),
        ("湖南在职，一天药费9块，一个月按30天，限额300", "216.00"),
        ("山东居民报60%起付线400交了一半花了500没封顶", "180.00"),
        ("湖南退休，一年药费9600，月限额600，每月800", "6120.00"),
        ("湖南在职，限额300，上个月药费280，这个月药费330", ("464.00", "480.00")),
        # a limit per quarter, and one month asked about of several
        ("湖南在职，季度额度1200，这个季度花了1500", "960.00"),
        ("湖南退休，额度按季度给，一个季度900，这季度花了850", "722.50"),
        ("湖南退休，月限额300，上月花了100，这个月花了450，这个月的能报多少", ("255.00", "382.50")),
        ("湖南在职，4月没花钱，5月花了600，限额300，能报多少", ("240.00", "480.00")),
        ("湖南退休，月限额300，三个月一共花了900", ("255.00", "765.00")),
        # an amount named again; a limit told without the word
        ("湖南退休，这个月限额400，月初花了320，今天又花150，今天这150能报多少", "68.00"),
        ("湖南在职，医保本上写的每月三百二，买药花了280", "224.00"),
        ("湖南退休，单列支付的药，医保局说比例70%、单列限额5000，花了4000", "2800.00"),
        ("湖南退休，限额500，没拿药，只做CT检查花了400", ("0.00", "340.00")),
        ("湖南在职，限额300，第二个病没给我加额度，花了400", "240.00"),
        ("江西职工，慢病药一共380，其中感冒药80，报80%", "240.00"),
        ("江西职工，年限额1万二，花了1.5万，报95%", "12000.00"),
        ("山东居民，起付线500，前面看病已经花了320，这回600，报60%，限额够", "252.00"),
        ("山东，起付线400扣过100了，花1000，报75%，没到限额", "525.00"),
        ("山东，自己负担两成，没有起付线，花850，限额够", "680.00"),
        ("内蒙古职工，一个月花4000，报85%，起付线1000已经交满了，没到封顶", "3400.00"),
        # told roughly
        ("湖南退休，月限额200，大概花了一百五六", ("127.50", "136.00")),
        ("湖南在职，限额2000，花了一千来块", ("720.00", "880.00")),
        ("湖南退休，限额250，药费不到两百", ("153.00", "170.00")),
        # limits of several diseases, of a year, of a month told in other words
        ("湖南退休，两个慢病能叠加限额吗，一个300一个200，花了450", ("255.00", "340.00")),
        ("湖南退休，高血压限额200，糖尿病限额260，两个病都有，一共花了350", ("221.00", "297.50")),
        ("山东职工，起付线500扣完了，报85%，透析一年花了四万，限额三万", "30000.00"),
        ("江西居民二类，这病一年给3600，前头报过3350，又开了480的药，报八成", "250.00"),
        ("湖南在职，每个月批的是340，药费花了372", "272.00"),
        ("湖南退休，一个月最多260，药费花了300", "221.00"),
        ("江西居民，住院报70%，花了2300，一年统筹最多付3000，已经付了1800", "1200.00"),
        # what several amounts are of
        ("湖南在职，这个月两次药费分别是150、120，每月限额280，一共报多少", "216.00"),
        ("湖南退休，限额300，少则花200多则花260", ("170.00", "221.00")),
        ("江西，药费1200，乙类先自付15%也就是180，剩下报八成，没封顶", "816.00"),
        ("山东居民，起付线350已满，报六成五，花了600，没封顶", "390.00"),
        # the month of approval, and a year that began after it
        ("湖南在职，上个月认定的，通过的当月花了280，限额300", "0.00"),
        ("湖南退休，前年批的，限额250，每个月花250，一年下来报多少", "2550.00"),
        ("湖南退休，认定是今年8月下来的，下来的当月拿药180，限额260", "0.00"),
        ("湖南在职，9月份通过，同一个月买药240，限额300", "0.00"),
        ("湖南在职，限额250，每月药费240，今年5月批下来，从能报那个月起到年底一共报多少", "1344.00"),
        ("湖南退休，限额300，药费少的时候220多的时候260", ("187.00", "221.00")),
        ("江西，药费1200，其中乙类先付20%即160，剩下报八成，没封顶", "832.00"),
        ("江西居民二类，年度最高给报2800，之前付过2600，这次药费400，比例70%", "200.00"),
        ("山东，起付线300已满，一年最多付4000，前面付了3900，这回500，报80%", "100.00"),
        ("湖南在职，限额300，这个月付了280", "224.00"),
        # those who spent nothing are not asked about
        ("湖南，我爸退休限额400，我妈在职限额300，我妈这个月花了280，我妈能报多少", "224.00"),
        # what was spent before, beside and outside
        ("吉林职工，起付线200，今年交过80了，花了520，报70%，限额够", "280.00"),
        ("山东职工，去年11月起付线交满了500，今年3月花了900，报80%，额度够", "320.00"),
        ("湖南退休，限额400，上季度省下300没花，一月份花了650，一月份报多少", "340.00"),
        ("湖南退休职工，药费里350是药，80是挂号诊查费，限额400", ("297.50", "340.00")),
        ("江西职工，门慢开药520，里头120是给孙子买的感冒药，报80%，没到封顶", "320.00"),
        ("江西职工 这单1260 乙类那部分我先付了60 剩下报九成 没碰到封顶", "1080.00"),
        ("湖南退休，限额300，药费200元，化验100元算不算，一共能报多少", ("170.00", "255.00")),
        ("湖南退休，限额300，药费180，挂号费20，拍片120", ("153.00", "255.00")),
        ("江西职工，先自付部分120，其余报80%，没封顶，总共1000", "704.00"),
        ("吉林松原居民，慢病花了450，没有门槛费，报一半，没封顶", "225.00"),
        ("湖南退休，限额260，每个月药费240，从1月到10月一共报多少", "2040.00"),
        # days in hospital
        ("湖南在职，3号到12号住院，9号家里人去门诊拿了220的药，限额300", "0.00"),
        ("湖南在职，5号住院，16号出院，10号门诊拿药150，限额300", "0.00"),
        ("湖南在职，5号到12号住院，20号门诊拿药150，限额300", "120.00"),
        # one of several places
        ("江西职工，三甲报80%，社区报90%，花了1000，额度够", ("800.00", "900.00")),
        ("江西职工，三级医院报80%，社区报92%，我在社区开的药，花了500，额度够", "460.00"),
        # several people
        ("我爸湖南退休限额300花了400，我江西职工报85%花了500没封顶，一共报多少", "680.00"),
        ("两口子都在湖南，我上班限额260花了300，老伴退休限额310花了290，加一块报多少", "454.50"),
        ("湖南，我跟老伴都有慢病，我退休限额300花了350，她在职限额240花了200，一共报多少", "415.00"),
        ("山东，我妈起付线满了报70%花了600，我爸起付线500没扣报70%花了900，额度都够，一共报多少", "700.00"),
    ],
)
def test_a_question_told_in_one_sentence(talk: Any, question: str, fund: Any) -> None:
    assert paid(talk(question)) == fund


@pytest.mark.parametrize(
    ("question", "fund"),
    [
        # the two ends of a limit, of a cost, of what was used
        ("湖南退休，限额不低于二百四不超过三百，药费350", ("204.00", "255.00")),
        ("湖南在职，额度三百往上四百不到，药费五百", ("240.00", "320.00")),
        ("湖南在职，额度三百多，肯定不到三百五，药费五百", ("240.00", "280.00")),
        ("湖南在职，限额350正负20，花了500", ("264.00", "296.00")),
        ("湖南退休，限额不是280就是320，花了400", ("238.00", "272.00")),
        ("湖南退休，限额记不清了，三百到三百五的样子，花了400", ("255.00", "297.50")),
        ("湖南退休，每月限额两百八十几，花了330", ("238.00", "246.50")),
        ("吉林，没起付线，报七成，额度够，药费少说八百多说九百", ("560.00", "630.00")),
        ("湖南在职，额度还剩一百来块不到两百，又拿药300", ("80.00", "160.00")),
        ("湖南退休，额度600，没写是一个月的还是一季度的，花了500", ("170.00", "425.00")),
        # of a ratio
        ("内蒙古职工，比例在八成二到八成八，没起付线，花了1000，没到封顶", ("820.00", "880.00")),
        ("吉林职工，没起付线，报百分之七十到八十，花了900，额度够", ("630.00", "720.00")),
        ("内蒙古职工，起付线扣够了，比例不是75就是80，药费1600，没到封顶", ("1200.00", "1280.00")),
        ("江西职工，县医院报85，市医院报75，去的哪家不记得，药费1200，封顶没到", ("900.00", "1020.00")),
        # of what was paid of a deductible, or added to a limit
        ("山东，起付线700，起码扣掉400了，花了1000，报八成，额度够", ("560.00", "800.00")),
        ("山东，起付线700，最多扣过200，花了1000，报八成，额度够", ("240.00", "400.00")),
        ("山东，起付线500，今年扣过多少我没数，报八成，花了900，额度够", ("320.00", "720.00")),
        ("湖南在职，两个病种，主病300，第二个最多加80，花了500", ("240.00", "304.00")),
        # days and years between which it is open
        ("湖南退休，是六月批的还是七月批的记岔了，七月花了300，限额400", ("0.00", "255.00")),
        ("湖南退休，上个月批的还是这个月批的说不准，这月药费300，限额350", ("0.00", "255.00")),
        (
            "山东，起付线500去年扣满了，药费800是去年12月底还是今年1月初的记不得，报八成，额度够",
            ("240.00", "640.00"),
        ),
        # months of which only the order is told, and the benefit's first of them
        ("湖南退休，限额200，三个月各花了150、230、180，一共报多少", ("450.50", "476.00")),
        ("湖南在职，限额300，四个月分别花了280、290、250、300，一共报多少", "896.00"),
        ("湖南在职，限额300，今年10月批的，三个月分别花了200、210、220，一共报多少", ("0.00", "176.00")),
        # whether class Ⅰ shares the cap of inpatient care
        ("江西一类，住院封顶8万，住院已经报掉7万9了，门诊花2000，报九成", ("1000.00", "1800.00")),
        ("湖南退休，通知上的批准日期看不清，是5月28还是6月2号，6月花了280，限额300", ("0.00", "238.00")),
        (
            "山东职工，年底年初买的药，不知道算去年还是今年，起付线700去年扣满，花了2000，报85%，额度够",
            ("1105.00", "1700.00"),
        ),
        # whose limit it is in time, two sources of one figure, a figure told again
        ("湖南在职，限额900，不知道是一个月还是三个月的，药费700", ("240.00", "560.00")),
        ("湖南在职，限额有说300的有说350的，药费420", ("240.00", "280.00")),
        ("江西二类，年限额4000，已经用了三千六左右，三千五到三千七吧，花800，报八成", ("300.00", "500.00")),
        ("湖南在职，每月额度四百不到，三百五往上，花了420", ("280.00", "320.00")),
        # what a person pays first, a deductible partly paid
        ("江西二类，乙类药先自付10%到15%，总共1000都是乙类，剩下报八成，没封顶", ("680.00", "720.00")),
        ("山东，起付线700已经交过大半，具体不知道，报八成，药费1200，没封顶", ("680.00", "960.00")),
        ("山东，起付线500今年扣了不止三百，花了1000，报80%，额度够", ("640.00", "800.00")),
        # months told together
        ("湖南在职，七八九三个月花了220、340、260，限额280，总共报多少", ("608.00", "656.00")),
        ("湖南退休，限额300，头两个月各花了250，第三个月花了400，一个季度一共报多少", ("680.00", "765.00")),
        ("湖南退休，10月没用完剩90，11月花了350，月限额300，11月报多少", ("255.00", "297.50")),
        # examinations beside drugs
        ("湖南在职，限额600，门诊一共花450，药是300，剩下的是检查", ("240.00", "360.00")),
        ("湖南退休，限额500，药费240，心电图和化验一起一百二三", ("204.00", "314.50")),
        ("湖南退休，限额400，药260，抽血和B超合共90，一起能报多少", ("221.00", "297.50")),
    ],
)
def test_what_is_told_roughly_is_a_range(talk: Any, question: str, fund: Any) -> None:
    assert paid(talk(question)) == fund


@pytest.mark.parametrize(
    ("question", "fund"),
    [
        ("湖南退休，限额 三百 二十，花了 四百 五，报多少", "272.00"),
        ("湖南 在职 限额 四百 药费 三 百 六 报多少", "288.00"),
        ("我是湖南退修的，限鹅三百二，买腰花了四百，能宝多少", "272.00"),
        ("山东，起付线六百已经口了四百，花了一千，比列八成，封顶冒到", "640.00"),
        ("湖南退休，限额三百二，哎呀看错了是三百八，花了400", "323.00"),
        ("三百六，不是，是四百六的药，湖南退休，额度五百", "391.00"),
        ("湖南退休，限额500，三张小票，86块4、120、57块6，一共能报多少", "224.40"),
        ("江西二类，报八成，封顶没到，甲药210，乙药330，丙是自费的90，总共630", "432.00"),
        ("江西一类，单子2000，甲类800，乙类1200，乙类个人先付10%，报85%，封顶没到", "1598.00"),
        ("江西一类，透析一次390，上周做了两次，本周三次，报九成，封顶没到，总共报多少", "1755.00"),
        ("山东，起付线满了，透析一次400，每星期三次，算四个星期，报八成五，额度够", "4080.00"),
        ("江西二类，年封顶5000，前面十个月每月报450，这次药费800，报八成", "500.00"),
        ("湖南退休，限额400，1号刷过150，10号刷过120，20号刷了200，20号这次报多少", "110.50"),
        ("湖南退休，限额：450。费用：523.4。请算统筹支付", "382.50"),
        ("湖南退休，慢病本写的390/月，药店结算397", "331.50"),
        ("湖南在职，三个病，主病300，另外两个病各加了50，药费500", "320.00"),
        ("湖南退休，两种病合起来限额三百五，花了400", "297.50"),
        ("山东职工，起付线500已扣200，说错了已扣300，花了1000，报八成，额度够", "640.00"),
        ("山东职工，起付线600交了三分之一，花1000，报八成，额度够", "480.00"),
        ("湖南退休，超了限额60块，限额是300，报多少", "255.00"),
        ("湖南退休，2月批的，从3月开始每月吃药260，限额300，到10月一共报多少", "1768.00"),
    ],
)
def test_how_it_is_written_and_counted(talk: Any, question: str, fund: Any) -> None:
    assert paid(talk(question)) == fund


@pytest.mark.parametrize(
    ("question", "fund", "own"),
    [
        ("湖南退休职工，限额300，工伤住院花了五千，慢病药这月花了240，慢病能报多少", "204.00", "36.00"),
        ("湖南退休，8号到15号住院，11号在药店买药180，20号又买了150，限额400", "127.50", "202.50"),
        ("江西二类，11月2号认定，11月1号买药300，11月5号买药400，报八成没封顶", "320.00", "380.00"),
        ("湖南在职，这个月刚批的，这个月花了200，限额300", "0.00", "200.00"),
        ("湖南退休，10月12号住院一直到月底没出来，其间家里人到药店刷了275，限额360", "0.00", "275.00"),
        ("湖南在职，限额400，在没挂医保牌的药店买了150", "0.00", "150.00"),
        ("我表哥报得多，限额五百，我湖南在职限额三百，花了350", "240.00", "110.00"),
        ("工友老赵额度四百，我只有两百八，湖南在职，我这月花了310", "224.00", "86.00"),
        ("我妈退休限额500花了600不用算她，算我的，湖南在职限额260花了300", "208.00", "92.00"),
        ("江西二类，报八成没封顶，药费600里有120没处方", "384.00", "216.00"),
        ("江西二类，报八成没封顶，一张票500，治感冒的60，治牙疼的40，其余是慢病药", "320.00", "180.00"),
        (
            "江西，我姐二类花了950，住院报80%，没封顶；我没有慢特病，感冒花了70。我姐能报多少",
            "760.00",
            "190.00",
        ),
    ],
)
def test_what_is_none_of_the_cost_is_left_out(talk: Any, question: str, fund: Any, own: Any) -> None:
    assert (paid(talk(question)), borne(talk(question))) == (fund, own)


@pytest.mark.parametrize(
    ("story", "fund", "own"),
    [
        # facts of somebody who is not asked about
        ("我们厂老王额度五百，我才一个月三百，湖南在职，买药280", "224.00", "56.00"),
        ("邻居退休的限额400，我还在职，湖南，限额260，花了300", "208.00", "92.00"),
        # what holds, against what is open or only to come
        ("湖南职工，限额200，花了200，我离退休还差三年", "160.00", "40.00"),
        ("湖南职工，限额200，花了200，退没退休没问", ("160.00", "170.00"), ("30.00", "40.00")),
        ("湖南职工，限额200，花了200，她退休了没有我不清楚", ("160.00", "170.00"), ("30.00", "40.00")),
        ("山东居民，起付线400，花了350，过了起付线才报70%", "0.00", "350.00"),
        ("山东居民，起付线400以后报70%，今年第一次，花了900", "350.00", "550.00"),
        ("山东居民，今年已经过了起付线，报70%，花了900", "630.00", "270.00"),
        ("山东居民去年起付线500交完了今年2月6号花了800报60%", "180.00", "620.00"),
        # what was paid so far, and by whom
        ("江西居民，一年最高给报8000，到上个月基金付了7800，这次500，报70%", "200.00", "300.00"),
        ("江西居民，年封顶3000，医保已经给报了2900，这次500，报70%", "100.00", "400.00"),
        ("湖南在职，每月限额240，用了260，给报多少", "192.00", "68.00"),
        ("湖南在职，每月限额240，用了200，还能报多少", None, None),
        # what is not paid, beside what is
        ("江西，药膏四十五没有方子，凭处方拿的药300，报80%", "240.00", "105.00"),
        ("江西，这单600，里面100的药跟这个病不搭界，报80%", "400.00", "200.00"),
        ("湖南退休，限额300，药200，查血还八十", ("170.00", "238.00"), ("42.00", "110.00")),
        # a sum for each time
        ("江西，透析四百二一次，这月十一次，报90%", "4158.00", "462.00"),
        # days and months that are not sure; days in hospital
        ("湖南退休，限额300，资格8月或者9月批的，9月20号花了200", ("0.00", "170.00"), ("30.00", "200.00")),
        ("湖南在职，限额300，这个月2号住进县医院一直住到11号，7号拿药90元", "0.00", "90.00"),
        # one of several shares
        (
            "江西，市医院报八成，乡镇卫生院报九成，哪家没定，花了1000",
            ("800.00", "900.00"),
            ("100.00", "200.00"),
        ),
        ("江西，中医院报85%，人民医院只报75%，花了1000", ("750.00", "850.00"), ("150.00", "250.00")),
        ("江西，长期居住外省的报80%，临时去的报60%，我在外地定居，花了1000", "800.00", "200.00"),
        ("江西，长期居住外省的报80%，临时去的报60%，花了1000", ("600.00", "800.00"), ("200.00", "400.00")),
        ("江西，400的药自付10%后剩下的报80%", "288.00", "112.00"),
        ("湖南退休，限额260，她已经拿过药用掉180，今天又开了140，今天的报多少", "68.00", "72.00"),
        ("山东职工，起付线500，今年陆续垫了350，这次再花600，报80%，额度够", "360.00", "240.00"),
        (
            "内蒙古职工，去年起付线400交满了，今年3月花了900，报80%",
            ("400.00", "720.00"),
            ("180.00", "500.00"),
        ),
        # which of several costs is which
        ("湖南在职，限额300，街口药店不是定点，买了90的药，市医院拿了210", "168.00", "132.00"),
        ("江西，这单960，里边160是我想吃的蛋白粉，报75%", "600.00", "360.00"),
        ("江西，药1000全是乙类，先由个人掏20%，住院比例90%", "720.00", "280.00"),
        ("湖南退休，三样药，一样130，一样四十五，一样六十，限额300", "199.75", "35.25"),
        ("湖南在职，主病限额240，另一个每月添六十，药费400", "240.00", "160.00"),
        ("她单位限额九百咱不提她，我限额220，湖南在职，买药250", "176.00", "74.00"),
        ("湖南退休，9月3号住的院，17号出的院，9月25号买药200，限额300", "170.00", "30.00"),
        ("湖南退休，限额200，上午花了150，傍晚又花120，后面那笔报多少", "42.50", "77.50"),
        ("江西居民，报60%，6月医保报了500，一年最多3000，到上周一共报了2600，这次900", "400.00", "500.00"),
        ("湖南在职，限额500，药费本来400打八折实付320", "256.00", "64.00"),
        ("江西，报80%，拿药500，退掉一盒八十", "336.00", "84.00"),
        ("湖南退休，限额400，医保内金额210，另有自费50", "178.50", "81.50"),
        ("听别人讲限额都是500，可我本子上写的是260，湖南退休，花了300", "221.00", "79.00"),
        ("外省亲戚能报九成，我们江西这只报65%，花了1000", "650.00", "350.00"),
        ("湖南，已退，额度二百四一个月，这次三百一", "204.00", "106.00"),
        ("湖南退休，限额300，看了两回，一回120，一回八十五", "174.25", "30.75"),
        ("湖南在职，限额260，四盒药，每盒五十五", "176.00", "44.00"),
        ("湖南在职，以前限额240，今年涨到280，花了300", "224.00", "76.00"),
        ("湖南退休，限额300，卡里有600，药费250", "212.50", "37.50"),
        ("江西，花了900，医院优惠了100，报70%", "560.00", "240.00"),
        ("江西，九折买的药实付450，报80%", "360.00", "90.00"),
        ("山东居民起付线300，去年扣了200，今年2月花了800，报60%", "300.00", "500.00"),
        ("山东居民起付线300，说是扣够300以后才报60%，花了800", "300.00", "500.00"),
        ("湖南退休，限额300，上月结余60，这个月花了400", ("255.00", "306.00"), ("94.00", "145.00")),
        (
            "湖南退休，限额300，这个月花了250，下个月要花400，下个月报多少",
            ("255.00", "297.50"),
            ("102.50", "145.00"),
        ),
        ("湖南退休，每个月限额300，花了420，超的120不管", "255.00", "165.00"),
        ("江西，报六到七成，花了1000", ("600.00", "700.00"), ("300.00", "400.00")),
        ("山东，报60%，起付线200交过吗记不清，花了1000", ("480.00", "600.00"), ("400.00", "520.00")),
        ("湖南退休，限额200，上个月没用，这个月花了390", ("170.00", "331.50"), ("58.50", "220.00")),
        # months that are told in order and not named share one quarter at most
        ("湖南在职，限额200，三个月分别花了100、200、260", ("400.00", "448.00"), ("112.00", "160.00")),
        ("湖南在职，限额200，两个月先后用药180，230", ("304.00", "320.00"), ("90.00", "106.00")),
        ("湖南退休，限额400上下，记不清是380还是420，花了500", ("323.00", "357.00"), ("143.00", "177.00")),
        ("湖南退休，限额350，吃药一月四百二，半年报多少", "1785.00", "735.00"),
        ("湖南退休，限额350，10月25号批的，每月十五号拿药300", "255.00", "45.00"),
        # one relative called in two ways
        ("我爸退休我妈在职，都是湖南，老爸限额300花了200，老妈限额250花了280", "370.00", "110.00"),
        # a month that is named has a limit of its own, however its cost is told
        (
            "湖南退休，每个月限额280，十月只用了150，十一月药贵，花了380，十一月这380报多少",
            ("238.00", "323.00"),
            ("57.00", "142.00"),
        ),
        ("吉林报七成，没起付线没封顶，十月买药288，十一月302，两个月一共报多少", "413.00", "177.00"),
        # what is only a rule, and what has happened
        ("吉林，先扣300起付线，扣完报六成，没封顶，总共花1050", "450.00", "600.00"),
        ("山东，头500自己掏，剩下的报八成，花了1500，没到封顶", "800.00", "700.00"),
        ("吉林，起付线300，到现在扣掉了180，剩下的120这次扣，药费820，报七成，没封顶", "490.00", "330.00"),
        ("山东，今年还能再报200就到顶了，起付线早过了，报八成，这次450", "200.00", "250.00"),
        ("山东，起付线交过了，报八成，全年封顶3000，已经花掉2800的额度，药费500", "200.00", "300.00"),
        ("湖南退休，限额400用掉不到一半，药费300", ("170.00", "255.00"), ("45.00", "130.00")),
        # figures that are found to be others, or of something else
        ("湖南退休，限额我记得是300，翻本子写的是350，药费400", "297.50", "102.50"),
        ("湖南退休，500是两个月的，这个月药费260，限额300", "221.00", "39.00"),
        ("江西二类，开了二十八天的药，花了五百四，报75%，没到封顶", "405.00", "135.00"),
        ("江西，坐车花了40，药费500，报八成，没封顶", "400.00", "100.00"),
        ("江西，药一盒58，这次拿了580，报八成，没封顶", "464.00", "116.00"),
        ("吉林，去年吃药花了8000多，今年报七成，没起付线没封顶，这次药费420", "294.00", "126.00"),
        ("湖南，我在永州当老师，限额320，药费392", "256.00", "136.00"),
        ("湖南株洲在职，限额300，10月15批的，批下来那天买的药240", "0.00", "240.00"),
    ],
)
def test_what_a_story_tells(talk: Any, story: str, fund: Any, own: Any) -> None:
    outcome = talk(story)
    assert (paid(outcome), borne(outcome)) == (fund, own)


@pytest.mark.parametrize(
    ("doubt", "fund"),
    [
        ("湖南退休，限额300，这个月用了多少没记，药费200", ("0.00", "170.00")),
        ("湖南退休，限额300，上月剩了点没用完，这个月药费380", ("255.00", "323.00")),
        ("湖南退休，限额300往上，药费400", ("255.00", "340.00")),
        ("湖南退休，限额原来300，后来涨了，涨到多少不清楚，药费400", ("255.00", "340.00")),
        ("湖南退休，限额300，那家药店是不是定点不清楚，药费200", ("0.00", "170.00")),
        ("湖南，退休没退休拿不准，限额300，药费200", ("160.00", "170.00")),
        ("湖南退休，限额300，药费250，含一点检查费，多少没分开", ("0.00", "212.50")),
        ("江西，报八成左右，药费1000，没到封顶", ("750.00", "850.00")),
        ("江西，报八成，快封顶了，剩多少不知道，药费1000", ("0.00", "800.00")),
        ("江西，报八成，每次药费200，这个月去了三四次，没封顶", ("480.00", "640.00")),
        ("湖南退休，限额300，药吃了两三个月，每月250", ("425.00", "637.50")),
        ("山东，起付线500，好像扣过，报八成，药费1000，额度够", ("400.00", "800.00")),
        ("山东，起付线500，还差几十块，报八成，药费1000，额度够", ("720.00", "792.00")),
    ],
)
def test_what_is_doubted_is_never_an_exact_figure(talk: Any, doubt: str, fund: Any) -> None:
    assert paid(talk(doubt)) == fund


@pytest.mark.parametrize(
    "limit",
    [
        "一个月能吃300块钱的药",
        "每月用药指标300",
        "每月的药费不能超过300",
        "医保一个月认300",
        "一个月封顶三百块",
        "每月260封顶，不对，是300",
    ],
)
def test_a_monthly_limit_is_known_by_what_it_allows(talk: Any, limit: str) -> None:
    assert paid(talk(f"湖南退休，{limit}，这个月药费400，能报多少")) == "255.00"


@pytest.mark.parametrize(
    "state", ["起付线今年扣清了", "起付线不用再扣了", "门槛费前两次看病就交齐了", "起付500上回就扣了"]
)
def test_a_deductible_is_paid_in_whatever_words(talk: Any, state: str) -> None:
    assert paid(talk(f"山东，{state}，报八成，药费1000，年限额还够，能报多少")) == "800.00"


@pytest.mark.parametrize("more", ["少说了一张，还有300", "还有一张发票300，忘了说", "前几天还买过300的"])
def test_a_forgotten_cost_is_told_on_top(talk: Any, more: str) -> None:
    assert paid(talk("江西，八成，没封顶，药费500", more)) == "640.00"


def test_a_figure_that_no_word_places_is_no_cost_for_certain(talk: Any) -> None:
    outcome = talk("江西二类，报八成，没封顶，老张他们200，药费500")
    assert (paid(outcome), card(outcome).missing) == (("400.00", "560.00"), ("amount",))
    assert "没听明白您说的 200 元是不是这次的费用" in outcome.replies[0].text
    assert paid(talk("江西二类，报八成，没封顶，老张他们200，药费500", "一共500")) == "400.00"


def test_a_figure_that_no_word_places_is_passed_over_where_it_changes_nothing(talk: Any) -> None:
    assert paid(talk("湖南退休，限额300，老张他们200，药费500")) == "255.00"


def test_a_part_that_is_told_apart_may_be_paid_for_or_not(talk: Any) -> None:
    outcome = talk("吉林，报七成，没起付线，没封顶，一共拿了580的药，有80的是我孙子要的")
    assert (paid(outcome), card(outcome).missing) == (("350.00", "406.00"), ("excluded",))


def test_months_told_in_turns_are_asked_about_together(talk: Any) -> None:
    outcome = talk("湖南在职，限额300", "十月花了250", "十一月花了350", "两个月一共报多少")
    assert paid(outcome) == ("440.00", "480.00")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("花了500能报多少", ("region",)),
        ("湖南退休，花了500能报多少", ("monthly_limit",)),
        ("湖南职工，花了500能报多少", ("monthly_limit", "employment")),
        ("江西职工花了500", ("ratio", "annual_cap")),
        ("山东职工花了500", ("deductible", "ratio")),
        ("湖南在职，限额300，花了-50元", ("amount",)),
        ("湖南退休，单列支付的药4000元", ("single_line_ratio", "single_line_limit")),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_computed(
    talk: Any, question: str, missing: tuple[str, ...]
) -> None:
    outcome = talk(question)
    assert card(outcome).fund_pays is None
    assert card(outcome).missing == missing


@pytest.mark.parametrize(
    ("question", "field", "why"),
    [
        ("湖南在职，限额300，药费负50元", "amount", "负数"),
        ("湖南在职，限额300，药费0元", "amount", "0 元"),
        ("湖南在职，限额300，药费1e12元", "amount", "太大"),
        ("湖南在职，限额300，药费12.345元", "amount", "12.345 元"),
        ("湖南在职，限额300，2月30号花了200", "treated_on", "没有“2月30号”这一天"),
        ("湖南在职，限额300，2月30号批下来的，3月花了200", "approved_on", "没有“2月30号”这一天"),
        ("湖南在职退休，限额300，花了200", "employment", "既说在职，又说退休"),
        ("湖南退休，限额300，限额350，花了400", "monthly_limit", "两个限额"),
        ("山东职工，没有起付线，起付线400，花了1000报80%", "deductible", "又说起付线 400 元"),
        ("江西职工报120%，花了800", "ratio", "0% 到 100%"),
        ("江西职工，年限额3000，今年已经报了3500，花了200报80%", "used", "3500 元"),
    ],
)
def test_what_cannot_be_so_is_named_and_nothing_is_computed(
    talk: Any, question: str, field: str, why: str
) -> None:
    outcome = talk(question)
    assert paid(outcome) is None
    assert card(outcome).missing == (field,)
    assert why in outcome.replies[0].text
    assert outcome.context.asked == field


@pytest.mark.parametrize(
    ("turns", "fund"),
    [
        (("湖南在职，限额300，花了-50元", "打错了，是50"), "40.00"),
        (("江西居民，报70%，花了900", "其中有200没有处方"), "490.00"),
        (("湖南在职退休，限额300，花了200", "在职"), "160.00"),
        (("湖南退休，限额300，限额350，花了400", "350"), "297.50"),
        (("江西职工，年限额3000，今年已经报了3500，花了200报80%", "2500"), "160.00"),
        (("湖南退休，限额300，2月30号批下来的，3月花了200", "2月28号"), "170.00"),
    ],
)
def test_what_could_not_be_so_is_put_right(talk: Any, turns: tuple[str, ...], fund: str) -> None:
    assert paid(talk(*turns)) == fund


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("湖南居民花了500能报多少", "只管职工医保"),
        ("湖南退休肺癌化疗花了6000", "放化疗"),
        ("2022年12月湖南退休花了300，限额300", "2023年1月1日"),
        ("四川的，花了500能报多少", "四川"),
    ],
)
def test_what_our_documents_do_not_govern_is_refused_with_the_reason(
    talk: Any, question: str, why: str
) -> None:
    outcome = talk(question)
    assert paid(outcome) is None
    assert why in outcome.replies[0].text
    assert "12393" in outcome.replies[0].text


def test_the_answer_comes_first_with_its_source(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了200").replies[0].text
    assert text.startswith("医保支付 170 元，您自付 30 元。")
    assert "湘医保发〔2022〕52号第十三条" in text


def test_one_thing_is_asked_at_a_time_until_the_answer_is_exact(talk: Any) -> None:
    outcome = talk("帮我算下能报多少")
    assert outcome.context.asked == "region"
    assert outcome.replies[0].buttons[0].payload.startswith("/inform")
    outcome = talk("湖南", context=outcome.context)
    assert outcome.context.asked == "amount"
    outcome = talk("四百", context=outcome.context)
    assert outcome.context.asked == "monthly_limit"
    outcome = talk("360", context=outcome.context)
    assert outcome.context.asked == "employment"
    assert paid(outcome) == ("288.00", "306.00")
    outcome = talk("退休", context=outcome.context)
    assert outcome.context.asked is None
    assert paid(outcome) == "306.00"


def test_a_bare_number_is_the_ratio_we_asked_for(talk: Any) -> None:
    assert paid(talk("山东职工花了1000", "没有", "80")) == "800.00"


def test_not_knowing_ends_in_who_decides(talk: Any) -> None:
    outcome = talk("江西职工花了800", "不知道")
    assert outcome.context.asked is None
    assert "统筹地区" in outcome.replies[0].text
    assert paid(talk("报80%", context=outcome.context)) == "640.00"


def test_what_is_not_known_may_be_said_last(talk: Any) -> None:
    question = talk("湖南退休，限额200，有两个慢病", "花了350")
    assert question.context.asked == "extra_limit"
    assert goes_on(turn("第二个病加多少不晓得"), question.context)
    assert paid(talk("第二个病加多少不晓得", context=question.context)) == ("170.00", "255.00")


def test_a_second_disease_is_told_in_between(talk: Any) -> None:
    question = talk("湖南退休，限额200")
    assert goes_on(turn("我有两个病种，第二个加多少医院没讲"), question.context)
    assert not goes_on(turn("两个病种第二个加多少"), question.context)


@pytest.mark.parametrize("said", ["在职退休分不清", "不晓得我这算不算退休", "搞不清是在职还是退休"])
def test_not_knowing_ones_status_is_no_contradiction(talk: Any, said: str) -> None:
    assert paid(talk(f"湖南职工，限额300，药费260，{said}")) == ("208.00", "221.00")


def test_what_was_told_as_a_range_is_asked_for_and_settled(talk: Any) -> None:
    asked = talk("山东，起付线没有，报七成到八成，花了1000，没封顶")
    assert asked.context.asked == "ratio"
    assert "按报销比例 70%" in asked.replies[0].text
    assert paid(talk("75%", context=asked.context)) == "750.00"


@pytest.mark.parametrize("said", ["没封顶", "起付线交满了", "那到底报多少", "所以我能报多少钱呢"])
def test_terms_told_without_a_figure_go_on_with_the_cost(talk: Any, said: str) -> None:
    assert goes_on(turn(said), talk("江西职工，报80%，花了500").context)


def test_no_more_than_three_questions(talk: Any) -> None:
    outcome = talk("江西职工花了800", "嗯", "啥意思", "你说呢")
    assert outcome.context.asked is None
    assert "12393" in outcome.replies[0].text


def test_a_correction_replaces_what_was_said(talk: Any) -> None:
    outcome = talk("湖南在职，限额300，花了280", "不对，我是退休的", "限额应该是200")
    assert paid(outcome) == "170.00"
    assert outcome.context.employment == "退休"


@pytest.mark.parametrize(
    ("first", "then", "fund"),
    [
        ("湖南退休，限额300，花了500", "限额说错了，是450", "382.50"),
        ("湖南退休，限额300，花了500", "不是300，是400", "340.00"),
        ("湖南退休，限额300，花了500", "限额不是300，是400", "340.00"),
        ("湖南退休，限额500，药费300", "还有200块的药没算", "425.00"),
        ("江西职工报80%花了800", "比例错了，是85%", "680.00"),
        ("湖南慢病花了500，退休，不知道限额", "哦查到了，限额是420", "357.00"),
        ("山东职工花了1000，没有起付线，报80%", "没到", "800.00"),
    ],
)
def test_one_figure_is_put_right_or_added(talk: Any, first: str, then: str, fund: str) -> None:
    assert paid(talk(first, then)) == fund


def test_a_correction_says_what_it_changed(talk: Any) -> None:
    text = talk("湖南在职，限额300，花了500", "限额说错了，是450").replies[0].text
    assert "月限额从 300 元改成 450 元。跟刚才比，医保多支付 120 元。" in text
    text = talk("湖南在职，限额300，花了280", "不对，我是退休的").replies[0].text
    assert "从在职改成退休。" in text


def test_the_place_visited_settles_the_ratio(talk: Any) -> None:
    outcome = talk("江西职工，三甲报80%，社区报90%，花了1000，额度够")
    assert [button.title for button in outcome.replies[0].buttons] == ["三甲", "社区", "不知道"]
    assert paid(talk("社区", context=outcome.context)) == "900.00"


def test_what_was_told_roughly_is_said_and_asked_for(talk: Any) -> None:
    text = talk("湖南在职，限额2000，花了一千来块").replies[0].text
    assert "您说的是大概的数，这里按 900 到 1100 元算" in text
    assert text.endswith("请问准确花了多少元？")


def test_a_figure_alone_is_of_what_the_person_did_not_know(talk: Any) -> None:
    assert paid(talk("湖南退休，药费260", "不知道限额", "哦查到了，250")) == "212.50"


def test_each_of_two_people_keeps_their_name_and_region(talk: Any) -> None:
    question = "我爸湖南退休限额300花了400，我江西职工报85%花了500没封顶，一共报多少"
    outcome = talk(question, "我爸限额是350")
    assert card(outcome).region == "湖南、江西"
    assert "您爸：350 元 × 85% = 297.5 元" in outcome.replies[0].text
    assert paid(outcome) == "722.50"


def test_each_persons_status_is_their_own(talk: Any) -> None:
    question = "我爸退休我妈在职都是湖南的，限额都是300，各花了260，一共报多少"
    assert paid(talk(question)) == "429.00"
    assert paid(talk(question, "我妈花的是200")) == "381.00"


def test_two_people_who_are_paid_nothing(talk: Any) -> None:
    assert paid(talk("我爸在职我妈退休，都是湖南的，在非定点药店买药能报吗")) == "0.00"


def test_the_answer_why_where_and_what_next_are_lines_of_their_own(talk: Any) -> None:
    first, why, where, *_, last = talk("湖南退休，限额300，花了500").replies[0].text.split("\n")
    assert first == "医保支付 255 元，您自付 245 元。"
    assert why == "您说的费用 500 元；不设起付线；月限额 300 元；限额内的费用 300 元；300 元 × 85% = 255 元。"
    assert where.startswith("依据湘医保发〔2022〕52号第十三条")
    assert last.startswith("实际金额以结算单为准")


def test_what_was_left_out_is_told_with_the_steps(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了200", "怎么算的").replies[0].text
    assert "您没有说有下面这些情况，所以没有用上：" in text
    assert "住院期间慢特病门诊待遇暂停" in text


def test_a_hypothesis_is_compared_and_not_remembered(talk: Any) -> None:
    outcome = talk("湖南在职，限额300，花了280", "那要是退休了呢")
    assert paid(outcome) == "238.00"
    assert "多支付 14 元" in outcome.replies[0].text
    assert paid(talk("怎么算的", context=outcome.context)) == "224.00"


def test_the_steps_are_told_on_request(talk: Any) -> None:
    text = talk("湖南在职，限额300，花了280", "怎么算的").replies[0].text
    assert text.startswith("第1步，医疗费总额")
    assert "280 元 × 80% = 224 元" in text


def test_two_people_in_one_question(talk: Any) -> None:
    outcome = talk("爸爸退休花了300，妈妈在职花了500，湖南的，每人限额400，合起来报多少")
    assert paid(outcome) == "575.00"
    labels = [step.label for step in card(outcome).steps]
    assert "爸爸：统筹基金支出" in labels
    assert "妈妈：统筹基金支出" in labels


def test_the_same_for_both_parents(talk: Any) -> None:
    assert paid(talk("我爸我妈都是湖南退休的，限额200，各花了300，一共报多少")) == "340.00"


def test_what_the_person_heard_is_put_right(talk: Any) -> None:
    text = talk("湖南退休，限额300，花了500，能报425不").replies[0].text
    assert "不是您说的 425 元" in text


def test_a_new_question_does_not_inherit_the_old_ones_circumstances(talk: Any) -> None:
    outcome = talk("湖南退休，限额300，没有处方买药200", "湖南退休，限额300，拿药花了200")
    assert paid(outcome) == "170.00"


def test_what_is_remembered_of_the_person_is_used(talk: Any) -> None:
    known = Context(region="湖南", employment="退休", scheme="职工", task=Task.POLICY, asked="ratio")
    assert paid(talk("限额300，花了200能报多少", context=known)) == "170.00"


@pytest.mark.parametrize("question", ["江西职工报80%花了500", "湖南退休花了500", "内蒙古职工花了500", "你好"])
def test_every_reply_carries_an_estimate_and_names_no_unknown_figure(talk: Any, question: str) -> None:
    outcome = talk(question)
    assert card(outcome).card == "estimate"
    for step in card(outcome).steps:
        assert step.amount is None or isinstance(step.amount, AmountRange) or D(step.amount) >= 0


def test_a_share_at_home_does_not_hold_elsewhere(talk: Any) -> None:
    outcome = talk("江西职工，本地医院报85%，临时去广东看慢病花了1000")
    assert card(outcome).fund_pays is None
    assert "ratio" in card(outcome).missing


def test_what_is_certain_comes_before_what_is_missing(talk: Any) -> None:
    text = talk("湖南退休，花了500能报多少").replies[0].text
    assert text.startswith("能确定的是：医保最多支付 425 元，不设起付线，限额以内按 85% 报。")


def test_of_two_people_the_one_who_is_known_is_told_and_the_answer_is_the_others(talk: Any) -> None:
    question = "我爸退休花了300，我妈在职花了200，都是湖南的，我爸限额300，一共报多少"
    assert "您爸：300 元 × 85% = 255 元" in talk(question).replies[0].text
    assert paid(talk(question, "250")) == "415.00"


def test_a_year_of_the_same_cost(talk: Any) -> None:
    assert paid(talk("湖南在职，限额300，药费280报多少", "那一年呢")) == "2688.00"


def test_an_examination_told_later_adds_to_the_cost(talk: Any) -> None:
    outcome = talk("湖南退休，限额500，药费600", "还有检查费100")
    assert (card(outcome).fund_pays, card(outcome).you_pay) == ("425.00", "275.00")


@pytest.mark.parametrize(
    ("told", "fund"),
    [
        (
            ["德州居民山东，起付线不太清楚", "可能四百到五百", "今年没扣过，报六成，花了1000，额度够"],
            ("300.00", "360.00"),
        ),
        (["山东职工", "起付线六百", "扣满了", "报八成", "药费九百", "额度够"], "720.00"),
        (["湖南在职，限额350", "用了120", "今天又拿药280，报多少"], "184.00"),
        (["湖南衡阳，我老婆退休了我还在上班，问我自己的", "这月药费620", "限额450"], "360.00"),
    ],
)
def test_terms_told_turn_by_turn(talk: Any, told: list[str], fund: Any) -> None:
    assert paid(talk(*told)) == fund
