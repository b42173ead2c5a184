"""When it was spent, and what of it counts: from the benefit's first day on, by months where they are told."""

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bot.rules.bill import Cost
from bot.rules.case import MonthCost
from bot.rules.money import NOTHING, Span
from bot.rules.told import Told, remembered

MONTHS_OF_A_QUARTER = 3
"""支付额度可以按季度管理 (湖南第十六条): so a long prescription uses three months' limits at once."""


class Spent(Told):
    """A case's costs in time."""

    @remembered
    def started(self) -> tuple[bool, bool]:
        """Whether the benefit had begun by the treatment: in the worst reading of rough dates, in the best."""
        approved, treated = self.case.approved_on, self.treated
        if not approved or not self.parameters.start:
            return True, True
        if self.case.by_month:
            return bool(self._counting(high=False)), bool(self._counting(high=True))
        if self.case.treated_on is None and (self.case.until or not self.cost_known):
            return True, True
        return treated.first >= self.first_day(approved.last), treated.last >= self.first_day(approved.first)

    @remembered
    def treated_before_approval(self) -> bool:
        """Whether the person says so, surely: often one of the two dates is a slip."""
        approved, treated = self.case.approved_on, self.case.treated_on
        return bool(approved and treated and treated.last < approved.first)

    def first_day(self, approved: date) -> date:
        """The first day of benefit (湖南第十六条: the month after; 江西第十六条, 山东第十二条: that day)."""
        if self.parameters.start and self.parameters.start.day == "month_after_approval":
            last = calendar.monthrange(approved.year, approved.month)[1]
            return approved.replace(day=last) + timedelta(1)
        return approved

    @remembered
    def months(self) -> int:
        until = self.case.until
        if until:
            approved = self.case.approved_on
            begin = self.first_day(approved.last) if approved else self.treated.first
            return max(0, (until.year - begin.year) * 12 + until.month - begin.month + 1)
        return self.case.months or (MONTHS_OF_A_QUARTER if self.has("long_prescription") else 1)

    @property
    def cost_known(self) -> bool:
        return self.case.amount is not None or bool(self.case.by_month)

    @property
    def repeats(self) -> bool:
        return bool(self.case.each_month or self.case.until)

    def costs(self, high: bool) -> tuple[Cost, ...]:
        """The costs that count: of months, those from the benefit's first day on, at worst or (`high`) at best."""
        if not self.case.by_month:
            amount = self.case.amount.at(high) if self.case.amount else NOTHING
            return (Cost(amount),) * (self.months if self.repeats else 1)
        return tuple(Cost(cost.amount, quarter_of(cost.month)) for cost in self._counting(high))

    def placements(self, high: bool) -> Iterator[tuple[Cost, ...]]:
        """The costs that count, in every way their months may lie in quarters: more than three may, of which only
        the order is known, begin in any month of one."""
        yield self.costs(high)
        months = self._counting(high)
        if len(months) > MONTHS_OF_A_QUARTER and not months[0].told:
            for shift in range(1, MONTHS_OF_A_QUARTER):
                yield tuple(
                    Cost(cost.amount, date(1 + (place + shift) // MONTHS_OF_A_QUARTER, 1, 1))
                    for place, cost in enumerate(months)
                )

    @remembered
    def _asked_about(self) -> tuple[MonthCost, ...]:
        asked = self.case.asked_month
        return tuple(cost for cost in self.case.by_month if asked in (None, cost.month))

    def _counting(self, high: bool) -> tuple[MonthCost, ...]:
        """The months asked about from the benefit's first day on."""
        months, approved = self._asked_about, self.case.approved_on
        if not approved or not self.parameters.start:
            return months
        first = self.first_day(approved.first if high else approved.last).replace(day=1)
        if all(cost.told for cost in months):
            return tuple(cost for cost in months if cost.month >= first)
        since = 12 * (self.as_of.year - first.year) + self.as_of.month - first.month + 1
        if since >= len(months):
            return months
        return months[len(months) - max(0, since) :] if high else ()  # they may all lie before it

    @remembered
    def spent(self) -> Decimal | None:
        """All that was spent, where what does not count is told with it: months, what `uncounted` holds."""
        case = self.case
        if case.by_month:
            return sum((cost.amount for cost in self._asked_about), case.uncounted or NOTHING)
        return case.amount.low + case.uncounted if case.amount and case.uncounted else None

    @remembered
    def spent_in_earlier_months(self) -> Decimal:
        """What the months of its year cost before the one that is asked about: a year's deductible and cap count it."""
        asked = self.case.asked_month
        before = [c.amount for c in self.case.by_month if asked and asked.replace(month=1) <= c.month < asked]
        return sum(before, self.case.spent_in_earlier_months or NOTHING)

    @remembered
    def total(self) -> Span:
        low, high = (sum((c.amount for c in self.costs(end)), NOTHING) for end in (False, True))
        return Span(low, high)

    @remembered
    def excluded(self) -> Span:
        """What lies outside the policy's scope: of each cost, or somewhere among months named one by one."""
        case = self.case
        cost = case.amount.low if case.amount else self.total.low
        if case.within_policy is not None:
            return Span.exactly(max(NOTHING, cost - case.within_policy))
        known = (case.excluded or NOTHING) + (case.excluded_ratio or NOTHING) * cost
        unclear = self.parameters.rule("examination")
        return Span(known, known + (case.examination or NOTHING) if unclear else known)


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
