"""The shares of a part: what the person says the fund pays, or they pay themselves, and where."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.person import RatioAt, Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN, corrects
from bot.dialogue.cost.reading.circumstance_words import CAME_HOME_FOR_IT
from bot.dialogue.cost.reading.ranges import AT_LEAST, AT_MOST, ends_joined
from bot.dialogue.cost.reading.sentence import Item, Part, Sentence
from bot.dialogue.cost.reading.share_words import TO
from bot.dialogue.turn import Mention
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.language.ratios import Ratio
from bot.language.spans import Span as Placed
from bot.rules.case import Case
from bot.rules.money import percent, to_fen

_AWAY = re.compile(
    r"长住|常住|安置|定居|临时|外出|异地|外地|跨省|外省|省外|外[面头边]|备[了过好]*案|到[^,。]{1,4}(?:只|就)?报|长期"
)
_HOME = re.compile(
    r"本地|当地|省内|老家(?!(?:医保局?|那边)?[讲说])|家里|屋里|在家|参保地|[我咱]们?(?:这(?![种样个])|那|市|县|区|省|本|当)|[市县]里"
)
_LIVING = re.compile(r"长期|长住|常住|安置|定居")
_FOR_A_TIME = re.compile(r"临时|旅游|出差|探亲|短期")
_TREATED_AWAY = re.compile(r"临时|外出|异地|外地|跨省|长期(?:居|住)|长住")
_OWN_SHARE = re.compile(
    r"(?:自付|我(?:自己)?(?:出|付|掏|承担)|自己(?:要|得)?(?:出|付|掏|承担|负担|拿)|个人(?:[只就]?[要得]?)(?:付|出|掏|拿|负担|承担|自付)|自负|自理)(?:比例)?(?:是|为)?$"
)
_OWN_FIRST = re.compile(r"先(?:行|由|要|得)?(?:自己|个人|自)*(?:支?付|掏|出|承担|负担)(?:掉|了|个)*$")
_IN_YUAN = 6
_CLASS_B = re.compile(r"乙类[^,。;\d]{0,6}$")
_OF_CLASS_B = re.compile(r"[元块]?钱?的?(?:是|属于?)?乙类")
_CLASS_B_BEFORE = re.compile(r"乙类[^,。;]{0,12}$")
_THEN_THE_REST = re.compile(r"(?:以后|之后|后|了)?,?(?:再|剩下?的?|其余|余下|剩余)[^,。;\d]{0,4}(?:报|按)")
_NOT_PAID_FOR = re.compile(
    r"的?(?:都)?(?:是|属于?)(?:纯)?(?:自费|丙类|目录外|目录之外|不(?:能|给)?报|不在目录)"
)
"""What follows a share that is no part of what may be paid for: 三成是自费药."""
_ONLY_THOUGHT = re.compile(r"(?:以为|原先|以前|原来|本来|去年|[我俺]算的?)[^,。;\d]{0,6}$")
_REMINDED, _AS_A_QUESTION = re.compile(r"不是[^,。;]*$"), re.compile(r"[^,。;]*[吗么]")
"""The rule is held against what was told: 不是退休都报85%吗."""
_OF_OTHERS = re.compile(r"那?是(?:给)?(?:职工|居民|在职|在岗|退休|别人|人家|他们)(?:人员|医保)?的")
"""80%那是职工的."""
_ARE_OF_OTHERS = re.compile(
    r"那?个?[是,]{1,2}住院的?(?:比例)?,?不是|"
    r"那?是,,|那?是[^,。;\d]{0,4}(?:同学|同事|工友|朋友|邻居|隔壁|亲戚|别人|人家|病友|他们|她们|[表堂]?[哥姐弟妹])[^,。;\d]{0,8}的"
)
_RESTATED = re.compile(r"(?:就是|等于|也就|合|得|即|=)[^,。;\d]{0,3}$")
_OVER_THERE = re.compile(r"那[边里儿]")
_LIVES_THERE = re.compile(r"参保|上班|住着?|工作|退休")
_MINE = re.compile(r"[我俺咱]们?(?:是|在)?$")
_MOVED_TO = re.compile(r"[转迁](?:到|去|入|来|进)?了?$")
_TIMES = re.compile(r"乘以?$|[×*]$")
_SUCH = re.compile(r"[这那](?:种|样|个情况)")
_NEIGHBOURS = re.compile(r"隔壁|邻居|同事|工友|亲戚|别人|人家|(?:硬|非|偏|一口咬定)(?:要|得)?[说讲]")
_ASKED_TOO = re.compile(r"(?:是不是|能不能|可不可以|可以|该不该|应不应该)也(?:能|可以|是|给)*(?:按|照|报)*$")
"""Whether a share holds here, too, is asked: 是不是也能报80."""
_AS_THERE = re.compile(r"(?:是不是|是否|能不能|可不可以)[^,。;]{0,12}(?:一样|同样)[^,。;]{0,6}$")
"""是不是跟湖南一样退休报85%."""
_OF_LOCALS = re.compile(r"(?:当地|本地|那边)的?人(?:家)?[^,。;]{0,3}$")
_NOT_BELIEVED = re.compile(r"不是(?:应该|应|该|都该)[^,。;]{0,3}$")
"""不是应该85%吗."""
_FIGURE = r"(\d{1,3}(?:\.\d+)?|[一二三四五六七八九]?十[一二三四五六七八九]?)"
_PUT_RIGHT = re.compile(rf"不是(?:报)?{_FIGURE},?(?:而|应该|其实)*是(?:报)?{_FIGURE}(?![百千万元块])")
_IT_ENDS = re.compile(r"(?:[,。;]|$)")
"""应该是55%,不是60%."""
_OF_THEM_THERE = re.compile(r"(?:他|她)们?那[边里儿]|人家那")
_OF_PEOPLE = re.compile(r"的?(?:退休|在职|职工|居民|人|老乡|病友)")
_TAKEN_INSTEAD = re.compile(r"按$")
_CLAIMED = re.compile(r"^(?:吗|吧|不[,。?]|么|对吗|是吗|真的吗)")
_DOUBTED = re.compile(
    r",?(?:这|这个|到底)?是(?:不是)?真的?(?:不|吗|么|假|还是假)|,?真的假的|,?靠不靠谱|,?靠谱[吗不]"
)
"""A share that is itself asked about: nobody who would know has said so."""
_CLAIM_BEGINS = re.compile(r"(?:能|可以|是不是|不是)报?$")
_VISITED = re.compile(
    r"(?:在|去的?是?)([^,。;在]{2,8}?)(?:花|看的?|拿的?|开的?|买的?|做的?|治的?|取的?|[,。;]|$)"
)
_BY_ORDER = (
    (0, re.compile(r"(?:在|是|去)[^,。;\d]{0,2}(?:前面|头前|头|前)[这那]?一?[家个处]")),
    (-1, re.compile(r"(?:在|是|去)[^,。;\d]{0,2}(?:后面|后头|后)[这那]?一?[家个处]")),
)
"""Of two places told one after the other: 药是在后面那家开的."""
_PLACE = re.compile(
    r"((?:在职|退休|职工|居民|[一二三123][级甲乙]|[一二三]?附院|社区|县|市|省|区|乡镇|镇|村|卫生院|中心|药店|专科|综合|本地|外地|省内|省外|大|小)[^,。;报按给那住比能是\d花买拿开看]{0,6})"
)
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
_NEAR = 16
"""Characters between an amount and a share of it, at most."""
_ONE_OR_THE_OTHER = re.compile(
    rf"不是(?:这|头|前)一?个就是(?:那|后)一?个|(?:听|信)(?:谁|哪个|哪边)的?(?:好|才对|{NOT_KNOWN})|{NOT_KNOWN}(?:该)?(?:听|信)(?:谁|哪个)|(?:说法|讲法|口径)不(?:一样|统一|同)|各说各"
)
"""有讲五成的,有讲六成的,听谁的好."""
_LABEL = 16
"""Characters before a share that tell of it, at most, where nothing is punctuated."""
_SHORT_LABEL = 8
_TENTH = Decimal("0.1")
_BARE_ANSWER = re.compile(rf"(?<![\d.])(\d{{1,3}}(?:\.\d+)?){_NO_UNIT}")


def shares_of(part: Part) -> Case:
    """The ratio, and the share of the cost that is the person's own before it."""
    case = _own_first(part)
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
    labels = [_label(part.sentence, ratio) for ratio in told]
    return bool(labels) and all(_HOME.search(label) and not _AWAY.search(label) for label in labels)


