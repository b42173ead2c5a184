"""Where and how: the region insured in, the hospital, what the case is like, the class of the disease."""

import re
from collections.abc import Container
from dataclasses import replace

from bot.dialogue.cost.person import ELSEWHERE, UNPAID
from bot.dialogue.cost.reading.amount_words import IN_IT
from bot.dialogue.cost.reading.changes import corrects
from bot.dialogue.cost.reading.circumstance_words import CAME_HOME_FOR_IT, conditions_in, ruled_out_in
from bot.dialogue.cost.reading.classes import CLASSES
from bot.dialogue.cost.reading.doubts import open_conditions
from bot.dialogue.cost.reading.sentence import Item, Part
from bot.dialogue.turn import Mention
from bot.knowledge.parameters import Condition
from bot.rules.case import Case

_STAYING = frozenset[Condition]({"staying_elsewhere"})
_UNRELATED = frozenset[Condition]({"unrelated_disease"})
_INSURED_THERE = re.compile(
    r"参保|(?:医保|社保)(?!局|中心|处|办|窗口|部门)[^,。;]{0,4}(?:是|在)|[交缴]的(?:医保|社保)?"
)
_TREATED_THERE = re.compile(r"(?:那边|这边|那里)?(?:看|住院|买|拿|开|花|做|治)")
_REGISTERED = re.compile(
    r"(?:长期居住|长住)[^,。;]{0,6}备[过了好]?[过了]?案|备[过了好]?案[^,。;]{0,4}长期居住"
)
_HERE = re.compile(
    r"[哦,。 我]*(?:不对|不是|说?错了|没有)[,。 我]*(?:其实)?(?:还是|就是|就)?"
    r"在(?:本地|家里|老家|这边|当地|[一-龥]{2,4}[市县区]?)(?:看|透|做|开|拿|住)?的?[,。]?$"
)
_OF_SOMEBODY_ELSE = re.compile(r"[一-龥]{2,4}?那[个边]?是(?:我|他|她)?[一-龥]{1,4}(?=[,。;])")
"""山东那边是我姑父,我在江西."""
_WHEN_ANOTHER_THING = re.compile(
    r"(?:发|批|办|领|评|申请|认定|查出来|得病|得这个?病)[^,。;花买]{0,8}(?:的时候|那会儿?|那时候?|那阵子?|当时)[^,。;花买]{0,20}"
)
_WHERE_OTHERS_ARE = re.compile(r"(?:[他她]|崽|女儿?|儿子?|弟|妹|哥|姐|孙子?|外甥|侄子?)(?:也|现在|还|人)?在$")
_MYSELF = re.compile(r"[我俺](?!们|[哥姐弟妹爸妈爹娘爷奶公婆伯叔姑姨舅嫂])")
_RECOGNISED_THERE = re.compile(r"资格[^,。;]{0,3}(?:是|在)[^,。;\d]{2,6}(?:批|办|评|认定)的[^。;]{0,8}转")
"""慢病资格是湖北批的,刚转到长沙来: of other provinces' recognition no document of ours says that it holds."""
_ALL_RECOGNISED = re.compile(r"都(?:是|已经?)?(?:[评批认办]|认定)(?:上|下来|过|定|了)")
"""糖尿病帕金森都评上了."""
_NOT_DONE_ANEW = re.compile(
    r"(?:资格|慢特?病|本子?)[^,。;]{0,8}(?:没|未)(?:有)?(?:在[^,。;]{1,4})?(?:重新)?(?:办|申请|认定|评|批)|没(?:有)?(?:在[^,。;]{1,4})?重新(?:办|申请|认定|评|批)"
)
"""Whoever came from another province, whose recognition does not hold here."""
_INSURED_IN = re.compile(r"(?:医保|社保|参保)(?:地|关系)?(?:还|就|都|却)*(?:是|在)$")
_MINE = re.compile(r"(?<!告诉)(?<!问)(?<!帮)(?<!给)[我俺咱]们?(?:是|在)?$")
_COMPARED = re.compile(r"(?:照|按|参照|跟|像|学|比照|套)(?:着|用)?$")
_AS_THEIRS = re.compile(r"(?:那边|那里|省)?的?(?:\d|[一二三四五六七八九]成|百分|标准|政策|规定|办法|比例|那)")
"""Of somebody insured elsewhere: 亲戚在四川退休,…照湖南的85%."""
_SAID_THERE = re.compile(
    r"(?:那边|那里)?的?(?:亲家|亲戚|朋友|同学|战友|老乡|[表堂][哥姐弟妹]|[姑姨舅叔伯婶]|侄|外甥|同事|网友|病友)[^,。;]{0,2}(?:[说讲]|告诉|那边|那里)"
)
"""湖南亲家讲."""
_NOT_THERE = re.compile(r"(?:医保|社保|参保)(?:地|关系)?(?:又|并|也)?不[在是]$")
"""医保不在山东,在湖南."""
_OF_CARE = re.compile(r"看病|住院|[买拿开配取]|药|门诊|医院|透析|化疗")
_GONE_THERE = re.compile(r"[去到在来]$")


