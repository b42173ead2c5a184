"""The shares of a part: what the person says the fund pays, or they pay themselves, and where."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.language.ratios import Ratio
from bot.rules.case import Case

_AWAY = re.compile(r"临时|外出|异地|外地|跨省|外省|省外|到[^,。]{1,4}(?:只|就)?报|长期")
_HOME = re.compile(r"本地|当地|省内|老家|家里|在家|参保地")
_TREATED_AWAY = re.compile(r"临时|外出|异地|外地|跨省|长期(?:居|住)")
_OWN_SHARE = re.compile(
    r"(?:自付|自己(?:要|得)?(?:出|付|掏|承担|负担|拿)|个人(?:要|得)?(?:付|出|负担|承担|自付)|自负|自理)(?:比例)?(?:是|为)?$"
)
_OWN_FIRST = re.compile(r"(?:先自付|先行自付|先付|先个人自付)$")
_CLAIMED = re.compile(r"^(?:吗|吧|不[,。?]|么|对吗|是吗|真的吗)")
_CLAIM_BEGINS = re.compile(r"能报?$|可以报?$|是不是报?$")
_VISITED = re.compile(r"在([^,。;在]{2,8}?)(?:看的?|拿的?|开的?|买的?|做的?|治的?|取的?)")
_NO_UNIT = r"(?![\d.元块万千百])"
_BARE_RATIO = re.compile(rf"比例(?:是|为)?(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}")
_BARE_PAYS = re.compile(rf"(?<![能可以给])报(?:销)?(\d{{2}}(?:\.\d+)?){_NO_UNIT}(?!多|几)")
_BARE_ANSWER = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}")


def shares_of(part: Part) -> Case:
    """The ratio, and the share of the cost that is the person's own before it."""
    case, insured, away = Case(), list[Ratio](), is_away(part.sentence)
    for ratio in part.ratios:
        before, after = part.sentence.text[: ratio.start], part.sentence.text[ratio.end :]
        label = _label(part.sentence, ratio)
        if _OWN_FIRST.search(before):
            case = replace(case, excluded_ratio=ratio.value)
        elif away and _HOME.search(label) and not _AWAY.search(label):
            continue
        elif _OWN_SHARE.search(before):
            insured.append(replace(ratio, value=1 - ratio.value))
        elif not (_CLAIMED.match(after) and _CLAIM_BEGINS.search(before)):
            insured.append(ratio)
    if insured:
        return replace(case, ratio=_for_the_place(part.sentence, insured).value)
    return case if part.ratios else replace(case, ratio=_bare_share(part))


def is_away(sentence: Sentence) -> bool:
    """Whether the treatment was outside the province insured in."""
    provinces = [(m.value.split("/")[0], m.start) for m in sentence.turn.mentions if m.entity == "region"]
    visited = any(
        province != provinces[0][0] and re.search(r"[去到在来]$", sentence.text[:at])
        for province, at in provinces
    )
    return visited or bool(_TREATED_AWAY.search(sentence.text))


def _for_the_place(sentence: Sentence, ratios: Sequence[Ratio]) -> Ratio:
    """Of several shares the one for where the person was treated: elsewhere, or at the hospital named."""
    if len(ratios) == 1:
        return ratios[0]
    labelled = [(_label(sentence, ratio), ratio) for ratio in ratios]
    elsewhere = [ratio for label, ratio in labelled if _AWAY.search(label)]
    if elsewhere and is_away(sentence):
        return elsewhere[-1]
    visited = _VISITED.search(sentence.text)
    there = [r for label, r in labelled if visited and visited[1].removesuffix("医院") in label]
    return there[0] if there else ratios[-1]


def _label(sentence: Sentence, ratio: Ratio) -> str:
    """What stands before a share in its clause, back to the share before it."""
    previous = max((r.end for r in sentence.ratios if r.end <= ratio.start), default=0)
    return re.split(r"[,。;]", sentence.text[previous : ratio.start])[-1]


def _bare_share(part: Part) -> Decimal | None:
    """`80` after we asked for the ratio; `比例80`, `报85` without a sign."""
    match = _BARE_RATIO.search(part.text) or _BARE_PAYS.search(part.text)
    if not match and part.sentence.asked == "ratio":
        match = _BARE_ANSWER.search(part.text)
    if not match:
        return None
    value = Decimal(match[1])
    share = value if value <= 1 else value / 100
    return share if 0 <= share <= 1 else None
