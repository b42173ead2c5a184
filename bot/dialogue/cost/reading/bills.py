"""How a cost stands to those told before it: a bill of its own, one more, the next, one of them, a part."""

import re
from datetime import date
from decimal import Decimal

from bot.dialogue.cost.person import Bill, Later
from bot.dialogue.cost.reading.amount_words import LEFT_OUT, WHOLE
from bot.dialogue.cost.reading.changes import A_FURTHER_MONTH, corrects, supposes
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.times import is_monthly, months_spoken_of
from bot.dialogue.cost.reading.visits import days_of
from bot.knowledge.parameters import Condition
from bot.language.asking import asks
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.money import NOTHING

_HOW_MUCH_IS_PAID = r"[^,。;\d]{0,4}报"
PART_OF = re.compile(
    rf"其中|里[面头边]|含|包括|里有|(?<!院)当中|总(?!共?{_HOW_MUCH_IS_PAID})|共(?!{_HOW_MUCH_IS_PAID})"
)
_INSIDE = re.compile(r"(?:里[头面边]|其中|(?<!院)当中)(?:还)?有?(?:一?[个样盒瓶])?[^,。;\d]{0,6}$")
_MORE = re.compile(
    r"^(?:对了|哦|噢|啊|那|,)*(?:[^,。;\d]{0,5},?(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?)[号日]又克?[花买拿开配去补]|还有(?!个?一?[个件]?[事问])|另外|再加上?|加上|外加|[^,。;\d]{0,4}[又还](?:花|买|拿|开|配|去了?一[次回趟])|后来又一?[张笔次回趟]|[^,。;\d]{0,6}还有一[张笔次回趟])"
)
_CLASS_B_OF_IT = re.compile(
    r"[^,。;\d]{0,3}(?:其中|里[头面边]|当中)(?:[^,。;\d]{0,4}乙类|有?\d+(?:\.\d+)?[元块]?钱?的?(?:是|属于?)?乙类)"
)
_THIS_ALONE = re.compile(
    r"[只就单光][^,。;]{0,2}[问算看讲说][^,。;]{0,2}(?:这一?[次回趟笔张]|(?:1[0-2]|[1-9])月)|就[^,。;\d]{0,4}这一?[次回趟笔张][^,。;\d]{0,3}报"
)
_THIS_ONE = re.compile(
    r"这一?[次回趟张单笔][^,。;\d]{0,10}[,。 ]?(?:能|给)*(?:报|给)(?:多少|几|好多)"
    r"|(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?(?:的|这[次回笔]?)?(?:\d+(?:\.\d+)?[元块]?钱?)?(?:能|可以|该|到底|究竟|给我?)*报(?=多少|几|好多|\d)"
    r"|把?(?:1[0-2]|[1-9])月(?:份)?的[^,。;]{0,4}算"
)
_ALL_OF_THEM = re.compile(r"一共|总共|合计|拢共|[加合]起来|一起|[两三四][次回趟笔个]")
_EARLIER = re.compile(r"(?:头|前|上)(?:[一两二三四几]?[次回趟]|面)")
_BY_NUMBER = re.compile(r"第[二三四五][次回趟张笔]")
_BOTH_ASKED = re.compile(
    r"两[笔次回处家张趟边头][^,。;\d]{0,4}(?:拢共|总共|一共|合计|统共|[加合]起来|[加合凑]在?到?一[块起]|一起)(?!的)"
    r"|(?:拢共|总共|一共|合计|统共|加起来|合起来)[^,。;\d]{0,3}两[笔次回处家张趟边头]"
)
_ONE_AFTER_IT = re.compile(
    r"[再又][^,。;\d]{0,4}[花买拿开配]\d+[元块]?钱?呢?,?那一?[次回趟笔][^,。;花买]{0,6}报|(?:第[二三四]|最?[后末]|后[面头来]|这)一?[次回趟张笔单][^,。;花买]{0,10}报|[只就光单][^,。;]{0,3}[问算看][^,。;]{0,3}(?:第[二三四]|后|这|新)"
)
_AGAIN = re.compile(
    r"还(?:花|买|拿|开|配)了|[又再](?:[^,。;\d]{0,8}[花买拿开配抓取用]|[一来去跑]*了?一?[张笔次回趟])|下[次回趟]|后来|第[二三四][次回趟][^,。;\d]{0,3}[花买拿开配]"
)
SPENT_ELSEWHERE = frozenset[Condition]({"not_designated", "inpatient_stay"})
_NUMBERED = re.compile(r"第([一二三四五])[次回趟张笔](?:其实|应该|才|实际)*是?$")
_NAMED_BY_NUMBER = re.compile(r"(?:头|第)([一二三四五])一?[次回趟张笔]")
_IN_SHORT = re.compile(r"[^,。;]{0,10}呢[?。]?$")
_IN_ALL_ASKED = re.compile(
    r"[元块]?钱?(?:一共|总共|拢共|统共)(?:能|可以|该|给|我)*(?:报|[给出付拿])(?:销)?(?:多少|几|好多)"
)
_IF_MORE = re.compile(r"再(?:给|多|另)?(?:我|他|她|俺)?(?:加|添|多[开拿买配])(?:了|个|上)?$")
_GIVEN_BACK = re.compile(r"退(?:货|款|药|回|掉|给|了)(?!休)")
_ALL_TOGETHER = re.compile(
    r"(?:[加合算凑并][起到在]*(?:来|一?[起块]儿?|拢)|一?[起块]儿?(?:算|报)|一共|总共|拢共|统共|合计|两[头边回次趟张笔])"
)
_THAT_ONE = re.compile(r"[元块]?钱?的?那(?:[张笔次回]|个来)")
_THIS_TIME_AGAIN = re.compile(r"这一?[次回趟]又?[^,。;\d]{0,3}[花买拿开配取抓]")
_VISITED_AGAIN = re.compile(r"又(?:去|来|跑|看|花|买|拿|开)了?一?[次回趟]?|还(?:花|买|拿|开|配)了")
_ONE_MORE = re.compile(
    r"(?:又|再)(?:去|来|跑|到)?了?(?:一?[次回趟]|[^,。;\d]{0,6})(?:[,。][^,。;\d]{0,4})?[花买拿开配取抓做看补添加]了?[^,。;\d]{0,3},?$"
    r"|还要?[花买拿开配取抓做]了?[^,。;\d]{0,3}$|还(?:在|去|到|上)[^,。;\d]{2,18}[花买拿开配取抓]了[^,。;\d]{0,3}$"
)
_OF_THAT_DAY = re.compile(r"[号日](?:那|这)?一?[次个回趟笔张](?:的)?[^,。;\d]{0,6}[报付出掏给]")
_NEXT_TIME = re.compile(
    r"下一?(?:(?P<month>个?月)|[次回趟])[^,。;\d]{0,3}(?:再|还要?|又|也|照样|同样)[^,。;\d]{0,3}(?:[花买拿开去]|是?这么多|一样)"
)


