"""What was spent in which month: 6月花了300,7月200; 七八九月各200; 三个月分别是150、160; 头两个月各250,第三个月400."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.person import Stretch, later_month
from bot.dialogue.cost.reading.roles import LIMITS
from bot.dialogue.cost.reading.sentence import Item, Part, within_a_month
from bot.dialogue.cost.reading.stretch import MONTH, last_month_of, stretch_of
from bot.dialogue.cost.reading.times import field_of, is_monthly, months_spoken_of
from bot.dialogue.cost.reading.visits import days_of
from bot.language.dates import find_dates, in_order_told
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.case import Case, MonthCost
from bot.rules.money import NOTHING

_LISTED = (
    r"((?:(?:1[0-2]|[1-9])(?=[月、,和跟])|[一二三四五六七八九十、,和跟]|(?<=[\d一二三四五六七八九十])月份?)+"
    rf"(?:{MONTH}))"
)
_EACH_OF_MONTHS = re.compile(
    rf"(?<![\d.]){_LISTED}(?:月份?(?:这?[两三四五六\d]个月)?|这?[两三四五六\d]个月)[^,。;\d]{{0,6}}?(?:各|都|每个?月|均)[^,。;\d]{{0,8}}$"
)
_MONTHS_AND_THEIR_NUMBER = re.compile(rf"(?<![\d.]){_LISTED}月?份?这?[两三四五六\d]个月")
_EACH_LISTED = re.compile(rf"(?<![\d.]){_LISTED}月份?[^,。;\d]{{0,4}}各[^,。;\d]{{0,4}}$")
_MONTHS_LISTED = re.compile(rf"(?<![\d.]){_LISTED}月份?[^,。;\d]{{0,10}}(?:分别|依次|先后)[^,。;\d]{{0,4}}$")
_FROM_TO = re.compile(rf"(?<![\d年])({MONTH})月份?(?:到|至|-)({MONTH})月")
_EACH_FROM_TO = re.compile(
    rf"(?<!\d)(?<!\d年)({MONTH})(?:月份?)?(?:到|至|-)({MONTH})月[^,。;\d]{{0,4}}(?:各|都|每个?月|均)[^,。;\d]{{0,8}}$"
)
_FROM_THEN_ON = re.compile(rf"(?<!\d)({MONTH})月份?(?:起|开始|往后|以后)[^,。;\d]{{0,8}}$")
_FIRST_SOME = re.compile(r"[头前]([两二三四五])个月(?:各|每个?月|都|均)[^,。;\d]{0,4}$")
_LAST_SOME = re.compile(r"后([两二])个?月(?:各|每个?月|都|均)[^,。;\d]{0,4}$")
_SOME_UNTOUCHED = re.compile(
    r"前[面头]?的?(\d{1,2}|[两二三四五六七八九]|十[一二]?)个月的?(?:额度|限额|药)?(?:都|全|一直|也)*没(?:有)?(?:动|用|花|买|拿|开)"
)
_LISTED_BEFORE = re.compile(rf"(?:(?:{MONTH})、)+$")
_MOST_IN_A_LIST = 12
_ONE_AFTER_THE_OTHER = re.compile(r"分别|依次|先后|各[是自花用买吃]")
_THIS_MONTH = re.compile(r"这个?月|本月|当月")
_OF_THE_MONTH_TOLD = re.compile(r"当月(?=的?\d{1,2}[号日])|(?:批|认定|通过|办|评|下来)[^,。;\d]{0,6}当月")
_MONTH_OF_QUARTER = re.compile(r"[第头]([一二三123]?)个月(?=[^各都])")
_QUARTER_NAMED = re.compile(r"第?([一二三四])季度")
_LAST_QUARTER = re.compile(r"上个?季度?")
EARLIER_MONTH = r"(?:上个?月|(?<!\d)(?:1[0-2]|[1-9])月份?|十?[一二三四五六七八九十]月份?)(?:才|只|就)?"
"""A month by name, right before what is told of it."""
_SPENT_NOTHING = re.compile(
    r"(?:份?整个月)?[^,。;\d]{0,8}(?:没|忘了?|一分没|一分钱没|啥也没|什么都没)有?(?:花|去|看|[买拿开用配抓取吃](?:过)?药|[开配拿]过|动|[用买拿开配吃](?=[,。;]|$))"
)
_ONLY_THIS_MONTH = re.compile(r"[只就单][^,。;]{0,2}[问算看要][^,。;]{0,4}(?:这个?月|本月|当月)")
_THAT_MONTH_ALONE = re.compile(
    rf"(?:^|[,。;])[就只单光][算问要看](?:一下)?({MONTH})月份?的?(?:[,。吧啊呀]|$)"
)
"""就算4月的."""
_ASKED_MONTH = re.compile(
    r"(?:这个?月|本月|当月|[上下]个?月|[第头][一二三123]个月|\d{1,2}月份?|[一二三四五六七八九十]{1,2}月份?)(?:[这那]?一?个?月|[这那]一?[笔次回趟单张]|到底|究竟|实际|(?:这|那|的)*(?:\d+(?:\.\d+)?|[一二两三四五六七八九十百千零]+)[元块]?钱?|的|里|份|药费|医保|统筹|单独)*"
    r"(?:能|可以?|该|应该|给)*(?:[按照]\d+[元块]?的?(?:额度|限额)?|按剩[^,。;\d]{0,6})?(?:[报付给]|出(?![门去院差]))"
)
_WHAT_ANOTHER_LEFT = re.compile(
    rf"({MONTH})月份?(?:能不能|可不可以|能|可以|好不好)把?(?:{MONTH})月份?[^,。;\d]{{0,3}}(?:剩|余|没用)[^。;]{{0,14}}报(?:多少|几|好多)"
)
"""2月能把1月剩的用上不,报多少: of 2月."""
_ONLY_ONE_MONTH = re.compile(
    r"[单光只][独是就]?[算问讲说看报]?(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?![^,。;]{0,6}[没忘])"
)
_ASKED_FIGURE = re.compile(r"[这那](?:笔|个|张)?(\d+(?:\.\d+)?)[元块]?钱?,?[^,。;\d]{0,8}[报付给]")


def costs_by_month(part: Part) -> tuple[MonthCost, ...]:
    """The cost of each month, where several months' are told apart; empty where they are not."""
    if in_order := _one_after_the_other(part):
        return in_order
    empty = [MonthCost(month, NOTHING) for month in _months_without_cost(part)]
    told = "季" in part.sentence.text or not _MONTH_OF_QUARTER.search(part.text)
    spent: list[MonthCost] = []
    for cost in part.costs:
        months = _months_of(part, cost)
        if not months:
            return ()
        spent += (MonthCost(month, cost.low, told) for month in months)
    different = {cost.month for cost in (*empty, *spent)}
    return _together(*empty, *spent) if len(different) > 1 else ()


