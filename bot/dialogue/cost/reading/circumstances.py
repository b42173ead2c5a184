"""Where and how: the region insured in, the hospital, what the case is like, the class of the disease."""

import re
from collections.abc import Container
from dataclasses import replace

from bot.dialogue.cost.person import ELSEWHERE, UNPAID
from bot.dialogue.cost.reading.changes import corrects
from bot.dialogue.cost.reading.circumstance_words import ruled_out_in
from bot.dialogue.cost.reading.doubts import open_conditions
from bot.dialogue.cost.reading.sentence import Item, Part
from bot.knowledge.parameters import Condition
from bot.rules.case import BenefitClass, Case

_CLASSES: tuple[tuple[BenefitClass, re.Pattern[str]], ...] = (
    ("Ⅱ", re.compile(r"(?:(?<![IiⅠ])(?:II|ii|Il|Ⅱ)|[2二])类")),
    ("Ⅰ", re.compile(r"(?:[IⅠi1一]|甲)类(?!医院)")),
)
_STAYING = frozenset[Condition]({"staying_elsewhere"})
_UNRELATED = frozenset[Condition]({"unrelated_disease"})
_INSURED_THERE = re.compile(r"参保|(?:医保|社保)[^,。;]{0,4}(?:是|在)|[交缴]的(?:医保|社保)?")
_TREATED_THERE = re.compile(r"(?:那边|这边|那里)?(?:看|住院|买|拿|开|花|做|治)")
_REGISTERED = re.compile(r"长期居住[^,。;]{0,4}备[过了好]?案|备[过了好]?案[^,。;]{0,4}长期居住")
_HERE = re.compile(
    r"[哦,。 我]*(?:不对|不是|说?错了|没有)[,。 我]*(?:其实)?(?:还是|就是|就)?"
    r"在(?:本地|家里|老家|这边|当地|[一-龥]{2,4}[市县区]?)(?:看|透|做|开|拿|住)?的?[,。]?$"
)
_OF_SOMEBODY_ELSE = re.compile(r"[一-龥]{2,4}?那[个边]?是(?:我|他|她)?[一-龥]{1,4}(?=[,。;])")
"""湖南那个是我岳父,我爸是吉林的."""
_GONE_THERE = re.compile(r"[去到在来]$")


def circumstances_of(part: Part, covered: Container[str], home: str | None = None) -> Case:
    """Place, hospital, conditions and class. `covered`: the provinces whose documents are at hand; `home` the region
    that earlier turns told."""
    left_open = open_conditions(part.text)
    if _REGISTERED.search(part.text):
        left_open |= _STAYING  # 备过长期居住的案,短时间出去的才报50%
    of_a_part = {condition for item in part.own_items for condition in _conditions_of(item, part)}
    if part.costs and any(item.role == "excluded" for item in part.own_items):
        of_a_part |= _UNRELATED  # 糖尿病的药320,感冒药45 …,感冒药跟慢病不搭边
    case = Case(
        hospital_level=next((m.value for m in part.mentions if m.entity == "hospital_level"), None),
        benefit_class=next((name for name, pattern in _CLASSES if pattern.search(part.text)), None),
        conditions=part.sentence.conditions(part.start, part.end) - of_a_part - left_open,
        ruled_out=ruled_out_in(part.text) - of_a_part - left_open,
    )
    return _placed(case, part, covered, home)


def is_at_home_after_all(part: Part) -> bool:
    """Whether it is taken back that the treatment was elsewhere: 不是,就在呼市看的."""
    told = _HERE.match(part.text)
    return bool(told and not part.sentence.conditions(part.start, part.end) & ELSEWHERE)


def _conditions_of(item: Item, part: Part) -> frozenset[Condition]:
    """What is told of one amount alone, which then is not paid for: 一共700,膏药90不是治这个的."""
    if item.role not in ("excluded", "aside") or len(part.own_items) < 2:
        return item.because
    return item.because | (part.sentence.conditions(*part.sentence.clause(item.start)) & UNPAID)


def _placed(case: Case, part: Part, covered: Container[str], known: str | None) -> Case:
    """The region insured in is the first of ours that is named; another province is where the person was treated, and
    so is one that somebody insured with us went to later."""
    named = [(m.value.split("/")[0], m.start) for m in part.mentions if m.entity == "region"]
    if not named:
        return case
    text = part.sentence.text
    ours = [at for at in named if at[0] in covered]
    own = [at for at in ours if not _OF_SOMEBODY_ELSE.match(text, at[1])]
    home = next(iter(own or ours), named[0])[0]
    went_there = case.conditions & ELSEWHERE or any(
        _GONE_THERE.search(text[: m.start]) or _TREATED_THERE.match(text, m.end)
        for m in part.mentions
        if m.entity == "region"
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
