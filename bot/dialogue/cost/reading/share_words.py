"""The shares of a text, also those told without a sign: 报85, 比例八五, 报一半, 七八成, 百分之七十到八十."""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio, find_ratios
from bot.language.spans import overlaps, without_overlaps

TO = r"(?:到|至|[-~—～]|还是|或者?|就是|要么是?|要不是?)"
_NO_UNIT = r"(?![\d.元块万千百])"
_SPOKEN = r"[五六七八九][零一二三四五六七八九](?![十百千万成折个块元零一二三四五六七八九])"
_WRITTEN = r"[三四五六七八九]十[一二三四五六七八九]?(?![十百千万成折个块元零])"
"""县里住院报九十五."""
_PERCENT = rf"(?:\d{{2}}(?:\.\d+)?{_NO_UNIT}(?!多|几)|{_SPOKEN})"
_OF_COST = r"(?:(?<![能可以给])报(?:销)?|比例)(?:是|为|个|在|大概|不是|要么)*"
_CUED = (
    rf"{_OF_COST}({_PERCENT})(?:{TO}({_PERCENT}|100))?",
    rf"给报({_PERCENT})(?=,(?:限额|额度|封顶|没封顶|上限|起付))",
    rf"(?:住院|[本当]地|那[边里]|医院|社区|三甲|[一二三]级|[县市]里)报(?:销)?(?:是|为)?({_WRITTEN})",
    rf"(?:(?<=%)|(?<=成)|(?<=成[半一-九]))(?:到|至|[-~—～])({_PERCENT})",
    rf"百分之[\d一-龥.]{{1,4}}?(?:到|至|[-~—～])({_PERCENT}|[一二三四五六七八九]十[一-九]?(?!成))",
    rf"(?<![\d.])({_PERCENT}){TO}(?=\d\d(?:\.\d+)?(?:%|个点))",
    rf"不是\d{{2}}[^。;\d]{{0,20}}报({_PERCENT})(?=[,。;]|$)",
    rf"比例[^。;\d]{{0,4}}({_PERCENT}){TO}({_PERCENT})",
    rf"比例(?:是|为)?(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}",
    rf"按({_PERCENT})(?:(?:来|给|的)?报|(?=[,。;]|$))",
    rf"[算按照]({_PERCENT}){TO}[算按照]?({_PERCENT})",
    rf"报(?:销)?[^。;]{{2,16}}[^第][一二三]级(?:医?院)?({_PERCENT})(?=[,。;那我]|$)",
    rf"[一二三]级({_PERCENT}),?[一二三]级({_PERCENT})(?:,?[一二三]级({_PERCENT}))?",
)
_TENTHS = re.compile(
    r"(?<![第\d成一二三四五六七八九])([一二三四五六七八])(?:到|至|-)?(?=([二三四五六七八九])成(?!年))"
)
_OF_A_HUNDRED = re.compile(
    r"(?<!\d)每?(?P<whole>100|10|一百|十)[块元]钱?(?:里|就|能|给|可以|我|医保|公家|统筹|国家)*(?:报|给|出|(?P<own>自己(?:掏|付|出)))"
    r"(?P<part>\d{1,2}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?:[块元]钱?|(?=[,。;]|$))"
)
_PART_OF_IT = re.compile(
    r"(?:报销?|出|付|给|比例)(?:是|为|个)?([三四五六七八九十]分之[一二三四五六七八九])(?![一二三四五六七八九十])"
)
_SO_MANY_POINTS = re.compile(
    r"(?:报(?:销)?|住院|比例)(?:是|按)?(?P<base>\d{2})%?[^。;\d]{1,12}(?P<more>[多高加少低降减扣])(?:出|了|低)?(?P<points>\d{1,2})个(?:百分)?点"
)
_SPLIT = re.compile(r"([一二三四五六七八九])([一二三四五六七八九])开")
_PAID_OF_A_SPLIT = re.compile(
    r"(?:医保|公家|统筹|基金|国家|报销?)(?:局|部门)?[出报付拿占给管]?([一二三四五六七八九])(?=[,。;成我个自]|$)"
)
_OWN_OF_A_SPLIT = re.compile(
    r"(?:我|个人|自己|自个儿?)[出掏付拿占]?([一二三四五六七八九])(?=[,。;成医公统国]|$)"
)
_HALF = re.compile(r"(?:报销?(?:了|个)?|比例(?:是|为)?)(一半)")


FRACTION = r"(?:一半|[二三四五六七八九十]分之[一二三四五六七八九])"


_WHICH_HOLDS = re.compile(r"还是[按照]?")


def fraction(words: str) -> Decimal:
    """0.5 of 一半, a third of 三分之一."""
    if found := re.search(r"(.)分之(.)", words):
        whole, part = (to_decimal(numeral) or Decimal(1) for numeral in found.groups())
        return part / whole
    return Decimal("0.5")


