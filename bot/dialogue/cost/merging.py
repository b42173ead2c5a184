"""What is known of a person after more was told: it replaces what was known, adds to it, or is a part of it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.in_view import in_view_of, is_one_of
from bot.dialogue.cost.person import (
    ELSEWHERE,
    LIMIT_FACTS,
    LIMITS,
    UNPAID,
    Bill,
    Person,
    RatioAt,
    Rough,
    Stretch,
)
from bot.rules.case import Case, Days, MonthCost
from bot.rules.money import NOTHING, Span


def merged(known: Person, said: Person) -> Person:
    """After more was told: what is said replaces what was known, and what does not go with it is dropped."""
    if said.swapped and not said.cost_known:
        return _with_cost_and_limit_swapped(known)
    if said.day_asked and (bill := _bill_of(known, said.day_asked)):
        return bill
    known = _without_the_terms_of_another_region(_without_what_is_taken_back(known, said), said)
    said = in_view_of(known, said)
    if _asks_of_the_last(known, said) and (last := _last_bill(known)):
        return last
    put_right = said.bill_put_right is not None
    said = replace(said, follows=said.follows or (known.earlier and not said.adds and not put_right))
    stretch = said.stretch if said.stretch.first and said.cost_known else known.stretch.updated(said.stretch)
    case = _still_known(known.case, known.bills, said).updated(_with_the_rest(known.case, said))
    latest = said if said.cost_known else known
    bills = (*known.bills, *said.bills) if said.adds and said.cost_known else latest.bills
    ratios = said.ratios if said.ratios or said.case.ratio is not None else known.ratios
    return Person(
        case=_over_the_months(_completed(case, known.case, said.case), stretch, said),
        name=known.name or said.name,
        limit=said.limit if _names_a_limit(said) else known.limit,
        rough=(*_still_rough(known, said), *said.rough, *_doubts(case, said)),
        ratios=_with_costs(ratios, bills),
        ratios_elsewhere=said.ratios_elsewhere or known.ratios_elsewhere,
        ratios_by_place=known.ratios_by_place,
        earlier=latest.earlier,
        unplaced=latest.unplaced,
        open=(known.open | said.open) - said.case.conditions - said.case.ruled_out,
        retired_since=_retired_since(known, said),
        former_limit=said.former_limit if _names_a_limit(said) else known.former_limit,
        bills=bills,
        class_costs=latest.class_costs,
        home_ratio=_share_at_home(known, said),
        class_b=said.class_b or (None if said.cost_known else known.class_b),
        stay=_stay_told(known.stay, said.stay),
        stretch=stretch,
        month=latest.month,
        price=latest.price,
        set_apart=known.set_apart,
        set_apart_for=known.set_apart_for,
    )


def _asks_of_the_last(known: Person, said: Person) -> bool:
    """Whether of several bills the last is asked about alone, its sum said again or not."""
    again = len(known.bills) > 1 and said.case.amount == Span.exactly(known.bills[-1].cost)
    return said.this_one and (again or not said.cost_known)


def _names_a_limit(said: Person) -> bool:
    return said.limit is not None or any(getattr(said.case, name) is not None for name in LIMITS)


def _still_rough(known: Person, said: Person) -> tuple[Rough, ...]:
    """The facts known as a range that are not told now, or doubted."""
    anew = (*(LIMIT_FACTS if _names_a_limit(said) else ()), *said.doubted)
    return tuple(r for r in known.rough if not said.knows(r.name) and r.name not in anew)


def _retired_since(known: Person, said: Person) -> date | None:
    """Since when the person is retired, unless they are at work after all, and not only then: 5月那会儿还在岗."""
    since, day = known.retired_since, said.case.treated_on
    of_before = since and day and day.first < since
    at_work_after_all = said.case.employment == "在职" and not of_before
    return said.retired_since or (None if at_work_after_all else since)


def _stay_told(known: Days | None, said: Days | None) -> Days | None:
    """The stay in hospital that is told; a day within a known one, told without an end, is no other stay."""
    if known is None or said is None:
        return said or known
    within = said.last == date.max and known.first <= said.first <= known.last
    was_over = said.first == date.min and date.min < known.first and known.last < said.last  # 18号,出了院
    return known if within or was_over else said


def _without_what_is_taken_back(known: Person, said: Person) -> Person:
    """What was known, without a share of somebody else; of who was treated at home after all, what held there holds."""
    if said.at_home_after_all and known.case.conditions & ELSEWHERE:
        case = replace(known.case, conditions=known.case.conditions - ELSEWHERE)
        known = replace(known, case=replace(case, ratio=case.ratio or known.home_ratio))
    if said.withdrawn is not None and said.withdrawn == known.case.ratio:
        return known.without("ratio")
    return known


def _without_the_terms_of_another_region(known: Person, said: Person) -> Person:
    """What was known without limit and share, where another region is told with terms of its own."""
    terms = (said.limit, *(getattr(said.case, name) for name in (*LIMITS, "ratio", "deductible")))
    moved = said.case.region and known.case.region and said.case.region != known.case.region
    if not moved or all(term is None for term in terms):
        return known
    nothing: dict[str, Any] = dict.fromkeys((*LIMITS, "ratio", "deductible", "deductible_met", "quota_left"))
    if said.case.employment and not said.case.scheme:
        nothing["scheme"] = None  # 江西居民…; 说串了那是我妹,我是湖南退休的
    return replace(known, case=replace(known.case, **nothing), limit=None, ratios=())


def _with_cost_and_limit_swapped(known: Person) -> Person:
    cost, limit = known.case.amount, known.limit or known.case.monthly_limit
    if cost is None or not cost.is_exact or limit is None:
        return known
    bounds: dict[str, Any] = {} if known.limit else {"monthly_limit": cost.low}
    case = replace(known.case, amount=Span.exactly(limit), **bounds)
    return replace(known, case=case, limit=cost.low if known.limit else None, bills=())


def _share_at_home(known: Person, said: Person) -> Decimal | None:
    """The share that held before the treatment was said to be elsewhere."""
    went_away = ELSEWHERE & (said.case.conditions - known.case.conditions)
    return (known.case.ratio if went_away else None) or said.home_ratio or known.home_ratio


def _last_bill(known: Person) -> Person | None:
    """The last of several bills as the only one that is asked about, the others spent before it."""
    return _bill_alone(known, len(known.bills) - 1)


def _bill_of(known: Person, day: date) -> Person | None:
    """The bill of that day as the only one that is asked about, those told before it spent before."""
    places = [place for place, bill in enumerate(known.bills) if bill.day == day]
    alone = _bill_alone(known, places[0]) if len(places) == 1 and len(known.bills) > 1 else None
    return alone and replace(alone, case=replace(alone.case, treated_on=Days(day, day)))


def _bill_alone(known: Person, place: int) -> Person | None:
    whole, spent = known.case.amount, sum((bill.cost for bill in known.bills[:place]), NOTHING)
    if len(known.bills) < 2 or whole != Span.exactly(sum((bill.cost for bill in known.bills), NOTHING)):
        return None
    amount = Span.exactly(known.bills[place].cost)
    if not spent:
        return replace(known, case=replace(known.case, amount=amount), bills=())
    before = replace(known, case=replace(known.case, amount=Span.exactly(spent)), bills=())
    return merged(before, Person(Case(amount=amount), follows=True))


def beside(said: Person, known: Person, this_month: Days | None) -> Person:
    """With what was known of other months, where the cost told is of one month (十月250; then 十一月350).
    `this_month`: the days of it, where the cost is told as this month's."""
    days = {bill.day for bill in said.bills if bill.day}
    if said.adds and len(said.bills) == len(days) == 1:  # 还有张2月26号的票,跟3月的一块算
        day = min(days)
        said = replace(said, case=replace(said.case, treated_on=Days(day, day)))
    case = said.case if said.case.treated_on else replace(said.case, treated_on=this_month)
    if known.month and case.used is not None and case.amount is None and case.treated_on:
        spent = Span.exactly(case.used)  # 上个月我只用了100: that month's, not this one's
        return beside(
            replace(said, case=replace(case, amount=spent, used=None, used_as_cost=None)), known, None
        )
    before = replace(known.case, treated_on=known.case.treated_on or known.month)
    own, told = _by_month(case), _by_month(before)
    told_again = len(told) > 1 and len(own) == 1 and own[0] in told
    if told_again:  # it is asked about: 10月这410报多少
        asked = own[0].month if said.case.excluded is None else None
        again = replace(said.case, amount=None, treated_on=None, asked_month=asked)
        return replace(said, case=again, bills=())
    others = tuple(month for month in told if month.month not in {one.month for one in own})
    if not own or not others:
        return said
    asked = own[0].month if said.this_one and len(own) == 1 else None
    case = replace(said.case, amount=None, by_month=(*others, *own), asked_month=asked)
    return replace(said, case=case)


