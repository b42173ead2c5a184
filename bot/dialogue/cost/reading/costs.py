"""From the amounts of a part to the facts of a case: the cost, in one sum or by months, and what stands beside it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.person import Bill, Later
from bot.dialogue.cost.reading.amount_words import EXAMINATION, LEFT_OUT, SUNDRIES, WHOLE
from bot.dialogue.cost.reading.changes import NOT_KNOWN, corrects, supposes
from bot.dialogue.cost.reading.months import asked_month, costs_by_month, month_before, only_month_asked
from bot.dialogue.cost.reading.sentence import Item, Part
from bot.dialogue.cost.reading.times import is_monthly, months_spoken_of
from bot.dialogue.cost.reading.visits import days_of, visits_of
from bot.knowledge.parameters import Condition
from bot.language.asking import asks
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.case import Case
from bot.rules.money import NOTHING, Span

_HOW_MUCH_IS_PAID = r"[^,。;\d]{0,4}报"
PART_OF = re.compile(
    rf"其中|里[面头边]|含|包括|里有|当中|总(?!共?{_HOW_MUCH_IS_PAID})|共(?!{_HOW_MUCH_IS_PAID})"
)
_AMONG = re.compile(
    r"其中|当中|\((?=[甲乙丙]类)|里[面头边](?:有|是|含)?|里(?:有|是|含)|包括|(?<!不)(?<!不包)含|(?<!还)有(?=\d+[元块]?钱?的?(?:是|属|那[盒瓶样种支]))"
)
_INSIDE = re.compile(r"(?:里[头面边]|其中|当中)(?:还)?有?$")
_IS = re.compile(r"[元块]?钱?的?(?:是|属)")
_MORE = re.compile(
    r"^(?:对了|哦|噢|啊|那|,)*(?:[^,。;\d]{0,5},?(?:\d{1,2}|[一二三]?十[一二三四五六七八九]?)[号日]又[花买拿开配去]|还有(?!个?一?[个件]?[事问])|另外|再加上?|加上|外加|[^,。;\d]{0,4}[又还](?:花|买|拿|开|配|去了?一[次回趟])|后来又一?[张笔次回趟]|[^,。;\d]{0,6}还有一[张笔次回趟])"
)
_CLASS_B_OF_IT = re.compile(
    r"[^,。;\d]{0,3}(?:其中|里[头面边]|当中)(?:[^,。;\d]{0,4}乙类|有?\d+(?:\.\d+)?[元块]?钱?的?(?:是|属于?)?乙类)"
)
_THIS_ALONE = re.compile(
    r"[只就单光][^,。;]{0,2}[问算看讲说][^,。;]{0,2}(?:这一?[次回趟笔张]|(?:1[0-2]|[1-9])月)|就[^,。;\d]{0,4}这一?[次回趟笔张][^,。;\d]{0,3}报"
)
_THIS_ONE = re.compile(
    r"这一?[次回趟][^,。;\d]{0,10}[,。 ]?(?:能|给)*(?:报|给)(?:多少|几|好多)"
    r"|(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?:份)?(?:的|这[次回笔]?)?(?:\d+(?:\.\d+)?[元块]?钱?)?(?:能|可以|该|到底|究竟|给我?)*报(?=多少|几|好多|\d)"
    r"|把?(?:1[0-2]|[1-9])月(?:份)?的[^,。;]{0,4}算"
)
_ALL_OF_THEM = re.compile(r"一共|总共|合计|拢共|[加合]起来|一起|[两三四][次回趟笔个]")
_EARLIER = re.compile(r"(?:头|前|上)(?:[一两二三四几]?[次回趟]|面)")
_BOTH_ASKED = re.compile(
    r"两[笔次回处家张趟边头][^,。;\d]{0,4}(?:拢共|总共|一共|合计|统共|[加合]起来|[加合凑]在?到?一[块起]|一起)"
    r"|(?:拢共|总共|一共|合计|统共|加起来|合起来)[^,。;\d]{0,3}两[笔次回处家张趟边头]"
)
_BEFORE = re.compile(r"已|前|上[次回]|早|(?:额度|限额)(?!\d)|剩")
_ONE_AFTER_IT = re.compile(
    r"(?:第[二三四]|最?[后末]|后[面头来]|这)一?[次回趟张笔][^,。;花买]{0,10}报|[只就光单][^,。;]{0,3}[问算看][^,。;]{0,3}(?:第[二三四]|后|这|新)"
)
_AGAIN = re.compile(
    r"[又再](?:[^,。;\d]{0,8}[花买拿开配抓取用]|[一来去跑]*了?一?[张笔次回趟])|下[次回趟]|后来"
)
_BESIDE = re.compile(rf"(?:和|跟|还有|另外|外加|加上)[^,。;\d]{{0,6}}(?:{SUNDRIES}|自费药)[^,。;\d]{{0,3}}\d")
_SUNDRY = re.compile(SUNDRIES)
_REST = re.compile(
    rf"(?:剩下?|其余|余下|剩余)的?(?:都|全|就)?是[^,。;\d]{{0,3}}(?:(?P<examination>{EXAMINATION})|自费|丙类|目录外|范围外|(?P<ours>慢特?病|这个?病|门慢))"
)
_TIMES_THE_LIMIT = re.compile(r"是?(?:限额|额度|它|这个?数)的([两二三四五])倍")
_EQUALS_THE_LIMIT = re.compile(
    r"[药费钱花][^,。;]{0,4}(?:等于|跟|和|就是|卡着)(?:限额|额度)(?:一样|相等|持平)?"
)
_ONE_OF_WHAT_WAS_TOLD = re.compile(r"[元块]?钱?的?那[盒瓶样种支]")
_SIDE_BY_SIDE = re.compile(r"[元块]?钱?(?:和|跟|加上?|及|、|,?(?:还有|另外|外加))[^,。;\d]{0,8}")
_SPENT_ELSEWHERE = frozenset[Condition]({"not_designated", "inpatient_stay"})
_NUMBERED = re.compile(r"第([一二三四五])[次回趟张笔](?:其实|应该|才|实际)*是?$")
_NAMED_BY_NUMBER = re.compile(r"(?:头|第)([一二三四五])一?[次回趟张笔]")
_ALL_TOGETHER = re.compile(
    r"(?:[加合算凑并][起到在]*(?:来|一?[起块]儿?|拢)|一?[起块]儿?(?:算|报)|一共|总共|拢共|统共|合计|两[头边回次趟张笔])"
)
_THAT_ONE = re.compile(r"[元块]?钱?的?那[张笔次回]")
_THIS_TIME_AGAIN = re.compile(r"这一?[次回趟]又?[^,。;\d]{0,3}[花买拿开配取抓]")
_VISITED_AGAIN = re.compile(r"又(?:去|来|跑|看|花|买|拿|开)了?一?[次回趟]?")
_ONE_MORE = re.compile(
    r"(?:又|再)(?:去|来|跑|到)?了?(?:一?[次回趟]|[^,。;\d]{0,6})(?:[,。][^,。;\d]{0,4})?[花买拿开配取抓做看]了?[^,。;\d]{0,3}$"
    r"|还要?[花买拿开配取抓做]了?[^,。;\d]{0,3}$"
)
_OF_THAT_DAY = re.compile(r"[号日](?:那|这)?一?[次个回趟笔张](?:的)?[^,。;\d]{0,6}[报付出掏给]")
_NEXT_TIME = re.compile(
    r"下一?(?:(?P<month>个?月)|[次回趟])[^,。;\d]{0,3}(?:再|还要?|又|也|照样|同样)[^,。;\d]{0,3}(?:[花买拿开去]|是?这么多|一样)"
)
_MORE_COST = re.compile(r"和|跟|还有|另外|外加|加上|又|再|顺[带便]")
_BOUGHT = re.compile(r"[花买开拿配付做补抓取]")
_APART_FROM = re.compile(r"除[了开去]")
_OF_A_DRUG = re.compile(r"药[费钱]?(?:是|花了?)?$")
_ANOTHER_LOST = re.compile(
    rf"(?:另|还有|剩|其余|有)[^,。;\d]{{0,4}}[一两几][^,。;\d]{{0,3}}[单票次笔张回][^,。;\d]{{0,8}}(?:丢|找不[到着]|不见|弄没|(?!忘[了记]?说){NOT_KNOWN})"
)
"""A bill of which the amount is gone: 另一张单子找不到了."""
_PAID_OUT = re.compile(r"报(?:销)?[了过掉]+$|(?:统筹|基金|医保局?|公家)[^,。;\d]{0,4}[付报出][了过掉]*$")
_OF_THE_QUOTA = re.compile(r"[元块]?钱?的?(?:额度|限额)")
_PAID_ASKED = re.compile(r"(?:给我|帮我|已经?)?[报付出给]了(?:我)?(?:多少|几)")
_SPENT = re.compile(r"(?:[花买拿开]|看[了过病])[^,。;\d]{0,4}$")
_OF_A_DRUG_AFTER = re.compile(r"[元块]?钱?的")
_BILL = re.compile(
    r"(?:总|共|合计|起来|单子|发票|小票|账单|票)[^,。;\d]{0,5}$|这$|[两三四五六]个月$|[两三四][次回笔张]$"
)
_CORRECTED = re.compile(r"不对|错了|更正|改成|应该是|不是$")


def cost_of(part: Part) -> Case:
    """Everything the part's amounts say."""
    if all(item.role == "aside" for item in part.own_items):
        return only_month_asked(part)
    case = Case()
    for item in part.own_items:
        case = _with_item(case, item, part)
    if _ANOTHER_LOST.search(part.text):
        return case  # then nobody knows what it was in all
    if not part.costs:
        if cost := _by_the_limit(part):
            return replace(case, amount=cost)
        if case.used is not None and _is_the_cost(case.used, part):
            return replace(case, amount=Span.exactly(case.used), used=None, used_as_cost=None)
        if cost := _by_what_is_left(part):
            return replace(case, amount=cost, quota_left=None)
        if case.within_policy is not None:
            return replace(case, amount=Span.exactly(case.within_policy + (case.excluded or NOTHING)))
        alone = adds(part) and case.examination is not None
        return replace(case, amount=Span.exactly(case.examination or NOTHING)) if alone else case
    case = case.updated(_cost(part)).updated(_the_rest(part))
    whole = _sum_of_the_others(part)
    if case.amount and whole:
        case = replace(case, amount=whole)
    elif case.by_month and (apart := _bills_apart(part)):
        excluded = (case.excluded or NOTHING) - apart
        case = replace(case, excluded=excluded or None, uncounted=apart)
    elif case.amount:
        case = replace(
            case, amount=case.amount.plus(Span.exactly(_beside(part) - _returned(part, case.amount)))
        )
    return _with_unplaced(case.updated(asked_month(part, case)), part)


