"""Figures that people worked out themselves from others they tell: a total, a share, two limits added up.

They are told beside the cost and are no cost of their own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from bot.dialogue.cost.reading.amount_words import WHOLE
from bot.dialogue.cost.reading.bare_limits import OF_THE_FORMER
from bot.dialogue.cost.reading.roles import LIMITS
from bot.dialogue.cost.reading.sentence import PARTS, Item, Role, Sentence
from bot.dialogue.cost.reading.times import months_spoken_of
from bot.knowledge.parameters import Condition
from bot.rules.money import to_fen

_ONLY_THOUGHT = re.compile(r"以为|还当是?|想着|指望|巴望")
_OF_OTHERS = re.compile(r"(?:邻居|隔壁|同事|工友|亲戚|熟人|人家|别人|他们)[^,。;]{0,4}[说讲]")
_ON_TOP: frozenset[Role] = frozenset({"unused_before", "quota_left", "extra_limit", "unplaced"})
_MAY_BE_CLAIMED: frozenset[Role] = frozenset({"cost", "quota_left", "used", "unplaced", "aside"})
_IS_IT = re.compile(r"[元块]?钱?(?:[吗么没吧?]|不(?![算在是报])|对|是不是)")
_WHETHER = re.compile(r"(?:是不是|是否|能不能|可不可以|有没有|不就)[^,。;\d]{0,6}$")
_WHETHER_PAID = re.compile(
    r"(?:是不是|是否|能不能|可不可以|会不会)(?:就|也|应该|该|能|要)*(?:给|报|付)(?:我|俺|到|得)?$"
)
_MULTIPLIES = re.compile(r"[乘×*]|(?:都|全|一律)?[按照][^,。;]{0,8}(?:\d%?|成)[^,。;]{0,3}算")
_COMES_TO = re.compile(r"(?:等于|=|[算得]成?(?:出来?|下来)?)(?:了|的|是|就)*$")
_MY_SUM = re.compile(
    r"计算器[^,。;\d]{0,4}$|(?:^|[ ,。])[我俺咱](?:自己)?算(?:的|了下?|下来|出来)*(?:是|得|有|就|等于)+$"
)
_TIMES_A_SHARE = re.compile(
    r"[元块]?钱?(?:全|都|直接|也|,)*(?:打(?=[一二三四五六七八九])|乘以?|×|\*|x)(?=\d|百分|[一二三四五六七八九]|零)|[元块]?钱?(?:全|都)?[按照][^,。;]{1,8}算"
)
_TAKEN_AS = re.compile(r"[按照拿](?:一个?月|每月|这个?|限额|额度|的|是)*$")
_RECKONED = re.compile(r"[元块]?钱?[来去]?[算乘]")
_LIMIT = re.compile(r"限额|额度|定额")
_IS_EQUAL_TO = re.compile(r"(?:=|等于)$")
_DEDUCTED = re.compile(r"[扣交付减]|起付|门槛")
_CHOSEN = re.compile(r"[选挑](?:了|的)?(?:是|那个)?$")
_TOGETHER = re.compile(r"(?:一[块起]儿?|一共|总共|合计|共|[加合]起来|拢共)(?:是|花了?|要)*$")
_ON_ONE_BILL = re.compile(r"[一同]张(?:单|票|发票|小票|处方)|一起开|一并开|同一单")
_UNRELATED = frozenset[Condition]({"unrelated_disease"})
_OTHER_CARE = re.compile(r"(?:体检|镶牙|补牙|拔牙|洗牙|眼镜|疫苗)[^,。;\d药]{0,4}$")
_BEYOND_IT = re.compile(r"[超多](?:出|过)?了?$")
_IN_PARTS = re.compile(r"[分拆](?:成|开|了|作)*[两二三四五2-5]|分开|拆开")
_WONDERED = re.compile(r"(?:是不是|能不能|可不可以|应不应该)[^。;?]*$")
_TAKEN_AGAIN = re.compile(r"(?:再|还|又|重新|另)[^,。;\d]{0,4}[扣交付缴][^,。;\d]{0,4}$")
_TAKEN_OFF: frozenset[Role] = frozenset({"deductible", "deductible_left", "excluded"})


def without_reckoned(items: Sequence[Item], sentence: Sentence) -> list[Item]:
    """The same, what no word places and the others add up to, or come to as a share, being of nothing new."""
    told: list[Item] = []
    for item in items:
        others = [other for other in items if other is not item]
        if item.role in _MAY_BE_CLAIMED and _is_worked_out(item, sentence):
            told.append(replace(item, role="claimed", placed=True))
        elif item.role in _MAY_BE_CLAIMED and _is_multiplied(item, others, sentence):
            told.append(replace(item, role="aside", placed=True))
        elif (
            _is_only_thought(item, sentence)
            or _is_taken_again(item, others, sentence)
            or _is_split(item, others, sentence)
            or _is_chosen(item, others)
        ):
            told.append(replace(item, role="aside"))
        elif item.role == "quota_left" and _is_rest_of_the_deductible(item, others):
            told.append(replace(item, role="deductible_left"))
        elif item.role in _MAY_BE_CLAIMED and _is_asked(item, sentence) and _is_share(item, others, sentence):
            told.append(replace(item, role="claimed"))
        elif item.role == "cost" and (
            _is_of_all_months(item, others, sentence)
            or (WHOLE.search(item.before) and _adds_up_limits(item, others))  # 限额1500,加原来的400,共1900吧
        ):
            told.append(replace(item, role="aside"))
        elif item.role == "unplaced":
            told.append(_placed(item, others, sentence))
        elif (item.role in LIMITS and _adds_up_limits(item, others)) or _is_beyond(item, items):
            told.append(replace(item, role="aside"))
        else:
            told.append(item)
    told = _with_other_care(told, sentence)
    total_told = any(item.role == "aside" and _is_total(item, items) for item in told)
    if total_told:  # then its parts are all there is
        told = [replace(i, role="cost", placed=True) if i.role == "unplaced" else i for i in told]
    return told


def _with_other_care(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "透析800,补牙300,一块儿1100", "一张单子狼疮药680外带补牙220": what makes up a total with the costs, or stands on
    their bill, is of it and not paid for."""
    if _ON_ONE_BILL.search(sentence.text):
        return [
            replace(item, role="excluded", because=_UNRELATED)
            if item.role == "aside" and _OTHER_CARE.search(item.before)
            else item
            for item in items
        ]
    for whole in items:
        before = [item for item in items if item.end <= whole.start]
        other = [item for item in before if item.role == "aside" and item.amount.low < whole.amount.low]
        costs = [item.amount.low for item in before if item.role == "cost"]
        adds_up = len(other) == 1 and costs and sum(costs) + other[0].amount.low == whole.amount.low
        if whole.role in ("cost", "unplaced") and adds_up and _TOGETHER.search(whole.before):
            anew: dict[int, Role] = {whole.start: "aside", other[0].start: "excluded"}
            return [replace(item, role=anew.get(item.start, item.role)) for item in items]
    return items


