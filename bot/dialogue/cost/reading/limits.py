"""Limits and the deductible, where they are told without a figure: 没到封顶, 起付线满了, 没有起付线."""

import re
from dataclasses import replace
from decimal import Decimal

from bot.dialogue.cost.person import Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN, corrects
from bot.dialogue.cost.reading.sentence import Part
from bot.rules.case import Case

_NOTHING_ADDED = re.compile(
    r"(?:合|加)(?:起来|在一起|计)[^,。;\d花买药]{0,3}(?:限额|额度|定额)|没(?:有|给|再|另|我|外)*加(?:额度|限额|钱|过|$|[,。了])"
)
_OF_INPATIENT_CARE = re.compile(r"住院(?!(?:报销)?比例)[^,。;\d]{0,10}$")
_IS_OF_INPATIENT_CARE = re.compile(r"^[元块]?钱?(?:说的)?是?住院的")
_SHARED = re.compile(
    r"(?:跟|和|与)住院[^,。;不没]{0,5}(?:一起|合用|共用|合并|合在一|算一块)(?![^,。;]{0,3}[吗不没])"
)
_OWN_TERMS = re.compile(r"单列[^。;]{0,8}(?:比例|限额|额度)|(?:医保|经办|社保)[^,。;]{0,4}(?:告诉|说)")
_NOT_REACHED = re.compile(
    r"(?:封顶|限额|额度|顶)(?:[^,。;]{0,6}(?:没到|未到|没有到|没满|还早|够|没超|没用完|充足|还多)|[^,。;\d一二两三四五六七八九十百千]{0,6}不到(?!一半))"
    r"|(?:没|未)(?:有)?(?:到|达到?|超过?|超出|碰到)了?(?:封?顶|(?:[年月季]度?)?(?:限额|额度))|没封顶|离封顶|(?:没|未)(?:有)?超(?:过|出|了|的)?(?=[,。;]|$)|^(?:还)?(?:没|未|没有)到[。吧呢啊的]*$"
)
_WHETHER_REACHED = re.compile(
    r"有没有?(?:到|超|满|达到)|(?:到|超|满|够)没(?:有)?(?:到|超|满|够)|够不够[^,。;]{0,3}" + NOT_KNOWN
)
_REACHED = re.compile(
    r"(?:封顶|年限额|年度限额|额度)[^,。;没未]{0,4}(?:到了|已到|用完|用光|花完|满了|用满|没了|刷爆|爆了|见底)|(?:这个?月|本月|额度|限额)[^,。;没未]{0,4}(?:刷爆|用超|超完)"
)
_HALF = re.compile(
    r"(?:用|花|去)(?:掉|去)?了?(?:差不多|快|大概)?一半|(?P<left>(?:剩|还有)了?(?:差不多|大概)?一半)"
)
_NO_DEDUCTIBLE = re.compile(
    r"(?:没有?|无|不设|不用|不要|免|取消了?)(?:什么)?(?:起付|门槛)"
    r"|(?:起付|门槛)(?:线|标准|费)?(?:是|为)?(?:没有|0|零|免)(?!\.)"
)
_FULL = re.compile(
    r"(?:起付|门槛)(?:[^。;额顶]{0,14}?|[^,。;额顶]{0,26}?)"
    r"(?:够了|满了|够|交满|扣完|扣过了?(?!\d)|付过(?!\d)|交过(?!\d)|扣掉了|(?:已经?|都|早)扣了?(?![\d没吗多]|[一二两三四五六七八九])|已[满过](?!\d)|过了|付清|扣满|用完|完了|到了|累计满|已经?交了?(?!\d))"
    r"|已经?(?:过|满|够)了?(?:起付|门槛)|(?:过|满|够)了?(?=起付|门槛)|(?:交|付|扣)(?:满|够|完|过)了?(?:起付|门槛)"
)
_AS_A_RULE = re.compile(
    r"(?:起付|门槛)?[线费]?(?:[\d一二两三四五六七八九百千]+[元块]?钱?)?(?:的?(?:部分|以上|以后|之后|后(?!来))|才)|(?:起付|门槛)[线费]?(?:就|再)?(?:报|按|给)"
)
"""Not that it is paid, but what holds once it is: 过了门槛报六成."""
_NOT_FULL = re.compile(r"(?:还|都)?(?:没|未)(?:有)?(?:过|满|够|到|达到|扣|交|付|累计|动)")
_UNTOUCHED = re.compile(
    r"(?:还没|没有?|未)(?:扣|交|付|动|用|累计)|(?:今年|本年)?(?:第一次|头一回|头一次|首次)|今年刚"
)
_HALF_PAID = re.compile(r"(?:交|付|扣|抵)(?:掉|过)?了?一半")
_ABOUT_HALF_PAID = re.compile(
    r"(?:差不多|大概|大约|可能|好像|约摸)(?:交|付|扣|抵)(?:掉|过)?了?一半"
    r"|(?:交|付|扣|抵)(?:掉|过)?了?(?:差不多|大概|大约|快|一小|一大|多)一?半"
    r"|(?:交|付|扣|抵)(?:掉|过)?了?一半(?:左右|上下|多|不到|还不到|吧)"
    r"|(?:交|付|扣|抵)[掉过了]*(?:一?[大小多]半|一?(?:部分|大部分|小部分)|一些|差不多)|(?:快|差不多|差一点儿?)[要就]?[扣交付]?满"
)
_FULL_ALONE = re.compile(r"^(?:今年|起付|都|早就?|已经?|也|,)*[扣交付](?:满|够|完)了?[。吧啊呢]*$")
_WONDERED = tuple(
    (name, re.compile(rf"{words}[^,。;\d]{{0,6}}{NOT_KNOWN}"))
    for name, words in (("deductible", "(?:起付|门槛)[线费]?"), ("monthly_limit", "(?:限额|额度|定额)"))
)
_PAID = r"(?:扣|交|付|抵|满|够|过|用|动)"
_PAID_OR_NOT = re.compile(
    rf"(?:{_PAID}[了过掉]*(?:没有?|不|吗|么){_PAID}*[过掉]?|有没有(?:把?起付[线费]?)?{_PAID}|{_PAID}[了过掉]*多少)[^,。;]{{0,6}}{NOT_KNOWN}"
    rf"|{NOT_KNOWN}[^。;\d]{{0,8}}(?:{_PAID}[了过掉]*(?:没有?|不)|有没有(?:把?起付[线费]?)?{_PAID}|是不是{_PAID}|{_PAID}[了过掉]*多少)"
)