def unplaced_in(part: Part) -> tuple[Decimal, ...]:
    """The figures of which nobody said what they are, in yuan; without those told as a part of the cost."""
    return tuple(i.amount.high for i in part.own_items if i.role == "unplaced" and not is_part(i))


def is_part(item: Item) -> bool:
    """Whether a figure is told as one that is in another: 其中12块是…"""
    return bool(_AMONG.search(item.before) or (item.before.endswith("有") and _IS.match(item.after)))


def tells_a_part(part: Part) -> bool:
    """Whether the only figure told is in another one that this part does not tell: 里头有50是护肝片."""
    only = part.own_items[0] if len(part.own_items) == 1 else None
    return bool(only and only.role == "cost" and _INSIDE.search(only.before))


def _with_unplaced(case: Case, part: Part) -> Case:
    """The cost with what no word places: all of that may be spent as well, or nothing."""
    more = sum(unplaced_in(part), NOTHING)
    if not more or _CORRECTED.search(part.text):
        return case
    spent = case.amount or Span.exactly(sum((month.amount for month in case.by_month), NOTHING))
    return replace(case, by_month=(), asked_month=None, amount=Span(spent.low, spent.high + more))


def _by_the_limit(part: Part) -> Span | None:
    """A cost told by the limit alone: 超了限额60, 刚好等于限额, 限额的两倍."""
    limits = _limits(part)
    beyond = [item.amount.low for item in part.own_items if item.role == "over_limit"]
    if len(limits) != 1:
        return None
    if beyond:
        return Span.exactly(limits[0] + beyond[0])
    if times := _TIMES_THE_LIMIT.search(part.text):
        return Span.exactly(limits[0] * (to_decimal(times[1]) or 1))
    return Span.exactly(limits[0]) if _EQUALS_THE_LIMIT.search(part.text) else None