def withdrawn_share(part: Part) -> Decimal | None:
    """A share that is taken back as another's: 错了,90%是我表姐那边的."""
    others = [r.value for r in part.ratios if _ARE_OF_OTHERS.match(part.sentence.text, r.end)]
    return others[0] if others else None


def _own_first(part: Part) -> Case:
    """The person's own share before the ratio: of one of several costs if told in its clause, else of all."""
    for ratio in part.ratios:
        told_in_yuan = any(
            i.role == "excluded"
            and (_is_so_much_in_yuan(ratio, i, part.sentence) or _is_share_of(ratio, i, part.sentence))
            for i in part.own_items
        )
        if told_in_yuan or not _is_own_first(ratio, part.sentence):
            continue
        begin, _ = part.sentence.clause(ratio.start)
        own = [cost for cost in part.costs if _is_class_b(cost, part.sentence)] or [
            cost for cost in part.costs if begin <= cost.start < ratio.start
        ]
        if own and len(part.costs) > 1:
            others = (i.amount.low for i in part.own_items if i.role == "excluded")
            return Case(excluded=sum(others, own[-1].low * ratio.value))
        return Case(excluded_ratio=ratio.value)
    return Case()


def _is_so_much_in_yuan(ratio: Ratio, item: Item, sentence: Sentence) -> bool:
    """Whether a share and the amount right after it are the same: 先自付10%,也就是30."""
    between = sentence.text[ratio.end : item.start]
    return 0 <= item.start - ratio.end <= _IN_YUAN and not re.search("[;。]|另", between)


