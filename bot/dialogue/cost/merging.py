"""What is known of a person after more was told: it replaces what was known, adds to it, or is a part of it."""

import re
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

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
from bot.rules.money import NOTHING, Span, percent, to_fen

_USED = re.compile(r"用(?:掉|去)?了$")
_OF_A_PART = UNPAID - {"not_designated", "inpatient_stay"}
"""Why a part of one bill may not be paid for."""


def merged(known: Person, said: Person) -> Person:
    """After more was told: what is said replaces what was known, and what does not go with it is dropped."""
    if said.swapped and not said.cost_known:
        return _with_cost_and_limit_swapped(known)
    if said.day_asked and (bill := _bill_of(known, said.day_asked)):
        return bill
    known = _without_the_terms_of_another_region(_without_what_is_taken_back(known, said), said)
    said = _more_excluded(known.case, _used_again(known, said))
    said = _come_again(known, _without_the_total_again(known, said))
    said = _as_often_as_told(known, _less_what_was_returned(known, _with_the_bill_put_right(known, said)))
    named = len(known.bills) > 1 and said.case.amount == Span.exactly(known.bills[-1].cost)
    if said.this_one and (named or not said.cost_known) and (last := _last_bill(known)):
        return last
    said = _treated_where_they_live(known, _without_what_follows(known, said))
    stretch = said.stretch if said.stretch.first and said.cost_known else known.stretch.updated(said.stretch)
    said = _with_the_ratio_elsewhere(known, _without_the_ratio_at_home(known.case, said))
    said = _within_the_bill(known.case, _without_what_is_not_paid(known.case, known.bills, said))
    said = _with_class_b(known, _added_elsewhere(known.case, _as_a_part(known.case, _placed(known, said))))
    bills = said.bills if said.cost_known else known.bills
    bills = (*known.bills, *said.bills) if said.adds and said.cost_known else bills
    said = replace(said, follows=said.follows or (known.earlier and not said.adds))
    of_before = (
        said.case.treated_on and known.retired_since and said.case.treated_on.first < known.retired_since
    )
    at_work_after_all = said.case.employment == "在职" and not of_before  # 5月那会儿还在岗
    case = _still_known(known.case, known.bills, said).updated(_with_the_rest(known.case, said))
    names_limit = said.limit is not None or any(getattr(said.case, name) is not None for name in LIMITS)
    anew = LIMIT_FACTS if names_limit else ()
    anew = (*anew, *said.doubted)
    known_roughly = (r for r in known.rough if not said.knows(r.name) and r.name not in anew)
    return Person(
        case=_over_the_months(_completed(case, known.case, said.case), stretch, said),
        name=known.name or said.name,
        limit=said.limit if names_limit else known.limit,
        rough=(*known_roughly, *said.rough, *_doubts(case, said)),
        ratios=_with_costs(
            said.ratios if said.ratios or said.case.ratio is not None else known.ratios, bills
        ),
        ratios_elsewhere=said.ratios_elsewhere or known.ratios_elsewhere,
        ratios_by_place=known.ratios_by_place,
        earlier=said.earlier if said.cost_known else known.earlier,
        unplaced=said.unplaced if said.cost_known else known.unplaced,
        open=(known.open | said.open) - said.case.conditions - said.case.ruled_out,
        retired_since=said.retired_since or (None if at_work_after_all else known.retired_since),
        bills=bills,
        home_ratio=_share_at_home(known, said),
        class_b=said.class_b or (None if said.cost_known else known.class_b),
        stay=_stay_told(known.stay, said.stay),
        stretch=stretch,
        month=said.month if said.cost_known else known.month,
        price=said.price if said.cost_known else known.price,
        set_apart=known.set_apart,
        set_apart_for=known.set_apart_for,
    )


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
    return replace(known, case=replace(known.case, **nothing), limit=None, ratios=())


def _with_cost_and_limit_swapped(known: Person) -> Person:
    cost, limit = known.case.amount, known.limit or known.case.monthly_limit
    if cost is None or not cost.is_exact or limit is None:
        return known
    bounds: dict[str, Any] = {} if known.limit else {"monthly_limit": cost.low}
    case = replace(known.case, amount=Span.exactly(limit), **bounds)
    return replace(known, case=case, limit=cost.low if known.limit else None, bills=())