def _limits(part: Part) -> list[Decimal]:
    return [item.amount.low for item in part.own_items if item.role in ("limit", "monthly_limit")]


def _is_the_cost(used: Decimal, part: Part) -> bool:
    """Whether what was used is all that was spent: more than the limit, before the approval, or one of
    several people's 用了260."""
    of_one = len(part.text) < len(part.sentence.text)
    return (
        used > max(_limits(part), default=used)
        or part.tells("not_approved")
        or (of_one and not _BEFORE.search(part.text))
    )


def _by_what_is_left(part: Part) -> Span | None:
    """ "限额280,还剩30,给我报了多少": what was spent, where what was paid is asked for."""
    limits = _limits(part)
    left = [item.amount.low for item in part.own_items if item.role == "quota_left"]
    if len(limits) != 1 or len(left) != 1 or not _PAID_ASKED.search(part.text):
        return None
    return Span.exactly(limits[0] - left[0])


def _the_rest(part: Part) -> Case:
    """ "一共450,药300,剩下的是检查": what is left of the whole is what the rest is said to be."""
    told = _REST.search(part.text)
    whole, *others = sorted((cost.low for cost in part.costs), reverse=True)
    rest = whole - sum(others, NOTHING)
    if not told or not others or rest <= 0:
        return Case()
    if told["ours"]:
        return Case(amount=Span.exactly(whole), excluded=sum(others, NOTHING))
    if told["examination"]:
        return Case(amount=Span.exactly(whole), examination=rest)
    return Case(amount=Span.exactly(whole), excluded=rest)