def tells_a_part(part: Part) -> bool:
    """Whether the only figure told is in another one that this part does not tell: 里头有50是护肝片."""
    only = part.own_items[0] if len(part.own_items) == 1 else None
    return bool(only and only.role == "cost" and _INSIDE.search(only.before))


def bills_of(part: Part) -> tuple[Bill, ...]:
    """The costs told one by one, each with the words before it and its day; empty where one is rough."""
    costs, text = part.costs, part.sentence.text
    if any(cost.approximate for cost in costs):
        return ()
    if len(costs) > 2 and costs[-1].low == sum(cost.low for cost in costs[:-1]):
        costs = costs[:-1]  # 70,80,合计150
    begins = [part.start, *(cost.end for cost in costs)]
    return tuple(
        Bill(text[begin : cost.start], cost.low, day)
        for begin, cost in zip(begins, costs, strict=False)
        for day in days_of(part, cost) or (_day_of(part, begin, cost),)
    )


def _day_of(part: Part, begin: int, cost: Amount) -> date | None:
    """The last day told between two costs."""
    days = [d.day for d in part.sentence.dates if begin <= d.start < cost.start and d.day]
    return days[-1] if days else None


def bill_put_right(part: Part) -> int | None:
    """Which of the bills told before is told anew: 念错了,第三笔是70."""
    numbered = _NUMBERED.search(part.sentence.text[: part.costs[0].start]) if len(part.costs) == 1 else None
    return int(to_decimal(numbered[1]) or 0) if numbered and corrects(part.text) else None


def bill_named(part: Part) -> int | None:
    """Which of the bills told before is spoken of, without its figure: 头一回那个不是定点."""
    named = _NAMED_BY_NUMBER.search(part.text) if not part.costs else None
    return int(to_decimal(named[1]) or 0) if named else None


def gives_a_bill_back(part: Part) -> bool:
    """Whether what was bought on a bill that is spoken of was given back as a whole: 头一张的货退掉了."""
    return not part.own_items and bool(_GIVEN_BACK.search(part.text)) and bill_named(part) is not None


def day_asked(part: Part) -> date | None:
    """The day whose bill alone is asked about, without its figure: 那6号那个能报不."""
    days = [mention.day for mention in part.sentence.dates if mention.day]
    alone = not part.own_items and len(days) == 1 and _OF_THAT_DAY.search(part.text)
    return days[0] if alone else None


def class_b_of(part: Part) -> Decimal | None:
    """What of the cost told before is class B drugs."""
    costs = part.costs
    alone = len(costs) == 1 and costs[0].low == costs[0].high
    return costs[0].low if alone and _CLASS_B_OF_IT.match(part.text) else None