def _is_class_b(cost: Amount, sentence: Sentence) -> bool:
    """Whether a cost is told as that of class B drugs: 乙类200, 200是乙类."""
    return bool(_CLASS_B.search(sentence.text[: cost.start]) or _OF_CLASS_B.match(sentence.text, cost.end))


def _is_share_of(ratio: Ratio, item: Item, sentence: Sentence) -> bool:
    """Whether a share is told right after the amount that it is of: 乙类的300自己先出15%."""
    return 0 <= ratio.start - item.end <= _NEAR and _is_own_first(ratio, sentence)


def own_shares(items: Sequence[Item], sentence: Sentence) -> tuple[Item, ...]:
    """The amounts again, that of which a share is paid by the person first as that share."""
    told = [_own_share(item, sentence) if item.role == "excluded" else item for item in items]
    again = {own.end: own.amount.low for own, item in zip(told, items, strict=True) if own is not item}
    return tuple(
        replace(item, role="aside") if _is_restated(item, again, sentence) else item for item in told
    )


def _is_restated(item: Item, shares: Mapping[int, Decimal], sentence: Sentence) -> bool:
    """Whether it is only what the share of an amount before it comes to: 乙类1200先自付一成就是120."""
    return item.role == "excluded" and any(
        share == item.amount.low and end <= item.start and _RESTATED.search(sentence.text, end, item.start)
        for end, share in shares.items()
    )


def _own_share(item: Item, sentence: Sentence) -> Item:
    of_it = next((r for r in sentence.ratios if _is_share_of(r, item, sentence)), None)
    if of_it is None or item.amount.low != item.amount.high:
        return item
    share = to_fen(item.amount.low * of_it.value)
    return replace(item, amount=replace(item.amount, low=share, high=share))


def _is_own_first(ratio: Ratio, sentence: Sentence) -> bool:
    """Whether a share is paid by the person before the ratio applies: 先自付10%, 自付10%后再报."""
    before, after = sentence.text[: ratio.start], sentence.text[ratio.end :]
    if _NOT_PAID_FOR.match(after):
        return True
    of_class_b = _CLASS_B_BEFORE.search(before) or _THEN_THE_REST.match(after)
    return bool(_OWN_FIRST.search(before) or (_OWN_SHARE.search(before) and of_class_b))