def adds(part: Part) -> bool:
    """Whether what is told comes on top of a cost told before: an examination told alone, 还有…"""
    told = {item.role for item in part.own_items}
    if "examination" in told and "cost" not in told:
        return not PART_OF.search(part.text)
    if "cost" not in told and any(i.because & _SPENT_ELSEWHERE for i in part.own_items):
        return bool(_MORE.search(part.text))
    if "cost" not in told:
        return told == {"excluded"} and bool(_MORE.search(part.text))
    if _is_of_this_time(part):
        return False
    one_more = len(part.costs) == 1 and _is_one_more(part)
    return bool(one_more or _MORE.search(part.text) or LEFT_OUT.search(part.text))


def _is_of_this_time(part: Part) -> bool:
    """Whether what was spent this time is told, and asked about alone: 这回又花了600,能报多少."""
    alone = asks(part.text) and not _ALL_TOGETHER.search(part.text)
    cost = next((item for item in part.own_items if item.role == "cost"), None)
    if not alone or cost is None:
        return False
    figure = re.escape(part.sentence.text[cost.start : cost.end])
    named = re.search(rf"[这那][笔张次个]?{figure}[元块]?钱?[^,。;]{{0,8}}[报付]", part.text)
    again = asks_of_this_one(part) and _VISITED_AGAIN.search(part.text)
    return bool(named or again or _THIS_TIME_AGAIN.search(part.text) or _THIS_ALONE.search(part.text))


def _is_one_more(part: Part) -> bool:
    """Whether the one cost told is said to be another, or all are asked about together: 下午又来配了90的药;
    花了1200,两头加起来报多少."""
    text, cost = part.sentence.text, next(item for item in part.own_items if item.role == "cost")
    if _BOTH_ASKED.search(part.text):
        return True
    if (
        _THAT_ONE.match(text, cost.end)
        or corrects(part.text)
        or supposes(part.text)
        or is_monthly(part, cost.amount)
        or months_spoken_of(part.text)
    ):
        return False
    before = text[part.start : cost.start]
    together = _ALL_TOGETHER.search(text, cost.end, part.end)
    return bool((together and not WHOLE.search(cost.before)) or _ONE_MORE.search(before))


def bills_of(part: Part) -> tuple[Bill, ...]:
    """The costs told one by one, each with the words before it and its day; empty where one is rough."""
    costs, text = part.costs, part.sentence.text
    if any(cost.approximate for cost in costs):
        return ()
    begins = [part.start, *(cost.end for cost in costs)]
    return tuple(
        Bill(text[begin : cost.start], cost.low, day)
        for begin, cost in zip(begins, costs, strict=False)
        for day in days_of(part, cost) or (_day_of(part, begin, cost),)
    )


def bill_put_right(part: Part) -> int | None:
    """Which of the bills told before is told anew: 念错了,第三笔是70."""
    numbered = _NUMBERED.search(part.sentence.text[: part.costs[0].start]) if len(part.costs) == 1 else None
    return int(to_decimal(numbered[1]) or 0) if numbered and corrects(part.text) else None


