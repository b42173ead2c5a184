"""Limits, where they are told without a figure: 没到封顶, 用了一半, 记不清限额."""

import re
from dataclasses import replace
from decimal import Decimal

from bot.dialogue.cost.person import Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN, corrects
from bot.dialogue.cost.reading.months import EARLIER_MONTH
from bot.dialogue.cost.reading.roles import LIMITS
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.share_words import FRACTION, fraction, rough_fraction
from bot.rules.case import Case
from bot.rules.money import NOTHING, to_fen

_NOTHING_ADDED = re.compile(
    r"不(?:给|能|再|让)*[加添](?:额度|限额|钱)|没(?:有)?(?:批|评|办|报)(?:下来|过|上)?(?:那个|这个)?第二[个种样]病|(?:合|加)(?:起来|在一起|计)[^,。;\d花买药]{0,3}(?:限额|额度|定额)|(?<!加)没(?:有|给|再|另|我|外|批)*加(?:额度|限额|钱|过|$|[,。了])"
)
_OF_INPATIENT_CARE = re.compile(r"住院(?!(?:报销)?比例)[^,。;\d]{0,10}$")
_IS_OF_INPATIENT_CARE = re.compile(r"^[元块]?钱?(?:说的)?是?住院的")
_SHARED = re.compile(
    r"(?:跟|和|与)住院[^,。;不没]{0,5}(?:一起|合用|共用|合并|合在一|算一块)(?![^,。;]{0,3}[吗不没])(?![^。;]{0,12}还是)"
    r"|住院[加和跟与、]?门诊(?:的)?[^,。;不没]{0,3}(?:合|加|共|一起|总)[^,。;]{0,6}(?:封顶|限额|额度)"
)
_EARLIER_MONTH = re.compile(rf"{EARLIER_MONTH}$")
_PART = re.compile(rf"(?:(?P<used>(?:用|花|去)(?:掉|去)?)|(?P<left>剩|还有))了?(?:差不多|快|大概)?{FRACTION}")
_AFTER_A_STAY = re.compile(r"住院|出院")
"""Then half of the limit is only thought to be gone: no stay shortens it."""
_IS_IT_SO = re.compile(r"[^。;\d]{0,8}(?:是不是|对不对|对[吗不]|真的)")
_WHETHER_LEFT = re.compile(r"(?:是不是|会不会|是否|难道|不会|该不会)[^,。;\d]{0,4}$")
"""是不是只剩一半了."""
_REST = re.compile(r"[剩余][了下]?的?$")
_A_MONTH_S = re.compile(r"(?:\d|[一二三四五六七八九十])月份?的?\d*[元块]?钱?的?$")
_ALL_OF_IT = re.compile(r"[元块]?钱?的?(?:额度|限额)(?:一[分点]|都|全|也|就)*没(?:有)?(?:动|用|花)")
"""1月的300额度没动: that is the month's limit, too."""
_USED_UP_TO = re.compile(r"(?:限额|额度|封顶|顶)[^,。;]{0,10}[用花][掉去]?了(?:差不多|快|大概|将近)?$")
_LEFT_OF_IT = re.compile(r"(?:限额|额度|封顶|顶)[^,。;]{0,10}(?:剩下?|还有)了?(?:差不多|大概|不到)?$")
_OWN_TERMS = re.compile(
    r"单列[^。;]{0,8}(?:比例|限额|额度)|单独的?(?:限额|比例|额度)|批的时候[^,。;]{0,4}[讲说]|(?:审批表|批条|批件|批文|批单)[^,。;]{0,6}[写印标]|(?:医保|经办|社保)[^,。;]{0,4}单独[给批核定]|(?:医保|经办|社保)[^,。;]{0,4}(?:告诉|说|讲)"
)
_NOT_REACHED = re.compile(
    r"(?:封顶|限额|额度|顶)(?:[^,。;]{0,6}(?:没到|未到|没有到|没满|还早|够|没超|没用完|充足|还多)|[^,。;\d一二两三四五六七八九十百千]{0,6}(?<![查找问看翻搜])不到(?!一半))"
    r"|(?:额度|限额)(?:都|也)?(?:还有|有的是|没动|足)(?=[,。;]|$)|(?:反正|肯定|应该|都)够用(?![不吗])|(?:限额|额度|定额)(?:多着|多得很|大着|宽裕|富余|根本用不完|用不完|绰绰有余)|在[^,。;]{0,3}(?:限额|额度|定额)(?:里头?|之内|以内|范围内?)(?!的|按)"
    r"|(?:没|未)(?:有)?(?:到|达到?|超过?|超出|碰到)了?(?:封?顶|(?:[年月季]度?)?(?:限额|额度))|(?:没|未)(?:有)?超(?:过|出)?(?:[我俺他她]的?|这个?病的?)[^,。;\d]{0,2}(?:限额|额度|定额)|没封顶|离封顶|离[用花](?:完|光|满)(?:还|都)?(?:早|远|差)|(?:没|未)(?:有)?超(?:过|出|了|的)?(?=[,。;]|$)|^(?:还)?(?:没|未|没有)到[。吧呢啊的]*$"
)
_REACHED_BY_STAYS = re.compile(r"住院[^,。;]{0,8}(?:封顶|限额|额度)")
_ASKS_FOR_IT = re.compile(r"[报给付](?:销)?(?:得|了)?(?:多少|几|好多)")
_BY_LONG_PRESCRIPTION = r"长(?:期)?处方把[^,。;]{0,16}[用花刷]得?[完光尽满]"
_USED_UP_AHEAD = re.compile(
    rf"{_BY_LONG_PRESCRIPTION}|"
    r"长(?:期)?处方[^。;]{0,24}(?:额度|限额)[^,。;]{0,8}(?:[用花刷]得?[完光尽满没]|[用花]了)[^。;]{0,3},"
    r"|(?:额度|限额)[^,。;]{0,8}[^。;]{0,4}长(?:期)?处方[^,。;]{0,6}[用花刷]得?[完光尽满没]"
)
"""4月开长处方把到6月的额度用光了,5月又拿药."""
_OF_A_MONTH_BEFORE = re.compile(
    r"(?:去年|前年|上一?年)[^,。;\d]{0,4}(?:额度|限额|定额|封顶)|(?:上个?月|前[面头]?[几两三]?个?月|之前[几两三]个月|以前|(?<!\d)(?:1[0-2]|[1-9])月份?|[一二三四五六七八九十]+月份?)的?(?:额度|限额|定额)"
)
_WHETHER_REACHED = re.compile(
    r"有没有?(?:到|超|满|达到)|(?:到|超|满|够)没(?:有)?(?:到|超|满|够)|够不够[^,。;]{0,3}" + NOT_KNOWN
)
_REACHED = re.compile(
    rf"{_BY_LONG_PRESCRIPTION}|"
    r"(?:就|已经?|早)到了?(?:封顶|顶格)了?(?=[,。;]|$)|(?:(?<!快)(?<!要)(?:已经?|今年|早就?|都)(?:封顶|到顶)了(?!没)|限额[\d一二两三四五六七八九百]*[元块]?(?:已经?|都|就|早)*(?:用完|用光|花完|用满|刷完|刷光)(?!了?(?:没|\d)))"
    r"|(?<!住院)(?:封顶|年限额|年度限额|额度|限额(?=\d{1,2}月))(?:\d{1,2}月(?:份|底|初)?)?[^,。;没未快离\d]{0,4}(?:一[分毛]钱?[都也]?(?:不剩|没剩|没有)|(?:用|花|刷|报|吃|使|拿)得?精?(?:[完光尽空爆]|没(?=了))|满了|用满|见底|透支|没了|爆了|到了|已到)|(?:这个?月|本月|额度|限额)[^,。;没未]{0,4}刷爆"
)
_WONDERED = tuple(
    (name, re.compile(rf"{words}[^,。;\d]{{0,6}}{NOT_KNOWN}"))
    for name, words in (("deductible", "(?:起付|门槛)[线费]?"), ("monthly_limit", "(?:限额|额度|定额)"))
)