_ABOUT = "(?:差不多|大概|大约|可能|好像|约摸|将近|快)"
_LESS_THAN_HALF = "(?:(?:还)?(?:不到|没到|不足)一?半|一?小半|一半(?:还)?(?:不到|没到))"
_MORE_THAN_HALF = "(?:一?[大多]半|过半|一半(?:多|以上|出头))"
_HALF_OR_SO = (
    rf"(?:{_ABOUT}一?半|一半(?:左右|上下|吧)|一?[大小]?部分|一些|差不多(?![\d一二两三四五六七八九十百几]))"
)


def rough_fraction(text: str, verbs: str) -> tuple[Decimal, Decimal] | None:
    """How much of something is gone: up to a half of 用了不到一半, a half to all of 用了一大半, nothing to all of
    差不多用了一半; None where that is not said. `verbs`: the words for using it up, as a pattern."""
    half, whole = Decimal("0.5"), Decimal(1)
    told = rf"(?:{verbs})[掉过去]?了?"
    if re.search(told + _LESS_THAN_HALF, text):
        return Decimal(0), half
    if re.search(told + _MORE_THAN_HALF, text):
        return half, whole
    about = re.search(rf"{_ABOUT}{told}一半|{told}{_HALF_OR_SO}", text)
    return (Decimal(0), whole) if about else None


def shares_in(text: str) -> tuple[Ratio, ...]:
    """All shares in text order, each between 0 and 1; without two of which it is asked which holds, where one of them
    is told beside (批的是70%,照80%还是70%)."""
    relative = tuple(_beside_another(text))
    signed = (*relative, *(share for share in find_ratios(text) if not overlaps(share, relative)))
    bare = [share for share in without_overlaps(_bare(text)) if not overlaps(share, signed)]
    shares = tuple(sorted((*signed, *bare), key=lambda share: share.start))
    asked = [pair for pair in pairwise(shares) if _WHICH_HOLDS.fullmatch(text, pair[0].end, pair[1].start)]
    for pair in asked:
        beside = [share for share in shares if share not in pair]
        if beside and {share.value for share in beside} <= {share.value for share in pair}:
            return tuple(beside)
    return shares


def _bare(text: str) -> Iterator[Ratio]:
    for found in _HALF.finditer(text):
        yield Ratio(found.start(1), found.end(1), Decimal("0.5"))
    for found in _OF_A_HUNDRED.finditer(text):
        whole, part = (to_decimal(found[name]) or Decimal(1) for name in ("whole", "part"))
        if part < whole:
            yield Ratio(found.start(), found.end(), 1 - part / whole if found["own"] else part / whole)
    for found in _PART_OF_IT.finditer(text):
        yield Ratio(found.start(1), found.end(1), fraction(found[1]))
    yield from _split(text)
    for found in _TENTHS.finditer(text):
        low, high = (to_decimal(digit) or Decimal(0) for digit in found.groups())
        if high < low:
            yield Ratio(found.start(), found.end(2) + 1, (10 * low + high) / 100)  # 七五成
            continue
        for tenths, (start, end) in (
            (found[1], found.span(1)),
            (found[2], (found.start(2), found.end(2) + 1)),
        ):
            yield Ratio(start, end, (to_decimal(tenths) or Decimal(0)) / 10)
    for cued in _CUED:
        for found in re.finditer(cued, text):
            for group in range(1, len(found.groups()) + 1):
                share = _share(found[group])
                if share is not None:
                    yield Ratio(found.start(group), found.end(group), share)


def _beside_another(text: str) -> Iterator[Ratio]:
    """退休的多5个点, after 在职的报85."""
    for found in _SO_MANY_POINTS.finditer(text):
        base, points = (to_decimal(found[name]) or Decimal(0) for name in ("base", "points"))
        share = (base + points if found["more"] in "多高加" else base - points) / 100
        if 0 < share <= 1:
            yield Ratio(found.start("more"), found.end(), share)


def _split(text: str) -> Iterator[Ratio]:
    """三七开,医保出七: the fund's share, or both where nobody says whose is which."""
    found = _SPLIT.search(text)
    parts = [to_decimal(part) or Decimal(0) for part in found.groups()] if found else []
    if not found or sum(parts) != 10:
        return
    paid, own = (words.search(text, found.end()) for words in (_PAID_OF_A_SPLIT, _OWN_OF_A_SPLIT))
    if told := paid or own:
        share = to_decimal(told[1]) or Decimal(0)
        yield Ratio(*found.span(), (share if paid else 10 - share) / 10)
        return
    yield from (Ratio(found.start(n), found.end(n), part / 10) for n, part in enumerate(parts, start=1))


def _share(written: str | None) -> Decimal | None:
    """85, 八五, 八十五 and 0.85 alike; None where it is no share."""
    if written is None:
        return None
    digits = re.fullmatch(_SPOKEN, written)
    value = (
        Decimal("".join(str(to_decimal(digit) or 0) for digit in written)) if digits else to_decimal(written)
    )
    if value is None:
        return None
    share = value if value <= 1 else value / 100
    return share if share <= 1 else None