def bill_named(part: Part) -> int | None:
    """Which of the bills told before is spoken of, without its figure: 头一回那个不是定点."""
    named = _NAMED_BY_NUMBER.search(part.text) if not part.costs else None
    return int(to_decimal(named[1]) or 0) if named else None


def day_asked(part: Part) -> date | None:
    """The day whose bill alone is asked about, without its figure: 那6号那个能报不."""
    days = [mention.day for mention in part.sentence.dates if mention.day]
    alone = not part.own_items and len(days) == 1 and _OF_THAT_DAY.search(part.text)
    return days[0] if alone else None


def next_time(part: Part) -> Later | None:
    """Whether it is asked what comes of a later purchase alone: 下一次再花600呢, 下个月还是这么多呢."""
    alone = supposes(part.text) or (asks(part.text) and not _ALL_OF_THEM.search(part.text))
    told = _NEXT_TIME.search(part.text) if alone else None
    return ("month" if told["month"] else "visit") if told else None


def _day_of(part: Part, begin: int, cost: Amount) -> date | None:
    """The last day told between two costs."""
    days = [d.day for d in part.sentence.dates if begin <= d.start < cost.start and d.day]
    return days[-1] if days else None


def class_b_of(part: Part) -> Decimal | None:
    """What of the cost told before is class B drugs."""
    costs = part.costs
    alone = len(costs) == 1 and costs[0].low == costs[0].high
    return costs[0].low if alone and _CLASS_B_OF_IT.match(part.text) else None


def follows(part: Part) -> bool:
    """Whether what is told was spent after a cost told before, and is asked about alone: 后来又开了90,就问后一回."""
    if len(part.costs) != 1:
        return False
    named = part.sentence.text[part.costs[0].start : part.costs[0].end]
    asked = _ONE_AFTER_IT.search(part.text) or re.search(
        f"[这那][笔张次个]?{named}[^,。;]{{0,8}}[报付]", part.text
    )
    return bool((asked or _is_of_this_time(part)) and _AGAIN.search(part.text))


def asks_of_this_one(part: Part) -> bool:
    """Whether of all purchases this one alone is asked about: 就单算这回, 这次能报多少, 你把11月的给我算出来."""
    asked = _THIS_ONE.search(part.text) and not _ALL_OF_THEM.search(part.text)
    return bool(asked or _THIS_ALONE.search(part.text))


def returned_of(part: Part) -> Decimal | None:
    """What was given back of the cost."""
    returned = sum((item.amount.low for item in part.own_items if item.role == "returned"), NOTHING)
    return returned or None


def are_earlier(part: Part) -> bool:
    """Whether several costs are told as those before another: 前两趟45和70."""
    return len(part.costs) > 1 and bool(_EARLIER.search(part.sentence.text[: part.costs[-1].start]))


def _sum_of_the_others(part: Part) -> Span | None:
    """The cost that is what all others make together: 药300,别的病的药150,一张单子450."""
    items = [item for item in part.own_items if item.role in ("cost", "excluded", "examination")]
    if len(items) < 3 or any(item.amount.approximate for item in items):
        return None
    together = sum((item.amount.low for item in items), NOTHING)
    for item in items:
        named = (
            {other.role for other in items} != {"cost"}
            or _AMONG.search(part.text)
            or _BILL.search(part.sentence.text[: item.start])
        )
        if item.role == "cost" and 2 * item.amount.low == together and named:
            return Span.exactly(together / 2)
    return None


def _beside(part: Part) -> Decimal:
    """What was spent beside the cost that is told, and not in it."""
    beside = NOTHING
    for item in part.own_items:
        if item.role == "examination" and not _is_inside(part, item):
            beside += item.amount.high  # at least nothing of it counts, at most all
        if item.role == "excluded" and _is_beside(part, item):
            beside += item.amount.low
    return beside


def _bills_apart(part: Part) -> Decimal:
    """What was spent on bills of which nothing is paid, beside those of the months."""
    apart = (
        i.amount.low for i in part.own_items if i.role == "excluded" and i.because and _is_beside(part, i)
    )
    return sum(apart, NOTHING)


