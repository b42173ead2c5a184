"""From the amounts of a part to the facts of a case: the cost, in one sum or by months, and what stands beside it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.reading.sentence import Item, Part, within_a_month
from bot.dialogue.cost.reading.times import MONTH, is_monthly, months_spoken_of
from bot.dialogue.cost.reading.visits import visits_of
from bot.language.dates import find_dates, in_order_told
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.case import Case, MonthCost
from bot.rules.money import NOTHING, Span

_HOW_MUCH_IS_PAID = r"[^,。;\d]{0,4}报"
PART_OF = re.compile(
    rf"其中|里[面头边]|含|包括|里有|当中|总(?!共?{_HOW_MUCH_IS_PAID})|共(?!{_HOW_MUCH_IS_PAID})"
)
_AMONG = re.compile(r"其中|当中|里[面头边](?:有|是|含)?|里(?:有|是|含)|包括|包含")
_MORE = re.compile(r"^(?:对了|哦|噢|啊|那|,)*(?:还有|另外|再加上?|加上|外加|又(?:花|买|拿|开))")
_BESIDE = re.compile(
    r"(?:和|跟|还有|另外|外加|加上)[^,。;\d]{0,6}(?:感冒药|保健品|营养品|自费药)[^,。;\d]{0,3}\d"
)
_MONTHS_LISTED = re.compile(
    r"(?<![\d.])((?:(?:1[0-2]|[1-9])(?=[月、,和跟])|[一二三四五六七八九十、,和跟]|(?<=[\d一二三四五六七八九十])月份?)+"
    rf"(?:{MONTH})月)份?(?:这?[两三四五六\d]个月)?[^,。;\d]{{0,6}}?(?:各|都|每个?月|均)[^,。;\d]{{0,4}}$"
)
_ONE_AFTER_THE_OTHER = re.compile(r"分别|依次|先后|各[是自花用买吃]")
_MORE_COST = re.compile(r"和|跟|还有|另外|外加|加上|又|再|顺[带便]")
_BOUGHT = re.compile(r"[花买开拿配付做]")
_OF_A_DRUG = re.compile(r"药[费钱]?(?:是|花了?)?$")
_BILL = re.compile(r"(?:总|共|合计|起来|单子|发票|小票|账单|票)[^,。;\d]{0,5}$")
_WHOLE = re.compile(r"(?:总共?|一共|合计|共)[^,。;\d]{0,5}$")
_CORRECTED = re.compile(r"不对|错了|更正|改成|应该是|不是$")
_THIS_MONTH = re.compile(r"这个?月|本月|当月")
_MONTH_OF_QUARTER = re.compile(r"[第头]([一二三123])个月")
_LAST_QUARTER = re.compile(r"上个?季度?")
_SPENT_NOTHING = re.compile(
    r"[^,。;\d]{0,4}(?:没|一分没|一分钱没|啥也没|什么都没)有?(?:花|去|看|[买拿开用配抓取吃](?:过)?药|[开配拿]过|动|用(?=[,。;]|$))"
)
_ASKED_MONTH = re.compile(
    r"(?:这个?月|本月|当月|[上下]个?月|[第头][一二三123]个月|\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?)(?:[这那]?一?个?月|[这那]笔|的|里|份|药费|医保|统筹|单独)*"
    r"(?:能|可以?|该|应该|给)*[报付出给]"
)


def cost_of(part: Part) -> Case:
    """Everything the part's amounts say."""
    case = Case()
    for item in part.own_items:
        case = _with_item(case, item, part)
    if not part.costs:
        if case.within_policy is not None and case.excluded is not None:
            return replace(case, amount=Span.exactly(case.within_policy + case.excluded))
        alone = adds(part) and case.examination is not None
        return replace(case, amount=Span.exactly(case.examination or NOTHING)) if alone else case
    case = case.updated(_cost(part))
    whole = _sum_of_the_others(part)
    if case.amount and whole:
        case = replace(case, amount=whole)
    elif case.amount:
        case = replace(
            case, amount=case.amount.plus(Span.exactly(_beside(part) - _returned(part, case.amount)))
        )
    return case.updated(_asked_month(part, case))


def adds(part: Part) -> bool:
    """Whether what is told comes on top of a cost told before: an examination told alone, 还有…"""
    told = {item.role for item in part.own_items}
    if "examination" in told and "cost" not in told:
        return not PART_OF.search(part.text)
    return "cost" in told and bool(_MORE.search(part.text))


