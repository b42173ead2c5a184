"""Which regions a turn speaks of: where the person is insured, what is only compared, where they are merely treated."""

import re
from dataclasses import replace

from bot.dialogue.policy.question import TOO_SHORT_ALONE, bare_text, is_continuation
from bot.dialogue.turn import Context, Mention, Turn
from bot.policy.library import PolicyLibrary

ALL_REGIONS = re.compile(
    r"哪几?个?些?(地方|地区|省份?)|各个?(地|省)|每个省|(五|5|这几)个?(省|地区|地方)"
    r"|(?:这?[几五5]|各|每|哪[几一]?)[份个](?:文件|通知|办法|规定)|哪几份|[这那]几份(?:文件|通知|办法|规定)"
)
_OF_BOTH = r"俩|两(?:[边头处省地]|个(?:省|地方|老?人))|分别|各自|各(?!种|类|级|地|个|项|市|省|位)"
_COMPARING = re.compile(rf"对比|比较|相比|区别|差别|不同|不一样|一样|哪个(更|好|高|多|快)|都|{_OF_BOTH}")
_ASKED_OF_BOTH = re.compile(_OF_BOTH)
_LONGEST_TAIL = 7
"""Characters after the last region that hardly ask anything without what was said before (两边各怎么说)."""
_INSURED_IN = re.compile(r"参保|医保在|交的医保|的医保|职工|居民|退休")
_ELSEWHERE = re.compile(r"住|看病|就医|买药|拿药|带孙|打工|上班|旅游|转到|转去|搬|回")
_ONESELF = re.compile(r"[我俺咱妈爸爹娘奶爷]|老[人伴头太]|[家屋]里")
_ASKS_WHO_IS_COVERED = re.compile(
    r"(?:适用|归|按|管|能|可以|算|包括|覆盖).{0,8}(?:吗|么|不|嘛|没有)[?？。]?$"
)
_DENIED = re.compile(r"(?<!是)不(?:是|在|住)$|没(?:有)?在$")
_TREATED_THERE = re.compile(
    r"去|到|过来|过去|在.{1,6}(?:住|看|带|打工|上班|过冬|养老|避暑|那边|[开拿配买取做治透](?!证|户))|住|医院|药店|看病|拿药|买药"
)


def tells_where_insured(turn: Turn) -> bool:
    """Whether a place is named as the one of the insurance, whatever else is said: 我从青岛转到淄博参保."""
    return bool(places_named(turn)) and bool(_INSURED_IN.search(turn.text))


def instead_of_places(turn: Turn, regions: tuple[str, ...], outside: tuple[str, ...]) -> str:
    """Two cities of one province are 各市, a province where the person is only treated is 外省; the person's own
    place is left out of the question."""
    cities = {mention.value for mention in places_named(turn) if "/" in mention.value}
    if len(cities) > 1 and len(regions) == 1:
        return "各市"
    return "" if outside or regions else "外省"


def with_what_was_said(turn: Turn, context: Context, library: PolicyLibrary) -> Context:
    """The context with the region, city and scheme this turn names."""
    known = [mention for mention in places_named(turn) if _province(mention) in library.knowledge.regions]
    if home := _home(turn, known):
        city = home.value.partition("/")[2] or None
        province = _province(home)
        context = replace(
            context, region=province, city=city if city or province != context.region else context.city
        )
    elif len(known) == len(places_named(turn)) and (region := library.knowledge.region_given_away(turn.text)):
        context = replace(context, region=region, city=None)
    if schemes := turn.values("scheme"):
        context = replace(context, scheme=schemes[-1])
    return context


def speaks_of_others(turn: Turn) -> bool:
    """Whether a scheme that is named need not be one's own: "居民呢", "管不管居民医保"."""
    if _ONESELF.search(turn.text):
        return False
    return is_continuation(turn.text) or bool(_ASKS_WHO_IS_COVERED.search(turn.text))