def rough_shares(part: Part) -> tuple[Rough, ...]:
    """Shares told as a range: 报八成到九成, 80%到85%, 报80到85, 七八成, 最少七成最多八成, 八成多; 先自付10%到15%."""
    shares = [ratio for ratio in part.ratios if _is_of_the_cost(ratio, part.sentence)]
    if len(shares) > 1 and _ONE_OR_THE_OTHER.search(part.text):
        values = [ratio.value for ratio in shares]
        return (Rough("ratio", min(values), max(values)),)
    told = [Amount(r.start, r.end, r.value, r.value, False, r.value) for r in shares]
    # As amounts are joined; between shares a second 报 says nothing new (报八成还是报九成).
    ranges = [a for a in ends_joined(told, part.sentence.text.replace("报", "是")) if a.low < a.high]
    named = [(_name_of(joined, part), joined) for joined in ranges]
    if all(name != "ratio" for name, _ in named):
        named += [("ratio", more) for ratio in shares if (more := _and_more(ratio, part.sentence))][:1]
    return tuple(Rough(name, joined.low, joined.high) for name, joined in named)


def _is_of_the_cost(ratio: Ratio, sentence: Sentence) -> bool:
    return not _OF_SOMETHING_ELSE.search(_label(sentence, ratio))


def _name_of(joined: Amount, part: Part) -> str:
    own = any(r.start == joined.start and _is_own_first(r, part.sentence) for r in part.ratios)
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
    return next((rough for rough in rough_shares(part) if rough.name == "ratio"), None)


def ratios_by_place(part: Part) -> tuple[RatioAt, ...]:
    """What is paid at several places, where the sentence leaves open which was visited."""
    ratios = [] if _ratio_range(part) else _meant(part)
    if len(ratios) < 2:
        return ()
    places = [_place(part.sentence, ratio) for ratio in ratios]
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
    told_first = costs[-1].end <= ratios[0].start
    begins = [part.start if told_first else ratios[-1].end, *(cost.end for cost in costs)]
    led_by = [part.sentence.text[begin : cost.start] for begin, cost in zip(begins, costs, strict=False)]
    labels = [_label(part.sentence, ratio) for ratio in ratios]
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
        own_first = any(_is_own_first(r, sentence) for r in (ratio, *joined_to))
        if (
            own_first
            or _ONLY_THOUGHT.search(before)
            or _ASKED_TOO.search(before)
            or (_NOT_BELIEVED.search(before) and _AS_A_QUESTION.match(after))
            or _is_of_another_region(sentence, ratio)
            or _AS_THERE.search(before)
            or (len(part.ratios) > 1 and _OF_LOCALS.search(_label(sentence, ratio)))
            or (len(part.ratios) > 1 and _REMINDED.search(before) and _AS_A_QUESTION.match(after))
            or not _is_of_the_cost(ratio, sentence)
            or (len(part.ratios) > 1 and before.endswith("不是") and _IT_ENDS.match(after))
            or (len(part.ratios) > 1 and _NEIGHBOURS.search(_label(sentence, ratio)))
            or (len(part.ratios) > 1 and _OF_OTHERS.match(after) and ratio is not part.ratios[-1])
            or _DOUBTED.match(after)
            or (_TIMES.search(before) and [r.value for r in part.ratios].count(ratio.value) > 1)
            or ratio.value == withdrawn_share(part)
            or ratio in at_home
            or (_TAKEN_INSTEAD.search(before) and ratio.value in {r.value for r in at_home})
        ):
            continue
        if _OWN_SHARE.search(before):
            insured.append(replace(ratio, value=1 - ratio.value))
        elif not (_CLAIMED.match(after) and _CLAIM_BEGINS.search(before)):
            insured.append(ratio)
    if len({ratio.value for ratio in insured}) < 2:
        return insured[:1]
    each_told = in_turn(part.costs, insured) or None not in _costs_at(
        part, insured, [_place(sentence, ratio) for ratio in insured]
    )
    return insured if each_told else _for_the_place(sentence, insured)