def _sum_of_the_others(part: Part) -> Span | None:
    """The cost that is what all others make together: 药300,别的病的药150,一张单子450."""
    items = [item for item in part.own_items if item.role in ("cost", "excluded", "examination")]
    if len(items) < 3 or any(item.amount.approximate for item in items):
        return None
    together = sum((item.amount.low for item in items), NOTHING)
    for item in items:
        named = (
            {other.role for other in items} != {"cost"}
            or _AMONG.search(part.text)
            or _BILL.search(part.sentence.text[: item.start])
        )
        if item.role == "cost" and 2 * item.amount.low == together and named:
            return Span.exactly(together / 2)
    return None


def _beside(part: Part) -> Decimal:
    """What was spent beside the cost that is told, and not in it."""
    beside = NOTHING
    for item in part.own_items:
        if item.role == "examination" and not _holds_the_others(part):
            beside += item.amount.low
        if item.role == "excluded" and _is_beside(part, item):
            beside += item.amount.low
    return beside


def _holds_the_others(part: Part) -> bool:
    """Whether the cost is one that what was told beside it is a part of."""
    text = part.sentence.text
    return bool(_AMONG.search(text)) or any(_WHOLE.search(text[: cost.start]) for cost in part.costs)


def _returned(part: Part, cost: Span) -> Decimal:
    """What was given back; nothing where that were more than the cost."""
    returned = sum((item.amount.low for item in part.own_items if item.role == "returned"), NOTHING)
    return returned if returned < cost.low else NOTHING


def _is_beside(part: Part, item: Item) -> bool:
    begin, stop = part.sentence.clause(item.start)
    text = part.sentence.text
    if not item.because:
        return bool(_BESIDE.search(text[begin:stop]))
    if PART_OF.search(text[begin : item.start]) or any(_WHOLE.search(text[: c.start]) for c in part.costs):
        return False
    alike = any(_OF_A_DRUG.search(text[: cost.start]) for cost in part.costs)
    return (
        alike
        or bool(_BOUGHT.search(text[begin : item.start]))
        or bool(_MORE_COST.search(text[begin : item.start]))
    )


def _with_item(case: Case, item: Item, part: Part) -> Case:
    figure = item.amount.low
    if item.role in ("cost", "claimed", "limit", "returned", "aside"):
        return case
    if item.because:
        case = replace(case, excluded_for=case.excluded_for | item.because)
    if item.role in ("excluded", "examination", "used", "deductible_met"):
        figure += getattr(case, item.role) or NOTHING
    if item.role == "unused_before":
        return replace(case, unused_before=figure, unused_month=_month_before(part, item))
    fact: dict[str, Any] = {item.role: figure}
    return replace(case, **fact)


def _cost(part: Part) -> Case:
    costs = part.costs
    months = [(_month_of(part, amount), amount) for amount in costs]
    empty = _months_without_cost(part)
    if len(costs) == 1 and len(listed := _months_of_each(part, costs[0])) > 1:
        return Case(by_month=tuple(MonthCost(month, costs[0].low) for month in listed))
    if in_order := _months_in_order(part, months):
        return Case(by_month=in_order)
    different = {month for month, _ in months} | {cost.month for cost in empty}
    if len(different) > 1 and None not in different:
        told = "季" in part.sentence.text or not _MONTH_OF_QUARTER.search(part.text)
        spent = tuple(MonthCost(month, amount.low, told) for month, amount in months if month)
        return Case(by_month=_together(*empty, *spent))
    repeated = months_spoken_of(part.sentence.text) and [a for a in costs if is_monthly(part, a)]
    chosen = repeated or [a for a in costs if _WHOLE.search(part.sentence.text[: a.start])] or _not_in(part)
    if _CORRECTED.search(part.sentence.text[: costs[-1].start]):
        chosen = chosen[-1:]
    return Case(amount=_sum(part, chosen))


def _months_in_order(part: Part, costs: Sequence[tuple[date | None, Amount]]) -> tuple[MonthCost, ...]:
    """One cost for each of some months that are not named (三个月分别是150、160), from a quarter's first month on."""
    counted = months_spoken_of(part.sentence.text)
    named = any(month for month, _ in costs)
    if named or counted != len(costs) or counted < 2 or not _ONE_AFTER_THE_OTHER.search(part.text):
        return ()
    quarter = _quarter_start(_quarter_start(part.sentence.turn.now.date()) - timedelta(1))
    months = (_months_later(quarter, place) for place in range(counted))
    return tuple(
        MonthCost(month, cost.low, told=False) for month, (_, cost) in zip(months, costs, strict=True)
    )


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _not_in(part: Part) -> list[Amount]:
    """The costs without those that are told as parts of one before them: 620,其中甲类400,乙类220."""
    told = _AMONG.search(part.sentence.text, part.costs[0].end)
    return [cost for cost in part.costs if told is None or cost.start < told.start()]


