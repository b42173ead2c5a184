"""One of those whose cost is asked about: their case, and what must be settled before it can be computed."""

from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Literal

from bot.knowledge.parameters import Condition
from bot.rules.case import Case, Days, MonthCost
from bot.rules.money import NOTHING, Span, percent, to_fen

Period = Literal["month", "year"]
_MOST_MONTHS = 120
"""Of a cost that recurs, told as one sum."""
UNPAID = frozenset[Condition](
    {
        "not_designated",
        "inpatient_stay",
        "no_prescription",
        "unrelated_disease",
        "outside_indication",
        "not_for_outpatients",
    }
)
"""What may hold for a part of the cost alone, which then is not paid."""
_OF_A_PART = UNPAID - {"not_designated", "inpatient_stay"}
"""Why a part of one bill may not be paid for."""
LIMITS = ("monthly_limit", "quarterly_limit", "annual_cap")
LIMIT_FACTS = ("limit", *LIMITS)


@dataclass(frozen=True)
class RatioAt:
    """What is said to be paid at one of several places; `cost`: what was spent there, in yuan, if that is told."""

    place: str
    ratio: Decimal
    cost: Decimal | None = None


@dataclass(frozen=True)
class Bill:
    """One of several costs in yuan, the words it was led by, in which its place may stand, and its day, if told."""

    led_by: str
    cost: Decimal
    day: date | None = None


@dataclass(frozen=True)
class Rough:
    """A fact of the case told as a range (起付线四五百), both ends included; `limit` is one without a period."""

    name: str
    low: Decimal
    high: Decimal

    def end(self, value: Decimal) -> Decimal | int:
        """One of the ends as the case has it: months are counted."""
        return int(value) if self.name == "months" else value


@dataclass(frozen=True)
class Stretch:
    """From which month to which a cost recurs, each by its first day, and the months of the year without it; as far as
    that is told."""

    first: date | None = None
    last: date | None = None
    without: tuple[int, ...] = ()

    @property
    def months(self) -> tuple[date, ...]:
        """All months with the cost; none as long as one end is open, or where it were more than ten years."""
        if self.first is None or self.last is None:
            return ()
        number = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        if number > _MOST_MONTHS:
            return ()
        months = (later_month(self.first, place) for place in range(number))
        return tuple(month for month in months if month.month not in self.without)

    def updated(self, said: "Stretch") -> "Stretch":
        """After more was told."""
        without = tuple(sorted({*self.without, *said.without}))
        return Stretch(said.first or self.first, said.last or self.last, without)


def later_month(month: date, months: int) -> date:
    """The first day of the month that many months after; `month` is the first day of one."""
    years, number = divmod(month.month - 1 + months, 12)
    return month.replace(year=month.year + years, month=number + 1)


