"""What a turn tells of a person, in view of what was known of them: a figure may be a part of a known cost, put it
right, or come again. Each reading is a function; `in_view_of` takes them in their order."""

import re
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from bot.dialogue.cost.person import ELSEWHERE, UNPAID, Bill, Person, RatioAt
from bot.rules.case import Case
from bot.rules.money import NOTHING, Span, percent, to_fen

_USED = re.compile(r"用(?:掉|去)?了$")
_OF_A_PART = UNPAID - {"not_designated", "inpatient_stay"}
"""Why a part of one bill may not be paid for."""


def in_view_of(known: Person, said: Person) -> Person:
    """What is told, as it is meant after what was known."""
    for reading in _READINGS:
        said = reading(known, said)
    return said


def _used_again(known: Person, said: Person) -> Person:
    """What is told, what is said to be used as the cost, where that was told so: 用了150; 要是用了250呢."""
    case, bills = said.case, known.bills
    as_before = len(bills) == 1 and _USED.search(bills[0].led_by) and known.case.used is None
    if not as_before or said.cost_known or case.used is None or case.used_as_paid:
        return said
    return replace(said, case=replace(case, amount=Span.exactly(case.used), used=None, used_as_cost=None))


def _more_excluded(known: Person, said: Person) -> Person:
    """What is told, a further part that is not paid for with the known one: 另外那样45的也不报."""
    more = said.case.excluded
    if not said.adds or said.cost_known or more is None or known.case.excluded is None:
        return said
    return replace(said, case=replace(said.case, excluded=known.case.excluded + more), adds=False)


def _without_the_total_again(known: Person, said: Person) -> Person:
    """What is told, the sum of bills told before as no other cost (那980报多少), nor one of them of which it is told
    what is not paid for (120那趟有30的维生素)."""
    amount = said.case.amount
    whole = known.case.amount
    of_one = amount and said.case.excluded is not None and is_one_of(known.bills, amount)
    if said.a_part and amount and whole and amount.high < whole.low:
        return replace(said, case=replace(said.case, amount=None), bills=())
    again = (amount == whole or of_one) and len(known.bills) > 1 and len(said.bills) == 1
    if not again or said.case.treated_on or said.case.each_month:
        return said
    return replace(said, case=replace(said.case, amount=None), bills=())


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


def _without_what_follows(known: Person, said: Person) -> Person:
    """What is told, without what a month left unused whose cost is known."""
    months = {cost.month for cost in known.case.by_month}
    if said.case.unused_month not in months or said.cost_known:
        return said
    return replace(said, case=replace(said.case, unused_before=None, unused_month=None, treated_on=None))


def _treated_where_they_live(known: Person, said: Person) -> Person:
    """What is told, whoever lives outside the province being there for no time: 在浙江门诊拿药."""
    if "living_elsewhere" not in known.case.conditions:
        return said
    conditions = said.case.conditions - {"staying_elsewhere"}
    return replace(said, case=replace(said.case, conditions=conditions))


def _without_the_ratio_at_home(known: Person, said: Person) -> Person:
    """What is told of a treatment elsewhere, the share that holds at home no share of it: 出差开的药,照90%报吧."""
    away = ELSEWHERE & (said.case.conditions - known.case.conditions)
    at_home = away and known.case.ratio is not None and said.case.ratio == known.case.ratio
    told_of_home = said.ratio_at_home and ELSEWHERE & (said.case.conditions | known.case.conditions)
    if not at_home and not told_of_home:
        return said
    return replace(said, case=replace(said.case, ratio=None), home_ratio=said.case.ratio)


def _with_the_ratio_elsewhere(known: Person, said: Person) -> Person:
    """What is told, with the ratio that was told of who is elsewhere as this person, it turns out, is."""
    told = said.ratios_elsewhere or known.ratios_elsewhere
    holds = known.case.conditions if said.ratios else said.case.conditions | known.case.conditions
    named = "living_elsewhere" if "living_elsewhere" in holds else "staying_elsewhere"
    of_it = [at.ratio for at in told if at.place == named and named in holds]
    if not of_it or (said.case.ratio is not None and not said.ratios_elsewhere):
        return said
    return replace(said, case=replace(said.case, ratio=of_it[0]), ratios=())