def _treated_where_they_live(known: Person, said: Person) -> Person:
    """What is told, whoever lives outside the province being there for no time: 在浙江门诊拿药."""
    if "living_elsewhere" not in known.case.conditions:
        return said
    conditions = said.case.conditions - {"staying_elsewhere"}
    return replace(said, case=replace(said.case, conditions=conditions))


def _share_at_home(known: Person, said: Person) -> Decimal | None:
    """The share that held before the treatment was said to be elsewhere."""
    went_away = ELSEWHERE & (said.case.conditions - known.case.conditions)
    return known.case.ratio if went_away and known.case.ratio else known.home_ratio


def _with_the_ratio_elsewhere(known: Person, said: Person) -> Person:
    """What is told, with the ratio that was told of who is elsewhere as this person, it turns out, is."""
    told = said.ratios_elsewhere or known.ratios_elsewhere
    holds = known.case.conditions if said.ratios else said.case.conditions | known.case.conditions
    named = "living_elsewhere" if "living_elsewhere" in holds else "staying_elsewhere"
    of_it = [at.ratio for at in told if at.place == named and named in holds]
    if not of_it or (said.case.ratio is not None and not said.ratios_elsewhere):
        return said
    return replace(said, case=replace(said.case, ratio=of_it[0]), ratios=())


def _with_the_bill_put_right(known: Person, said: Person) -> Person:
    """What is told, as all bills with the one that it puts right: 第三张是70."""
    number, right = said.bill_put_right, said.case.amount
    if not number or not right or number > len(known.bills):
        return said
    bills = list(known.bills)
    bills[number - 1] = replace(bills[number - 1], cost=right.low)
    amount = Span.exactly(sum((bill.cost for bill in bills), NOTHING))
    return replace(said, case=replace(said.case, amount=amount), bills=tuple(bills))


def _less_what_was_returned(known: Person, said: Person) -> Person:
    """What is told, as all that was spent without what was given back, of one of the bills (127那次退了31) or of
    whichever."""
    whole, cost, back = known.case.amount, said.case.amount, said.returned
    if said.bill_returned and said.bill_named and said.bill_named <= len(known.bills) > 1:
        back = known.bills[said.bill_named - 1].cost
    if back is None or whole is None or back >= whole.low or said.case.by_month:
        return said
    of_one_bill = cost and len(known.bills) > 1 and cost.low + back in {bill.cost for bill in known.bills}
    if cost and not of_one_bill:
        return said
    return replace(said, case=replace(said.case, amount=whole.less(back)), bills=())


def _as_often_as_told(known: Person, said: Person) -> Person:
    """What is told, with the known cost of one visit as often as it came about (一次400; 那阵子去了8回), or as is put
    right."""
    amount, price = known.case.amount, known.price
    if price is None or said.visits is None or said.cost_known or amount is None:
        return said
    if amount != Span.exactly(price) and not said.puts_visits_right:
        return said  # how often is known
    return replace(said, case=replace(said.case, amount=Span.exactly(price * said.visits)), price=price)


def _without_the_total_again(known: Person, said: Person) -> Person:
    """What is told, the sum of bills told before as no other cost (那980报多少), nor one of them of which it is told
    what is not paid for (120那趟有30的维生素)."""
    amount = said.case.amount
    whole = known.case.amount
    of_one = amount and said.case.excluded is not None and _is_one_of(known.bills, amount)
    if said.a_part and amount and whole and amount.high < whole.low:
        return replace(said, case=replace(said.case, amount=None), bills=())
    again = (amount == whole or of_one) and len(known.bills) > 1 and len(said.bills) == 1
    if not again or said.case.treated_on or said.case.each_month:
        return said
    return replace(said, case=replace(said.case, amount=None), bills=())


def _used_again(known: Person, said: Person) -> Person:
    """What is told, what is said to be used as the cost, where that was told so: 用了150; 要是用了250呢."""
    case, bills = said.case, known.bills
    as_before = len(bills) == 1 and _USED.search(bills[0].led_by) and known.case.used is None
    if not as_before or said.cost_known or case.used is None or case.used_as_paid:
        return said
    return replace(said, case=replace(case, amount=Span.exactly(case.used), used=None, used_as_cost=None))


def _more_excluded(known: Case, said: Person) -> Person:
    """What is told, a further part that is not paid for with the known one: 另外那样45的也不报."""
    more = said.case.excluded
    if not said.adds or said.cost_known or more is None or known.excluded is None:
        return said
    return replace(said, case=replace(said.case, excluded=known.excluded + more), adds=False)


