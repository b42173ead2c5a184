"""The shares of a part: what the person says the fund pays, or they pay themselves, and where."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.person import RatioAt, Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.circumstance_words import CAME_HOME_FOR_IT
from bot.dialogue.cost.reading.own_share import OWN_SHARE, is_own_first, own_first
from bot.dialogue.cost.reading.ranges import AT_LEAST, AT_MOST, ends_joined
from bot.dialogue.cost.reading.sentence import Part, Sentence
from bot.dialogue.cost.reading.several_shares import AWAY, is_away, label_of, place_of, the_ones_that_hold
from bot.dialogue.cost.reading.share_words import TO
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio
from bot.language.spans import Span as Placed
from bot.rules.case import Case
from bot.rules.money import percent, to_fen

_HOME = re.compile(
    r"本地|当地|省内|老家(?!(?:医保局?|那边)?[讲说])|家里|屋里|在家|参保地(?![讲说告])|[我咱]们?(?:这(?![种样个])|那|市|县|区|省|本|当)|[市县]里"
)
_ONLY_THOUGHT = re.compile(r"(?:以为|原先|以前|原来|本来|去年|[我俺]算的?)[^,。;\d]{0,6}$")
_REMINDED, _AS_A_QUESTION = re.compile(r"不是[^,。;]*$"), re.compile(r"[^,。;]*[吗么]")
"""The rule is held against what was told: 不是退休都报85%吗."""
_OF_OTHERS = re.compile(r"那?是(?:给)?(?:职工|居民|在职|在岗|退休|别人|人家|他们)(?:人员|医保)?的")
"""80%那是职工的."""
_ARE_OF_OTHERS = re.compile(
    r"那?个?[是,]{1,2}住院的?(?:比例)?,?不是|"
    r"那?是,,|那?是[^,。;\d]{0,4}(?:同学|同事|工友|朋友|邻居|隔壁|亲戚|别人|人家|病友|他们|她们|[表堂]?[哥姐弟妹])[^,。;\d]{0,8}的"
)
_MINE = re.compile(r"[我俺咱]们?(?:是|在)?$")
_LIVES_IN = re.compile(r"(?:长住|常住|定居|长期(?:居?住))在?$")
_TIMES = re.compile(r"乘以?$|[×*]$")
_NEIGHBOURS = re.compile(r"隔壁|邻居|同事|工友|亲戚|别人|人家|(?:硬|非|偏|一口咬定)(?:要|得)?[说讲]")
_ASKED_TOO = re.compile(r"(?:是不是|能不能|可不可以|可以|该不该|应不应该)也(?:能|可以|是|给)*(?:按|照|报)*$")
"""Whether a share holds here, too, is asked: 是不是也能报80."""
_AS_THERE = re.compile(r"(?:是不是|是否|能不能|可不可以)[^,。;]{0,12}(?:一样|同样)[^,。;]{0,6}$")
"""是不是跟湖南一样退休报85%."""
_LIKE_THERE = re.compile(r"(?:跟|和|像|同)[^,。;\d]{1,6}一样[^,。;\d]{0,8}$")
"""跟湖南一样退休就报85%吧."""
_LEVEL = re.compile(r"([一二三])(?:级|甲|乙)")
_AT_LEVEL = re.compile(
    r"(?:在|去|到)[^,。;\d]{0,3}([一二三])(?:级|甲|乙)[^,。;\d]{0,4}(?:看|拿|开|买|做|配|取)"
)
_OF_LOCALS = re.compile(r"(?:当地|本地|那边)的?人(?:家)?[^,。;]{0,3}$")
_NOT_BELIEVED = re.compile(r"不是(?:应该|应|该|都该)[^,。;]{0,3}$")
"""不是应该85%吗."""
_FIGURE = r"(\d{1,3}(?:\.\d+)?|[一二三四五六七八九]?十[一二三四五六七八九]?)"
_PUT_RIGHT = re.compile(rf"不是(?:报)?{_FIGURE},?(?:而|应该|其实)*是(?:报)?{_FIGURE}(?![百千万元块])")
_IT_ENDS = re.compile(r"(?:[,。;]|$)")
"""应该是55%,不是60%."""
_OF_THEM_THERE = re.compile(r"(?:他|她)们?那[边里儿]|人家那")
_WITHIN_THE_PROVINCE = re.compile(r"省内(?:的)?(?:异地|跨市|其他|别的)?")
_OF_PEOPLE = re.compile(r"的?(?:退休|在职|职工|居民|人|老乡|病友)")
_BY_THE_COUNTER = re.compile(
    r"(?:收费处|柜台|窗口|药店|药房|医院|他们)[^,。;\d]{0,4}(?:却|还|还是|偏|只|全|就)(?:给我)?按[^,。;\d]{0,6}$"
)
"""What is complained of: 按长居报70%,收费处却按临时的50%算."""
_SETTLED_AT, _SETTLED_SO = re.compile(r"(?:全|都|一律)按$"), re.compile(r"(?:结|算|报)的")
_TAKEN_INSTEAD = re.compile(r"按$")
_CLAIMED = re.compile(r"^(?:吗|吧|不[,。?]|么|对吗|是吗|真的吗)")
_DOUBTED = re.compile(
    r",?(?:这|这个|到底)?是(?:不是)?真的?(?:不|吗|么|假|还是假)|,?真的假的|,?靠不靠谱|,?靠谱[吗不]"
)
"""A share that is itself asked about: nobody who would know has said so."""
_CLAIM_BEGINS = re.compile(r"(?:能|可以|是不是|不是)报?$")
_KINDS_OF_PLACE = tuple(
    re.compile(words)
    for words in (
        "社区|服务中心|服务站",
        "卫生院|卫生所|卫生室|乡镇?|镇|村",
        "县",
        "市",
        "省",
        "三(?:甲|乙|级)|3级",
        "二(?:甲|乙|级)|2级",
        "一(?:甲|级)|1级",
        "附院|附属",
        "中医",
        "专科",
        "药店|药房",
    )
)
"""A place may be called otherwise where its share is told: 在县医院看, 县里报九成."""
_OF_SOMETHING_ELSE = re.compile(
    r"(?:门诊统筹|普通门诊|普门)[^,。;]{0,3}$|堵[了着住]*$|狭窄[^,。;]{0,3}$|射血[^,。;]{0,4}$|(?:切|烧|烂|坏)[了掉除]+$|(?:病变|面积|含量|饱和)[^,。;]{0,3}$|占比?$|[涨降跌]了?$|血氧|饱和度|折扣|优惠|利率|浓度|[用花剩][掉去下]?了?$|大病|商业?保险?|惠民保|补充|[二再]次报销"
)
"""What stands before a share that is none of this cost: 药占比30%, 涨了10%, 大病保险再报60%."""
_OVER_ALL = re.compile(r"(?<![\d.])(1\d\d|[2-9]\d\d)(?:\.\d+)? ?%(?!以上)")
_NO_UNIT = r"(?![\d.元块万千百])"
_JOINED = re.compile(TO)
_ABOUT_BEFORE = re.compile(r"(?:大约|差不多|大概)(?:是|能|可以|会|要)*(?:按|报)?(?:销)?$")
_ABOUT = re.compile(r"左右|上下|的样子")
_AND_MORE = re.compile(r"多(?!少)")
_ONE_OR_THE_OTHER = re.compile(
    rf"不是(?:这|头|前)一?个就是(?:那|后)一?个|(?:听|信)(?:谁|哪个|哪边)的?(?:好|才对|{NOT_KNOWN})|{NOT_KNOWN}(?:该)?(?:听|信)(?:谁|哪个)|(?:说法|讲法|口径)不(?:一样|统一|同)|各说各"
)
"""有讲五成的,有讲六成的,听谁的好."""
_TENTH = Decimal("0.1")
_BARE_ANSWER = re.compile(
    rf"(?<![\d.])(?P<figure>\d{{1,3}}(?:\.\d+)?){_NO_UNIT}"
    r"|(?:^|报|按|比例)的?(?:是|有|大概)?(?P<spoken>[二三四五六七八九]十[一二三四五六七八九]?)(?=$|[,。;吧呢啊了])"
)


def shares_of(part: Part) -> Case:
    """The ratio, and the share of the cost that is the person's own before it."""
    case = own_first(part)
    if between := _ratio_range(part):
        return replace(case, ratio=between.low)
    if len(ratios := _meant(part)) == 1:
        return replace(case, ratio=ratios[0].value)
    if over := _OVER_ALL.search(part.text):
        return replace(case, ratio=Decimal(over[1]) / 100)
    return case if part.ratios else replace(case, ratio=_bare_answer(part))


