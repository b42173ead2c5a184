"""Whether a figure beside another cost is told as a further one: in the words such sums are told with, and no others.

花了300,上旬又拿了120 is one sum; 医院开的280,网上要320 is not: of what 网上 is, nothing here knows, so nobody knows
whether its figure was spent.
"""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.reading.amount_words import EXAMINATION, OF_A_CLASS, WHOLE
from bot.dialogue.cost.reading.costs import is_part
from bot.dialogue.cost.reading.people import people_in
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.shares import in_turn
from bot.language.spans import Span as Placed

_N = "[一二两三四五六七八九十几\\d]"
_WORDS = (
    rf"十?{_N}月份?|[一二三四五六七八九]{{2,}}|[两三四五六]个月",
    rf"{_N}{{1,3}}[号日]",
    "月[初中底末]|[上中下]旬|[上下这本当头前后]{1,2}一?个?(?:月|周|季度?|星期|礼拜|季|年)|季度?|周[一二三四五六日末]?|今年|年[初中底]",
    "(?:星期|礼拜)[一二三四五六日天]|今天|昨天|前天|最近|刚|头一?天|当天|[前这]几天|刚才|刚刚|后来|现在|上午|下午|早上|晚上|当天|那天|[天日]",
    "药[店房费钱]?|[县市区省](?=[一二三][级甲])|单据|那[边儿里]|市里|三甲|(?:[县市区省镇乡村]|人民|中心|中医?|[一二三]?附[属一二]?|[一二三][级甲乙]|医)*院|医生|大夫|护士|老板|卫生[院室所]|诊所|门诊|中心|社区|县里|市里|镇上|乡[下里]|村里|慢特?病|特病|门[慢特]|病|主病|副病",
    "[A-Z]|费用?|钱|块|元|一下子?|一口气|单子|小票|发票|账单|收据|票",
    "一共|总共|实[际付]|自付|总|合计|合起来|加起来|分别|依次|先后|前后|其中|其他|其它|别的|剩下|各|均|每|先|再|又|还有?|也|都|就|才|只|另外?|然后|接着",
    "和|跟|加上?|及|以及|、|后面|前面|头前儿?|外加|顺[带便]",
    "花|刷|买|拿|开|配|用|付|交|取|抓|吃|看|去|跑|到|做|打|透析|治疗?|输液|注射|通过|批下来",
    rf"[第前后头这那]?{_N}*[次回趟笔张单盒个种样项类瓶支袋份家针]|每次|[甲乙]类|月",
    "[爸爹妈娘爷奶公婆哥嫂姐弟妹叔伯舅姑姨崽]+|[儿孙]子|[女孙]+儿?|闺女|自己|老[伴公婆头]+[子儿]?|屋里|替|帮|卡|社保卡",
    "心脏|血压|血糖|降[压糖脂]",
    "报|[了的是有要得过掉个在里头那这同为我他她俺咱给多少点]|大概|大约|约|差不多|可能|好像|应该|记得",
    EXAMINATION,
)
_WORD = re.compile("|".join(_WORDS))
_MONTH = re.compile(rf"十?{_N}月份?|[上这本当]个?月")
_OF_DRUGS = re.compile(r"[元块]?钱?的?(?:都)?是[^,。;\d]{0,3}药")
"""Of what is in the cost the part that is paid for anyway: 里头90是药."""
_BOUGHT = re.compile(r"(?:[买花拿开配抓]了|又[买花拿开配抓补])$")
_CARE = re.compile(r"[看开买拿配取抓](?:慢特?病|门[慢特]|药)$")
_FOR_DRUGS = re.compile(r"[拿买开配抓取做][了过][^,。;\d]{0,10}(?:药|针|透析),$")
"""春天开过一回药,75."""
_THAT_TIME = re.compile(r"(?:那|头|后头?|第?[一二三四五])一?[次回趟](?:是|花了?|要)?$")
"""年前那回70,年后那回95; 头回100,二回150."""
_MARKS = re.compile(r"[\s,。;:()·+]+")


def unplaced(items: list[Item], sentence: Sentence) -> list[Item]:
    """What no word places, or not as a further cost, beside a cost that some word does: of what it is, nobody said. So
    is a sum of all that is less than one of its parts."""
    costs = [item for item in items if item.role == "cost"]
    apart = bool(people_in(sentence))
    placed = [i for i in costs if i.placed or _is_of_a_disease(i, sentence) or _is_of_a_day(i, sentence)]
    placed += [i for i in costs if i not in placed and _CARE.search(i.before)]
    named_before = [
        i for i in costs if i not in placed and not i.before and _FOR_DRUGS.search(sentence.text[: i.start])
    ]
    placed += named_before
    for told, listed in pairwise(costs):
        if told in placed and listed not in placed and listed.before == "、":
            placed.append(listed)  # 拿了三回药,120、150、100
    sure = [i for i in placed if (apart or _is_told_as_further(i, sentence))]
    if len(costs) == len(sentence.ratios) and in_turn([i.amount for i in costs], sentence.ratios):
        return items  # each of a place with its own share
    in_parallel = [i for i in costs if _THAT_TIME.search(i.before)]
    sure += [i for i in in_parallel if len(in_parallel) > 1 and i not in sure]
    sure = sure or [item for item in costs if item.placed][:1]
    if not sure:
        return items
    most = max(item.amount.low for item in sure)
    odd = [i for i in costs if i not in sure or (i.amount.high < most and WHOLE.search(i.before))]
    in_it = sum(i.amount.high for i in odd if not is_part(i)) <= most and _holds_all(sure, most)
    return [_as_odd(item, in_it) if item in odd else item for item in items]


def _holds_all(costs: list[Item], most: Decimal) -> bool:
    """Whether the largest is told as the sum of all."""
    return any(item.amount.low == most and WHOLE.search(item.before) for item in costs)


def _as_odd(item: Item, in_it: bool) -> Item:
    told = (in_it and not is_part(item)) or (is_part(item) and _OF_DRUGS.match(item.after))
    return replace(item, role="aside" if told else "unplaced")


def _is_of_a_disease(item: Item, sentence: Sentence) -> bool:
    """Whether a disease is named right before it, as before another: 哮喘花90肾病120."""
    ends = {m.end for m in sentence.turn.mentions if m.entity == "disease"}
    return len(ends) > 1 and item.start in ends


def _is_of_a_day(item: Item, sentence: Sentence) -> bool:
    """Whether a day is told right before it: 3月260,前天450."""
    return any(day.end == item.start for day in sentence.dates)


def _is_told_as_further(item: Item, sentence: Sentence) -> bool:
    """Whether every word that leads up to a cost is one that sums are told with, or it is a month's."""
    if _MONTH.search(item.before) or OF_A_CLASS.search(item.before):
        return True
    begin = max(sentence.text.rfind(item.before, 0, item.start), 0)
    if _BOUGHT.search(item.before) and any(d.day and begin <= d.start < item.start for d in sentence.dates):
        return True  # 2号等不及先买了300
    led_by = item.before
    told: list[Placed] = [*sentence.turn.mentions, *sentence.ratios, *sentence.dates]
    for known in told:
        if begin <= known.start < item.start:
            led_by = led_by.replace(sentence.text[known.start : known.end], "")
    return not _MARKS.sub("", _WORD.sub("", led_by))