def _months_of_each(part: Part, cost: Amount) -> tuple[date, ...]:
    """The months a cost is told for, each (3月4月5月各花了200; 七八九月都是200)."""
    begin, _ = part.sentence.clause(cost.start)
    listed = _MONTHS_LISTED.search(part.sentence.text[max(0, begin - 12, cost.start - 48) : cost.start])
    if not listed:
        return ()
    months = "、".join(f"{number}月" for number in re.findall(MONTH, listed[1]))
    named = in_order_told(find_dates(months, part.sentence.turn.now.date()), months)
    return tuple(dict.fromkeys(mention.first for mention in named))


def _together(*costs: MonthCost) -> tuple[MonthCost, ...]:
    """One cost for each month: what is spent in the same month shares its limit."""
    months: dict[date, Decimal] = {}
    for cost in costs:
        months[cost.month] = months.get(cost.month, NOTHING) + cost.amount
    told = all(cost.told for cost in costs)
    return tuple(MonthCost(month, amount, told) for month, amount in months.items())


def _sum(part: Part, costs: Sequence[Amount]) -> Span:
    """All together, each as often as it is said to recur."""
    times = [visits_of(part, cost) for cost in costs]
    low, high = (
        sum((getattr(cost, end) * often for cost, often in zip(costs, times, strict=True)), NOTHING)
        for end in ("low", "high")
    )
    return Span(low, high)


def _month_of(part: Part, amount: Amount) -> date | None:
    """The month named in the amount's clause."""
    begin, _ = part.sentence.clause(amount.start)
    before = part.sentence.text[begin : amount.start]
    if _THIS_MONTH.search(before):
        return part.sentence.turn.now.date().replace(day=1)
    if ordinals := _MONTH_OF_QUARTER.findall(before):
        return _month_of_quarter(part, ordinals[-1])
    named = [d for d in part.sentence.dates if begin <= d.start < amount.start and within_a_month(d)]
    return named[-1].first.replace(day=1) if named else None


def _month_of_quarter(part: Part, ordinal: str) -> date:
    """头一个月, 第二个月: of this quarter, or of the last where that is named."""
    first = _quarter_start(part.sentence.turn.now.date())
    if _LAST_QUARTER.search(part.sentence.text):
        first = _quarter_start(first - timedelta(1))
    return first.replace(month=first.month + int(to_decimal(ordinal) or 1) - 1)


def _quarter_start(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _months_without_cost(part: Part) -> tuple[MonthCost, ...]:
    """Months in which nothing was spent ("4月没花钱"): what they left of their limit may count."""
    text = part.sentence.text
    named = [d for d in part.sentence.dates if within_a_month(d) and _SPENT_NOTHING.match(text[d.end :])]
    return tuple(MonthCost(d.first.replace(day=1), Decimal(0)) for d in named)


def _month_before(part: Part, item: Item) -> date | None:
    """The month an unused quota is of; of last quarter its last."""
    begin, _ = part.sentence.clause(item.start)
    if _LAST_QUARTER.search(part.sentence.text[begin : item.start]):
        return (_quarter_start(part.sentence.turn.now.date()) - timedelta(1)).replace(day=1)
    earlier = [d for d in part.sentence.dates if d.start < item.start and within_a_month(d)]
    return earlier[-1].first.replace(day=1) if earlier else None


def _asked_month(part: Part, case: Case) -> Case:
    """Of several months' costs the one that is asked about ("…这个月的能报多少")."""
    after = part.sentence.text[part.items[-1].end :]
    if len(case.by_month) < 2 or not (asked := _ASKED_MONTH.search(after)):
        return Case()
    today = part.sentence.turn.now.date()
    if _THIS_MONTH.match(asked[0]):
        return Case(asked_month=today.replace(day=1))
    if ordinal := _MONTH_OF_QUARTER.match(asked[0]):
        return Case(asked_month=_month_of_quarter(part, ordinal[1]))
    numbers = {d.first.month for d in find_dates(asked[0], today) if within_a_month(d)}
    return Case(asked_month=next((c.month for c in case.by_month if c.month.month in numbers), None))