def _with_costs(ratios: tuple[RatioAt, ...], bills: tuple[Bill, ...]) -> tuple[RatioAt, ...]:
    """The shares with the cost of each one's place, where every one has its own among the bills."""
    if len(ratios) != len(bills) or any(at.cost is not None for at in ratios):
        return ratios
    costs = [next((bill.cost for bill in bills if at.place in bill.led_by), None) for at in ratios]
    if None in costs or sorted(filter(None, costs)) != sorted(bill.cost for bill in bills):
        return ratios
    return tuple(replace(at, cost=cost) for at, cost in zip(ratios, costs, strict=True))


def _doubts(case: Case, said: Person) -> tuple[Rough, ...]:
    """起付线扣没扣过不晓得, after its figure was told."""
    if "deductible_met" not in said.doubted or not case.deductible:
        return ()
    return (Rough("deductible_met", NOTHING, case.deductible),)


def _by_month(case: Case) -> tuple[MonthCost, ...]:
    """The costs of a case by months: those told so, or the one cost that was told with its month."""
    day = case.treated_on
    if case.by_month or case.amount is None or not case.amount.is_exact or day is None:
        return case.by_month
    month = day.first.replace(day=1)
    return (MonthCost(month, case.amount.low),) if day.last.replace(day=1) == month else ()


