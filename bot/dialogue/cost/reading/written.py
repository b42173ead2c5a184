"""A turn's text as it was meant: misheard words put right, blanks that tear it apart taken out, pauses marked."""

import re
from bisect import bisect_left
from dataclasses import replace

from bot.dialogue.turn import Mention, Turn
from bot.language import normalise

_PAUSE = re.compile(
    r"(?<=[^\s,。;][^\s,。;]) (?=[一-龥])(?![元块万千百多年月日号]|[一二两三四五六七八九][十百千万])"
)
_BETWEEN_FIGURES = re.compile(r"(?<=\d{3})，(?=\d)")  # 150，160: two figures; 1，200 may be one
_LISTED = re.compile(r"(?<=\d) (?=\d+(?:\.\d+)?(?![\d.%成折个月号日]))")  # 分别是90 120 150
_MONTHS_LISTED = re.compile(r"(?<=\d)月(?=(?:1[0-2]|[1-9])月(?:1[0-2]|[1-9])?月?)")  # 7月8月9月每月
_NUMERAL = "一二两三四五六七八九十百千万"
_TORN = re.compile(rf"(?<![{_NUMERAL}])[{_NUMERAL}]+(?: [{_NUMERAL}]+)+")
_FORMAL = re.compile(
    r"[壹贰叁肆伍陆柒捌玖拾佰仟零]{2,}|[壹贰叁肆伍陆柒捌玖](?=[元圆角分整])|(?<=[一二两三四五六七八九\d])[拾佰仟][壹贰叁肆伍陆柒捌玖]?"
)
_THOUSANDS = re.compile(r"(?<=\d)[kK](?=\d(?!\d))")  # 1k2
_AS_SPOKEN = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_COUNTED = re.compile(r" ?[号日月个年天次类级盒种样岁点成折]")
_PHRASE = re.compile(r"\d{2,}[元块]?(?:限额|额度|药费|起付线?|自费)")
_PLACES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_WORDS_APART = 4
"""Characters a word has at most, on average, where every word is written apart (限额 四百 花了 三百六)."""

_PAYS = r"(?<![医社参居职农低担\d一二三四五六七八九十几每])[保包宝暴抱爆]"
_MISHEARD: tuple[tuple[str, str, str | None], ...] = (
    (r"[限线现县][鹅恶峨饿额]|[线现县]额", "限额", None),
    (r"[鹅恶饿额][杜肚渡]|[鹅恶饿]度", "额度", None),
    (r"[起启企气][付父负伏府](?:[县现线]|限(?!额))", "起付线", None),
    (r"门坎", "门槛", None),
    (r"[保包宝暴抱爆](?=消|销)销?消?", "报销", None),
    (rf"{_PAYS}(?=多少|好多|几多|几|掉|给|百分|[一二两三四五六七八九]成)", "报", None),
    (r"[风峰丰]顶", "封顶", None),
    (r"比[列利]", "比例", None),
    (r"口(?=了[\d一二两三四五六七八九])", "扣", None),
    (r"要(?=[费钱]\d|[费钱][一二两三四五六七八九])|(?<=[买拿开])[要腰](?=[花一总共用])", "药", None),
    (r"冒(?=[到得扣有超花用交封过退])|冇", "没", None),
    (r"处房", "处方", None),
    (r"(?<=[\d十百千])蚊", "块", None),
    (r"门[珍真诊]", "门诊", None),
    (r"退[咖噶嘎]休", "退休了", "employment"),
    (r"[退腿推][休修秀体]", "退休", "employment"),
    (r"[在再][值直职织](?!工)|[在再]织(?=职工)|在只", "在职", "employment"),
    (r"药[废肥]", "药费", None),
    (r"慢特[冰兵并]", "慢特病", None),
)
"""What speech recognition makes of the words a cost is told with, as long as what was said; of which entity it is."""


def as_meant(turn: Turn) -> tuple[str, tuple[Mention, ...]]:
    """The text, with the turn's mentions at their places in it. Normalised, commas as `,`."""
    spoken = _BETWEEN_FIGURES.sub(";", normalise(turn.text)).replace("，", ",").replace("…", ",")
    spoken = _FORMAL.sub(lambda formal: formal[0].translate(_AS_SPOKEN), spoken)
    spoken = _THOUSANDS.sub("千", spoken)
    spoken = _MONTHS_LISTED.sub("、", _LISTED.sub("、", spoken))
    torn = _blanks(spoken)
    kept = [place for place in range(len(spoken)) if place not in torn]
    text = _PAUSE.sub(",", "".join(spoken[place] for place in kept))
    mentions = [
        replace(m, start=bisect_left(kept, m.start), end=bisect_left(kept, m.end)) for m in turn.mentions
    ]
    for words, right, entity in _MISHEARD:
        for found in re.finditer(words, text):
            text = text[: found.start()] + right + text[found.end() :]
            if entity and not any(m.start < found.end() and found.start() < m.end for m in mentions):
                mentions.append(Mention(entity, right, found.start(), found.end(), right))
    return text, tuple(sorted(mentions, key=lambda m: m.start))


def _blanks(text: str) -> set[int]:
    """The places of the blanks that are no pauses: every word is written apart, or a numeral is torn."""
    words = text.split(" ")
    blanks = {place for place, character in enumerate(text) if character == " "}
    apart = len(words) > _WORDS_APART and len(text) - len(blanks) <= _WORDS_APART * len(words)
    if apart and not any(_PHRASE.fullmatch(word) for word in words):
        return blanks
    return {place for torn in _TORN.finditer(text) for place in _inside_numerals(torn, text)}


def _inside_numerals(torn: re.Match[str], text: str) -> set[int]:
    """三百 二十, 三 百 六: the blanks before what goes on with a lower place."""
    places: set[int] = set()
    for blank in re.finditer(" ", torn[0]):
        before, after = torn[0][: blank.start()], torn[0][blank.end() :].split(" ")[0]
        end = torn.start() + blank.end() + len(after)
        goes_on = after[0] in _PLACES if before[-1] not in _PLACES else _place(before[-1]) > _place(after)
        if goes_on and not _COUNTED.match(text, end):
            places.add(torn.start() + blank.start())
    return places


def _place(numeral: str) -> int:
    """The highest place that is said: 10 of 二十, 1 of 五."""
    return max((_PLACES[character] for character in numeral if character in _PLACES), default=1)