def _come_again(known: Person, said: Person) -> Person:
    """What is told, a supposed next purchase after the known one, and, if no sum is told, as much as that."""
    if not said.next_time or known.case.by_month or known.case.months:
        return said
    case = replace(said.case, amount=said.case.amount or known.case.amount)
    if said.next_time == "visit":
        return replace(said, case=case, follows=True)
    spent, when = known.case.amount, case.treated_on
    if not spent or not spent.is_exact or (when and when.first.month == 1):
        return replace(said, case=case)
    earlier = (known.case.spent_in_earlier_months or NOTHING) + spent.low
    return replace(said, case=replace(case, spent_in_earlier_months=earlier))


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


def _without_what_follows(known: Person, said: Person) -> Person:
    """What is told, without what a month left unused whose cost is known."""
    months = {cost.month for cost in known.case.by_month}
    if said.case.unused_month not in months or said.cost_known:
        return said
    return replace(said, case=replace(said.case, unused_before=None, unused_month=None, treated_on=None))


def _with_class_b(known: Person, said: Person) -> Person:
    """What is told, the class B part of the known cost no cost of its own, and the share that is paid of it first
    as that much of it."""
    whole, case = known.case.amount, said.case
    if said.class_b and whole and said.class_b < whole.low:
        own = case.excluded_ratio and to_fen(said.class_b * case.excluded_ratio)
        if own:
            excluded = (case.excluded or NOTHING) + own
            case = replace(case, excluded=excluded, excluded_ratio=None)
        return replace(said, case=replace(case, amount=None), bills=())
    if known.class_b and case.excluded_ratio and not said.cost_known:
        share = to_fen(known.class_b * case.excluded_ratio)
        return replace(said, case=replace(case, excluded=share, excluded_ratio=None))
    return replace(said, class_b=None)


def _placed(known: Person, said: Person) -> Person:
    """What is told, the amount that puts a figure right moved to the fact which had it."""
    if said.instead_of is None or said.case.amount is None:
        return said
    name, right = _fact_of(known, said.instead_of), said.case.amount.low
    wrong = [place for place, bill in enumerate(known.bills, start=1) if bill.cost == said.instead_of]
    months = [cost for cost in known.case.by_month if cost.amount == said.instead_of]
    if name is None and len(months) == 1:
        month = replace(months[0], amount=right)
        by_month = tuple(month if cost is months[0] else cost for cost in known.case.by_month)
        case = replace(said.case, amount=None, treated_on=None, by_month=by_month)
        return replace(said, case=case, bills=())
    if name is None and len(wrong) == 1:
        return _with_the_bill_put_right(known, replace(said, bill_put_right=wrong[0]))
    if name is None:
        return said
    without = replace(said, case=replace(said.case, amount=None))
    if name == "limit":
        return replace(without, limit=right)
    fact: dict[str, Any] = {name: right}
    return replace(without, case=replace(without.case, **fact))


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


def _without_what_is_not_paid(known: Case, bills: tuple[Bill, ...], said: Person) -> Person:
    """What is told, a smaller figure with why it is not paid for as that part of the known cost (膏药55是治腰的), or
    one that is added as a bill of which nothing is paid (还有150是没挂牌的店里买的)."""
    case, whole = said.case, known.amount
    why = (case.conditions | case.excluded_for) & UNPAID
    another = case.amount.low if case.amount and case.amount.is_exact else case.excluded
    if said.adds and why and another and whole:
        apart = (known.uncounted or NOTHING) + another
        case = replace(
            case,
            amount=None,
            excluded=None,
            treated_on=None,
            conditions=case.conditions - why,
            uncounted=apart,
            excluded_for=why,
        )
        return replace(said, case=case, bills=(), adds=False)
    one = case.amount.low if case.amount and case.amount.is_exact else None
    if one is None and said.bill_named and said.bill_named <= len(bills) > 1:  # 头一回那个不是定点
        one = bills[said.bill_named - 1].cost
    if why and one in {bill.cost for bill in bills} and whole and one < whole.low:  # 88那张是小店买的
        case = replace(case, amount=None, conditions=case.conditions - why, excluded=one, excluded_for=why)
        return replace(said, case=case, bills=())
    why = case.conditions & _OF_A_PART
    if not why or said.adds or case.treated_on or case.region or whole is None:
        return said
    if case.amount is None:
        if case.excluded is None or case.excluded >= whole.low:
            return said
        return replace(said, case=replace(case, conditions=case.conditions - why, excluded_for=why))
    if not case.amount.is_exact or case.amount.high >= whole.low:
        return said
    part = case.amount.low
    case = replace(case, amount=None, conditions=case.conditions - why, excluded=part, excluded_for=why)
    return replace(said, case=case, bills=())