@dataclass(frozen=True)
class Person:
    """`name` as the sentence has it, empty for one who is spoken of alone.

    `limit` is one whose period was not said: the region's rules tell whether it is a month's or a year's.
    `rough` are facts told as a range; the case has their lower end. `ratios` are those of several places, as
    long as it is open which was visited, `ratios_elsewhere` those outside the province by the condition they
    are for. `adds`: the amount told comes on top of the one that was known; `follows`: it was spent after that,
    and is asked about alone. `earlier`: it was spent before one that is told next. `instead_of`: it takes the
    place of whatever fact had that figure. `unplaced`: figures in yuan of which nobody said what they are; the
    amount holds them at its upper end. `open`: what may hold of the case or not. `doubted`: facts that may be
    anything up to what bounds them, which an earlier turn told. `retired_since`: the month from which on the
    person is retired, where it is told; before that they were at work. `bills`: the costs that were told one by
    one, whose shares may follow. `class_b`: what of a cost told before is class B drugs, in yuan. `stay`: the
    days in hospital, where they are told by date. `bill_put_right`: which of the bills told before, from 1, the
    cost replaces. `stretch`: over which months a cost recurs. `swapped`: cost and limit were told one for the
    other. `returned`: what was given back of it, in yuan, the cost being less that already. `this_one`: of all
    purchases this last one is asked about. `each_visit`: the cost is one visit's; `visits`: how many there were.
    `month`: the days of this month, where the cost is told as this month's. `bill_named`: which of the bills told
    before, from 1, is spoken of.
    """

    case: Case = field(default_factory=Case)
    name: str = ""
    limit: Decimal | None = None
    rough: tuple[Rough, ...] = ()
    ratios: tuple[RatioAt, ...] = ()
    ratios_elsewhere: tuple[RatioAt, ...] = ()
    adds: bool = False
    follows: bool = False
    earlier: bool = False
    instead_of: Decimal | None = None
    unplaced: tuple[Decimal, ...] = ()
    open: frozenset[Condition] = frozenset()
    doubted: frozenset[str] = frozenset()
    retired_since: date | None = None
    bills: tuple[Bill, ...] = ()
    class_b: Decimal | None = None
    bill_put_right: int | None = None
    stay: Days | None = None
    stretch: Stretch = Stretch()
    swapped: bool = False
    returned: Decimal | None = None
    this_one: bool = False
    each_visit: bool = False
    visits: int | None = None
    month: Days | None = None
    bill_named: int | None = None

    @property
    def cost_known(self) -> bool:
        return self.case.amount is not None or bool(self.case.by_month)

    @property
    def spent_at_each_place(self) -> bool:
        """Whether every place has a cost of its own, and nothing is told that bounds them together but what the fund
        may still pay."""
        case, costs = self.case, [at.cost for at in self.ratios if at.cost is not None]
        bounds = (case.deductible_left, case.annual_cap, case.monthly_limit, case.used, self.limit)
        bounded = any(bounds) or (case.deductible and not case.deductible_full)
        spent = case.amount or Span.exactly(sum((month.amount for month in case.by_month), NOTHING))
        return bool(
            costs
            and len(costs) == len(self.ratios)
            and spent == Span.exactly(sum(costs, NOTHING))
            and not bounded
        )

    def knows(self, name: str) -> bool:
        """Whether a fact of the case is known."""
        return getattr(self.case, name, None) is not None or (name in LIMITS and self.limit is not None)

    def without(self, name: str) -> "Person":
        """The same, a fact of the case forgotten."""
        nothing: dict[str, Any] = {name: None}
        forgotten = LIMIT_FACTS if name in LIMITS else (name,)
        rough = tuple(r for r in self.rough if r.name not in forgotten)
        limit = None if name in LIMITS else self.limit
        return replace(self, case=replace(self.case, **nothing), limit=limit, rough=rough)

    def without_the_bill(self) -> "Person":
        """What may hold of somebody else, too: where and how they are insured, and what is paid there."""
        case = self.case
        alike = Case(
            region=case.region,
            area=case.area,
            scheme=case.scheme,
            employment=case.employment,
            hospital_level=case.hospital_level,
            benefit_class=case.benefit_class,
            monthly_limit=case.monthly_limit,
            quarterly_limit=case.quarterly_limit,
            ratio=case.ratio,
            deductible=case.deductible,
            annual_cap=case.annual_cap,
        )
        return Person(alike, name=self.name, limit=self.limit)

    def updated(self, said: "Person") -> "Person":
        """After more was told: what is said replaces what was known, and what does not go with it is dropped."""
        if said.swapped and not said.cost_known:
            return self._with_cost_and_limit_swapped()
        said = self._as_often_as_told(self._less_what_was_returned(self._with_the_bill_put_right(said)))
        if said.this_one and not said.cost_known and (last := self._last_bill()):
            return last
        said = self._without_what_follows(said)
        stretch = (
            said.stretch if said.stretch.first and said.cost_known else self.stretch.updated(said.stretch)
        )
        said = self._with_the_ratio_elsewhere(_without_the_ratio_at_home(self.case, said))
        said = _within_the_bill(self.case, _without_what_is_not_paid(self.case, self.bills, said))
        said = self._with_class_b(_added_elsewhere(self.case, _as_a_part(self.case, self._placed(said))))
        bills = said.bills if said.cost_known else self.bills
        bills = (*self.bills, *said.bills) if said.adds and said.cost_known else bills
        said = replace(said, follows=said.follows or (self.earlier and not said.adds))
        of_before = (
            said.case.treated_on and self.retired_since and said.case.treated_on.first < self.retired_since
        )
        at_work_after_all = said.case.employment == "在职" and not of_before  # 5月那会儿还在岗
        case = _still_known(self.case, self.bills, said).updated(_with_the_rest(self.case, said))
        names_limit = said.limit is not None or any(getattr(said.case, name) is not None for name in LIMITS)
        anew = LIMIT_FACTS if names_limit else ()
        anew = (*anew, *said.doubted)
        known_roughly = (r for r in self.rough if not said.knows(r.name) and r.name not in anew)
        return Person(
            case=_over_the_months(_completed(case, self.case, said.case), stretch, said),
            name=self.name or said.name,
            limit=said.limit if names_limit else self.limit,
            rough=(*known_roughly, *said.rough, *_doubts(case, said)),
            ratios=_with_costs(
                said.ratios if said.ratios or said.case.ratio is not None else self.ratios, bills
            ),
            ratios_elsewhere=said.ratios_elsewhere or self.ratios_elsewhere,
            earlier=said.earlier if said.cost_known else self.earlier,
            unplaced=said.unplaced if said.cost_known else self.unplaced,
            open=(self.open | said.open) - said.case.conditions - said.case.ruled_out,
            retired_since=said.retired_since or (None if at_work_after_all else self.retired_since),
            bills=bills,
            class_b=said.class_b or (None if said.cost_known else self.class_b),
            stay=said.stay or self.stay,
            stretch=stretch,
            month=said.month if said.cost_known else self.month,
            each_visit=said.each_visit if said.cost_known else self.each_visit and said.visits is None,
        )

    def _with_cost_and_limit_swapped(self) -> "Person":
        cost, limit = self.case.amount, self.limit or self.case.monthly_limit
        if cost is None or not cost.is_exact or limit is None:
            return self
        bounds: dict[str, Any] = {} if self.limit else {"monthly_limit": cost.low}
        case = replace(self.case, amount=Span.exactly(limit), **bounds)
        return replace(self, case=case, limit=cost.low if self.limit else None, bills=())

    def _with_the_ratio_elsewhere(self, said: "Person") -> "Person":
        """What is told, with the ratio that was told of who is elsewhere as this person, it turns out, is."""
        told = said.ratios_elsewhere or self.ratios_elsewhere
        holds = self.case.conditions if said.ratios else said.case.conditions | self.case.conditions
        named = "living_elsewhere" if "living_elsewhere" in holds else "staying_elsewhere"
        of_it = [at.ratio for at in told if at.place == named and named in holds]
        if not of_it or (said.case.ratio is not None and not said.ratios_elsewhere):
            return said
        return replace(said, case=replace(said.case, ratio=of_it[0]), ratios=())

    def _with_the_bill_put_right(self, said: "Person") -> "Person":
        """What is told, as all bills with the one that it puts right: 第三张是70."""
        number, right = said.bill_put_right, said.case.amount
        if not number or not right or number > len(self.bills):
            return said
        bills = list(self.bills)
        bills[number - 1] = replace(bills[number - 1], cost=right.low)
        amount = Span.exactly(sum((bill.cost for bill in bills), NOTHING))
        return replace(said, case=replace(said.case, amount=amount), bills=tuple(bills))

    def _less_what_was_returned(self, said: "Person") -> "Person":
        """What is told, as all that was spent without what was given back, of one of the bills (127那次退了31) or of
        whichever."""
        whole, cost, back = self.case.amount, said.case.amount, said.returned
        if back is None or whole is None or back >= whole.low or said.case.by_month:
            return said
        of_one_bill = cost and len(self.bills) > 1 and cost.low + back in {bill.cost for bill in self.bills}
        if cost and not of_one_bill:
            return said
        return replace(said, case=replace(said.case, amount=whole.less(back)), bills=())

    def _as_often_as_told(self, said: "Person") -> "Person":
        """What is told, with the known cost of one visit as often as it came about (一次400; 上个月做了10次)."""
        amount = self.case.amount
        if not self.each_visit or said.visits is None or said.cost_known or amount is None:
            return said
        return replace(said, case=replace(said.case, amount=amount.times(Decimal(said.visits))))

    def _last_bill(self) -> "Person | None":
        """The last of several bills as the only one that is asked about, the others spent before it."""
        whole, spent = self.case.amount, sum((bill.cost for bill in self.bills[:-1]), NOTHING)
        if not spent or whole != Span.exactly(spent + self.bills[-1].cost):
            return None
        before = replace(self, case=replace(self.case, amount=Span.exactly(spent)), bills=())
        last = Case(amount=Span.exactly(self.bills[-1].cost))
        return before.updated(Person(last, follows=True))

    def _without_what_follows(self, said: "Person") -> "Person":
        """What is told, without what a month left unused whose cost is known."""
        months = {cost.month for cost in self.case.by_month}
        if said.case.unused_month not in months or said.cost_known:
            return said
        return replace(said, case=replace(said.case, unused_before=None, unused_month=None, treated_on=None))

    def _with_class_b(self, said: "Person") -> "Person":
        """What is told, the class B part of the known cost no cost of its own, and the share that is paid of it first
        as that much of it."""
        whole, case = self.case.amount, said.case
        if said.class_b and whole and said.class_b < whole.low:
            return replace(said, case=replace(case, amount=None), bills=())
        if self.class_b and case.excluded_ratio and not said.cost_known:
            share = to_fen(self.class_b * case.excluded_ratio)
            return replace(said, case=replace(case, excluded=share, excluded_ratio=None))
        return replace(said, class_b=None)

    def _placed(self, said: "Person") -> "Person":
        """What is told, the amount that puts a figure right moved to the fact which had it."""
        if said.instead_of is None or said.case.amount is None:
            return said
        name, right = _fact_of(self, said.instead_of), said.case.amount.low
        wrong = [place for place, bill in enumerate(self.bills, start=1) if bill.cost == said.instead_of]
        months = [cost for cost in self.case.by_month if cost.amount == said.instead_of]
        if name is None and len(months) == 1:
            month = replace(months[0], amount=right)
            by_month = tuple(month if cost is months[0] else cost for cost in self.case.by_month)
            case = replace(said.case, amount=None, treated_on=None, by_month=by_month)
            return replace(said, case=case, bills=())
        if name is None and len(wrong) == 1:
            return self._with_the_bill_put_right(replace(said, bill_put_right=wrong[0]))
        if name is None:
            return said
        without = replace(said, case=replace(said.case, amount=None))
        if name == "limit":
            return replace(without, limit=right)
        fact: dict[str, Any] = {name: right}
        return replace(without, case=replace(without.case, **fact))

    def at_each_end(self) -> "tuple[Person, ...]":
        """The same with every fact told as a range at each of its ends; itself alone where none is."""
        ends: list[list[tuple[str, Any]]] = [
            [(r.name, r.end(r.low)), (r.name, r.end(r.high))] for r in self.rough
        ]
        corners = (replace(self.case, **dict(corner)) for corner in product(*ends))
        return tuple(replace(self, case=case, rough=()) for case in corners)

    def beside(self, known: "Person", this_month: Days | None) -> "Person":
        """With what was known of other months, where the cost told is of one month (十月250; then 十一月350).
        `this_month`: the days of it, where the cost is told as this month's."""
        case = self.case if self.case.treated_on else replace(self.case, treated_on=this_month)
        if known.month and case.used is not None and case.amount is None and case.treated_on:
            spent = Span.exactly(case.used)  # 上个月我只用了100: that month's, not this one's
            return replace(self, case=replace(case, amount=spent, used=None, used_as_cost=None)).beside(
                known, None
            )
        before = replace(known.case, treated_on=known.case.treated_on or known.month)
        own, told = _by_month(case), _by_month(before)
        if (
            len(told) > 1 and len(own) == 1 and own[0] in told
        ):  # one that was told is asked about: 10月这410报多少
            asked = own[0].month if self.case.excluded is None else None
            again = replace(self.case, amount=None, treated_on=None, asked_month=asked)
            return replace(self, case=again, bills=())
        others = tuple(month for month in told if month.month not in {one.month for one in own})
        if not own or not others:
            return self
        asked = own[0].month if self.this_one and len(own) == 1 else None
        case = replace(self.case, amount=None, by_month=(*others, *own), asked_month=asked)
        return replace(self, case=case)

    def with_and_without(self, condition: Condition) -> "tuple[Person, Person]":
        """The same where a condition that is open holds, and where it does not."""
        holds, not_so = Case(conditions=frozenset({condition})), Case(ruled_out=frozenset({condition}))
        rest = replace(self, open=self.open - {condition})
        return replace(rest, case=rest.case.updated(holds)), replace(rest, case=rest.case.updated(not_so))

    def visiting(self, text: str) -> "Person":
        """With the ratio of the place that is named, where those of several were told."""
        for at in self.ratios:
            if at.place in text:
                return replace(self, case=replace(self.case, ratio=at.ratio), ratios=())
        return self

    def with_limit_of(self, period: Period) -> "Person":
        """The same, the limit without a period taken for one of `period`."""
        if self.limit is None:
            return self
        name = "monthly_limit" if period == "month" else "annual_cap"
        limits: dict[str, Any] = dict.fromkeys(LIMITS) | {name: self.limit}
        rough = tuple(replace(r, name=name) if r.name == "limit" else r for r in self.rough)
        return replace(self, case=replace(self.case, **limits), limit=None, rough=rough)


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
    away = {"staying_elsewhere", "living_elsewhere"} & (said.case.conditions - known.conditions)
    at_home = away and known.ratio is not None and said.case.ratio == known.ratio
    return replace(said, case=replace(said.case, ratio=None)) if at_home else said


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
    if (
        case.amount is not None
        and known.excluded_for & UNPAID
        and not case.excluded
        and _is_one_of(bills, case.amount)
    ):
        known = replace(
            known, excluded=None, excluded_for=frozenset()
        )  # then what is not paid was another bill
    if "living_elsewhere" in known.conditions:  # wherever they were treated there
        case = replace(case, conditions=case.conditions - {"staying_elsewhere"})
    if "living_elsewhere" in case.conditions:
        known = replace(known, conditions=known.conditions - {"staying_elsewhere"})
    went_away = {"staying_elsewhere", "living_elsewhere"} & (case.conditions - known.conditions)
    if went_away or said.ratios:
        known = replace(known, ratio=None)  # the one at home, or at another place
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
    return known


def _with_the_rest(known: Case, said: Person) -> Case:
    """An amount that adds to the one that is known, as the sum of both; or the known one as used up by then."""
    if _is_below_the_deductible(known, said.case):
        return replace(said.case, used=None, used_as_cost=None, deductible_met=said.case.used)
    if said.case.amount is None or known.amount is None:
        return said.case
    if said.follows and known.amount.is_exact and known.deductible and not known.deductible_full:
        met = min((known.deductible_met or NOTHING) + known.amount.low, known.deductible)
        return replace(said.case, deductible_met=met)
    if said.follows and known.amount.is_exact and _same_month(known, said.case):
        return replace(said.case, used=(known.used or NOTHING) + known.amount.low, used_as_cost=True)
    if not said.adds:
        return said.case
    return replace(said.case, amount=known.amount.plus(said.case.amount))


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