def limit_of(part: Part) -> Decimal | None:
    """A limit whose period is not said; of those of several diseases the highest, for one disease is chosen."""
    limits = [item.amount.low for item in part.own_items if item.role == "limit"]
    whole = (item for item in part.own_items if item.role == "unused_before")
    limits = limits or [
        i.amount.low for i in whole if _ALL_OF_IT.match(i.after) and not _REST.search(i.before)
    ]
    beyond = [item.amount.low for item in part.own_items if item.role == "over_limit"]
    named = [item.amount.low for item in part.own_items if item.role == "monthly_limit"]
    if limits and named and not corrects(part.text):
        return max(*limits, *named)  # 高血压限额200,肾病每月400,我选的肾病
    if not limits and len(beyond) == len(part.costs) == 1 and _only_limit(part) is None:
        return max(part.costs[0].low - beyond[0], NOTHING) or None  # 用药340,超限额40
    return (limits[-1] if corrects(part.text) else max(limits)) if limits else None


def limits_of(part: Part) -> Case:
    """What is said of limits, of a further disease's addition and of the cap."""
    case = Case(
        own_terms=_are_own_terms(part) or None,
        cap_of_inpatient=(_told_of_inpatient_care(part) and not _SHARED.search(part.text)) or None,
    )
    if _NOTHING_ADDED.search(part.text):
        case = replace(case, extra_limit=Decimal(0))
    if _is_reached(part):
        if not part.costs and _ASKS_FOR_IT.search(part.text) and _only_limit(part):
            return case  # 限额330花满了,报几多: it is the cost that is told
        inpatient = _REACHED_BY_STAYS.search(part.text) and not _SHARED.search(part.text)
        return replace(
            case, quota_left=Decimal(0), cap_of_inpatient=case.cap_of_inpatient or bool(inpatient) or None
        )
    if used := used_roughly(part):
        return replace(case, used=used.low)
    said = _PART.search(part.text)
    if (
        (limit := _only_limit(part))
        and said
        and not _EARLIER_MONTH.search(part.text[: said.start()])
        and not _IS_IT_SO.match(part.text, said.end())
        and not _WHETHER_LEFT.search(part.text[: said.start()])
        and not (said["left"] and _AFTER_A_STAY.search(part.text))
    ):
        share = to_fen(limit * fraction(said[0]))
        return replace(case, used=share) if said["used"] else replace(case, quota_left=share)
    if limit and (gone := _share_used(part)) is not None:
        return replace(case, used=to_fen(limit * gone))
    open_now = _NOT_REACHED.search(part.text)
    of_another = open_now and _A_MONTH_S.search(part.text[: open_now.start()])  # 1月的300额度没动
    told_open = (open_now and not of_another) or part.tells("cap_open")
    return replace(case, cap_not_reached=bool(told_open and not _WHETHER_REACHED.search(part.text)) or None)