def share_put_right(text: str, known: Decimal | None) -> Decimal | None:
    """The share that takes the place of the one earlier turns told, both without their sign: 不是六十五,是六十."""
    told = _PUT_RIGHT.search(text) if known is not None else None
    wrong, right = (to_decimal(figure) for figure in told.groups()) if told else (None, None)
    if known is None or wrong is None or right is None or wrong != 100 * known or not 0 < right <= 100:
        return None
    return right / 100


def is_share_at_home(part: Part) -> bool:
    """Whether all shares told are said to hold at home: 我们屋里这边住院报80%."""
    text = part.sentence.text
    told = [ratio for ratio in part.ratios if not _TIMES.search(text[: ratio.start])]
    labels = [label_of(part.sentence, ratio) for ratio in told]
    return bool(labels) and all(_HOME.search(label) and not AWAY.search(label) for label in labels)


def withdrawn_share(part: Part) -> Decimal | None:
    """A share that is taken back as another's: 错了,90%是我表姐那边的."""
    others = [r.value for r in part.ratios if _ARE_OF_OTHERS.match(part.sentence.text, r.end)]
    return others[0] if others else None


def rough_shares(part: Part, told: Case) -> tuple[Rough, ...]:
    """Shares told as a range: 报八成到九成, 80%到85%, 报80到85, 七八成, 最少七成最多八成, 八成多; 先自付10%到15%."""
    shares = [ratio for ratio in part.ratios if _is_of_the_cost(ratio, part.sentence)]
    if len(shares) > 1 and _ONE_OR_THE_OTHER.search(part.text):
        values = [ratio.value for ratio in shares]
        return (Rough("ratio", min(values), max(values)),)
    single = [Amount(r.start, r.end, r.value, r.value, False, r.value) for r in shares]
    # As amounts are joined; between shares a second 报 says nothing new (报八成还是报九成).
    ranges = [a for a in ends_joined(single, part.sentence.text.replace("报", "是")) if a.low < a.high]
    named = [(_name_of(joined, part), joined) for joined in ranges]
    if all(name != "ratio" for name, _ in named):
        named += [("ratio", more) for ratio in shares if (more := _and_more(ratio, part.sentence))][:1]
    return tuple(_rough(name, joined, told) for name, joined in named)