def _one_after_the_other(part: Part) -> tuple[MonthCost, ...]:
    """One cost for each of some months: those that are listed, else a quarter's from its first month on."""
    text, costs = part.sentence.text, part.costs
    listed = all("、" in text[cost.end : following.start] for cost, following in pairwise(costs))
    in_order = listed or _ONE_AFTER_THE_OTHER.search(part.text)
    if not 1 < len(costs) <= _MOST_IN_A_LIST or not in_order:
        return ()
    before = text[: costs[0].start]
    one_by_one = all(text[a.end : b.start].strip("元块钱") == "、" for a, b in pairwise(costs))
    each = _EACH_LISTED.search(before) if one_by_one else None
    months = months_named(part, re.findall(MONTH, each[1])) if each else _listed_months(part, before)
    if len(months) == len(costs):
        return tuple(MonthCost(month, cost.low) for month, cost in zip(months, costs, strict=True))
    if months_spoken_of(text) != len(costs) or any(_months_of(part, cost) for cost in costs):
        return ()
    first = _quarter_start(_quarter_start(part.sentence.turn.now.date()) - timedelta(1))
    return tuple(
        MonthCost(later_month(first, place), cost.low, told=False) for place, cost in enumerate(costs)
    )


def _listed_months(part: Part, before: str) -> tuple[date, ...]:
    """七八九三个月, 一月到三月."""
    if found := _MONTHS_AND_THEIR_NUMBER.search(before) or _MONTHS_LISTED.search(before):
        return months_named(part, re.findall(MONTH, found[1]))
    if found := _FROM_TO.search(before):
        first, last = (int(to_decimal(number) or 0) for number in found.groups())
        return months_named(part, [str(month) for month in range(first, last + 1)])
    return ()


