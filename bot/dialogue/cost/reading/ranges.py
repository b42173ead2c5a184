"""Two figures that are the ends of one: 三百到五百, 不是300就是350, 最少200最多260, 三百多不到四百, 350上下浮动20."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.language.money import Amount

_YUAN = r"[元块]?钱?"
_NOT_SURE = r"(?:可能|大概|也许|好像|应该|估计|说不定|兴许|大约|约|有)?"
_EITHER_OR = re.compile(
    rf"{_YUAN}(?:的?样子|上下|左右)?吧?,?"
    rf"(?:(?:之间)?(?:到|至|[-~—～])|(?:也|又|,|要么)*{_NOT_SURE}(?:还是|或者?是?|就是|要么是?|要不然?是?|不然是?)"
    rf"|也?(?:可能|也许|说不定|兴许)是?|的?,?(?:也|又)?有(?:的|些?人)?(?:说|讲)){_NOT_SURE}(?:加|是|[只还]?[有剩差])?"
)
_AGAIN = re.compile(
    rf"{_YUAN}(?:不?到?一?点儿?)?,(?:大概|也就|就是|就|反正|应该|估计|记得|说是|准确说|是|吧|在)*"
)
_AND = re.compile(rf"{_YUAN}(?:和|跟|与|、)")
_AMID = re.compile(rf"{_YUAN}(?:之间|中间|当中)")
_GIVE_OR_TAKE = re.compile(
    rf"{_YUAN},?(?:正负|±|误差|出入|(?:上下|左右)?(?:浮动|差(?=不(?:了|出|过|超)))|相差(?=不))"
    r"(?:不?超?过|不[出了]|最多|顶多|也就|[在有大概])*"
)
_VERB = r"[也就才得要有是只都还能]*(?P<verb>[花扣报用差付交剩给开拿买吃加]?)[了过掉去得要有是到]*"
AT_LEAST = re.compile(
    rf"(?:(?:不会?低于|不会?[少低]过|不会?少于|不止|至少|最少|最低|起码|少说|少则|少的时候|往少了?说|高于|超过|多于|大于|比)[也得要都还]*)+{_VERB}$"
)
AT_MOST = re.compile(
    r"(?:(?:快(?:到|有|要)?|将近|接近|不到|[没未]到|[不没]会?超过?|不会?[多高]过|不会?[多高]于|不足|[不没未]满|少于|小于|低于|最多|至多|顶多|最高|多说|多则|多的时候|往多了?说|撑死"
    rf"|不高于|不多于|[不没]过|比)[也得要都还]*)+{_VERB}$"
)
_UPWARDS = r"(?:往上|朝上|以上|开外|打底|起步|出头|多一?点儿?)"
UPWARDS = re.compile(rf"{_YUAN}(?:往上|朝上|以上|开外|打底|起步)")
_DOWNWARDS = re.compile(
    rf"{_YUAN}(?:不到|没到|以内|以下|少一?点儿?|打不住|封顶|为止)(?![\d一二两三四五六七八九])"
)
_HEDGES = r"(?:,|、|但|可|又|而|却|还|肯定|应该|反正|绝对|总之|就|也|都|的|吧|呢|是|数|样子|出去|出来)*"
_BETWEEN = re.compile(
    rf"{_YUAN}(?:之间|中间|的?样子)|{_YUAN}(?:不到|以内|以下|封顶)(?![\d一二两三四五六七八九])"
)
_LESS = re.compile(rf"{_YUAN}(?:就|只)?[少差欠缺]了?")
_TERM = re.compile(r"(?:起付|门槛|限额|额度|封顶)[^,。;\d]{0,6}$")
_ENDS = re.compile(r"钱?(?:[,。;的]|$)")
_NOT_THE_ONE = re.compile(r"(?:要么|要不|不)是$|有(?:的|些?人)?(?:说|讲)$")


def ends_joined(amounts: Sequence[Amount], text: str) -> list[Amount]:
    """The same amounts, each two that are the ends of one in one."""
    for as_one in (_difference, _as_one, _as_told_again):
        amounts = _told_once(amounts, text, as_one)
    return list(amounts)


def _told_once(amounts: Sequence[Amount], text: str, as_one: Callable[..., Amount | None]) -> list[Amount]:
    joined: list[Amount] = []
    for amount in amounts:
        one = as_one(joined[-1], amount, text) if joined else None
        joined[-1:] = [one] if one else [*joined[-1:], amount]
    return joined


def _as_told_again(first: Amount, second: Amount, text: str) -> Amount | None:
    """ "三百六左右,三百五到三百七吧": the same figure, as it was told last."""
    roughly = first.approximate and second.approximate and _meet(first, second)
    if roughly and (first.low, first.high) == (second.low, second.high):
        return replace(second, start=first.start)
    again = roughly and _AGAIN.fullmatch(text[first.end : second.start])
    return replace(second, start=first.start) if again else None


def _as_one(first: Amount, second: Amount, text: str) -> Amount | None:
    between = text[first.end : second.start]
    if first.said is not None and second.said is not None and _GIVE_OR_TAKE.fullmatch(between):
        return _placed(first, second, first.said - second.said, first.said + second.said, text)
    either_or = _EITHER_OR.fullmatch(between)
    concluded = between.endswith("就是") and "不是" not in text[: first.start][-4:]  # 花了300,就是80块
    if (either_or and not concluded) or (_AND.fullmatch(between) and _AMID.match(text, second.end)):
        low, high = min(map(_low_end, (first, second))), max(map(_high_end, (first, second)))
        return _placed(first, second, low, high, text)
    for least, most in ((first, second), (second, first)):
        low, high = _low_end(least), _high_end(most)
        if low < high and _are_bounds(least, most, text):
            return _placed(first, second, low, high, text)
    return None


def _difference(first: Amount, second: Amount, text: str) -> Amount | None:
    """ "四百少五块": one figure."""
    between = _LESS.fullmatch(text[first.end : second.start])
    if between is None or first.approximate or second.approximate or 2 * second.low > first.low:
        return None
    if not _ENDS.match(text, second.end) or _TERM.search(text[: first.start]):
        return None  # 起付线500差120
    value = first.low - second.low
    return Amount(first.start, second.end, value, value, False, value)


def _meet(one: Amount, other: Amount) -> bool:
    return one.low <= other.high and other.low <= one.high


def _are_bounds(least: Amount, most: Amount, text: str) -> bool:
    """Whether one is said to be the least and the other the most (最少200最多260, 三百往上,肯定不到四百)."""
    first, second = sorted((least, most), key=lambda amount: amount.start)
    before, between = text[: first.start], text[first.end : second.start]
    at_least, at_most = (
        words.search(before if amount is first else between)
        for words, amount in ((AT_LEAST, least), (AT_MOST, most))
    )
    rises = (least is first and least.approximate) or re.match(rf"{_YUAN}{_UPWARDS}", text[least.end :])
    if (at_least or rises) and (at_most or _DOWNWARDS.match(text, most.end)):
        return _goes_on(before, between, at_most if most is second else at_least)
    return False


def _goes_on(before: str, between: str, bound: re.Match[str] | None) -> bool:
    """Whether nothing else begins between the two: only the bound, and what was said before the first, again."""
    if bound and bound["verb"] and bound["verb"] not in before[-6:]:
        return False
    rest = between[: bound.start()] if bound else between
    return bool(re.fullmatch(rf"{_YUAN}(?:{_UPWARDS}|不到|以内|以下)?{_HEDGES}", rest))


def _low_end(amount: Amount) -> Decimal:
    """三百左右到四百 begins at 300, 不到三百到四百 below."""
    falls = amount.said is None or amount.said == amount.high
    return amount.low if falls else amount.said or amount.low


def _high_end(amount: Amount) -> Decimal:
    """一百八到两百二的样子 ends at 220, 三百到四百多 at 500."""
    rises = amount.said is None or amount.said == amount.low
    return amount.high if rises else amount.said or amount.high


def _placed(first: Amount, second: Amount, low: Decimal, high: Decimal, text: str) -> Amount:
    """From `low` to `high`, with the words that made a range of it."""
    start, before = first.start, text[: first.start]
    for words in (AT_LEAST, AT_MOST, _NOT_THE_ONE):
        if (found := words.search(before)) and not found.groupdict().get("verb"):
            start = found.start()
            break
    tail = _BETWEEN.match(text, second.end)
    return Amount(start, tail.end() if tail else second.end, low, high, low != high)