def _rough(name: str, joined: Amount, told: Case) -> Rough:
    """A share as a range; of a part of the cost alone (乙类100先自付10%到20%) what it comes to in yuan."""
    if name == "excluded_ratio" and told.excluded_ratio is None and told.excluded and joined.low:
        return Rough("excluded", told.excluded, to_fen(told.excluded / joined.low * joined.high))
    return Rough(name, joined.low, joined.high)


def _is_of_the_cost(ratio: Ratio, sentence: Sentence) -> bool:
    return not _OF_SOMETHING_ELSE.search(label_of(sentence, ratio))


def _name_of(joined: Amount, part: Part) -> str:
    own = any(r.start == joined.start and is_own_first(r, part.sentence) for r in part.ratios)
    return "excluded_ratio" if own else "ratio"


def _and_more(ratio: Ratio, sentence: Sentence) -> Amount | None:
    """八成多, 八成左右, 最少七成, 不超过八成."""
    before = sentence.text[: ratio.start]
    ends = {"low": ratio.value, "high": ratio.value}
    if AT_LEAST.search(before):
        ends["high"] = Decimal(1)
    elif AT_MOST.search(before):
        ends["low"] = Decimal(0)
    elif _ABOUT.match(sentence.text, ratio.end) or _ABOUT_BEFORE.search(before):
        ends = {
            "low": max(ratio.value - _TENTH / 2, Decimal(0)),
            "high": min(ratio.value + _TENTH / 2, Decimal(1)),
        }
    if ends["low"] < ends["high"]:
        return Amount(ratio.start, ratio.end, ends["low"], ends["high"], True, ratio.value)
    if not _AND_MORE.match(sentence.text, ratio.end):
        return None
    return Amount(
        ratio.start, ratio.end, ratio.value, min(ratio.value + _TENTH, Decimal(1)), True, ratio.value
    )