def _placed(item: Item, others: Sequence[Item], sentence: Sentence) -> Item:
    if _ONLY_THOUGHT.search(item.before) or _OF_OTHERS.search(_led_by(item, sentence)):
        return replace(item, role="aside", placed=True)
    hoped_for = _IS_IT.match(sentence.text, item.end) or _WHETHER_PAID.search(sentence.text[: item.start])
    if hoped_for or _is_share(item, others, sentence):
        return replace(item, role="claimed", placed=True)
    if _is_the_deductible(item, others, sentence):
        return replace(item, role="aside", placed=True)
    if (
        _is_more_than_is_left(item, others)
        or _is_total(item, others)
        or _IS_EQUAL_TO.search(item.before)
        or _adds_up_limits(item, others)
    ):
        return replace(item, role="aside", placed=True)
    return item


def _is_beyond(item: Item, items: Sequence[Item]) -> bool:
    """Whether it is only what a cost has more than limits that were added up: 所以一共460,药费475就15块不报."""
    if item.role != "excluded" or item.because:
        return False
    costs = [other.amount.low for other in items if other.role == "cost"]
    sums = [o.amount.low for o in items if o.role == "aside" and _adds_up_limits(o, items)]
    return any(cost - one == item.amount.low for cost in costs for one in sums)


def _is_more_than_is_left(item: Item, others: Sequence[Item]) -> bool:
    """Whether it is by how much a cost is beyond what is left: 还剩1000额度,药费1100超了100."""
    bounds = [o.amount.low for o in others if o.role == "quota_left" or o.role in LIMITS]
    beyond = (o.amount.low - bound for o in others if o.role == "cost" for bound in bounds)
    return bool(_BEYOND_IT.search(item.before)) and item.amount.low in set(beyond)


def _led_by(item: Item, sentence: Sentence) -> str:
    """The words of its clause before it."""
    return sentence.text[sentence.clause(item.start)[0] : item.start]