def _months_of(part: Part, cost: Amount) -> tuple[date, ...]:
    """The months a cost is told for: the one named in its clause, or each of several (3月4月5月各花了200)."""
    days = tuple(dict.fromkeys(day.replace(day=1) for day in days_of(part, cost)))
    if len(days) > 1:
        return days
    begin, _ = part.sentence.clause(cost.start)
    earlier = max((other.end for other in part.costs if other.end <= cost.start), default=0)
    before = part.sentence.text[max(earlier, begin - 12, cost.start - 48, 0) : cost.start]
    if listed := _EACH_OF_MONTHS.search(before):
        return months_named(part, re.findall(MONTH, listed[1]))
    if from_to := _EACH_FROM_TO.search(before):
        first, last = (int(to_decimal(number) or 0) for number in from_to.groups())
        without = set(_months_without_cost(part))
        named = months_named(part, [str(month) for month in range(first, last + 1)])
        return tuple(month for month in named if month not in without)
    stretch = stretch_of(part)
    if (on := _FROM_THEN_ON.search(before)) and (end := last_month_of(part)):
        return Stretch(months_named(part, [on[1]])[0], end, stretch.without).months
    counted = months_spoken_of(part.text) or 0
    recurs = len(part.costs) == 1 and is_monthly(part, cost)
    if recurs and stretch.months and counted <= len(stretch.months) + len(stretch.without):
        return stretch.months
    if rest := _LAST_SOME.search(before):
        number = int(to_decimal(rest[1]) or 1)
        return tuple(_month_of_quarter(part, place) for place in range(4 - number, 4))
    if some := _FIRST_SOME.search(before):
        return tuple(_month_of_quarter(part, place) for place in range(1, int(to_decimal(some[1]) or 1) + 1))
    month = _month_of(part, cost)
    return (month,) if month else ()


def months_named(part: Part, numbers: list[str]) -> tuple[date, ...]:
    """Months told one after the other, the nearest past ones."""
    months = "、".join(f"{number}月" for number in numbers)
    told = in_order_told(find_dates(months, part.sentence.turn.now.date()), months)
    return tuple(dict.fromkeys(mention.first for mention in told))


def _together(*costs: MonthCost) -> tuple[MonthCost, ...]:
    """One cost for each month: what is spent in the same month shares its limit."""
    months: dict[date, Decimal] = {}
    for cost in costs:
        months[cost.month] = months.get(cost.month, NOTHING) + cost.amount
    told = all(cost.told for cost in costs)
    return tuple(MonthCost(month, amount, told) for month, amount in months.items())


def _month_of(part: Part, amount: Amount) -> date | None:
    """The month named before the amount, after the one before it, that is no day of approval."""
    of_months = (i for i in part.items if i.end <= amount.start and i.role not in LIMITS)
    begin = max((item.end for item in of_months), default=part.start)
    before = part.sentence.text[begin : amount.start]
    if _THIS_MONTH.search(before) and not _OF_THE_MONTH_TOLD.search(before):
        return part.sentence.turn.now.date().replace(day=1)
    if ordinals := _MONTH_OF_QUARTER.findall(before):
        return _month_of_quarter(part, int(to_decimal(ordinals[-1]) or 1))
    dates = (d for d in part.sentence.dates if begin <= d.start < amount.start and within_a_month(d))
    named = [d for d in dates if field_of(part, d) == "treated_on"]
    return named[-1].first.replace(day=1) if named else None


def _month_of_quarter(part: Part, place: int) -> date:
    """头一个月, 第二个月: of this quarter, or of the last where that is named."""
    first = _quarter_start(part.sentence.turn.now.date())
    if _LAST_QUARTER.search(part.sentence.text):
        first = _quarter_start(first - timedelta(1))
    return later_month(first, place - 1)