def _ratio_range(part: Part) -> Rough | None:
    return next((rough for rough in rough_shares(part, Case()) if rough.name == "ratio"), None)


def ratios_by_place(part: Part) -> tuple[RatioAt, ...]:
    """What is paid at several places, where the sentence leaves open which was visited."""
    ratios = [] if _ratio_range(part) else _meant(part)
    if len(ratios) < 2:
        return ()
    places = [place_of(part.sentence, ratio) for ratio in ratios]
    costs = _costs_at(part, ratios, places)
    return tuple(
        RatioAt(place or f"报 {percent(ratio.value)}", ratio.value, cost)
        for ratio, place, cost in zip(ratios, places, costs, strict=True)
    )


def _costs_at(part: Part, ratios: Sequence[Ratio], places: Sequence[str]) -> list[Decimal | None]:
    """The cost at each place: told in turn with its share, or after all shares with the place; None where not told."""
    costs = [cost for cost in part.costs if cost.low == cost.high]
    if len(costs) != len(ratios) or len(costs) != len(part.costs):
        return [None] * len(ratios)
    if in_turn(costs, ratios):
        return [cost.low for cost in costs]
    if all(label_of(part.sentence, ratio).rstrip("报按")[-2:] == "一个" for ratio in ratios):
        return [cost.low for cost in costs]  # 社区200,三甲300,一个报95%一个85%
    told_first = costs[-1].end <= ratios[0].start
    begins = [part.start if told_first else ratios[-1].end, *(cost.end for cost in costs)]
    led_by = [part.sentence.text[begin : cost.start] for begin, cost in zip(begins, costs, strict=False)]
    labels = [label_of(part.sentence, ratio) for ratio in ratios]
    by_name = [_cost_at(place, costs, led_by) for place in places]
    by_kind = [_cost_at_such(label, costs, led_by) for label in labels]
    for found in (by_name, by_kind):
        if len(set(found)) == len(costs) and None not in found:
            return found
    return [None] * len(ratios)


def in_turn(costs: Sequence[Amount], ratios: Sequence[Ratio]) -> bool:
    """Whether each cost has a share of its own beside it: 社区200报90%,三甲500报80%."""
    told: list[Placed] = sorted([*costs, *ratios], key=lambda one: one.start)
    alternate = (isinstance(one, Ratio) != isinstance(other, Ratio) for one, other in pairwise(told))
    return len(costs) == len(ratios) and all(alternate)


def _cost_at(place: str, costs: Sequence[Amount], led_by: Sequence[str]) -> Decimal | None:
    """The cost before which a place is named."""
    named = (cost.low for cost, words in zip(costs, led_by, strict=True) if place and place in words)
    return next(named, None)


def _cost_at_such(label: str, costs: Sequence[Amount], led_by: Sequence[str]) -> Decimal | None:
    """The one cost that was spent at a place of the kind a share is told of."""
    kinds = [kind for kind in _KINDS_OF_PLACE if kind.search(label)]
    there = [
        cost.low
        for cost, words in zip(costs, led_by, strict=True)
        if any(kind.search(words) for kind in kinds)
    ]
    return there[0] if len(there) == 1 else None