def _home(turn: Turn, known: list[Mention]) -> Mention | None:
    """Where the person is insured: the place next to words like 参保, else the first one named."""
    if len(known) < 2:
        return known[0] if known else None
    for mention in known:
        if _INSURED_IN.search(turn.text[mention.end : mention.end + 4]):
            return mention
    return known[0]


def places_named(turn: Turn) -> list[Mention]:
    """The places named, without those that are denied: of "我不在湖南，我在山东" the second."""
    places = [mention for mention in turn.mentions if mention.entity == "region"]
    return [mention for mention in places if not _DENIED.search(turn.text[: mention.start])]


def regions_named(turn: Turn, library: PolicyLibrary) -> tuple[str, ...]:
    """Those of the five regions that the turn names, or a document of theirs, each once."""
    by_document = library.knowledge.regions_by_document(turn.text)
    abbreviated = library.knowledge.regions_abbreviated(turn.text)
    named = dict.fromkeys([*map(_province, places_named(turn)), *by_document, *abbreviated])
    return tuple(name for name in named if name in library.knowledge.regions)


def provinces_outside(turn: Turn, context: Context, library: PolicyLibrary) -> tuple[str, ...]:
    """Provinces that are not ours; one that a person insured elsewhere only goes to is where they are treated."""
    if context.region and _TREATED_THERE.search(turn.text) and not _INSURED_IN.search(turn.text):
        return ()
    named = dict.fromkeys(_province(mention) for mention in places_named(turn))
    return tuple(name for name in named if name not in library.knowledge.regions)


def _province(mention: Mention) -> str:
    return mention.value.partition("/")[0]


def compares(turn: Turn) -> bool:
    """Whether the regions named are to be compared; "参保在江西，人在湖南看病" is one person's own case."""
    if _COMPARING.search(turn.text):
        return True
    return not (_INSURED_IN.search(turn.text) and _ELSEWHERE.search(turn.text))


def asked_of_each(turn: Turn, library: PolicyLibrary) -> dict[str, str]:
    """What is asked of each region, where every one has a clause of its own: 复审 江西隔几年一次 湖南过期了咋办.

    What is said before the first belongs to all, and so does what follows a word for both (湖南的额度跟山东的起付线
    各按多长周期算). Where not each clause asks there, all is asked of all but what only tells of one (我爸在长沙退休的
    我在青岛 我俩的起付线怎么算). Empty where the regions share the whole question.
    """
    places = sorted(places_named(turn), key=lambda place: place.start)
    if not places:
        return {}
    of_both = _ASKED_OF_BOTH.search(turn.text, places[-1].end)
    ends = [*(place.start for place in places[1:]), of_both.start() if of_both else len(turn.text)]
    opening, closing = turn.text[: places[0].start], turn.text[of_both.end() :] if of_both else ""
    asked = {_province(place): turn.text[place.end : end] for place, end in zip(places, ends, strict=True)}
    if len(asked) < len(places) or not all(name in library.knowledge.regions for name in asked):
        return {}
    on_the_move = opening.endswith("从")  # 从湘潭调到南昌: one person, who asks one thing
    if not on_the_move and all(
        library.fits(_bare_clause(clause), name) if of_both else _asks_itself(opening, clause)
        for name, clause in asked.items()
    ):
        return {name: f"{opening} {clause} {closing}".strip() for name, clause in asked.items()}
    shared = turn.text[places[-1].end :]
    is_enough = of_both and len(bare_text(shared)) > _LONGEST_TAIL
    return dict.fromkeys(asked, f"{opening} {shared}".strip()) if is_enough else {}


def _asks_itself(opening: str, clause: str) -> bool:
    """Whether the words after a region's name, with what was said before all, ask something themselves (湖南没联网咋办,
    not 湖南和, 湖南退休的呢)."""
    clause = _bare_clause(clause)
    return bool(clause) and not clause.endswith("呢") and len(bare_text(opening) + clause) > TOO_SHORT_ALONE


def _bare_clause(clause: str) -> str:
    return bare_text(clause).strip("和跟与同还有及以的")