def _quarter_start(day: date) -> date:
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def _months_without_cost(part: Part) -> Iterator[date]:
    """Months in which nothing was spent ("4月没花钱"): what they left of their limit may count."""
    text = part.sentence.text
    for mention in part.sentence.dates:
        if within_a_month(mention) and _SPENT_NOTHING.match(text[mention.end :]):
            last = mention.first.replace(day=1)
            listed = _LISTED_BEFORE.search(text[: mention.start])
            for number in listed[0].strip("、").split("、") if listed else ():
                month = int(to_decimal(number) or 1)
                yield date(last.year - (month > last.month), month, 1)
            yield last
    yield from _untouched_before_it(part)
    for ordinal in _MONTH_OF_QUARTER.finditer(text):
        if _SPENT_NOTHING.match(text[ordinal.end() :]):
            yield _month_of_quarter(part, int(to_decimal(ordinal[1]) or 1))


def _untouched_before_it(part: Part) -> Iterator[date]:
    """The months before the one of the cost of which nothing was used: 前11个月额度都没动,12月买了3000."""
    told, text = _SOME_UNTOUCHED.search(part.text), part.sentence.text
    months = [
        d.first for d in part.dates if within_a_month(d) and told and d.start >= part.start + told.end()
    ]
    if told and months and len(part.costs) == 1 and text:
        number = min(int(to_decimal(told[1]) or 0), 11)
        yield from (later_month(months[0].replace(day=1), -place) for place in range(number, 0, -1))


def month_before(part: Part, item: Item) -> date | None:
    """The month an unused quota is of; of last quarter its last."""
    begin, _ = part.sentence.clause(item.start)
    if named := _QUARTER_NAMED.search(part.sentence.text[begin : item.start]):
        return part.sentence.turn.now.date().replace(month=3 * int(to_decimal(named[1]) or 1), day=1)
    if _LAST_QUARTER.search(part.sentence.text[begin : item.start]):
        return (_quarter_start(part.sentence.turn.now.date()) - timedelta(1)).replace(day=1)
    earlier = [d for d in part.sentence.dates if d.start < item.start and within_a_month(d)]
    return earlier[-1].first.replace(day=1) if earlier else None


def asked_month(part: Part, case: Case) -> Case:
    """Of several months' costs the one that is asked about ("…这个月的能报多少", or by its figure)."""
    costs = [item for item in part.items if item.role == "cost"] or part.items
    after = part.sentence.text[costs[-1].end :]
    if alone := _ONLY_ONE_MONTH.search(after) or _WHAT_ANOTHER_LEFT.search(after):
        return Case(asked_month=next(iter(months_named(part, [alone[1]])), None))
    if len(case.by_month) > 1 and (figure := _ASKED_FIGURE.search(after)):
        named = [cost.month for cost in case.by_month if cost.amount == to_decimal(figure[1])]
        return Case(asked_month=named[0]) if len(named) == 1 else Case()
    if len(case.by_month) < 2 or not (asked := _ASKED_MONTH.search(after)):
        return Case()
    today = part.sentence.turn.now.date()
    if _THIS_MONTH.match(asked[0]):
        return Case(asked_month=today.replace(day=1))
    if ordinal := _MONTH_OF_QUARTER.match(asked[0]):
        return Case(asked_month=_month_of_quarter(part, int(to_decimal(ordinal[1]) or 1)))
    numbers = {d.first.month for d in find_dates(asked[0], today) if within_a_month(d)}
    return Case(asked_month=next((c.month for c in case.by_month if c.month.month in numbers), None))


def only_month_asked(part: Part) -> Case:
    """Of the months that an earlier turn told: 我只问这个月."""
    if alone := _THAT_MONTH_ALONE.search(part.text):
        return Case(asked_month=next(iter(months_named(part, [alone[1]])), None))
    if _ONLY_THIS_MONTH.search(part.text):
        return Case(asked_month=part.sentence.turn.now.date().replace(day=1))
    asked = _ASKED_MONTH.search(part.text)
    named = [
        d
        for d in part.sentence.dates
        if asked and asked.start() <= d.start < asked.end() and within_a_month(d)
    ]
    return Case(asked_month=named[0].first.replace(day=1)) if len(named) == 1 else Case()
