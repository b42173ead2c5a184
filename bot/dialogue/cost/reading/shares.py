"""The shares of a part: what the person says the fund pays, or they pay themselves, and where."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.person import RatioAt, Rough
from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio
from bot.rules.case import Case

_AWAY = re.compile(r"临时|外出|异地|外地|跨省|外省|省外|到[^,。]{1,4}(?:只|就)?报|长期")
_HOME = re.compile(r"本地|当地|省内|老家|家里|在家|参保地|[我咱]们?(?:这|那|市|县|区|省|本|当)|[市县]里")
_TREATED_AWAY = re.compile(r"临时|外出|异地|外地|跨省|长期(?:居|住)")
_OWN_SHARE = re.compile(
    r"(?:自付|自己(?:要|得)?(?:出|付|掏|承担|负担|拿)|个人(?:要|得)?(?:付|出|负担|承担|自付)|自负|自理)(?:比例)?(?:是|为)?$"
)
_OWN_FIRST = re.compile(r"(?:先自付|先行自付|先付|先个人自付)$")
_CLAIMED = re.compile(r"^(?:吗|吧|不[,。?]|么|对吗|是吗|真的吗)")
_CLAIM_BEGINS = re.compile(r"能报?$|可以报?$|是不是报?$")
_VISITED = re.compile(
    r"(?:在|去的?是?)([^,。;在]{2,8}?)(?:看的?|拿的?|开的?|买的?|做的?|治的?|取的?|[,。;]|$)"
)
_PLACE = re.compile(
    r"((?:[一二三123][级甲乙]|社区|县|市|省|区|乡镇|镇|村|卫生院|中心|药店|专科|综合|本地|外地|省内|省外|大|小)[^,。;报住比能是]{0,6})"
)
_OVER_ALL = re.compile(r"(?<![\d.])(1\d\d|[2-9]\d\d)(?:\.\d+)? ?%(?!以上)")
_NO_UNIT = r"(?![\d.元块万千百])"
_BARE_RATIO = re.compile(rf"比例(?:是|为)?(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}")
_BARE_PAYS = re.compile(rf"(?<![能可以给])报(?:销)?(\d{{2}}(?:\.\d+)?){_NO_UNIT}(?!多|几)")
_SPOKEN_PAYS = re.compile(
    r"(?:报(?:销)?|比例)(?:是|为)?([五六七八九])([零一二三四五六七八九])(?![十百千万成折个块元一-九])"
)
_HALF = re.compile(r"报销?(?:了|个)?一半|比例(?:是|为)?一半")
_TO = r"(?:到|至|[-~—～]|还是|或者?)"
_TWO = r"\d{2}|[五六七八九][零一二三四五六七八九]"
_FROM_TO = re.compile(
    rf"(?:报(?:销)?|比例)(?:是|为|个)?({_TWO}){_TO}({_TWO}|100)(?:%|个点)?(?![\d.元块万千百])"
)
_ONE_OR_NEXT_TENTH = re.compile(
    r"(?<![第\d一二三四五六七八九])([一二三四五六七八])([二三四五六七八九])成(?!年)"
)
_JOINED = re.compile(rf"(?:的样子|左右)?{_TO}(?:报|是)?")
_AND_MORE = re.compile(r"多(?!少)")
_TENTH = Decimal("0.1")
_BARE_ANSWER = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}")


def shares_of(part: Part) -> Case:
    """The ratio, and the share of the cost that is the person's own before it."""
    case = _own_first(part)
    if between := ratio_range(part):
        return replace(case, ratio=between.low)
    if len(ratios := _meant(part)) == 1:
        return replace(case, ratio=ratios[0].value)
    if over := _OVER_ALL.search(part.text):
        return replace(case, ratio=Decimal(over[1]) / 100)
    return case if part.ratios else replace(case, ratio=_bare_share(part))


def _own_first(part: Part) -> Case:
    """The person's own share before the ratio: of one of several costs if told in its clause, else of all."""
    for ratio in part.ratios:
        told_in_yuan = any(i.role == "excluded" and 0 <= i.start - ratio.end <= 6 for i in part.own_items)
        if told_in_yuan or not _OWN_FIRST.search(part.sentence.text[: ratio.start]):
            continue
        begin, _ = part.sentence.clause(ratio.start)
        own = [cost for cost in part.costs if begin <= cost.start < ratio.start]
        if own and len(part.costs) > 1:
            return Case(excluded=own[-1].low * ratio.value)
        return Case(excluded_ratio=ratio.value)
    return Case()