def limit_of(part: Part) -> Decimal | None:
    """A limit whose period is not said; of those of several diseases the highest, for one disease is chosen."""
    limits = [item.amount.low for item in part.own_items if item.role == "limit"]
    return (limits[-1] if corrects(part.text) else max(limits)) if limits else None


def limits_of(part: Part) -> Case:
    """What is said of limits, of a further disease's addition and of the cap."""
    case = Case(
        own_terms=bool(_OWN_TERMS.search(part.text)) or None,
        cap_of_inpatient=(_told_of_inpatient_care(part) and not _SHARED.search(part.text)) or None,
    )
    if _NOTHING_ADDED.search(part.text):
        case = replace(case, extra_limit=Decimal(0))
    if _REACHED.search(part.text):
        return replace(case, quota_left=Decimal(0))
    if (limit := _only_limit(part)) and (half := _HALF.search(part.text)):
        return replace(case, quota_left=limit / 2) if half["left"] else replace(case, used=limit / 2)
    reached_or_not = _WHETHER_REACHED.search(part.text)
    return replace(case, cap_not_reached=bool(not reached_or_not and _NOT_REACHED.search(part.text)) or None)


def _told_of_inpatient_care(part: Part) -> bool:
    """Whether the cap, or what was paid of it, stands right after 住院."""
    told = (i for i in part.own_items if i.role in ("annual_cap", "limit", "used"))
    text = part.sentence.text
    return any(
        _OF_INPATIENT_CARE.search(text[: item.start]) or _IS_OF_INPATIENT_CARE.match(text[item.end :])
        for item in told
    )


def _only_limit(part: Part) -> Decimal | None:
    limits = {item.amount.low for item in part.own_items if item.role in ("limit", "monthly_limit")}
    return limits.pop() if len(limits) == 1 else None


def wondered_about(part: Part) -> str | None:
    """The fact of which the person says they do not know it, and tells no figure (起付线记不准)."""
    told = {item.role for item in part.own_items}
    names = (name for name, words in _WONDERED if words.search(part.text) and name not in told)
    return next(names, None)


def forgotten_deductible(part: Part, told: Case) -> Rough | None:
    """How much of the deductible was paid, where that is not sure (扣没扣忘了, 大概一半): nothing up to all."""
    unsure = _PAID_OR_NOT.search(part.text) or _ABOUT_HALF_PAID.search(part.text)
    if told.deductible and told.deductible_met is None and unsure:
        return Rough("deductible_met", Decimal(0), told.deductible)
    return None


def denies_deductible(part: Part) -> bool:
    """Whether the person says there is none."""
    return bool(_NO_DEDUCTIBLE.search(part.text))


def deductible_of(part: Part, told: Case) -> Case:
    """What is said of the deductible beside the figures in `told`."""
    if denies_deductible(part):
        return Case(deductible=Decimal(0))
    if _FULL_ALONE.match(part.text):
        return Case(deductible_full=True)
    paid_up = not forgotten_deductible(part, told) and told.deductible_met is None
    if paid_up and _says_full(part.text):
        return Case(deductible_full=True)
    if forgotten_deductible(part, told):
        return Case()
    if told.deductible and told.deductible_met is None and _HALF_PAID.search(part.text):
        return Case(deductible_met=told.deductible / 2)
    if told.deductible is not None and told.deductible_met is None and _UNTOUCHED.search(part.text):
        return Case(deductible_met=Decimal(0))
    return Case()


def _says_full(text: str) -> bool:
    """Whether the deductible is said to be paid, not merely what holds once it is (过了门槛报六成)."""
    return any(
        not _NOT_FULL.search(full[0]) and not _AS_A_RULE.match(text, full.end())
        for full in _FULL.finditer(text)
    )