def circumstances_of(part: Part, covered: Container[str], home: str | None = None) -> Case:
    """Place, hospital, conditions and class. `covered`: the provinces whose documents are at hand; `home` the region
    that earlier turns told."""
    left_open = open_conditions(part.text)
    if _REGISTERED.search(part.text):
        left_open |= _STAYING  # 备过长期居住的案,短时间出去的才报50%
    of_a_part = {condition for item in part.own_items for condition in _conditions_of(item, part)}
    if part.costs and any(item.role == "excluded" for item in part.own_items):
        of_a_part |= _UNRELATED  # 药60,创可贴5 …,创可贴算不到慢病里
    treated_at_home = ELSEWHERE if CAME_HOME_FOR_IT.search(part.text) else frozenset[Condition]()
    case = Case(
        hospital_level=next((m.value for m in part.mentions if m.entity == "hospital_level"), None),
        benefit_class=next((name for name, pattern in CLASSES if pattern.search(part.text)), None),
        conditions=part.sentence.conditions(part.start, part.end)
        - of_a_part
        - left_open
        - treated_at_home
        - _of_another_time(part),
        ruled_out=ruled_out_in(part.text) - of_a_part - left_open,
    )
    if len(_diseases(part)) > 1 and _ALL_RECOGNISED.search(part.text):
        case = replace(case, conditions=case.conditions | {"several_diseases"})
    elsewhere = _RECOGNISED_THERE.search(part.text)
    if (_NOT_DONE_ANEW.search(part.text) or elsewhere) and len(_provinces(part)) > 1:
        case = replace(case, conditions=case.conditions | {"not_approved"})
    return _placed(case, part, covered, home)


def _diseases(part: Part) -> set[str]:
    return {m.value for m in part.mentions if m.entity == "disease"}


def _provinces(part: Part) -> set[str]:
    return {m.value.split("/")[0] for m in part.sentence.turn.mentions if m.entity == "region"}


def _where_the_person_is(told: list[Mention], text: str, known: str | None) -> list[Mention]:
    """The places without those that are only compared with, that somebody there speaks of or that are denied; all,
    where no other is known."""
    others = [
        m
        for m in told
        if (_COMPARED.search(text[: m.start]) and _AS_THEIRS.match(text, m.end))
        or _SAID_THERE.match(text, m.end)
        or _NOT_THERE.search(text[: m.start])
    ]
    rest = [m for m in told if m not in others]
    return rest if rest or known else told


def _is_beside_the_point(region: Mention, part: Part) -> bool:
    """Whether a place is only where somebody else is (弟弟在外省,他说的), or one was when something else happened."""
    text = part.sentence.text
    when = any(
        m.start() <= region.start - part.start < m.end() for m in _WHEN_ANOTHER_THING.finditer(part.text)
    )
    spent_there = any(
        cost.start > region.end and not _MYSELF.search(text, region.end, cost.start) for cost in part.costs
    )
    others = (
        _WHERE_OTHERS_ARE.search(text[: region.start]) and not spent_there and not _OF_CARE.search(part.text)
    )
    return bool(when or others)


def _of_another_time(part: Part) -> frozenset[Condition]:
    """What held when something else than the purchase happened: 领证那阵子在住院; 办的时候人在外省."""
    told = (m[0] for m in _WHEN_ANOTHER_THING.finditer(part.text))
    return frozenset(condition for clause in told for condition in conditions_in(clause))


def is_at_home_after_all(part: Part) -> bool:
    """Whether it is taken back that the treatment was elsewhere: 不是,就在呼市看的."""
    told = _HERE.match(part.text)
    return bool(told and not part.sentence.conditions(part.start, part.end) & ELSEWHERE)


def _conditions_of(item: Item, part: Part) -> frozenset[Condition]:
    """What is told of one amount alone, which then is not paid for: 一共700,膏药90不是治这个的."""
    alone = len(part.own_items) < 2 and not IN_IT.search(item.before)
    if item.role not in ("excluded", "aside", "returned") or alone:
        return item.because
    return item.because | (part.sentence.conditions(*part.sentence.clause(item.start)) & UNPAID)


def _placed(case: Case, part: Part, covered: Container[str], known: str | None) -> Case:
    """The region insured in is the first of ours that is named; another province is where the person was treated, and
    so is one that somebody insured with us went to later."""
    text = part.sentence.text
    told = [m for m in part.mentions if m.entity == "region"]
    if known in covered:
        told = [m for m in told if not _is_beside_the_point(m, part)]
    told = _where_the_person_is(told, text, known)
    named = [(m.value.split("/")[0], m.start) for m in told]
    if not named:
        return case
    ours = [at for at in named if at[0] in covered]
    own = [at for at in ours if not _OF_SOMEBODY_ELSE.match(text, at[1])]
    insured = [at for at in named if _INSURED_IN.search(text[: at[1]])]
    mine = [at for at in own if _MINE.search(text[: at[1]])]
    home = next(iter(insured or mine or own or ours), named[0])[0]
    if CAME_HOME_FOR_IT.search(part.text):
        return replace(case, region=home) if home in covered else case
    went_there = case.conditions & ELSEWHERE or any(
        _GONE_THERE.search(text[: m.start]) or _TREATED_THERE.match(text, m.end) for m in told
    )
    if home in covered and home != known:
        went_there = bool(case.conditions & ELSEWHERE)
    elsewhere = went_there or (home not in covered and not corrects(text))
    if known in covered and home != known and elsewhere and not _INSURED_THERE.search(text):
        more = frozenset[Condition]() if case.conditions & ELSEWHERE else _STAYING
        return replace(case, conditions=case.conditions | more)
    abroad = any(province != home and _GONE_THERE.search(text[:start]) for province, start in named)
    if abroad and "living_elsewhere" not in case.conditions:
        case = replace(case, conditions=case.conditions | _STAYING)
    return replace(case, region=home)