def ratio_range(part: Part) -> Rough | None:
    """The ratio where it is told as a range: 报八成到九成, 80%到85%, 报80到85, 七八成, 八成多."""
    if found := _FROM_TO.search(part.text):
        return _rough_ratio(_percent(found[1]), _percent(found[2]), Decimal(100))
    if found := _ONE_OR_NEXT_TENTH.search(part.text):
        low, high = (to_decimal(share) for share in found.groups())
        return _rough_ratio(low, high, Decimal(10))
    for first, second in pairwise(part.ratios):
        if _JOINED.fullmatch(part.sentence.text[first.end : second.start]):
            return _rough_ratio(first.value, second.value, Decimal(1))
    for ratio in part.ratios:
        if _AND_MORE.match(part.sentence.text[ratio.end :]):
            return _rough_ratio(ratio.value, ratio.value + _TENTH, Decimal(1))
    return None


def _percent(written: str) -> Decimal:
    """85 and 八五 alike."""
    return Decimal("".join(str(to_decimal(digit) or 0) for digit in written))


def _rough_ratio(low: Decimal | None, high: Decimal | None, whole: Decimal) -> Rough | None:
    if low is None or high is None or not 0 < low < high <= whole:
        return None
    return Rough("ratio", low / whole, high / whole)


def ratios_by_place(part: Part) -> tuple[RatioAt, ...]:
    """What is paid at several places, where the sentence leaves open which was visited."""
    ratios = [] if ratio_range(part) else _meant(part)
    return tuple(RatioAt(_place(part.sentence, r), r.value) for r in ratios) if len(ratios) > 1 else ()


def _meant(part: Part) -> list[Ratio]:
    """The shares the fund may pay of this cost: one, or those of several places."""
    sentence, away, insured = part.sentence, is_away(part.sentence), list[Ratio]()
    for ratio in part.ratios:
        before, after = sentence.text[: ratio.start], sentence.text[ratio.end :]
        label = _label(sentence, ratio)
        if _OWN_FIRST.search(before) or (away and _HOME.search(label) and not _AWAY.search(label)):
            continue
        if _OWN_SHARE.search(before):
            insured.append(replace(ratio, value=1 - ratio.value))
        elif not (_CLAIMED.match(after) and _CLAIM_BEGINS.search(before)):
            insured.append(ratio)
    return _for_the_place(sentence, insured) if len(insured) > 1 else insured


def is_away(sentence: Sentence) -> bool:
    """Whether the treatment was outside the province insured in."""
    provinces = [(m.value.split("/")[0], m.start) for m in sentence.turn.mentions if m.entity == "region"]
    visited = any(
        province != provinces[0][0] and re.search(r"[去到在来]$", sentence.text[:at])
        for province, at in provinces
    )
    return visited or bool(_TREATED_AWAY.search(sentence.text))


def _for_the_place(sentence: Sentence, ratios: Sequence[Ratio]) -> list[Ratio]:
    """Of several shares the one for where the person was treated; all, where each has a place and none is named."""
    labelled = [(_label(sentence, ratio), ratio) for ratio in ratios]
    elsewhere = [ratio for label, ratio in labelled if _AWAY.search(label)]
    if elsewhere and is_away(sentence):
        return elsewhere[-1:]
    visited = _VISITED.search(sentence.text)
    there = [r for label, r in labelled if visited and visited[1].removesuffix("医院") in label]
    places = {_place(sentence, ratio) for ratio in ratios} - {""}
    if there or len(places) < len(ratios):
        return there[:1] or [ratios[-1]]
    return list(ratios)


def _place(sentence: Sentence, ratio: Ratio) -> str:
    """The place a share is said of: 三甲, 社区, 县医院; empty where none is."""
    found = _PLACE.search(_label(sentence, ratio))
    return found[1] if found else ""


def _label(sentence: Sentence, ratio: Ratio) -> str:
    """What stands before a share in its clause, back to the share before it."""
    previous = max((r.end for r in sentence.ratios if r.end <= ratio.start), default=0)
    return re.split(r"[,。;]", sentence.text[previous : ratio.start])[-1]


def _bare_share(part: Part) -> Decimal | None:
    """`80` after we asked for the ratio; `比例80`, `报85` without a sign; 报一半."""
    if _HALF.search(part.text):
        return Decimal("0.5")
    if spoken := _SPOKEN_PAYS.search(part.text):
        tens, ones = (to_decimal(digit) or Decimal(0) for digit in spoken.groups())
        return (10 * tens + ones) / 100
    match = _BARE_RATIO.search(part.text) or _BARE_PAYS.search(part.text)
    if not match and part.sentence.asked == "ratio":
        match = _BARE_ANSWER.search(part.text)
    if not match:
        return None
    value = Decimal(match[1])
    share = value if value <= 1 else value / 100
    return share if 0 <= share <= 1 else None