def returned_of(part: Part) -> Decimal | None:
    """What was given back of the cost."""
    returned = sum((item.amount.low for item in part.own_items if item.role == "returned"), NOTHING)
    return returned or None


def are_earlier(part: Part) -> bool:
    """Whether several costs are told as those before another (前两趟45和70), and not each by its number (头一回180,
    第二回210)."""
    led_by = part.sentence.text[: part.costs[-1].start] if len(part.costs) > 1 else ""
    return bool(_EARLIER.search(led_by)) and not _BY_NUMBER.search(led_by)


def adds(part: Part) -> bool:
    """Whether what is told comes on top of a cost told before: an examination told alone, 还有…"""
    told = {item.role for item in part.own_items}
    if "examination" in told and "cost" not in told:
        return not PART_OF.search(part.text)
    if "cost" not in told and any(i.because & SPENT_ELSEWHERE for i in part.own_items):
        return bool(_MORE.search(part.text))
    if "cost" not in told:
        return told == {"excluded"} and bool(_MORE.search(part.text))
    if _is_of_this_time(part) or any(item.instead_of is not None for item in part.own_items):
        return False
    one_more = len(part.costs) == 1 and _is_one_more(part)
    return bool(one_more or _MORE.search(part.text) or LEFT_OUT.search(part.text))


def _is_one_more(part: Part) -> bool:
    """Whether the one cost told is said to be another, or all are asked about together: 下午又来配了90的药;
    花了700,两处加起来给多少."""
    text, cost = part.sentence.text, next(item for item in part.own_items if item.role == "cost")
    if _BOTH_ASKED.search(part.text):
        return True
    if (
        _THAT_ONE.match(text, cost.end)
        or corrects(part.text)
        or (supposes(part.text) and not _IF_MORE.search(text[part.start : cost.start]))
        or is_monthly(part, cost.amount)
        or months_spoken_of(part.text)
    ):
        return False
    before = text[part.start : cost.start]
    if _IN_ALL_ASKED.match(text, cost.end):
        return False  # 75块总共能给多少
    together = _ALL_TOGETHER.search(text, cost.end, part.end)
    more = _ONE_MORE.search(before) or _IF_MORE.search(before)
    return bool((together and not WHOLE.search(cost.before)) or more)


def _is_of_this_time(part: Part) -> bool:
    """Whether what was spent this time is told, and asked about alone: 这回又花了600,能报多少."""
    alone = asks(part.text) and not _ALL_TOGETHER.search(part.text)
    cost = next((item for item in part.own_items if item.role == "cost"), None)
    if not alone or cost is None:
        return False
    again = asks_of_this_one(part) and _VISITED_AGAIN.search(part.text)
    named = _is_asked_by_its_figure(part, cost.amount)
    return bool(named or again or _THIS_TIME_AGAIN.search(part.text) or _THIS_ALONE.search(part.text))


def follows(part: Part) -> bool:
    """Whether what is told was spent after a cost told before, and is asked about alone: 后来又开了90,就问后一回."""
    if len(part.costs) != 1:
        return False
    asked = _ONE_AFTER_IT.search(part.text) or _is_asked_by_its_figure(part, part.costs[0])
    return bool((asked or _is_of_this_time(part)) and _AGAIN.search(part.text))


def _is_asked_by_its_figure(part: Part, cost: Amount) -> bool:
    """Whether a cost is told and then named again by its figure: 又开了90,这90报多少."""
    figure = re.escape(part.sentence.text[cost.start : cost.end])
    return bool(re.search(rf"[这那][笔张次个]?{figure}[元块]?钱?[^,。;]{{0,8}}[报付给出掏]", part.text))


def asks_of_this_one(part: Part) -> bool:
    """Whether of all purchases this one alone is asked about: 就单算这回, 这次能报多少, 你把11月的给我算出来."""
    asked = _THIS_ONE.search(part.text) and not _ALL_OF_THEM.search(part.text)
    by_figure = len(part.costs) == 1 and _is_asked_by_its_figure(part, part.costs[0])
    return bool(asked or by_figure or _THIS_ALONE.search(part.text) or _is_of_a_further_month(part))


def _is_of_a_further_month(part: Part) -> bool:
    month = A_FURTHER_MONTH.match(part.text)
    return month is not None and _IN_SHORT.match(part.text, month.end()) is not None


def next_time(part: Part) -> Later | None:
    """Whether it is asked what comes of a later purchase alone: 下一次再花600呢, 下个月还是这么多呢."""
    alone = supposes(part.text) or (asks(part.text) and not _ALL_OF_THEM.search(part.text))
    told = _NEXT_TIME.search(part.text) if alone else None
    return ("month" if told["month"] else "visit") if told else None
