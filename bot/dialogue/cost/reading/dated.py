"""Costs told by days, some of which are not paid for: those before the approval, and those of a stay in hospital."""

from datetime import date
from decimal import Decimal

from bot.dialogue.cost.reading.hospital import stay_in
from bot.dialogue.cost.reading.sentence import Part
from bot.dialogue.cost.reading.visits import days_of
from bot.knowledge.parameters import Condition
from bot.language.money import Amount
from bot.rules.case import Case, Days
from bot.rules.money import NOTHING, Span

_STAY = frozenset[Condition]({"inpatient_stay"})


def dated_costs_of(part: Part, told: Case, approved: Days | None) -> Case:
    """What of several costs is not paid for, by the day each was spent on; nothing where that holds for all or none.
    `approved`: the day of approval, of this turn or an earlier one."""
    days = [(day, cost) for cost in part.costs for day in days_of(part, cost) or (_day_of(part, cost),)]
    if len(days) < 2 or told.amount is None or any(cost.approximate for _, cost in days):
        return Case()
    stay = stay_in(part.sentence)
    early = [cost.low for day, cost in days if day and approved and day < approved.first]
    inside = [cost.low for day, cost in days if day and stay and stay.holds(day)]
    if 0 < len(early) < len(days):
        return Case(amount=_less(told.amount, early), before_approval=sum(early, NOTHING))
    if 0 < len(inside) < len(days):
        excluded = (told.excluded or NOTHING) + sum(inside, NOTHING)
        return Case(excluded=excluded, excluded_for=_STAY, ruled_out=_STAY)
    return Case()


def _less(amount: Span, spent: list[Decimal]) -> Span:
    return amount.less(sum(spent, NOTHING))


def _day_of(part: Part, cost: Amount) -> date | None:
    """The day told before a cost, after the one before it."""
    earlier = max((other.end for other in part.costs if other.end <= cost.start), default=0)
    days = [d.day for d in part.sentence.dates if earlier <= d.start < cost.start and d.day]
    return days[-1] if days else None
