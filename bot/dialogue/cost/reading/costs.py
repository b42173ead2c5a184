"""From the amounts of a part to the facts of a case: the cost, in one sum or by months, and what stands beside it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.reading.amount_words import EXAMINATION, SUNDRIES, WHOLE
from bot.dialogue.cost.reading.bills import PART_OF, SPENT_ELSEWHERE, adds, returned_of
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.earlier import BEFORE_IT_CAME
from bot.dialogue.cost.reading.months import asked_month, costs_by_month, month_before, only_month_asked
from bot.dialogue.cost.reading.roles import LIMITS, MONTHLY
from bot.dialogue.cost.reading.sentence import Item, Part, Role, within_a_month
from bot.dialogue.cost.reading.times import is_monthly, months_spoken_of
from bot.dialogue.cost.reading.visits import visits_of
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.case import Case
from bot.rules.money import NOTHING, Span

_AMONG = re.compile(
    r"其中|(?<!院)当中|\((?=[甲乙丙]类)|里[面头边](?:有|是|含)?|里(?:有|是|含)|包括|(?<!不)(?<!不包)含|(?<!还)有(?=\d+[元块]?钱?的?(?:是|属|那[盒瓶样种支]))"
)
_IS = re.compile(r"[元块]?钱?的?(?:是|属)")
_BEFORE = re.compile(r"已|前|上[次回]|早|(?:额度|限额)(?!\d)|剩")
_BESIDE = re.compile(rf"(?:和|跟|还有|另外|外加|加上)[^,。;\d]{{0,6}}(?:{SUNDRIES}|自费药)[^,。;\d]{{0,3}}\d")
_SUNDRY = re.compile(SUNDRIES)
_REST = re.compile(
    rf"(?:剩下?|其余|余下|剩余)的?(?:都|全|就)?是[^,。;\d]{{0,3}}(?:(?P<examination>{EXAMINATION})|自费|丙类|目录外|范围外|(?P<ours>慢特?病|这个?病|门慢))"
)
_TIMES_THE_LIMIT = re.compile(r"是?(?:限额|额度|它|这个?数)的([两二三四五])倍")
_EQUALS_THE_LIMIT = re.compile(
    r"[药费钱花][^,。;]{0,4}(?:等于|跟|和|就是|卡着)(?:限额|额度)(?:一样|相等|持平)?"
    r"|药[^,。;\d]{0,3}(?:正好|刚好|恰好)[^,。;\d]{0,2}把\d+(?:\.\d+)?[元块]?钱?的?(?:限额|额度)[^,。;\d]{0,2}[用花吃刷](?:[满完光]|干净)"
    r"|(?:刚好|正好|恰好)[^,。;\d]{0,4}(?:用|花|吃)[满完](?:限额|额度)|额度[^,。;\d]{0,4}不浪费|把[^,。;\d]{0,6}\d+(?:\.\d+)?[元块]?钱?的?(?:限额|额度)(?:正好|刚好|恰好|都|全|一分不差地?)*[用花吃刷]得?(?:[满完光]|干净)"
    r"|(?:限额|额度)(?:是|有)?\d+(?:\.\d+)?[元块]?钱?(?:的)?(?:我|他|她|都|就|全|正好|刚好|每?个?月)*[花用]得?(?:[满完光]|干净)了?"
)
_ONE_OF_WHAT_WAS_TOLD = re.compile(r"[元块]?钱?的?那[盒瓶样种支]")
_SIDE_BY_SIDE = re.compile(r"[元块]?钱?(?:和|跟|加上?|及|、|,?(?:还有|另外|外加))[^,。;\d]{0,8}")
_OF_NO_CLASS = re.compile(r"丙类药?[费的是]?$")
_LISTED_BESIDE = re.compile(
    r"[元块]?钱?(?:[要得]?先(?:自)?付\d+(?:\.\d+)?[元块]?钱?)?(?:、|和|跟|加上?)?[^,。;\d里其含有包]{1,8}"
)
_MORE_COST = re.compile(r"同一?天|和|跟|还有|另外|外[加带]|加上|又|再|顺[带便手]|搭|捎")
_BOUGHT = re.compile(r"[花买开拿配付做补抓取]")
_APART_FROM = re.compile(r"除[了开去]")
_OF_A_DRUG = re.compile(r"药[费钱]?(?:是|花了?)?$")
_ANOTHER_LOST = re.compile(
    rf"(?:另|还有|剩|其余|有)[^,。;\d]{{0,4}}[一两几][^,。;\d]{{0,3}}[单票次笔张回][^,。;\d]{{0,8}}(?:丢|找不[到着]|不见|弄没|(?!忘[了记]?[说讲提报算写]){NOT_KNOWN})"
)
"""A bill of which the amount is gone: 另一张单子找不到了."""
_NOTHING_COUNTS = re.compile(
    r"(?:药|针|片)[^,。;\d不没]{0,8}(?:不在|没[进入]|没有?列[进入])(?:国家|医保|药品|报销)*目录|是(?:医保)?目录外的[^,。;\d]{0,4}药|目录[里内上中]?(?:查不[到着]|找不[到着]|没(?:有|得)这)(?![吗么])|(?<!不)(?<![叫让要喊][我他她俺])(?:全|都)(?:得|要)?自费(?![吗么])|(?<!不)(?:全部?|都)(?:[开买拿配]的(?:都)?)?是[^,。;\d]{0,6}(?:目录外|范围外|自费|丙类|不在目录)"
)
_ALL_OF_IT = re.compile(
    r"(?<!不)(?:全部?|都|清一色|尽)(?:[开买拿配]的)?是[^,。;\d]{0,8}(?:目录外|范围外|自费|丙类|不在目录)"
)
"""开的全是目录外的自费药420."""
_NOTHING_BOUGHT = re.compile(
    r"(?:这个?月|本月|今年)[^。;]{0,14}(?:一[分粒片盒瓶颗毛次回趟点][钱的药]*(?:都|也)?没(?:有)?(?:花|买|开|拿|用|动)|(?:药?(?:一点|啥|什么)(?:都|也)?)没(?:有)?(?:花|买|开|拿|用)"
    r"|没(?:有)?(?:花|用)(?:过)?(?:一分)?钱|没(?:有)?(?:去)?(?:买|开|拿|看)过?(?:药|病)(?=[,。;花]))"
)
"""这个月一盒药没买,额度会发给我吗."""
_BY_THEN = re.compile(
    r"已|前|上[次回个]|早|今年|累计|之前|报[了掉过]|(?:额度|限额|封顶)[^,。;\d]{0,4}用|统筹|基金|医保[^,。;]{0,3}付"
)
_OTHER_MONTH = re.compile(
    r"上个?月|[两俩几三四五六\d]个?月|前[几两]?个?月|(?:\d|[一二三四五六七八九十])月|去年"
)
_GIVEN_IN_CASH = re.compile(r"^[元块]?钱?(?:的?额度)?[^,。;\d]{0,5}(?:[打发给转退领折]|现[钱金])")
_GIVEN_TO_ME = re.compile(r"(?:给|发|打|转)(?:给)?[我俺]$")
_OF_NO_COST: frozenset[Role] = frozenset({"aside", "claimed", "unused_before"})
_TAKEN = re.compile(r"[用花][掉去]?了$")
_PAID_OUT = re.compile(r"报(?:销)?[了过掉]+$|(?:统筹|基金|医保局?|公家)[^,。;\d]{0,4}[付报出][了过掉]*$")
_OF_THE_QUOTA = re.compile(r"[元块]?钱?的?(?:额度|限额)")
_OF_A_CAP = re.compile(r"年度?封顶线?[^,。;\d]{0,6}$")
_PAID_ASKED = re.compile(r"(?:给我|帮我|已经?)?[报付出给]了(?:我)?(?:多少|几)")
_SUM_ASKED = re.compile(r"(?<![还再])(?:能|可以|该|给我?)?[报](?:销)?(?:得|我)?(?:多少|几|好多)")
_WHAT_IS_LEFT = re.compile(r"还(?:能|可|剩|有|够)|再|剩|余")
_SPENT = re.compile(r"(?:[花买拿开]|看[了过病])[^,。;\d]{0,4}$")
_IN_THE_CATALOGUE = re.compile(r"(?:目录|范围|政策)[里内](?:面|头)?的?(?:药费?|费用)?(?:是|有|花了)?$")
_NOT_IN_THE_CATALOGUE = re.compile(r"(?:目录|范围|政策)外(?:面|头)?的?(?:药费?|费用)?(?:是|有|花了)?$")
_OF_A_DRUG_AFTER = re.compile(r"[元块]?钱?的")
_BILL = re.compile(
    r"(?:总|共|合计|起来|单子|发票|小票|账单|票)[^,。;\d]{0,5}$|这$|[两三四五六]个月$|[两三四][次回笔张]$"
)
_CORRECTED = re.compile(r"不对|错了|更正|改成|应该是|不是$")


def cost_of(part: Part) -> Case:
    """Everything the part's amounts say."""
    if _nothing_was_spent(part):
        return Case(nothing_spent=True)
    if all(item.role == "aside" for item in part.own_items):
        return only_month_asked(part)
    case = Case()
    for item in part.own_items:
        case = _with_item(case, item, part)
    if _ANOTHER_LOST.search(part.text):
        return case  # then nobody knows what it was in all
    if not part.costs and all(item.role in _OF_NO_COST for item in part.own_items):
        return case.updated(only_month_asked(part))
    if not part.costs:
        if cost := _by_the_limit(part):
            each = bool(MONTHLY.search(part.text)) or None  # 每个月都把限额用满,一年12个月
            return replace(case, amount=cost.plus(Span.exactly(case.examination or NOTHING)), each_month=each)
        if case.used is not None and (_is_the_cost(case.used, part) or _is_of_an_earlier_month(part)):
            return replace(case, amount=Span.exactly(case.used), used=None, used_as_cost=None)
        if cost := _by_what_is_left(part):
            return replace(case, amount=cost, quota_left=None)
        if case.excluded is not None and _ALL_OF_IT.search(part.text) and not _AMONG.search(part.text):
            return replace(case, amount=Span.exactly(case.excluded))
        if case.within_policy is not None:
            return replace(case, amount=Span.exactly(case.within_policy + (case.excluded or NOTHING)))
        alone = adds(part) and case.examination is not None
        return replace(case, amount=Span.exactly(case.examination or NOTHING)) if alone else case
    case = case.updated(_cost(part)).updated(_the_rest(part))
    if case.amount and case.amount.is_exact and case.excluded is None and _NOTHING_COUNTS.search(part.text):
        case = replace(case, excluded=case.amount.low)
    whole = _sum_of_the_others(part) or _told_in_all(part)
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