def _is_the_deductible(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether the deductible is named again by its figure: 那边说还得再扣一回400."""
    same = any(o.role == "deductible" and o.amount.low == item.amount.low for o in others)
    return same and bool(_DEDUCTED.search(_led_by(item, sentence)))


def _is_only_thought(item: Item, sentence: Sentence) -> bool:
    """Whether it is what somebody thought was left: 我还以为剩300."""
    return item.role == "quota_left" and bool(_ONLY_THOUGHT.search(_led_by(item, sentence)))


def _is_split(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether it is what several purchases make together, told before them: 400的药分两回,月初200,月底200."""
    parts = [other.amount.low for other in others if other.role == "cost" and other.start > item.end]
    together = item.role == "cost" and len(parts) > 1 and sum(parts) == item.amount.low
    return together and _IN_PARTS.search(sentence.text, item.end) is not None


def _is_chosen(item: Item, others: Sequence[Item]) -> bool:
    """Whether it is one of several limits, named again: 一个限额260一个340,我挑340的."""
    limits = {other.amount.low for other in others if other.role in LIMITS}
    return (
        item.role in ("cost", "unplaced") and item.amount.low in limits and bool(_CHOSEN.search(item.before))
    )


def _is_taken_again(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether it is said that the deductible would be taken once more: 换个病还得再扣一回七百."""
    again = item.role == "cost" and _TAKEN_AGAIN.search(item.before)
    return bool(again) and _is_the_deductible(item, others, sentence)


def _is_worked_out(item: Item, sentence: Sentence) -> bool:
    """Whether it is told as what came of a calculation: 900乘70%等于630, 我算是318.5."""
    reckons = _MULTIPLIES.search(sentence.text, 0, item.start)
    return bool(_MY_SUM.search(item.before) or (reckons and _COMES_TO.search(item.before)))


def _is_multiplied(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether a figure told before, or the sum of those, is only calculated with: 拿520乘65%, 按每月280算."""
    text = sentence.text
    told_before = {other.amount.low for other in others if other.start < item.start}
    spent = [other.amount.low for other in others if other.role in ("cost", "used")]
    again = item.amount.low in told_before or item.amount.low == sum(spent)
    taken_as = _TAKEN_AS.search(item.before) and _RECKONED.match(text, item.end)
    with_it = _TIMES_A_SHARE.match(text, item.end) or taken_as
    wondered = taken_as and _WONDERED.search(text[: item.start])  # 是不是再加100,按600来算
    return bool((again and with_it) or wondered)


def _is_rest_of_the_deductible(item: Item, others: Sequence[Item]) -> bool:
    """Whether it is what is still to be paid of a deductible: 起付400,填进去了150,剩250."""
    whole, met = (
        sum(o.amount.low for o in others if o.role == role) for role in ("deductible", "deductible_met")
    )
    return bool(met) and item.amount.low == whole - met


def _is_asked(item: Item, sentence: Sentence) -> bool:
    """Whether a figure is asked about: 给700对吗, 是不是能报1800."""
    text = sentence.text
    return bool(_IS_IT.match(text, item.end) or _WHETHER.search(text[: item.start]))


def _is_share(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether it is what a told share of the costs comes to, before or after what would be taken off first."""
    if item.amount.approximate:
        return False
    costs = [other.amount.low for other in others if other.role == "cost"]
    off = [other.amount.low for other in others if other.role in _TAKEN_OFF]
    bases = [*costs, sum(costs), *(cost - less for cost in costs for less in off)]
    shares = {to_fen(base * ratio.value) for base in bases for ratio in sentence.ratios if base > 0}
    return item.amount.low in shares


def _is_total(item: Item, others: Sequence[Item]) -> bool:
    return item.is_sum_of([o for o in others if o.role in PARTS and o.amount.low < item.amount.low])


def _is_of_all_months(item: Item, others: Sequence[Item], sentence: Sentence) -> bool:
    """Whether it is what one month's cost comes to in the months told: 每月90,三个月合计270."""
    months = months_spoken_of(sentence.text) or 0
    each = any(other.role == "cost" and other.amount.low * months == item.amount.low for other in others)
    return months > 1 and each and bool(WHOLE.search(item.before))


def _is_of_a_limit(item: Item) -> bool:
    """Whether it is a limit that another one replaces: 原来病种限额400,单列的3000."""
    named = _LIMIT.search(item.before) or _LIMIT.search(item.after) or OF_THE_FORMER.search(item.before)
    return item.role == "aside" and bool(named)


def _adds_up_limits(item: Item, others: Sequence[Item]) -> bool:
    """What two limits would be together, or a limit with what was left of it, or with what is added, once or twice."""
    before = [other for other in others if other.start < item.start]
    return any(item.amount.low == sum(together) for together in _sums(before))


def _sums(others: Sequence[Item]) -> Iterator[tuple[Decimal, ...]]:
    bounds = [o.amount.low for o in others if o.role in LIMITS]
    more = [o.amount.low for o in others if o.role in _ON_TOP or _is_of_a_limit(o)]
    yield from ((bound, times * one) for bound in bounds for one in more for times in (1, 2))
    yield from ((o.amount.low, o.amount.low) for o in others if o.role == "extra_limit")
    for number in range(2, len(bounds) + 1):
        yield from combinations(bounds, number)
