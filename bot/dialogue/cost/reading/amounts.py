"""The amounts of a sentence, each with what it is of, told by the words around it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.dialogue.cost.reading.amount_words import AFTER, BEFORE, NEXT, OF_QUESTION
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.language.money import Amount, find_amounts
from bot.language.numerals import to_decimal
from bot.language.spans import Span as Placed
from bot.language.spans import overlaps

_CUED = re.compile(
    r"(?:加|还?差|剩下?|限额|额度|起付线?|自费|自付|先付|感冒药|无关的?药?|目录外|[丙乙]类|药费?|检查费?|化验费?|[Bb彩]超"
    r"|CT|ct|花了?|只有)了?(\d{1,6}(?:\.\d{1,2})?)(?![\d.%月号日年类个种周天岁次盒折成点片支瓶粒针包袋])"
)
_BARE_ANSWER = re.compile(
    r"(?:^|[,。 :是为有约概到就共才加剩差])(\d+(?:\.\d{1,2})?|[零一二两三四五六七八九十百千万]+)"
    r"(?=[元块多左上吧呢啊哦呀了。,! ]|$)"
)
_MONTHLY = re.compile(r"每个?月|一个月|1个月|月月|个个月|每月|按月|/月|一月")
_OF_A_MONTH = re.compile(rf"{_MONTHLY.pattern}|月(?=[限额定])")
_COPULA = re.compile(r"[是为了有到达大概约也就在:( 元块]+$")
_EARLIER_MONTH = re.compile(r"(?:上个?|前)月|\d+月|[一二三四五六七八九十]月")
_A_QUARTER = re.compile(r"(?:一个?|每个?)季度?(?:是|有|给|为)*$")
_BY_QUARTER = re.compile(r"季度?[^,。;\d]{0,6}(?:额度|限额|定额)|(?:额度|限额|定额)[^,。;\d]{0,4}季")
_AGAIN = re.compile(r"[这那][个笔张]?$")
_SPENT_BEFORE = re.compile(r"(?:前面|前头|之前|已经?|累计|到现在|上[回次]|头一?[回次])[^,。;报用]{0,8}$")


@dataclass(frozen=True)
class _Around:
    """The clause before an amount, back to the amount before it, and what follows to the next one (`NEXT`)."""

    before: str
    after: str


def items_in(sentence: Sentence) -> tuple[Item, ...]:
    """All amounts in text order, each with its role."""
    amounts = _amounts(sentence) or _bare_answer(sentence)
    around = {a.start: _around(sentence.text, amounts, index) for index, a in enumerate(amounts)}
    items: list[Item] = []
    for amount in amounts:
        items.append(Item(amount, _role(around[amount.start], sentence, items)))
    return tuple(_spent_before(_named_again(items, around), around))


# Which numbers are amounts


def _amounts(sentence: Sentence) -> list[Amount]:
    """Amounts the language module finds, and small bare numbers that only our cue words make amounts (加60)."""
    found = [amount for amount in find_amounts(sentence.text) if not _is_share(sentence, amount)]
    bare = [_exactly(m) for m in _CUED.finditer(sentence.text)]
    taken: list[Placed] = [*found, *sentence.ratios, *sentence.dates]
    free = [amount for amount in bare if amount and not overlaps(amount, taken)]
    return sorted(found + free, key=lambda a: a.start)


def _bare_answer(sentence: Sentence) -> list[Amount]:
    """A number alone, where we asked for an amount."""
    match = _BARE_ANSWER.search(sentence.text) if sentence.asked in OF_QUESTION else None
    amount = _exactly(match) if match else None
    return [amount] if amount else []


def _exactly(match: re.Match[str]) -> Amount | None:
    value = to_decimal(match[1])
    return None if value is None else Amount(match.start(1), match.end(1), value, value, False)


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
    before = re.split(r"[,。;!?\n]", text[begin : amounts[index].start])[-1].rstrip()
    if index + 1 == len(amounts):
        return _Around(before, text[amounts[index].end :])
    return _Around(before, text[amounts[index].end : amounts[index + 1].start] + NEXT)


def _role(around: _Around, sentence: Sentence, known: list[Item]) -> Role:
    role = (
        _quarterly(around, sentence)
        or _by_what_follows(around)
        or _by_what_precedes(around.before)
        or _asked_for(around, sentence, known)
        or "cost"
    )
    return "monthly_limit" if role == "limit" and _is_monthly(around) else role


def _is_monthly(around: _Around) -> bool:
    after = re.split(r"[,。;!?\n]", around.after)[0][:6]
    return bool(_OF_A_MONTH.search(around.before) or _OF_A_MONTH.search(after))


def _quarterly(around: _Around, sentence: Sentence) -> Role | None:
    by_quarter = _A_QUARTER.search(around.before) and _BY_QUARTER.search(sentence.text)
    return "quarterly_limit" if by_quarter else None


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
    return role if not taken and not around.before.strip() else None


# What several amounts together say


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


def _spent_before(items: list[Item], around: Mapping[int, _Around]) -> list[Item]:
    """With a deductible, what was spent before this cost has counted up to it."""
    roles = [item.role for item in items]
    if "deductible" not in roles or roles.count("cost") + roles.count("used") < 2:
        return items
    counted_up = [
        item
        for item in items
        if item.role in ("cost", "used") and _SPENT_BEFORE.search(around[item.start].before)
    ]
    return [replace(item, role="deductible_met") if item in counted_up else item for item in items]