def _nothing_was_spent(part: Part) -> bool:
    """Whether it is said that there was no cost, and none is told but what somebody hopes to be sent."""
    told = _NOTHING_BOUGHT.search(part.text) or any(
        t.circumstance == "nothing_spent" and not _OTHER_MONTH.search(part.sentence.text[t.start : t.end])
        for t in part.sentence.told
        if part.start <= t.start < part.end
    )
    costs = [i for i in part.own_items if i.role not in LIMITS and i.role not in _OF_NO_COST]
    hoped_for = all(
        not i.amount.high
        or _GIVEN_IN_CASH.search(part.sentence.text[i.end : i.end + 12])
        or _GIVEN_TO_ME.search(i.before)
        for i in costs
    )
    return bool(told) and hoped_for


def unplaced_in(part: Part) -> tuple[Decimal, ...]:
    """The figures of which nobody said what they are, in yuan; without those told as a part of the cost."""
    return tuple(i.amount.high for i in part.own_items if i.role == "unplaced" and not is_part(i))


def is_part(item: Item) -> bool:
    """Whether a figure is told as one that is in another: 其中12块是…"""
    return bool(_AMONG.search(item.before) or (item.before.endswith("有") and _IS.match(item.after)))


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


def _caps(part: Part) -> list[Decimal]:
    return [item.amount.low for item in part.own_items if item.role == "annual_cap"]