def _is_reached(part: Part) -> bool:
    """Whether a limit is said to be used up, and not that of a month before: 十月的额度早用光了."""
    said = _REACHED.search(part.text)
    if said:
        return not _OF_A_MONTH_BEFORE.search(
            _clause_of(part, part.start + said.start(), part.start + said.end())
        )
    told = [
        t for t in part.sentence.told if t.circumstance == "cap_reached" and part.start <= t.start < part.end
    ]
    now = [
        t
        for t in told
        if not _OF_A_MONTH_BEFORE.search(part.sentence.text[t.start : t.end])
        and not any(
            i.role == "used" and t.start <= i.start < t.end for i in part.own_items
        )  # 封顶六千,报掉五千二
    ]
    return bool(now) and not _NOT_REACHED.search(part.text)


def used_up_ahead(part: Part) -> bool:
    """Whether a long prescription told with it used up the months' limits, and the cost is a later one."""
    return (
        bool(part.costs) and _USED_UP_AHEAD.search(part.text[: part.costs[-1].start - part.start]) is not None
    )


def _clause_of(part: Part, start: int, end: int) -> str:
    return part.sentence.text[part.sentence.clause(start)[0] : end]


def _are_own_terms(part: Part) -> bool:
    """Whether limit and ratio are a separately paid drug's own: said to be, or both told once it was named."""
    if _OWN_TERMS.search(part.text):
        return True
    named = re.search("单列", part.text)
    if not named:
        return False
    after = part.start + named.end()
    limited = any(item.role in LIMITS and item.start > after for item in part.own_items)
    return limited and any(ratio.start > after for ratio in part.ratios)


def _share_used(part: Part) -> Decimal | None:
    """The share of a limit that is gone: 用了七成, 只剩两成."""
    for ratio in part.ratios:
        before = part.sentence.text[: ratio.start]
        if _USED_UP_TO.search(before):
            return ratio.value
        if _LEFT_OF_IT.search(before):
            return 1 - ratio.value
    return None


def used_roughly(part: Part) -> Rough | None:
    """What was used of the limit, told as about a half: 用掉不到一半."""
    limit, gone = _only_limit(part), rough_fraction(part.text, "[用花去]")
    if limit is None or gone is None or any(item.role == "used" for item in part.own_items):
        return None
    return Rough("used", *(to_fen(limit * end) for end in gone))


def _told_of_inpatient_care(part: Part) -> bool:
    """Whether the cap, or what was paid of it, stands right after 住院."""
    told = (i for i in part.own_items if i.role in ("annual_cap", "limit", "used", "quota_left"))
    text = part.sentence.text
    return any(
        _OF_INPATIENT_CARE.search(text[: item.start]) or _IS_OF_INPATIENT_CARE.match(text[item.end :])
        for item in told
    )


def _only_limit(part: Part) -> Decimal | None:
    limits = {
        item.amount.low for item in part.own_items if item.role in ("limit", "monthly_limit", "annual_cap")
    }
    return limits.pop() if len(limits) == 1 else None


def wondered_about(part: Part) -> str | None:
    """The fact of which the person says they do not know it, and tells no figure (起付线记不准)."""
    told = {item.role for item in part.own_items}
    names = (name for name, words in _WONDERED if words.search(part.text) and name not in told)
    return next(names, None)
