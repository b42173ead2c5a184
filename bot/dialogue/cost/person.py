"""One of those whose cost is asked about: their case, and what must be settled before it can be computed."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any, Literal

from bot.knowledge.parameters import Condition
from bot.rules.case import BenefitClass, Case, Days
from bot.rules.money import NOTHING, Span

Period = Literal["month", "year"]
Later = Literal["visit", "month"]
"""Of which a supposed purchase is the next."""
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
ELSEWHERE = frozenset[Condition]({"staying_elsewhere", "living_elsewhere"})
"""The treatment was outside the province insured in."""
LIMITS = ("monthly_limit", "quarterly_limit", "annual_cap")
MONTHS_OF_A_YEAR = 12
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
class FormerLimit:
    """A limit in yuan that held until a month, by its first day, from which on the one of the person holds."""

    limit: Decimal
    until: date


@dataclass(frozen=True)
class ClassCost:
    """What was spent on diseases of one class, what is left of that class's cap, and the cap; each in yuan."""

    benefit_class: BenefitClass
    cost: Decimal
    quota_left: Decimal | None = None
    annual_cap: Decimal | None = None


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
    are for, `ratios_by_place` those of several places once one of them was visited. `adds`: the amount told
    comes on top of the one that was known; `follows`: it was spent after that, and is asked about alone.
    `earlier`: it was spent before one that is told next. `instead_of`: it takes the place of whatever fact had
    that figure. `unplaced`: figures in yuan of which nobody said what they are; the amount holds them at its
    upper end. `open`: what may hold of the case or not. `doubted`: facts that may be anything up to what bounds
    them, which an earlier turn told. `retired_since`: the month from which on the person is retired, where it
    is told; before that they were at work. `former_limit`: the one before the limit was changed. `bills`: the
    costs that were told one by one, whose shares may follow. `class_costs`: those of each class, where one is
    bounded alone. `class_b`: what of a cost told before is class B drugs, in yuan. `stay`: the days in
    hospital, where they are told by date. `bill_put_right`: which of the bills told before, from 1, the cost
    replaces. `stretch`: over which months a cost recurs. `swapped`: cost and limit were told one for the other.
    `returned`: what was given back of it, in yuan, the cost being less that already; `bill_returned`: the bill
    that is spoken of was given back. `this_one`: of all purchases this last one is asked about. `price`: what
    one visit cost, in yuan; `visits`: how many there were, `puts_visits_right`: and not as many as was told
    before. `set_apart`: an earlier bill in yuan of which nothing is paid, `set_apart_for`: why. `month`: the
    days of this month, where the cost is told as this month's. `bill_named`: which of the bills told before,
    from 1, is spoken of. `a_part`: the cost told is a part of one told before. `ratio_at_home`: the share told
    is the one that holds at home. `at_home_after_all`: the treatment was not elsewhere; `home_ratio`: the share
    that held before it was said to be. `withdrawn`: a share told before, which is somebody else's. `day_asked`:
    the day whose bill alone is asked about. `next_time`: the cost, or the known one, if none is told, is
    supposed to come again.
    """

    case: Case = field(default_factory=Case)
    name: str = ""
    limit: Decimal | None = None
    rough: tuple[Rough, ...] = ()
    ratios: tuple[RatioAt, ...] = ()
    ratios_elsewhere: tuple[RatioAt, ...] = ()
    ratios_by_place: tuple[RatioAt, ...] = ()
    adds: bool = False
    follows: bool = False
    earlier: bool = False
    instead_of: Decimal | None = None
    unplaced: tuple[Decimal, ...] = ()
    open: frozenset[Condition] = frozenset()
    doubted: frozenset[str] = frozenset()
    retired_since: date | None = None
    former_limit: FormerLimit | None = None
    bills: tuple[Bill, ...] = ()
    class_costs: tuple[ClassCost, ...] = ()
    class_b: Decimal | None = None
    bill_put_right: int | None = None
    stay: Days | None = None
    stretch: Stretch = Stretch()
    swapped: bool = False
    returned: Decimal | None = None
    bill_returned: bool = False
    this_one: bool = False
    price: Decimal | None = None
    visits: int | None = None
    puts_visits_right: bool = False
    set_apart: Decimal | None = None
    set_apart_for: frozenset[Condition] = frozenset()
    month: Days | None = None
    bill_named: int | None = None
    a_part: bool = False
    ratio_at_home: bool = False
    at_home_after_all: bool = False
    home_ratio: Decimal | None = None
    withdrawn: Decimal | None = None
    day_asked: date | None = None
    next_time: Later | None = None

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

    def at_each_end(self) -> "tuple[Person, ...]":
        """The same with every fact told as a range at each of its ends; itself alone where none is."""
        ends: list[list[tuple[str, Any]]] = [
            [(r.name, r.end(r.low)), (r.name, r.end(r.high))] for r in self.rough
        ]
        corners = (replace(self.case, **dict(corner)) for corner in product(*ends))
        return tuple(replace(self, case=case, rough=()) for case in corners)

    def with_and_without(self, condition: Condition) -> "tuple[Person, Person]":
        """The same where a condition that is open holds, and where it does not."""
        holds, not_so = Case(conditions=frozenset({condition})), Case(ruled_out=frozenset({condition}))
        rest = replace(self, open=self.open - {condition})
        return replace(rest, case=rest.case.updated(holds)), replace(rest, case=rest.case.updated(not_so))

    def visiting(self, text: str) -> "Person":
        """With the ratio of the place that is named, where those of several were told."""
        return self._at(next((at for at in self._ratios_told if at.place in text), None))

    def of_their_kind(self) -> "Person":
        """With the ratio of people insured as they are (退休报90%), where those of several kinds were told."""
        kinds = (self.case.employment, self.case.scheme)
        return self._at(next((at for at in self._ratios_told if at.place in kinds), None))

    @property
    def _ratios_told(self) -> tuple[RatioAt, ...]:
        return self.ratios or self.ratios_by_place

    def _at(self, one: RatioAt | None) -> "Person":
        if one is None:
            return self
        case = replace(self.case, ratio=one.ratio)
        return replace(self, case=case, ratios=(), ratios_by_place=self._ratios_told)

    def with_limit_of(self, period: Period) -> "Person":
        """The same, the limit without a period taken for one of `period`."""
        if self.limit is None:
            return self
        of_a_month = period == "month"  # beside it the year's cap, on what the fund pays, holds on
        name = "monthly_limit" if of_a_month else "annual_cap"
        limits: dict[str, Any] = dict.fromkeys(LIMITS) | {name: self.limit}
        limits |= {"annual_cap": self.case.annual_cap} if of_a_month else {}
        rough = tuple(replace(r, name=name) if r.name == "limit" else r for r in self.rough)
        return replace(self, case=replace(self.case, **limits), limit=None, rough=rough)