def _is_the_cost(used: Decimal, part: Part) -> bool:
    """Whether what was used is all that was spent: more than the limit, before the approval, or one of
    several people's 用了260."""
    of_one = len(part.text) < len(part.sentence.text)
    if part.ratios and not _BY_THEN.search(part.text):
        return True  # 住院报八成,用了950
    asked = _SUM_ASKED.search(part.text) and not _WHAT_IS_LEFT.search(part.text)
    if asked and not _BY_THEN.search(part.text):
        return True  # 限额260用了255,报好多
    return (
        used > max([*_limits(part), *_caps(part)], default=used)
        or part.tells("not_approved")
        or (of_one and not _BEFORE.search(part.text))
    )


def _is_of_an_earlier_month(part: Part) -> bool:
    """Whether all that is told is what another month than this used: 5月我才用了40."""
    only = part.own_items[0] if len(part.own_items) == 1 else None
    if only is None or only.amount.approximate or not _TAKEN.search(only.before):
        return False
    this_month = part.sentence.turn.now.date().replace(day=1)
    told = [d for d in part.dates if d.start < only.start and within_a_month(d)]
    return len(told) == 1 and told[0].last < this_month


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


def _told_in_all(part: Part) -> Span | None:
    """What cost and what is not paid for come to, where that figure is told, too: 药60,口罩9,合计69."""
    parts = [item.amount for item in part.own_items if item.role in ("cost", "excluded")]
    if not any(item.role == "excluded" for item in part.own_items) or any(one.approximate for one in parts):
        return None
    whole = sum((one.low for one in parts), NOTHING)
    told = any(item.role == "aside" and item.amount.low == whole for item in part.own_items)
    return Span.exactly(whole) if told else None


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
    if _ONE_OF_WHAT_WAS_TOLD.match(text, item.end) or is_part(item):
        return False
    if BEFORE_IT_CAME.search(item.before):
        return True
    if _NOT_IN_THE_CATALOGUE.search(item.before) and any(
        _IN_THE_CATALOGUE.search(text[: cost.start]) for cost in part.costs
    ):
        return True  # 目录里的650,目录外的250
    if any(_SIDE_BY_SIDE.fullmatch(text[item.end : cost.start]) for cost in part.costs):
        return True
    of_its_own = item.because or _OF_NO_CLASS.search(item.before) or _SUNDRY.search(item.before)
    whole_told = any(WHOLE.search(text[: cost.start]) for cost in part.costs)
    if (
        of_its_own
        and not whole_told
        and any(_LISTED_BESIDE.fullmatch(text[cost.end : item.start]) for cost in part.costs)
    ):
        return True  # 狼疮药360、感冒药90
    if _APART_FROM.search(text[begin : item.start]) and any(c.start > item.end for c in part.costs):
        return not any(
            WHOLE.search(text[: cost.start]) or _BILL.search(text[: cost.start]) for cost in part.costs
        )
    if not item.because and not _SUNDRY.search(text[begin:stop]):
        return bool(_BESIDE.search(text[begin:stop]))
    if PART_OF.search(text[begin : item.start]) or any(WHOLE.search(text[: c.start]) for c in part.costs):
        return False
    if item.because & SPENT_ELSEWHERE and not _AMONG.search(text[begin:stop]):
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
    limited = any(i.role in ("limit", "monthly_limit") for i in part.own_items)
    if item.role == "quota_left" and limited and _OF_A_CAP.search(item.before):
        return replace(case, annual_cap=figure)  # what the fund may still pay, beside a limit on costs
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