def _is_inside(part: Part, item: Item) -> bool:
    """Whether the cost is one that what was told beside it is a part of."""
    text = part.sentence.text
    begin, stop = part.sentence.clause(item.start)
    told_as_part = _AMONG.search(text[begin:stop]) or _AMONG.search(text[: item.start])
    return bool(told_as_part) or any(WHOLE.search(text[: cost.start]) for cost in part.costs)


def _returned(part: Part, cost: Span) -> Decimal:
    """What was given back; nothing where that were more than the cost."""
    returned = returned_of(part) or NOTHING
    return returned if returned < cost.low else NOTHING


def _is_beside(part: Part, item: Item) -> bool:
    begin, stop = part.sentence.clause(item.start)
    text = part.sentence.text
    if _ONE_OF_WHAT_WAS_TOLD.match(text, item.end):
        return False
    if any(_SIDE_BY_SIDE.fullmatch(text[item.end : cost.start]) for cost in part.costs):
        return True
    if _APART_FROM.search(text[begin : item.start]) and any(c.start > item.end for c in part.costs):
        return not any(
            WHOLE.search(text[: cost.start]) or _BILL.search(text[: cost.start]) for cost in part.costs
        )
    if not item.because and not _SUNDRY.search(text[begin:stop]):
        return bool(_BESIDE.search(text[begin:stop]))
    if PART_OF.search(text[begin : item.start]) or any(WHOLE.search(text[: c.start]) for c in part.costs):
        return False
    if item.because & _SPENT_ELSEWHERE and not _AMONG.search(text[begin:stop]):
        return True  # another place's or another day's bill
    if item.because and any(c.start > item.end and text[: c.start].endswith("的") for c in part.costs):
        return True  # 没有处方的药88,有处方的412
    alike = item.because and any(_OF_A_DRUG.search(text[: cost.start]) for cost in part.costs)
    before = text[begin : item.start]
    return bool(alike or _BOUGHT.search(before) or _MORE_COST.search(before))


def _with_item(case: Case, item: Item, part: Part) -> Case:
    figure = item.amount.high if item.role == "examination" else item.amount.low
    if item.role in ("cost", "claimed", "limit", "over_limit", "returned", "aside", "unplaced"):
        return case
    if item.because:
        case = replace(case, excluded_for=case.excluded_for | item.because)
    if item.role in ("excluded", "examination", "used", "deductible_met"):
        figure += getattr(case, item.role) or NOTHING
    if item.role == "unused_before":
        return replace(case, unused_before=figure, unused_month=month_before(part, item))
    if item.role == "used" and _is_paid_out(item):
        case = replace(case, used_as_paid=True)
    if item.role == "used" and _SPENT.search(item.before) and not _OF_THE_QUOTA.match(item.after):
        case = replace(case, used_as_cost=True)
    fact: dict[str, Any] = {item.role: figure}
    return replace(case, **fact)


def _is_paid_out(item: Item) -> bool:
    """Whether what was used is told as what came from the fund: 已经报了204, not 报了204的药."""
    exactly = not item.amount.approximate
    return bool(exactly and _PAID_OUT.search(item.before) and not _OF_A_DRUG_AFTER.match(item.after))


def _cost(part: Part) -> Case:
    costs = part.costs
    if by_month := costs_by_month(part):
        return Case(by_month=by_month)
    repeated = months_spoken_of(part.sentence.text) and [a for a in costs if is_monthly(part, a)]
    chosen = repeated or [a for a in costs if WHOLE.search(part.sentence.text[: a.start])] or _not_in(part)
    if _CORRECTED.search(part.sentence.text[: costs[-1].start]):
        chosen = chosen[-1:]
    return Case(amount=_sum(part, chosen))


def _not_in(part: Part) -> list[Amount]:
    """The costs without those that are told as parts of one before them: 620,其中甲类400,乙类220."""
    told = _AMONG.search(part.sentence.text, part.costs[0].end)
    return [cost for cost in part.costs if told is None or cost.start < told.start()]


def _sum(part: Part, costs: Sequence[Amount]) -> Span:
    """All together, each as often as it is said to recur."""
    times = [visits_of(part, cost) for cost in costs]
    low = sum((cost.low * often[0] for cost, often in zip(costs, times, strict=True)), NOTHING)
    high = sum((cost.high * often[1] for cost, often in zip(costs, times, strict=True)), NOTHING)
    return Span(low, high)
