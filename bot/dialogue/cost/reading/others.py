"""What is told of somebody who is not asked about: 隔壁老李限额六百,我的是二百七."""

import re
from collections.abc import Iterator

_ANOTHER = re.compile(
    r"(?:^|(?<=[,。;!?\n])|(?<=%是))(?:听说?|像|跟|而|人家|你看|不像)?(?:[我俺咱]们?)?[^,。;我俺咱爸妈%]{0,6}?"
    r"(?:隔壁|邻居|亲戚|有人|对门|同事|工友|同学|战友|病友|棋友|朋友|同病房|老乡|别人|人家|老[李王张刘陈杨赵黄周吴]|小[李王张刘陈杨赵黄周吴])"
)
_COMPARED = re.compile(
    r"(?:^|(?<=[,。;!?\n]))(?:像|跟|而|你看|不像)?我?(?:[表堂]?[哥姐弟妹]{1,2}|大?[叔伯舅姑姨嫂]+|姐夫|妹夫|连襟|亲家)[^,。;\d]{0,4}"
    r"(?:报得|报了|比我|(?:额度|限额)[^,。;\d]{0,3}[高大多少低])"
)
_NOT_ILL = re.compile(
    r"(?:^|(?<=[,。;!?\n]))[我俺他她][^,。;\d]{0,3}没(?:有|办|评|批|得)过?[^,。;\d]{0,3}(?:慢特?病|门慢|门特|特殊病)[^。;!?\n]*"
)
_BACK_TO_ONESELF = re.compile(r"(?:而|但|可|那|轮到|换成|到|只|就|单)?[是算问说]?(?:[我俺咱]们?|本人)")
_ASKED_FOR_TOO = re.compile(
    r"[替帮代]|托我|让我问|叫我问|两个?人|[咱我]们?[俩仨]|合起来|加起来|加一[起块]|各"
)
_SET_ASIDE = re.compile(
    r"[^,。;!?\n]*(?:(?:不管|不提|不说|不算|别管|甭管|不用[算管提说]|别算|先不[算管提说])(?:他|她|人家)|(?:他|她|人家)[^,。;\d]{0,3}(?:不管|不提|不说|不算|另说)|那是(?:他|她|人家|别人))"
)
_NOT_COUNTED = re.compile(
    r"(?:^|(?<=[,。;!?\n]))[^,。;!?\n]*(?:爸|妈|老[伴公婆]|爱人|哥|姐|弟|妹|儿子|女儿|[他她])[^,。;!?\n]*"
    r"(?:先)?不(?:管|提|说|算|用[算管])(?:了|的)?(?=[,。;!?\n]|$)"
)
_LEFT_OUT = re.compile(
    r"(?:^|(?<=[,。;!?\n]))[^,。;!?\n]*(?:双通道|单列|另外|别的)[^,。;!?\n]*(?:不[提管说问]|先放着?|抛开)(?:它|这个|那个|了)*(?=[,。;!?\n]|$)"
)
"""另外双通道药1500不提它."""
_WHY_NOT_ALIKE = re.compile(r"怎么(?:才|只|就)|为[啥什]|凭[啥什]")
_HEARD = re.compile(r"我?(?:听[说讲人]|网上[说讲写传])[^,。;!?\n]*,(?=(?:可|但|不过|其实|而))")
_LIMIT = re.compile(r"限额|额度|定额")
_OWN_FIGURE_ALONE = re.compile(r"[我俺咱](?:的|这|就|只|才|是|有|那|却)*[\d一二两三四五六七八九]")
"""我只有两百八, after what was told of another's limit."""
_SAYS = re.compile(r"[^,。;\d说讲限额]{0,4}?(?:他|她)?(?:跟我|告诉我|同我|和我)?(?:[说讲]|告诉)")
_OF_HIMSELF = re.compile(r"[他她]|自己|自家|人家")
_ANYBODY = re.compile(r"人家")
"""人家讲报九成五: whoever told it, it is told of oneself."""
_FIGURE = re.compile(r"\d{2,}|[一二两三四五六七八九][十百千万]")
_SPEAKER = re.compile(r"[我俺咱]")
_PAUSE = re.compile(r"[,。;!?\n]")


def without_others(text: str) -> str:
    """The same text, equally long, with pauses for what is said of others before the speaker comes to themselves."""
    for start, end in _told_of_others(text):
        kept = "限额" if _OWN_FIGURE_ALONE.match(text, end) and _LIMIT.search(text[start:end]) else ""
        text = text[:start] + "," * (end - start - len(kept) - 1) + kept + "," + text[end:]
    return text


def _told_of_others(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch; none where the question is asked for the other, or for both, nor where the
    speaker has a part in it (工友陪我买药)."""
    for well in _NOT_ILL.finditer(text):
        if _FIGURE.search(well[0]) and _FIGURE.search(text[: well.start()] + text[well.end() :]):
            yield well.span()  # who has none of our diseases is not asked about
    yield from (found.span() for words in (_NOT_COUNTED, _LEFT_OUT) for found in words.finditer(text))
    if _ASKED_FOR_TOO.search(text):
        return
    for another in (
        found for words in (_ANOTHER, _COMPARED, _SET_ASIDE, _HEARD) for found in words.finditer(text)
    ):
        pauses = (m.end() for m in _PAUSE.finditer(text, another.end() - 1))
        own = next((at for at in pauses if _BACK_TO_ONESELF.match(text, at)), None)
        if own is None and _WHY_NOT_ALIKE.search(text):
            own = next(pauses, len(text))  # 怎么才255,我妹报了280
        if own is None or _ANOTHER.match(text, own):
            continue
        if _SAYS.match(text, another.end()) and not _OF_HIMSELF.search(text, another.end(), own):
            end = _PAUSE.search(text, another.end())
            if not _ANYBODY.search(another[0]) and end:
                yield another.start(), end.end()  # 隔壁说超了还能报一半,我限额300: only that is theirs
            continue
        if not _SPEAKER.search(text[another.end() : own]):
            yield another.start(), own