def _is_of_another_region(sentence: Sentence, ratio: Ratio) -> bool:
    """Whether it is told of others where they live: 姑爷在黑龙江他那边报80%."""
    label = _label(sentence, ratio)
    named = [m for m in sentence.turn.mentions if m.entity == "region"]
    here = [m for m in named if m.text in label]
    others = here and any(m.value.split("/")[0] != here[0].value.split("/")[0] for m in named)
    told_so = any(label.startswith(m.text) and _OF_PEOPLE.match(label[len(m.text) :]) for m in here)
    own = any(_MINE.search(sentence.text[: m.start]) for m in named if m not in here)
    rule_there = own and any(label.startswith(m.text) for m in here)
    return bool(here and (_OF_THEM_THERE.search(label) or (others and (told_so or rule_there))))


def _at_home(part: Part) -> list[Ratio]:
    """The shares told of home, where the treatment was elsewhere."""
    if not is_away(part.sentence) or CAME_HOME_FOR_IT.search(part.text):
        return []
    labels = [(_label(part.sentence, ratio), ratio) for ratio in part.ratios]
    return [ratio for label, ratio in labels if _HOME.search(label) and not _AWAY.search(label)]


def is_away(sentence: Sentence) -> bool:
    """Whether the treatment was outside the province insured in."""
    provinces = [(m.value.split("/")[0], m.start) for m in sentence.turn.mentions if m.entity == "region"]
    visited = any(
        province != provinces[0][0] and re.search(r"[去到在来]$", sentence.text[:at])
        for province, at in provinces
    )
    return visited or bool(_TREATED_AWAY.search(sentence.text))


def _for_the_place(sentence: Sentence, ratios: Sequence[Ratio]) -> list[Ratio]:
    """Of several shares the one for where the person was treated; all, where that is not told."""
    labelled = [(_label(sentence, ratio), ratio) for ratio in ratios]
    elsewhere = [(label, ratio) for label, ratio in labelled if _AWAY.search(label)]
    if elsewhere and is_away(sentence):
        return _as_one_stays(sentence, elsewhere)
    if theirs := _where_they_moved(sentence, labelled) or _of_such_people(sentence, labelled):
        return theirs
    told = (place for place in _VISITED.findall(sentence.text) if not _LIVES_THERE.search(place))
    visited = {place.removesuffix("医院") for place in told}
    place = next(iter(visited)) if len(visited) == 1 else ""
    named = [(_place(sentence, r).removesuffix("医院"), r) for _, r in labelled]
    there = [r for label, r in labelled if place and place in label]
    there = there or [r for at, r in named if at and at in place]
    over_there = [ratio for label, ratio in labelled if _OVER_THERE.match(label)]
    if len(over_there) == 1 and not there:
        return over_there  # 去南昌看的,那边报88%,本地92%
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
    labels = [(_label(part.sentence, ratio), ratio) for ratio in part.ratios]
    told = [
        RatioAt(name, ratio.value)
        for name, words in (("living_elsewhere", _LIVING), ("staying_elsewhere", _FOR_A_TIME))
        for label, ratio in labels
        if words.search(label)
    ]
    return tuple(told) if len({at.place for at in told}) == len(told) == 2 else ()


def _place(sentence: Sentence, ratio: Ratio) -> str:
    """The place a share is said of: 三甲, 社区, 县医院; empty where none is."""
    found = _PLACE.search(_label(sentence, ratio))
    return found[1] if found else ""


def _label(sentence: Sentence, ratio: Ratio) -> str:
    """What stands before a share in its clause, back to the share before it."""
    previous = max((r.end for r in sentence.ratios if r.end <= ratio.start), default=0)
    *earlier, own = re.split(r"[,。;]", sentence.text[previous : ratio.start])
    own = own[-_LABEL:]
    return f"{earlier[-1]},{own}" if earlier and _SUCH.match(own) else own  # 备过长期居住的案,这种报70%


def _bare_answer(part: Part) -> Decimal | None:
    """`80` after we asked for the ratio."""
    match = _BARE_ANSWER.search(part.text) if part.sentence.asked == "ratio" else None
    if not match or any(item.start == part.start + match.start() for item in part.own_items):
        return None
    value = Decimal(match[1])
    share = value if value <= 1 else value / 100
    return share if 0 <= share <= 1 else None