def _without_what_is_not_paid(known: Person, said: Person) -> Person:
    """What is told, a smaller figure with why it is not paid for as that part of the known cost (膏药55是治腰的), or
    one that is added as a bill of which nothing is paid (还有150是没挂牌的店里买的)."""
    case, bills, whole = said.case, known.bills, known.case.amount
    why = (case.conditions | case.excluded_for) & UNPAID
    another = case.amount.low if case.amount and case.amount.is_exact else case.excluded
    if said.adds and why and another and whole:
        apart = (known.case.uncounted or NOTHING) + another
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


def _after_the_stay(known: Person, said: Person) -> Person:
    """What is told, a stay in hospital none of the purchase that was told to come after one: 出院后拿的药290;
    前半个月都在住院."""
    over = {"inpatient_stay"} & known.case.ruled_out
    if not over or said.cost_known or said.case.treated_on:
        return said
    return replace(said, case=replace(said.case, conditions=said.case.conditions - over))


def _within_the_bill(known: Person, said: Person) -> Person:
    """What is told, a figure that is what counts of the known cost as no other cost: 政策内是812."""
    case, whole = said.case, known.case.amount
    counts = case.within_policy
    if counts is None or whole is None or case.excluded or case.amount != Span.exactly(counts):
        return said
    return replace(said, case=replace(case, amount=None)) if counts <= whole.low else said


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


def _whole_again(known: Person, said: Person) -> Person:
    """What is told, the parts that make up the known cost as no other cost: 500; 里头药300,拍片200."""
    parts = (said.case.amount, said.case.examination, said.case.excluded)
    cost, *others = (part.low if isinstance(part, Span) else part or NOTHING for part in parts)
    if said.adds or not cost or not any(others) or known.case.amount != Span.exactly(cost + sum(others)):
        return said
    return replace(said, case=replace(said.case, amount=known.case.amount), bills=known.bills)


def _as_a_part(known: Person, said: Person) -> Person:
    """What is told of a part of the known cost that the person pays a share of first: 乙类的先自付10%,乙类200."""
    share, part, whole = said.case.excluded_ratio, said.case.amount, known.case.amount
    if share is None or part is None or whole is None or part.high >= whole.low:
        return said
    return replace(said, case=replace(said.case, amount=None, excluded_ratio=None, excluded=part.low * share))


def _added_elsewhere(known: Person, said: Person) -> Person:
    """With a cost that adds to the one that is known, each with the share of its own place."""
    told = [
        RatioAt(f"报 {percent(case.ratio)}", case.ratio, case.amount.low)
        for case in (known.case, said.case)
        if case.ratio is not None and case.amount is not None and case.amount.is_exact
    ]
    if not said.adds or len({at.ratio for at in told}) < 2:
        return said
    return replace(said, case=replace(said.case, ratio=None), ratios=tuple(told))


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


def _fact_of(person: Person, figure: Decimal) -> str | None:
    """The name of the known fact that has this figure; the cost's is `amount` already."""
    names = (f.name for f in fields(Case) if getattr(person.case, f.name) == figure)
    return "limit" if person.limit == figure else next(names, None)


def is_one_of(bills: tuple[Bill, ...], amount: Span) -> bool:
    return len(bills) > 1 and amount in (Span.exactly(bill.cost) for bill in bills)


_READINGS = (
    _used_again,
    _more_excluded,
    _without_the_total_again,
    _come_again,
    _with_the_bill_put_right,
    _less_what_was_returned,
    _as_often_as_told,
    _without_what_follows,
    _treated_where_they_live,
    _without_the_ratio_at_home,
    _with_the_ratio_elsewhere,
    _without_what_is_not_paid,
    _after_the_stay,
    _within_the_bill,
    _placed,
    _whole_again,
    _as_a_part,
    _added_elsewhere,
    _with_class_b,
)
