"""What several amounts of a sentence together say: one put right, one told again, one spent before another."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.cost.reading.around import NOW_IT_IS, Around
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.circumstance_words import UNPAID, conditions_in
from bot.dialogue.cost.reading.roles import JUST_BEFORE, LIMITS, MONTHLY, by_what_precedes, is_paid_of
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.knowledge.parameters import Condition
from bot.language.money import Amount
from bot.language.numerals import to_decimal

_PUT_RIGHT = re.compile(
    r"[元块]?钱?(?:哎呀?|哦|噢|啊|呃|嗯|等等|等下|等一下|不好意思|这个|我|,)*"
    r"(?:不对|(?:说|搞|弄|记|写|看|算|报|打|讲|念|听)(?:错|岔|反|串)了?|口误|更正(?:一下)?|改一下|重说|不是,?(?=应该|是))"
    r"(?:,|了|啊|哦|我|的|不对|不是(?=,?是)|应该|其实|实际|是|为|要|改成|得|才|有)*"
)
_USED_UP = re.compile(r"[用抵花][掉了去过]+$")
_MIXED_UP = re.compile(r"[说弄搞记看讲](?:错|反|岔|混|串)")
_AGAIN = re.compile(r"[这那][个笔张]?$")
_ONE_OF_SEVERAL = re.compile(r"(?:^|[,。;])(?:另)?一[个种]病?种?[是为批给定]*$")
_ABOUT_LIMITS = re.compile(r"限额|额度|定额")
_NOT_SURE = re.compile(rf"[^,。;\d]{{0,4}}{NOT_KNOWN}|可能是?|不是$")
_SPENT = re.compile(r"花|买|吃|开|拿|药费?|用了?$|费用")
_IN_A_MONTH = re.compile(r"[\d一二三四五六七八九十这本上]个?月份?[是为]?$")
_AND_PAID = re.compile(r"^[元块]?钱?,?(?:医保)?(?:才|只|就|已经?|给)*报(?:销)?了$")
_EARLIER_TIMES = re.compile(
    r"(?:前|上|头)(?:面|头)?(?:[一两二三四五几]?[次回趟])[^,。;\d]{0,8}$|(?:之前|先前|早先|前几天|上旬|月初)[^,。;\d]{0,14}$|(?:已经|[报用]过)[^,。;\d]{0,10}$|用[掉去]$"
)
_THIS_TIME = re.compile(r"[这本][次回趟]|今天|刚才|现在")
_ALL_ASKED = re.compile(r"一共|总共|合计|加起来|拢共|累计")
_THE_LAST_ASKED = re.compile(r"(?:后[面来一]|最后|第二)的?[这那]?[笔次回趟][^,。;\d]{0,5}[报付给]")
_ASKED_DAY = re.compile(
    r"(\d{1,2}号|[一二三四五六七八九十]{1,3}号|今天|昨天|明天|后天)[这那]?(?:一?[次回趟笔])?[^,。;\d]{0,3}[报付给]"
)
_REALLY_PAID = re.compile(r"(?:实付|实收|实际付|折后|优惠后|打完折)[^,。;\d]{0,3}$")
_RAISED = re.compile(r"(?:涨|提高?|调[整高低]?|升|降|变)(?:到|成|为)了?$")
_AS_INPATIENT = re.compile(
    r"(?:住[了过]?[^,。;\d门期报]{0,4}院|手术|工伤|车祸|骨折)[^,。;\d门期报药慢]{0,8}(?:花|用|交|付|去)[了掉]*$"
)
_TIMES_EACH = re.compile(
    r"(\d{1,2}|[两二三四五六七八九十]{1,2})(?:[次回趟][^,。;\d]{0,3},?(?:都|各|均)|个月,?(?:每个?月|月月|个个月))"
    r"(?:都|各|均|是|要|得|花|用|报|付|扣)*[了掉]*$|([两二三四])个病种?(?:各|都|每个)[^,。;\d]{0,3}加了?$"
)
_PART_ALONE = re.compile(r"(?:这|那)?(?:其中|里[面头边])(?:有|是|含)?")
_DONE_IN_ALL = re.compile(r"[花买开拿付费药]")
_A_PART = re.compile(r"其中|里[头面边]|含|另外?|还有|又|外加|顺[带便]|剩下")
_ASKS_FOR_IT = re.compile(r"(?<!还能)(?<!还可以)(?<!还)[报给付出掏](?:销)?(?:得?了|我)?(?:多少|几)")
_SPENT_BEFORE = re.compile(
    r"(?:前面|前头|之前|已经?|累计|到现在|陆续|零零[碎散]|今年[^,。;报用]{0,4}垫|[上前][一两二三四五几]?[回次]|头[一两]?[回次])[^,。;报用]{0,8}$"
)


def told_together(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> tuple[Item, ...]:
    """The same amounts, each of what it is in view of the others. `around`: by where an amount starts."""
    items = _pinned_down(items, around, sentence)
    items = _one_each(_named_again(_put_right(items, around, sentence), around), around, sentence)
    items = _monthly_without_a_word(_limits_of_diseases(items, sentence), around, sentence)
    items = _without_inpatient_costs(items, around)
    items = _in_all(_after_discount(_raised(items, around), around), around)
    items = _spent_now(_settled_before(items, around), around, sentence)
    items = [_as_often_as_told(item, around) for item in items]
    return tuple(_not_paid_for(_spent_before(items, around), sentence))


def _put_right(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> list[Item]:
    """ "限额不是300,是450", "三百二,看错了,是三百八": the second is of what the first was."""
    for wrong, right in pairwise(items):
        if _is_put_right(wrong, right, sentence.text):
            right_now = replace(right, role=wrong.role)
            return [right_now if item is right else item for item in items if item is not wrong]
        if _MIXED_UP.search(sentence.text[wrong.end : right.start]) and right.amount.low == wrong.amount.low:
            return [item for item in items if item is not wrong]
        before = around[wrong.start].before
        if before.endswith("不是") and NOW_IT_IS.match(around[right.start].before):
            role = by_what_precedes(before.removesuffix("不是"))
            meant = replace(right, role=role) if role else replace(right, instead_of=wrong.amount.low)
            return [meant if item is right else item for item in items if item is not wrong]
    return items


def _is_put_right(wrong: Item, right: Item, text: str) -> bool:
    """Whether only words that take back stand between the two, and perhaps those before the first, again."""
    taken_back = _PUT_RIGHT.match(text, wrong.end, right.start)
    again = text[taken_back.end() : right.start] if taken_back else "?"
    return text[: wrong.start].endswith(again)


def _named_again(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "这150能报多少" names an earlier cost again: the one asked about; the others were spent before it. Any other
    figure that is named again is no other."""
    for index, item in enumerate(items):
        if not _AGAIN.search(around[item.start].before):
            continue
        same = [i for i in items[:index] if i.amount.low == item.amount.low]
        earlier = [i for i in same if i.role == "cost"]
        if same and not earlier:
            return [i for i in items if i is not item]  # 封顶15万…算不算在这15万里头
        if not earlier:
            continue
        asked = earlier[-1]
        others = [i for i in items if i is not item]
        return [replace(i, role="used") if i.role == "cost" and i is not asked else i for i in others]
    return items