def _still_known(known: Case, bills: tuple[Bill, ...], said: Person) -> Case:
    """What was known without what the new facts put an end to."""
    case = said.case
    another = case.amount is not None and not case.excluded and is_one_of(bills, case.amount)
    if another and known.excluded_for & UNPAID:  # then what is not paid was another bill
        known = replace(known, excluded=None, excluded_for=frozenset())
    if "employment" in said.doubted:
        known = replace(known, employment=None)
    if "living_elsewhere" in case.conditions:
        known = replace(known, conditions=known.conditions - {"staying_elsewhere"})
    went_away = ELSEWHERE & (case.conditions - known.conditions)
    if went_away or said.ratios:
        known = replace(known, ratio=None)  # the one at home, or at another place
    if case.until is not None and case.treated_on is None:
        known = replace(known, treated_on=None)  # one of its purchases
    if case.amount is not None:
        known = replace(known, by_month=(), asked_month=None, within_policy=None)
    if said.cost_known or case.nothing_spent:
        known = replace(known, fund_paid=None, own_paid=None, nothing_spent=None)
    if case.by_month:
        known = replace(known, amount=None)
    if case.monthly_limit is not None or said.limit is not None:
        known = replace(known, quarterly_limit=None)
    if case.deductible_met is not None:
        known = replace(known, deductible_full=None)
    if case.deductible_full:
        known = replace(known, deductible_met=None)
    if case.cap_not_reached:
        known = replace(known, quota_left=None)
    if case.cap_not_reached or case.quota_left is not None:
        known = replace(known, spent_since=None)
    return known


def _with_the_rest(known: Case, said: Person) -> Case:
    """An amount that adds to the one that is known, as the sum of both; or the known one as used up by then."""
    if _is_below_the_deductible(known, said.case):
        return replace(said.case, used=None, used_as_cost=None, deductible_met=said.case.used)
    if said.case.amount is None or known.amount is None:
        return said.case
    if said.follows and known.amount.is_exact and known.deductible and not known.deductible_full:
        before = known.deductible_met or NOTHING
        met = min(before + known.amount.low, known.deductible)
        return replace(
            _since_what_was_left(known, said.case, known.amount.low - met + before), deductible_met=met
        )
    if said.follows and known.amount.is_exact and known.quota_left is not None:
        return _since_what_was_left(known, said.case, known.amount.low)
    if said.follows and known.amount.is_exact and known.used_as_paid and known.annual_cap:
        earlier = (known.spent_in_earlier_months or NOTHING) + known.amount.low
        return replace(said.case, spent_in_earlier_months=earlier)
    if said.follows and known.amount.is_exact and _same_month(known, said.case):
        return replace(said.case, used=(known.used or NOTHING) + known.amount.low, used_as_cost=True)
    if not said.adds:
        return said.case
    return replace(said.case, amount=known.amount.plus(said.case.amount))


def _since_what_was_left(known: Case, said: Case, spent: Decimal) -> Case:
    """What is told, with what was spent after it was told how much is left of a limit, beyond any deductible."""
    return (
        said
        if known.quota_left is None
        else replace(said, spent_since=(known.spent_since or NOTHING) + spent)
    )


def _is_below_the_deductible(known: Case, said: Case) -> bool:
    """Whether what was spent before counts up to a deductible told in an earlier turn."""
    open_ended = known.deductible and not known.deductible_full and known.deductible_met is None
    spent = said.used if said.amount is not None and not said.used_as_paid else None
    return bool(open_ended and spent and known.deductible and spent <= known.deductible)


def _same_month(known: Case, said: Case) -> bool:
    days = [case.treated_on.first.replace(day=1) for case in (known, said) if case.treated_on]
    return len(set(days)) <= 1


def _over_the_months(case: Case, stretch: Stretch, said: Person) -> Case:
    """With what recurs each month as the cost of every month it is told for; of months told before, without those that
    are left out now."""
    if case.by_month and not said.cost_known:
        kept = tuple(month for month in case.by_month if month.month.month not in said.stretch.without)
        return replace(case, by_month=kept or case.by_month)
    months = stretch.months
    counted = case.months or 0
    if (
        len(months) < 2
        or counted > len(months) + len(stretch.without)
        or not case.each_month
        or case.until
        or case.amount is None
        or not case.amount.is_exact
    ):
        return case
    by_month = tuple(MonthCost(month, case.amount.low) for month in months)
    return replace(case, amount=None, months=None, each_month=None, treated_on=None, by_month=by_month)


def _completed(case: Case, known: Case, said: Case) -> Case:
    """What follows from the old and the new together."""
    asked_alone = replace(said, months=None, each_month=None, treated_on=None) == Case()  # 那半年呢
    recurs = said.months and known.months is None and (known.each_month or asked_alone)
    if recurs and said.amount is None and not said.by_month and known.amount:
        case = replace(case, each_month=True)
    if len(case.diseases) > 1:
        case = replace(case, conditions=case.conditions | {"several_diseases"})
    return case