def _without_the_ratio_at_home(known: Case, said: Person) -> Person:
    """What is told of a treatment elsewhere, the share that holds at home no share of it: 出差开的药,照90%报吧."""
    away = ELSEWHERE & (said.case.conditions - known.conditions)
    at_home = away and known.ratio is not None and said.case.ratio == known.ratio
    told_of_home = said.ratio_at_home and ELSEWHERE & (said.case.conditions | known.conditions)
    return replace(said, case=replace(said.case, ratio=None)) if at_home or told_of_home else said


def _within_the_bill(known: Case, said: Person) -> Person:
    """What is told, a figure that is what counts of the known cost as no other cost: 政策内是812."""
    case, whole = said.case, known.amount
    counts = case.within_policy
    if counts is None or whole is None or case.excluded or case.amount != Span.exactly(counts):
        return said
    return replace(said, case=replace(case, amount=None)) if counts <= whole.low else said


def _as_a_part(known: Case, said: Person) -> Person:
    """What is told of a part of the known cost that the person pays a share of first: 乙类的先自付10%,乙类200."""
    share, part, whole = said.case.excluded_ratio, said.case.amount, known.amount
    if share is None or part is None or whole is None or part.high >= whole.low:
        return said
    return replace(said, case=replace(said.case, amount=None, excluded_ratio=None, excluded=part.low * share))


def _with_costs(ratios: tuple[RatioAt, ...], bills: tuple[Bill, ...]) -> tuple[RatioAt, ...]:
    """The shares with the cost of each one's place, where every one has its own among the bills."""
    if len(ratios) != len(bills) or any(at.cost is not None for at in ratios):
        return ratios
    costs = [next((bill.cost for bill in bills if at.place in bill.led_by), None) for at in ratios]
    if None in costs or sorted(filter(None, costs)) != sorted(bill.cost for bill in bills):
        return ratios
    return tuple(replace(at, cost=cost) for at, cost in zip(ratios, costs, strict=True))


def _added_elsewhere(known: Case, said: Person) -> Person:
    """With a cost that adds to the one that is known, each with the share of its own place."""
    told = [
        RatioAt(f"报 {percent(case.ratio)}", case.ratio, case.amount.low)
        for case in (known, said.case)
        if case.ratio is not None and case.amount is not None and case.amount.is_exact
    ]
    if not said.adds or len({at.ratio for at in told}) < 2:
        return said
    return replace(said, case=replace(said.case, ratio=None), ratios=tuple(told))


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


def _fact_of(person: Person, figure: Decimal) -> str | None:
    """The name of the known fact that has this figure; the cost's is `amount` already."""
    names = (f.name for f in fields(Case) if getattr(person.case, f.name) == figure)
    return "limit" if person.limit == figure else next(names, None)


def _is_one_of(bills: tuple[Bill, ...], amount: Span) -> bool:
    return len(bills) > 1 and amount in (Span.exactly(bill.cost) for bill in bills)


def _still_known(known: Case, bills: tuple[Bill, ...], said: Person) -> Case:
    """What was known without what the new facts put an end to."""
    case = said.case
    another = case.amount is not None and not case.excluded and _is_one_of(bills, case.amount)
    if another and known.excluded_for & UNPAID:  # then what is not paid was another bill
        known = replace(known, excluded=None, excluded_for=frozenset())
    if "living_elsewhere" in case.conditions:
        known = replace(known, conditions=known.conditions - {"staying_elsewhere"})
    went_away = ELSEWHERE & (case.conditions - known.conditions)
    if went_away or said.ratios:
        known = replace(known, ratio=None)  # the one at home, or at another place
    if case.until is not None and case.treated_on is None:
        known = replace(known, treated_on=None)  # one of its purchases
    if case.amount is not None:
        known = replace(known, by_month=(), asked_month=None, within_policy=None)
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
