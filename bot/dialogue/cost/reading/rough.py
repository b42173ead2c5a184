"""The facts told as a range, beside the cost's own: 起付线四五百, 至少扣了400, 限额没写是一个月的还是一季度的."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from bot.dialogue.cost.person import Rough
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.costs import is_part
from bot.dialogue.cost.reading.deductible import forgotten_deductible
from bot.dialogue.cost.reading.doubts import open_facts
from bot.dialogue.cost.reading.limits import used_roughly
from bot.dialogue.cost.reading.ranges import AT_LEAST, AT_MOST, UPWARDS
from bot.dialogue.cost.reading.sentence import Item, Part, Role
from bot.dialogue.cost.reading.shares import rough_shares
from bot.dialogue.cost.reading.times import MONTH_OR_QUARTER, months_between
from bot.rules.case import Case
from bot.rules.money import NOTHING, to_fen

_NO_FACTS: frozenset[Role] = frozenset(
    {"cost", "examination", "claimed", "over_limit", "returned", "aside", "unplaced"}
)
_FROM_NOTHING: frozenset[Role] = frozenset(
    {"deductible_met", "deductible_left", "used", "quota_left", "extra_limit"}
)
"""What may be nothing: 最多扣了200 is 0 to 200."""
_UP_TO: Mapping[Role, tuple[str, ...]] = {
    "deductible_met": ("deductible",),
    "deductible_left": ("deductible",),
    "used": ("monthly_limit", "annual_cap"),
}
"""The fact that bounds another: 至少扣了200 is 200 up to the deductible."""
_OPEN_UPWARDS: frozenset[Role] = frozenset({"limit", "monthly_limit", "annual_cap", "quota_left"})
"""What may be more than is known, up to the cost."""
_RAISED_TO_WHAT = re.compile(
    rf"[元块]?钱?,?[^,。;\d]{{0,4}}(?:涨|调|提|升|变)[了过高整]*(?:,|[^,。;\d]{{0,6}})?[^,。;\d]{{0,8}}{NOT_KNOWN}"
)
_STILL_PAID = re.compile(r"还(?:能|可以?)[^,。;\d]{0,2}[报用付给]$")
"""Of 最多还能报410 the rest of a cap is told, and that is what is left."""
_PERHAPS_AT_MOST = re.compile(r"(?:应该|估计|大概|可能|好像)[^,。;\d]{0,3}不会?超过?$")
_OF_ONE_DISEASE = re.compile(
    r"(?:单个|单病种|一个病种?|每个病?种?)的?(?:年度?)?(?:封顶|限额|额度)线?(?:是|为)?$"
)
"""What is paid of several diseases together is another matter: 两个II类病,单个封顶3000."""
_THAN = re.compile(r"比[^,。;\d]{1,8}$")
_HIGHER = re.compile(r"[元块]?钱?(?:还|要|稍微?|略)*[高多大]")
_LOWER = re.compile(r"[元块]?钱?(?:还|要|稍微?|略)*[低少小]")
_BOUNDED = re.compile(r"[元块]?钱?的部分")
_NOT_BEYOND = re.compile(r"(?:不[能得可会]*|没有?)(?:超|高|多)[过于出]?$")
_NOT_WRITTEN = re.compile(NOT_KNOWN + "|没有?(?:写|说|标|注)")
_MONTHS_OF_A_QUARTER = 3


def rough_facts(part: Part, told: Case, limit: Decimal | None) -> tuple[Rough, ...]:
    """`told` is what the part says, a range as its lower end; `limit` a limit whose period is not said."""
    others = (
        forgotten_deductible(part, told),
        used_roughly(part),
        _rough_months(part, told),
        _of_month_or_quarter(part, told.monthly_limit, limit),
    )
    return (
        *_told_as_ranges(part, told, limit),
        *rough_shares(part, told),
        *_unclear_parts(part, told),
        *_one_of_several(part, told),
        *open_facts(part, told, limit),
        *(rough for rough in others if rough),
    )


def _told_as_ranges(part: Part, told: Case, limit: Decimal | None) -> Iterator[Rough]:
    for item in part.own_items:
        if item.role in _NO_FACTS:
            continue
        low, high = _ends(item, part.sentence.text[: item.start], told, limit)
        if low < high:
            yield Rough(item.role, low, high)


def _unclear_parts(part: Part, told: Case) -> Iterator[Rough]:
    """Parts of the cost that are told apart, and nobody said why (其中12块是…): they are paid for, or not."""
    unclear = sum((i.amount.high for i in part.own_items if i.role == "unplaced" and is_part(i)), NOTHING)
    if unclear:
        excluded = told.excluded or NOTHING
        yield Rough("excluded", excluded, excluded + unclear)


def _one_of_several(part: Part, told: Case) -> Iterator[Rough]:
    """One of several costs is not paid for, and nobody said which (三家药店,有一家不是定点)."""
    if any(item.role == "cost" and item.because for item in part.own_items):
        excluded, each = told.excluded or NOTHING, [cost.low for cost in part.costs]
        yield Rough("excluded", excluded + min(each), excluded + max(each))


def _ends(item: Item, before: str, told: Case, limit: Decimal | None) -> tuple[Decimal, Decimal]:
    low, high = item.amount.low, item.amount.high
    if item.role in _OPEN_UPWARDS and (than := _compared(item)):
        cost = told.amount.high if told.amount else low
        return (low, max(low, cost)) if than == "more" else (NOTHING, high)
    if low < high:
        return low, high
    if item.role in _FROM_NOTHING and AT_MOST.search(before) and not _STILL_PAID.search(before):
        return NOTHING, high
    if item.role in _OPEN_UPWARDS and told.amount and _goes_up(item, before):
        return low, max(low, told.amount.high)
    if item.role == "annual_cap" and _OF_ONE_DISEASE.search(before) and "several_diseases" in told.conditions:
        return low, low + (told.amount.high if told.amount else NOTHING)
    if item.role in _OPEN_UPWARDS and _PERHAPS_AT_MOST.search(before):
        return NOTHING, high
    if item.role in _UP_TO and AT_LEAST.search(before):
        bounds = (getattr(told, name) for name in _UP_TO[item.role])
        return low, max((bound for bound in (*bounds, limit) if bound is not None), default=low)
    return low, high


def _compared(item: Item) -> str | None:
    """Whether a figure is another's, and one's own is more or less: 限额比我妈的300高一点."""
    if not _THAN.search(item.before):
        return None
    if _HIGHER.match(item.after) or item.amount.approximate:
        return "more"
    return "less" if _LOWER.match(item.after) else None


def _goes_up(item: Item, before: str) -> bool:
    """Whether a figure is the least it may be: 最少300, 300往上; 原来300,后来涨了,涨到多少不清楚."""
    if _BOUNDED.match(item.after):
        return False  # 超过300的部分自费
    after = UPWARDS.match(item.after) or _RAISED_TO_WHAT.match(item.after)
    return bool((AT_LEAST.search(before) and not _NOT_BEYOND.search(before)) or after)


def _rough_months(part: Part, told: Case) -> Rough | None:
    """两三个月."""
    between = months_between(part.text) if told.months else None
    return Rough("months", *map(Decimal, between)) if between else None


def _of_month_or_quarter(part: Part, monthly: Decimal | None, limit: Decimal | None) -> Rough | None:
    """A limit of which it is not known whether it is a month's or a quarter's: a third of it, or all."""
    told = monthly or limit
    if told is None or not MONTH_OR_QUARTER.search(part.text) or not _NOT_WRITTEN.search(part.text):
        return None
    third = to_fen(told / _MONTHS_OF_A_QUARTER)
    return Rough("limit" if monthly is None else "monthly_limit", third, told)
