"""The amounts of a sentence, each with what it is of, told by the words around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.dialogue.cost.reading.amount_words import AFTER, BARE_BY_CUE, BEFORE, NEXT, OF_QUESTION
from bot.dialogue.cost.reading.circumstance_words import UNPAID, conditions_in
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.knowledge.parameters import Condition
from bot.language.money import Amount, find_amounts
from bot.language.numerals import to_decimal
from bot.language.spans import Span as Placed
from bot.language.spans import overlaps, without_overlaps

_BARE_ANSWER = re.compile(
    r"(?:^|[,。 :是为有约概到就共才加剩差])(\d+(?:\.\d{1,2})?|[零一二两三四五六七八九十百千万]+)"
    r"(?=[元块多左上吧呢啊哦呀了。,! ]|$)"
)
_PAUSE = re.compile(r"(?<!\d),|,(?!\d)")  # a comma that does not group thousands
_MONTHLY = re.compile(r"每个?月|一个月|1个月|月月|个个月|每月|按月|/月|一月")
_OF_A_MONTH = re.compile(rf"{_MONTHLY.pattern}|月(?=[限额定])")
_FURTHER_DISEASE = re.compile(r"(?:再|又|另|还|多|第二)[^,。;]{0,4}[个种样]病种?$")
_ADDING = re.compile(r"(?:再|给|能|就|多)*加(?:了|上|个)*")
_TAKEN_BACK = re.compile(r"(?:说|搞|弄|记|写|看|算|报|打)?错了?|不对|更正|改一下|重说")
_NOW_IT_IS = re.compile(r"^(?:而|应该|其实|实际|改)*(?:上|成)?(?:是|为)?(?:的)?$")
_COPULA = re.compile(r"[是为了有到达大概约也就在:( 元块]+$")
_EARLIER_MONTH = re.compile(r"(?:上个?|前)月|上个?季度?|\d+月|[一二三四五六七八九十]月")
_A_QUARTER = re.compile(r"(?:一个?|每个?)季度?(?:是|有|给|为)*$")
_BY_QUARTER = re.compile(r"季度?[^,。;\d]{0,6}(?:额度|限额|定额)|(?:额度|限额|定额)[^,。;\d]{0,4}季")
_AGAIN = re.compile(r"[这那][个笔张]?$")
_ONE_OF_SEVERAL = re.compile(r"(?:^|[,。;])(?:另)?一[个种]病?种?[是为批给定]*$")
_ABOUT_LIMITS = re.compile(r"限额|额度|定额")
_MORE = re.compile(r"(?:还有|另外|再加上?|加上|外加)$")
_JUST_BEFORE = re.compile(r"^[元块]?钱?(?:和|跟|及|与|以及|、|加|\+|还有|又)$")
_RESTATED = re.compile(r"(?:%|成|折),?(?:也?就是|即|等于)(?:说|约|大概)?$")
_OWN_FIRST = re.compile(r"先|自付|乙类")
_AT_LEAST = re.compile(r"(?:至少|最少|起码|少则|少的时候)[^,。;\d]{0,4}$")
_AT_MOST = re.compile(r"^[元块]?钱?,?(?:最多|至多|顶多|多则|多的时候|不超过)[^,。;\d]{0,4}$")
_PAID_BEFORE = re.compile(
    r"^(?![^,。;]*(?:起付|门槛))[^,。;]{0,6}(?:已经?|前面|前头|之前|累计|今年|[到至](?:上|这|现|目|昨|今|前)[^,。;]{1,3})[^,。;]{0,5}[付报][过了掉]*$"
)
_OR = re.compile(r"^[元块]?钱?,?(?:还是|就是|或者?是?|要么|到|至|[-~—～])(?:加|是|只?有)?$")
_EITHER = re.compile(r"^[元块]?钱?,?就是")
_SPENT = re.compile(r"花|买|吃|开|拿|药费?|用了?$|费用")
_IN_A_MONTH = re.compile(r"[\d一二三四五六七八九十这本上]个?月份?[是为]?$")
_AND_PAID = re.compile(r"^[元块]?钱?,?(?:医保)?(?:才|只|就|已经?|给)*报(?:销)?了$")
_EARLIER_TIMES = re.compile(r"(?:前|上|头)(?:面|头)?(?:[一两二三四五几]?[次回趟])[^,。;\d]{0,8}$")
_THIS_TIME = re.compile(r"[这本][次回趟]|今天|刚才|现在")
_ALL_ASKED = re.compile(r"一共|总共|合计|加起来|拢共")
_TIMES_EACH = re.compile(r"(\d{1,2}|[两二三四五六七八九十])[次回趟]药?,?(?:都|各|均)(?:是|要|得|花|用)*了?$")
_ASKED_WHETHER = re.compile(r"是不是|是否|能不能|可不可以|会不会|难道")
_A_PART = re.compile(r"其中|里[头面]|含|另外?|还有|又|外加|顺[带便]|剩下")
_OF_A_DRUG = re.compile(r"^[元块]?钱?的(?:[^,。;\d]{0,4}药|透析|针)")
_ASKS_FOR_IT = re.compile(r"(?<!还能)(?<!还可以)(?<!还)[报给付出掏](?:销)?(?:得?了|我)?(?:多少|几)")
_LIMITS: frozenset[Role] = frozenset({"limit", "monthly_limit", "quarterly_limit", "annual_cap"})
_SPENT_BEFORE = re.compile(
    r"(?:前面|前头|之前|已经?|累计|到现在|[上前][一两二三四五几]?[回次]|头[一两]?[回次])[^,。;报用]{0,8}$"
)


@dataclass(frozen=True)
class _Around:
    """The clause before an amount, back to the amount before it, and what follows to the next one (`NEXT`).

    Where the clause only says "是", what the clause before it takes back is meant.
    """

    before: str
    after: str


def items_in(sentence: Sentence) -> tuple[Item, ...]:
    """All amounts in text order, each with its role."""
    amounts = _amounts(sentence) or _bare_answer(sentence)
    around = {a.start: _around(sentence.text, amounts, index) for index, a in enumerate(amounts)}
    items: list[Item] = []
    for amount in amounts:
        items.append(Item(amount, _role(around[amount.start], sentence, items)))
    items = _one_of_two(items, around)
    items = _one_each(_named_again(_put_right(items, around), around), around, sentence)
    items = _monthly_without_a_word(_limits_of_diseases(items, sentence), around)
    items = _spent_now(_settled_before(items, around), around, sentence)
    items = [_as_often_as_told(item, around) for item in items]
    return tuple(_not_paid_for(_spent_before(items, around), sentence))


# Which numbers are amounts


def _amounts(sentence: Sentence) -> list[Amount]:
    """Amounts the language module finds, and small bare numbers that only our cue words make amounts (加60)."""
    found = [a for a in find_amounts(_PAUSE.sub("，", sentence.text)) if not _is_share(sentence, a)]
    bare = [
        _exactly(match, group)
        for cued in BARE_BY_CUE
        for match in re.finditer(cued, sentence.text)
        for group in range(1, len(match.groups()) + 1)
    ]
    taken: list[Placed] = [*found, *sentence.ratios, *sentence.dates]
    free = [amount for amount in bare if amount and not overlaps(amount, taken)]
    return without_overlaps(sorted(found + free, key=lambda a: a.start))


def _bare_answer(sentence: Sentence) -> list[Amount]:
    """A number alone, where we asked for an amount."""
    match = _BARE_ANSWER.search(sentence.text) if sentence.asked in OF_QUESTION else None
    amount = _exactly(match) if match else None
    return [amount] if amount else []


def _exactly(match: re.Match[str], group: int = 1) -> Amount | None:
    value = to_decimal(match[group])
    return None if value is None else Amount(match.start(group), match.end(group), value, value, False)


def _is_share(sentence: Sentence, amount: Amount) -> bool:
    """A bare number that answers our question for the ratio, or stands right after 比例."""
    if overlaps(amount, sentence.ratios):
        return True
    text = sentence.text
    if sentence.asked == "ratio" and text.strip(" 。,") == text[amount.start : amount.end]:
        return amount.low <= 100
    small = amount.low == amount.high and 0 < amount.low <= 100
    bare = not re.search(r"[元块]", text[amount.start : amount.end + 1])
    return small and bare and bool(re.search(r"比例(?:是|为)?$", text[: amount.start]))


# What an amount is of


def _around(text: str, amounts: list[Amount], index: int) -> _Around:
    begin = amounts[index - 1].end if index else 0
    *earlier, before = re.split(r"[,。;!?\n]", text[begin : amounts[index].start].rstrip())
    if earlier and _TAKEN_BACK.search(earlier[-1]) and _NOW_IT_IS.match(before):
        before = _TAKEN_BACK.sub("", earlier[-1])  # 限额说错了,是450
    if earlier and _FURTHER_DISEASE.search(earlier[-1]) and _ADDING.fullmatch(before):
        before = earlier[-1] + before  # 再多一个病,加80
    if index + 1 == len(amounts):
        return _Around(before, text[amounts[index].end :])
    return _Around(before, text[amounts[index].end : amounts[index + 1].start] + NEXT)


def _role(around: _Around, sentence: Sentence, known: list[Item]) -> Role:
    if known and (_JUST_BEFORE.search(around.before) or _OR.match(around.before)):
        return known[-1].role  # 前两次花了100和90
    if _RESTATED.search(around.before):
        return "excluded" if _OWN_FIRST.search(around.before) else "aside"  # 先自付10%也就是150
    if _EITHER.match(around.after):
        around = replace(around, before=around.before.removesuffix("不是"))  # 不是300就是400
    role = (
        _quarterly(around, sentence)
        or _more_cost(around)
        or _by_what_follows(around)
        or _by_what_precedes(around.before)
        or _asked_for(around, sentence, known)
        or "cost"
    )
    if known and _is_paid_of(known[-1], around):
        return "used"
    if role == "extra_limit" and _ASKED_WHETHER.search(around.before):
        return "aside"
    return "monthly_limit" if role == "limit" and _is_monthly(around) else role


def _is_paid_of(limit: Item, around: _Around) -> bool:
    """Whether an amount told next is what was paid of a limit: 一年最多付3000,已经付了1800."""
    return limit.role in _LIMITS and bool(_PAID_BEFORE.search(around.before.strip("元块钱")))


def _is_monthly(around: _Around) -> bool:
    after = re.split(r"[,。;!?\n]", around.after)[0][:6]
    return bool(_OF_A_MONTH.search(around.before) or _OF_A_MONTH.search(after))


def _quarterly(around: _Around, sentence: Sentence) -> Role | None:
    by_quarter = _A_QUARTER.search(around.before) and _BY_QUARTER.search(sentence.text)
    return "quarterly_limit" if by_quarter else None


def _more_cost(around: _Around) -> Role | None:
    """还有200块的药."""
    return "cost" if _MORE.search(around.before) and _OF_A_DRUG.match(around.after) else None


def _by_what_follows(around: _Around) -> Role | None:
    """The first words after an amount, unless they belong to the next one."""
    before = around.before
    for role, pattern in AFTER:
        found = re.search(pattern, around.after)
        if not found or re.fullmatch(rf"[^,。;]{{0,3}}{NEXT}", around.after[found.end() :]):
            continue
        if role == "claimed" and not re.search(r"报|给|能", before[-3:]):
            continue
        if role == "monthly_limit" and re.search(r"加(?:了|上|个)*$", before):
            return "extra_limit"
        if role in ("monthly_limit", "quota_left") and re.search(r"剩|还有", before):
            return "unused_before" if _EARLIER_MONTH.search(before) else "quota_left"
        return role
    return None


def _by_what_precedes(before: str) -> Role | None:
    compact = _MONTHLY.sub("", before)
    compact = compact if compact.endswith("了") else _COPULA.sub("", compact)
    for role, pattern in BEFORE:
        if re.search(pattern, before) or re.search(pattern, compact):
            return role
    return None


def _asked_for(around: _Around, sentence: Sentence, known: list[Item]) -> Role | None:
    role = OF_QUESTION.get(sentence.asked or "")
    taken = any(item.role == role for item in known)
    return None if taken else role


# What several amounts together say


def _put_right(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """ "限额不是300,是450": the second is of what the first was."""
    for wrong, right in pairwise(items):
        before = around[wrong.start].before
        if before.endswith("不是") and _NOW_IT_IS.match(around[right.start].before):
            role = _by_what_precedes(before.removesuffix("不是"))
            meant = replace(right, role=role) if role else replace(right, instead_of=wrong.amount.low)
            return [meant if item is right else item for item in items if item is not wrong]
    return items


def _named_again(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """ "这150能报多少" names an earlier cost again: the one asked about; the others were spent before it."""
    for index, item in enumerate(items):
        earlier = [i for i in items[:index] if i.role == "cost" and i.amount.low == item.amount.low]
        if not earlier or not _AGAIN.search(around[item.start].before):
            continue
        asked = earlier[-1]
        others = [i for i in items if i is not item]
        return [replace(i, role="used") if i.role == "cost" and i is not asked else i for i in others]
    return items


def _one_of_two(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """ "加八十还是一百", "三百到五百", "至少200最多260": one amount, from the one to the other."""
    told: list[Item] = []
    for item in items:
        if told and item.role == told[-1].role and _bounds(around[told[-1].start], around[item.start]):
            first, second = told[-1].amount, item.amount
            low, high = min(first.low, second.low), max(first.high, second.high)
            either = replace(first, end=second.end, low=low, high=high, approximate=low != high)
            told[-1] = replace(told[-1], amount=either)
        else:
            told.append(item)
    return told


def _bounds(first: _Around, second: _Around) -> bool:
    """Whether two amounts next to each other are the ends of one."""
    at_ends = _AT_LEAST.search(first.before) and _AT_MOST.match(second.before)
    return bool(at_ends or _OR.match(second.before))


def _one_each(items: list[Item], around: Mapping[int, _Around], sentence: Sentence) -> list[Item]:
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


def _monthly_without_a_word(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """ "每月250,这个月花了300": where a cost is told beside it, what is only called monthly is the limit."""
    if any(item.role in ("limit", "monthly_limit", "quota_left") for item in items):
        return items
    costs = [item for item in items if item.role == "cost"]
    bare = [item for item in costs if _only_called_monthly(around[item.start].before.strip())]
    others = [around[item.start].before for item in costs if item not in bare]
    if len(bare) != 1 or not any(_SPENT.search(before) or _IN_A_MONTH.search(before) for before in others):
        return items
    return [replace(item, role="monthly_limit") if item in bare else item for item in items]


def _only_called_monthly(before: str) -> bool:
    return bool(re.search(rf"(?:{_MONTHLY.pattern})$", before)) and not _SPENT.search(before)


def _settled_before(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """ "前两次花了100" is used when this cost is asked about; "花了5000报了4000,这次…" only tells what was paid."""
    costs = [item for item in items if item.role == "cost"]
    settled: dict[int, Role] = {}
    for item, following in pairwise(items):
        paid = following.role == "used" and _AND_PAID.search(around[following.start].before)
        if item.role in ("cost", "used") and paid and costs and costs[-1] is not item:
            settled[item.start] = "aside"
    if costs and all(item.role != "deductible" for item in items):
        last = around[costs[-1].start]
        if _THIS_TIME.search(last.before) and not _ALL_ASKED.search(last.after):
            earlier = (item for item in costs[:-1] if _EARLIER_TIMES.search(around[item.start].before))
            settled |= {item.start: "used" for item in earlier}
    return [replace(item, role=settled.get(item.start, item.role)) for item in items]


def _spent_now(items: list[Item], around: Mapping[int, _Around], sentence: Sentence) -> list[Item]:
    """ "限额260,用了305,报多少": with no other cost told, what was used is the one asked about."""
    used = [item for item in items if item.role == "used"]
    others = {item.role for item in items}
    if len(used) != 1 or "cost" in others or not others & _LIMITS or not _ASKS_FOR_IT.search(sentence.text):
        return items
    if not re.search(r"(?<!经)用(?:掉|去)?了$", around[used[0].start].before):
        return items
    return [replace(item, role="cost") if item is used[0] else item for item in items]


def _as_often_as_told(item: Item, around: Mapping[int, _Around]) -> Item:
    """ "前两次各花了80": twice."""
    often = _TIMES_EACH.search(around[item.start].before)
    count = to_decimal(often[1]) if often and item.role in ("cost", "used", "deductible_met") else None
    if count is None:
        return item
    amount = item.amount
    return replace(item, amount=replace(amount, low=amount.low * count, high=amount.high * count))


def _spent_before(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """With a deductible, what was spent before this cost has counted up to it."""
    roles = [item.role for item in items]
    if "deductible" not in roles or roles.count("cost") + roles.count("used") < 2:
        return items
    counted_up: list[Item] = []
    for index, item in enumerate(items):
        previous, before = items[index - 1] if index else None, around[item.start].before
        if previous and _is_paid_of(previous, around[item.start]):
            continue
        goes_on = counted_up and previous is counted_up[-1] and _JUST_BEFORE.search(before)
        if item.role in ("cost", "used") and (goes_on or _SPENT_BEFORE.search(before)):
            counted_up.append(item)
    return [replace(item, role="deductible_met") if item in counted_up else item for item in items]


def _not_paid_for(items: list[Item], sentence: Sentence) -> list[Item]:
    """One of several costs that, unlike the others, is not paid for (其中200没有处方): it is excluded."""
    costs = [item for item in items if item.role in ("cost", "excluded")]
    unpaid = {item.start: _conditions_of(item, items, sentence) & UNPAID for item in costs}
    if not any(not unpaid[item.start] for item in costs if item.role == "cost"):
        return items
    return [
        replace(item, role="excluded", because=because) if (because := unpaid.get(item.start)) else item
        for item in items
    ]


def _conditions_of(item: Item, items: list[Item], sentence: Sentence) -> frozenset[Condition]:
    """What holds for one amount: the words of its clause, and those of the next where it is told as a part."""
    begin, stop = sentence.clause(item.start)
    earlier = max((other.end for other in items if other.end <= item.start), default=0)
    later = min((other.start for other in items if other.start >= item.end), default=len(sentence.text))
    own = sentence.text[max(begin, earlier) : min(stop, later)]
    if (found := conditions_in(own)) or not _A_PART.search(own):
        return found
    _, stop = sentence.clause(min(stop + 1, len(sentence.text)))
    return conditions_in(sentence.text[item.end : min(stop, later)])