def _meant(part: Part) -> list[Ratio]:
    """The shares the fund may pay of this cost: one, or those of several places."""
    sentence, insured = part.sentence, list[Ratio]()
    at_home = _at_home(part)
    for ratio in part.ratios:
        before, after = sentence.text[: ratio.start], sentence.text[ratio.end :]
        joined_to = [
            r
            for r in part.ratios
            if r.end < ratio.start and _JOINED.fullmatch(sentence.text[r.end : ratio.start])
        ]
        own_first = any(is_own_first(r, sentence) for r in (ratio, *joined_to))
        if (
            own_first
            or _ONLY_THOUGHT.search(before)
            or _ASKED_TOO.search(before)
            or (_NOT_BELIEVED.search(before) and _AS_A_QUESTION.match(after))
            or _is_of_another_place(sentence, ratio)
            or _is_of_another_level(sentence, ratio)
            or (_LIKE_THERE.search(before) and _CLAIMED.match(after))
            or _AS_THERE.search(before)
            or (len(part.ratios) > 1 and _OF_LOCALS.search(label_of(sentence, ratio)))
            or (len(part.ratios) > 1 and _REMINDED.search(before) and _AS_A_QUESTION.match(after))
            or not _is_of_the_cost(ratio, sentence)
            or (len(part.ratios) > 1 and before.endswith("不是") and _IT_ENDS.match(after))
            or (len(part.ratios) > 1 and _NEIGHBOURS.search(label_of(sentence, ratio)))
            or (len(part.ratios) > 1 and _OF_OTHERS.match(after) and ratio is not part.ratios[-1])
            or _DOUBTED.match(after)
            or (_TIMES.search(before) and [r.value for r in part.ratios].count(ratio.value) > 1)
            or ratio.value == withdrawn_share(part)
            or ratio in at_home
            or (len(part.ratios) > 1 and _BY_THE_COUNTER.search(before))
            or (len(part.ratios) > 1 and _SETTLED_AT.search(before) and _SETTLED_SO.match(after))
            or (_TAKEN_INSTEAD.search(before) and ratio.value in {r.value for r in at_home})
        ):
            continue
        if OWN_SHARE.search(before):
            insured.append(replace(ratio, value=1 - ratio.value))
        elif not (_CLAIMED.match(after) and _CLAIM_BEGINS.search(before)):
            insured.append(ratio)
    if len({ratio.value for ratio in insured}) < 2:
        return insured[:1]
    each_told = in_turn(part.costs, insured) or None not in _costs_at(
        part, insured, [place_of(sentence, ratio) for ratio in insured]
    )
    return insured if each_told else the_ones_that_hold(sentence, insured)


def _is_of_another_place(sentence: Sentence, ratio: Ratio) -> bool:
    """Whether it is told of others where they live: 姑爷在黑龙江他那边报80%."""
    label = label_of(sentence, ratio)
    named = [m for m in sentence.turn.mentions if m.entity == "region"]
    here = [m for m in named if m.text in label]
    others = here and any(m.value.split("/")[0] != here[0].value.split("/")[0] for m in named)
    told_so = any(label.startswith(m.text) and _OF_PEOPLE.match(label[len(m.text) :]) for m in here)
    own = any(_MINE.search(sentence.text[: m.start]) for m in named if m not in here)
    if (
        others
        and len(sentence.ratios) == 1
        and any(_LIVES_IN.search(sentence.text[: m.start]) for m in named)
    ):
        return False  # 长住上海,江西职工按85%
    rule_there = own and any(label.startswith(m.text) for m in here)
    return bool(here and (_OF_THEM_THERE.search(label) or (others and (told_so or rule_there))))


def _is_of_another_level(sentence: Sentence, ratio: Ratio) -> bool:
    """Whether the only share is of hospitals of another level than the one visited: 二级报85%,这回在三级看的."""
    of_level = _LEVEL.search(label_of(sentence, ratio))
    visited = _AT_LEVEL.search(sentence.text, ratio.end)
    return bool(len(sentence.ratios) == 1 and of_level and visited and visited[1] != of_level[1])


def _at_home(part: Part) -> list[Ratio]:
    """The shares told of home, where the treatment was elsewhere."""
    if (
        not is_away(part.sentence)
        or _WITHIN_THE_PROVINCE.search(part.text)
        or CAME_HOME_FOR_IT.search(part.text)
    ):
        return []
    labels = [(label_of(part.sentence, ratio), ratio) for ratio in part.ratios]
    return [ratio for label, ratio in labels if _HOME.search(label) and not AWAY.search(label)]


def _bare_answer(part: Part) -> Decimal | None:
    """`80` after we asked for the ratio."""
    match = _BARE_ANSWER.search(part.text) if part.sentence.asked == "ratio" else None
    if not match or any(
        item.start == part.start + match.start(match.lastgroup or 0) for item in part.own_items
    ):
        return None
    value = to_decimal(match[match.lastgroup or 0]) or Decimal(0)
    share = value if value <= 1 else value / 100
    return share if 0 <= share <= 1 else None
