"""Of several shares that are told the one that holds: for where a person was treated, lives or moved to, or for what
they are."""

import re
from collections.abc import Sequence

from bot.dialogue.cost.person import RatioAt
from bot.dialogue.cost.reading.changes import corrects
from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.dialogue.turn import Mention
from bot.language.ratios import Ratio

AWAY = re.compile(
    r"长住|常住|安置|定居|临时|外出|异地|外地|跨省|外省|省外|外[面头边]|备[了过好]*案|到[^,。]{1,4}(?:只|就)?报|长期"
)
_LIVING = re.compile(r"长期|长住|常住|安置|定居")
_FOR_A_TIME = re.compile(r"临时|旅游|出差|探亲|短期")
_TREATED_AWAY = re.compile(r"临时|外出|异地|外地|跨省|长期(?:居|住)|长住")
_OVER_THERE = re.compile(r"那[边里儿]")
_LIVES_THERE = re.compile(r"参保|上班|住着?|工作|退休")
_MOVED_TO = re.compile(r"[转迁](?:到|去|入|来|进)?了?$")
_SUCH = re.compile(r"[这那](?:种|样|类|些人|个情况)")
_OF_THIS_ONE = re.compile(r"[这此本它](?:家|边|里|儿|个?(?:医院|地方|药店))")
_VISITED = re.compile(
    r"(?:在|跑|去的?是?)([^,。;在]{2,8}?)(?:花|看的?|拿的?|开的?|买的?|做的?|治的?|取的?|[,。;]|$)"
)
_BY_ORDER = (
    (0, re.compile(r"(?:在|是|去)[^,。;\d]{0,2}(?:前面|头前|头|前)[这那]?一?[家个处]")),
    (-1, re.compile(r"(?:在|是|去)[^,。;\d]{0,2}(?:后面|后头|后)[这那]?一?[家个处]")),
)
"""Of two places told one after the other: 药是在后面那家开的."""
_PLACE = re.compile(
    r"((?:在职|退休|职工|居民|[一二三123][级甲乙]|[一二三]?附院|社区|县|市|省|区|乡镇|镇|村|卫生院|中心|药店|专科|综合|本地|外地|省内|省外|大|小)[^,。;报按给那住比能是\d花买拿开看]{0,6})"
)
_LABEL = 16
"""Characters before a share that tell of it, at most, where nothing is punctuated."""
_SHORT_LABEL = 8


def is_away(sentence: Sentence) -> bool:
    """Whether the treatment was outside the province insured in."""
    provinces = [(m.value.split("/")[0], m.start) for m in sentence.turn.mentions if m.entity == "region"]
    visited = any(
        province != provinces[0][0] and re.search(r"[去到在来]$", sentence.text[:at])
        for province, at in provinces
    )
    return visited or bool(_TREATED_AWAY.search(sentence.text))


def the_ones_that_hold(sentence: Sentence, ratios: Sequence[Ratio]) -> list[Ratio]:
    """Of several shares the one for where the person was treated; all, where that is not told."""
    labelled = [(label_of(sentence, ratio), ratio) for ratio in ratios]
    elsewhere = [(label, ratio) for label, ratio in labelled if AWAY.search(label)]
    if elsewhere and is_away(sentence):
        return _as_one_stays(sentence, elsewhere)
    if theirs := _where_they_moved(sentence, labelled) or _of_such_people(sentence, labelled):
        return theirs
    told = (place for place in _VISITED.findall(sentence.text) if not _LIVES_THERE.search(place))
    visited = {place.removesuffix("医院") for place in told}
    place = next(iter(visited)) if len(visited) == 1 else ""
    named = [(place_of(sentence, r).removesuffix("医院"), r) for _, r in labelled]
    there = [r for label, r in labelled if place and place in label]
    there = there or [r for at, r in named if at and at in place]
    over_there = [ratio for label, ratio in labelled if _OVER_THERE.match(label)]
    if len(over_there) == 1 and not there:
        return over_there  # 去南昌看的,那边报88%,本地92%
    here = [ratio for label, ratio in labelled if _OF_THIS_ONE.search(label)]
    if len(here) == 1 and not there:
        return here  # 这家医院给我报60%,老家报80%
    by_order = next((ratios[place] for place, words in _BY_ORDER if words.search(sentence.text)), None)
    if by_order and not there and len(ratios) == 2:
        return [by_order]
    taken_back = corrects(sentence.text[ratios[0].end :])
    return there[:1] or ([ratios[-1]] if taken_back else list(ratios))


def _where_they_moved(sentence: Sentence, labelled: Sequence[tuple[str, Ratio]]) -> list[Ratio]:
    """The share of the place the insurance was moved to: 白城转长春,白城报80%,长春报70%."""
    moved = [
        m.text
        for m in sentence.turn.mentions
        if m.entity == "region" and _MOVED_TO.search(sentence.text[: m.start])
    ]
    return [ratio for label, ratio in labelled if any(place in label for place in moved)][:1]


def _of_such_people(sentence: Sentence, labelled: Sequence[tuple[str, Ratio]]) -> list[Ratio]:
    """The share of people insured as this one is: 职工报90%,居民报60%,我是居民."""
    told = [
        m.text
        for m in sentence.turn.mentions
        if m.entity in ("employment", "scheme")
        and not any(_is_label(m, label, sentence) for label in labelled)
    ]
    return [ratio for label, ratio in labelled if any(word in label for word in told)][:1]


def _is_label(mention: Mention, labelled: tuple[str, Ratio], sentence: Sentence) -> bool:
    """Whether a mention stands in the words that a share is told with."""
    label, ratio = labelled
    return ratio.start - len(label) <= mention.start < ratio.start


def _as_one_stays(sentence: Sentence, elsewhere: Sequence[tuple[str, Ratio]]) -> list[Ratio]:
    """Of the shares elsewhere the one for who lives there, or is there for a time, as the rest of the text tells."""
    rest = sentence.text
    for label, _ in elsewhere:
        rest = rest.replace(label[-_SHORT_LABEL:], "")
    for staying, otherwise in ((_LIVING, _FOR_A_TIME), (_FOR_A_TIME, _LIVING)):
        told = [ratio for label, ratio in elsewhere if staying.search(label)]
        if told and staying.search(rest) and not otherwise.search(rest):
            return told
    return [ratio for _, ratio in elsewhere]


def ratios_elsewhere(part: Part) -> tuple[RatioAt, ...]:
    """What is said to be paid elsewhere of who lives there, and of who is there for a time, where both are told."""
    labels = [(label_of(part.sentence, ratio), ratio) for ratio in part.ratios]
    told = [
        RatioAt(name, ratio.value)
        for name, words in (("living_elsewhere", _LIVING), ("staying_elsewhere", _FOR_A_TIME))
        for label, ratio in labels
        if words.search(label)
    ]
    return tuple(told) if len({at.place for at in told}) == len(told) == 2 else ()


def place_of(sentence: Sentence, ratio: Ratio) -> str:
    """The place a share is said of: 三甲, 社区, 县医院; empty where none is."""
    found = _PLACE.search(label_of(sentence, ratio))
    return found[1] if found else ""


def label_of(sentence: Sentence, ratio: Ratio) -> str:
    """What stands before a share in its clause, back to the share before it."""
    previous = max((r.end for r in sentence.ratios if r.end <= ratio.start), default=0)
    *earlier, own = re.split(r"[,。;]", sentence.text[previous : ratio.start])
    own = own[-_LABEL:]
    return f"{earlier[-1]},{own}" if earlier and _SUCH.match(own) else own  # 备过长期居住的案,这种报70%