def _pinned_down(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> list[Item]:
    """ "限额300上下,拿不准是280还是320": a figure told again as one of two is the same figure."""
    told: list[Item] = []
    for item in items:
        before, after = around[item.start].before, sentence.text[item.end :]
        unsure = _NOT_SURE.search(before) or _NOT_SURE.match(after)
        new = not told or not unsure or _SPENT.search(_NOT_SURE.sub("", before))
        if new or not item.amount.approximate or not _meet(told[-1].amount, item.amount):
            told.append(item)
        else:
            told[-1] = replace(told[-1], amount=item.amount)
    return told


def _meet(one: Amount, other: Amount) -> bool:
    return one.low <= other.high and other.low <= one.high


def _one_each(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> list[Item]:
    """ "限额一个300一个200": the limits of several diseases, told one after the other."""
    paired = [item for item in items if _ONE_OF_SEVERAL.search(around[item.start].before)]
    if len(paired) < 2 or not _ABOUT_LIMITS.search(sentence.text[: paired[0].start]):
        return items
    return [replace(item, role="limit") if item in paired else item for item in items]


def _limits_of_diseases(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "高血压200,冠心病350,药费340": what stands right after the diseases' names are their limits."""
    ends = {m.end for m in sentence.turn.mentions if m.entity == "disease"}
    named = [item for item in items if item.role == "cost" and item.start in ends]
    if len(named) < 2 or not any(item.role == "cost" and item not in named for item in items):
        return items
    return [replace(item, role="limit") if item in named else item for item in items]


def _monthly_without_a_word(
    items: list[Item], around: Mapping[int, Around], sentence: Sentence
) -> list[Item]:
    """ "每月250,这个月花了300": where a cost is told beside it, what is only called monthly is the limit."""
    if any(item.role in ("limit", "monthly_limit", "quota_left") for item in items):
        return items
    costs = [item for item in items if item.role == "cost"]
    bare = [item for item in costs if _only_called_monthly(around[item.start])]
    ends = [item.end for item in items]
    others = [
        sentence.text[max((end for end in ends if end <= item.start), default=0) : item.start]
        for item in costs
        if item not in bare
    ]
    if len(bare) != 1 or not any(_SPENT.search(before) or _IN_A_MONTH.search(before) for before in others):
        return items
    return [replace(item, role="monthly_limit") if item in bare else item for item in items]


def _only_called_monthly(around: Around) -> bool:
    before = around.before.strip()
    monthly = re.search(rf"(?:{MONTHLY.pattern})$", before) or re.match(r"[元块]?/月", around.after)
    return bool(monthly) and not _SPENT.search(before)


def _settled_before(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "前两次花了100" is used when this cost is asked about; "花了5000报了4000,这次…" only tells what was paid."""
    costs = [item for item in items if item.role == "cost"]
    settled: dict[int, Role] = {}
    for item, following in pairwise(items):
        paid = following.role == "used" and _AND_PAID.search(around[following.start].before)
        if item.role in ("cost", "used") and paid and costs and costs[-1] is not item:
            settled[item.start] = "aside"
    if costs and all(item.role != "deductible" for item in items):
        last = around[costs[-1].start]
        asked = _ASKED_DAY.search(last.after)
        if _THE_LAST_ASKED.search(last.after) or (asked and asked[1] in last.before):
            settled |= {item.start: "used" for item in costs[:-1]}
        if _THIS_TIME.search(last.before) and not _ALL_ASKED.search(last.after):
            earlier = (item for item in costs[:-1] if _EARLIER_TIMES.search(around[item.start].before))
            settled |= {item.start: "used" for item in earlier}
    return [replace(item, role=settled.get(item.start, item.role)) for item in items]


def _raised(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "原来限额300,今年涨到360": the same, at what it is now."""
    told: list[Item] = []
    for item in items:
        if told and _RAISED.search(around[item.start].before):
            told[-1] = replace(item, role=told[-1].role)
        else:
            told.append(item)
    return told


def _after_discount(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "580打九折实付522": what was asked before the discount is no cost."""
    before = {item.start for item, paid in pairwise(items) if _REALLY_PAID.search(around[paid.start].before)}
    return [replace(i, role="aside") if i.role == "cost" and i.start in before else i for i in items]


def _without_inpatient_costs(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "住院花了五千,慢病药240": what was spent as an inpatient beside another cost is none of ours."""
    costs = [item for item in items if item.role == "cost"]
    inpatient = [item for item in costs if _AS_INPATIENT.search(around[item.start].before)]
    if len(inpatient) == len(costs):
        return items
    return [replace(item, role="aside") if item in inpatient else item for item in items]


def _in_all(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """ "上个月报了600…总共报了1500": what was paid in all holds the other."""
    used = [item for item in items if item.role == "used"]
    whole = [item for item in used if _ALL_ASKED.search(around[item.start].before)]
    if len(whole) != 1:
        return items
    return [replace(i, role="aside") if i.role == "used" and i is not whole[0] else i for i in items]


def _spent_now(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> list[Item]:
    """ "限额260,用了305,报多少": with no other cost told, what was used is the one asked about."""
    used = [item for item in items if item.role == "used"]
    others = {item.role for item in items}
    if (
        len(used) != 1
        or "cost" in others
        or not (others & LIMITS or sentence.ratios)
        or not _ASKS_FOR_IT.search(sentence.text)
    ):
        return items
    if not re.search(r"(?<!经)(?<!今年)用(?:掉|去)?了$", around[used[0].start].before):
        return items
    return [replace(item, role="cost") if item is used[0] else item for item in items]


def _as_often_as_told(item: Item, around: Mapping[int, Around]) -> Item:
    """ "前两次各花了80": twice."""
    often = _TIMES_EACH.search(around[item.start].before)
    of_visits = bool(often and "月" not in often[0])  # months are counted apart where a cost is told
    counts = item.role in ("used", "deductible_met", "extra_limit") or (item.role == "cost" and of_visits)
    count = to_decimal(often[1] or often[2]) if often and counts else None
    if count is None:
        return item
    amount = item.amount
    return replace(item, amount=replace(amount, low=amount.low * count, high=amount.high * count))


def _spent_before(items: list[Item], around: Mapping[int, Around]) -> list[Item]:
    """With a deductible, what was spent before this cost has counted up to it."""
    roles = [item.role for item in items]
    if "deductible" not in roles or roles.count("cost") + roles.count("used") < 2:
        return items
    counted_up: list[Item] = []
    for index, item in enumerate(items):
        previous, before = items[index - 1] if index else None, around[item.start].before
        if previous and is_paid_of(previous, around[item.start]):
            continue
        goes_on = counted_up and previous is counted_up[-1] and JUST_BEFORE.search(before)
        right_after = (
            previous and previous.role == "deductible" and item.role == "used" and _USED_UP.search(before)
        )
        if item.role in ("cost", "used") and (goes_on or right_after or _SPENT_BEFORE.search(before)):
            counted_up.append(item)
    return [replace(item, role="deductible_met") if item in counted_up else item for item in items]


def _part_of_what_was_told(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "里面有300是没处方的" alone: a part of a cost told before, never the whole."""
    costs = [item for item in items if item.role == "cost"]
    if len(costs) != 1 or any(item.role in ("excluded", "examination") for item in items):
        return items
    begin, stop = sentence.clause(costs[0].start)
    if not _PART_ALONE.match(sentence.text, begin) or _DONE_IN_ALL.search(sentence.text[:begin]):
        return items
    because = conditions_in(sentence.text[begin:stop]) & UNPAID
    part = replace(costs[0], role="excluded" if because else "aside", because=because)
    return [part if item is costs[0] else item for item in items]


def _not_paid_for(items: list[Item], sentence: Sentence) -> list[Item]:
    """One of several costs that, unlike the others, is not paid for (其中200没有处方): it is excluded."""
    costs = [item for item in items if item.role in ("cost", "excluded")]
    unpaid = {item.start: _conditions_of(item, items, sentence) & UNPAID for item in costs}
    if not any(not unpaid[item.start] for item in costs if item.role == "cost"):
        return _part_of_what_was_told(items, sentence)
    return [
        replace(item, role="excluded", because=because) if (because := unpaid.get(item.start)) else item
        for item in items
    ]


def _conditions_of(item: Item, items: list[Item], sentence: Sentence) -> frozenset[Condition]:
    """What holds for one amount: the words of its clause; else those of the next where it is told as a part, and of
    the one before, which tells where it was spent (那家店不是定点的,拿了120)."""
    text = sentence.text
    begin, stop = sentence.clause(item.start)
    earlier = max((other.end for other in items if other.end <= item.start), default=0)
    later = min((other.start for other in items if other.start >= item.end), default=len(text))
    own = text[max(begin, earlier) : min(stop, later)]
    if found := conditions_in(own):
        return found
    if _A_PART.search(own):
        _, stop = sentence.clause(min(stop + 1, len(text)))
        return conditions_in(text[item.end : min(stop, later)])
    before, _ = sentence.clause(max(begin - 1, 0))
    return conditions_in(text[before:begin]) if before >= earlier else frozenset()
