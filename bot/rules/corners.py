"""A bill where something is unknown: settled at the corners, every line being monotone in every unknown."""

from decimal import Decimal
from typing import NamedTuple

from bot.rules.bill import Bill, Cost, Inputs, settle
from bot.rules.money import NOTHING, Span


class Bounds(NamedTuple):
    """What the bill needs, each as the range it may take; None: unbounded or not needed.

    `spent` is all that was spent, where it holds costs that do not count.
    """

    spent: Decimal | None
    excluded: Span
    among_months: bool
    deductible_left: Span
    monthly_limit: Span | None
    limit_left: Span
    limit_spans_quarter: bool
    ratio: Span
    cap_left: Span | None
    quota_months: tuple[int | None, int | None]
    quarterly: tuple[bool, bool]
    payable: tuple[bool, bool]

    @property
    def are_exact(self) -> bool:
        """Whether the best and the worst case for the person are the same."""
        limits = (self.monthly_limit, self.limit_left, self.cap_left)
        spans = (self.excluded, self.deductible_left, self.ratio, *filter(None, limits))
        ranges = (*spans, self.quota_months, self.payable)
        return not self.among_months and all(worst == best for worst, best in ranges)

    def inputs(self, costs: tuple[Cost, ...], favourable: bool) -> Inputs:
        """The exact case at the corner that is best or worst for the person."""
        excluded = self.excluded.at(not favourable)
        return Inputs(
            costs=costs,
            before_start=NOTHING
            if self.spent is None
            else self.spent - sum((c.amount for c in costs), NOTHING),
            excluded_each=NOTHING if self.among_months else excluded,
            excluded=excluded if self.among_months else NOTHING,
            deductible_left=self.deductible_left.at(not favourable),
            monthly_limit=self.monthly_limit.at(favourable) if self.monthly_limit else None,
            limit_left=self.limit_left.at(favourable),
            limit_spans_quarter=self.limit_spans_quarter,
            quota_months=self.quota_months[favourable],
            quarterly=self.quarterly[favourable],
            ratio=self.ratio.at(favourable),
            cap_left=self.cap_left.at(favourable) if self.cap_left else None,
            payable=self.payable[favourable],
            favourable=favourable,
        )


class Corners(NamedTuple):
    """The bill at the four corners: cheapest and dearest cost, worst and best for the person."""

    low_worst: Bill
    low_best: Bill
    high_worst: Bill
    high_best: Bill

    @property
    def fund_pays(self) -> Span:
        return Span(self.low_worst.fund_pays, self.high_best.fund_pays)

    @property
    def you_pay(self) -> Span:
        return self.line("you_pay")

    def line(self, name: str) -> Span:
        """The range of one line of the bill."""
        if self.low_worst is self.high_best:
            return Span.exactly(getattr(self.low_worst, name))
        bills = (self.low_worst, self.low_best, self.high_worst, self.high_best)
        figures = [getattr(bill, name) for bill in bills]
        return Span(min(figures), max(figures))


def settled_at_corners(bounds: Bounds, cheapest: tuple[Cost, ...], dearest: tuple[Cost, ...]) -> Corners:
    """The four bills; `cheapest` and `dearest` are one object where the cost is exact."""
    low = _worst_and_best(bounds, cheapest)
    return Corners(*low, *(low if dearest is cheapest else _worst_and_best(bounds, dearest)))


def _worst_and_best(bounds: Bounds, costs: tuple[Cost, ...]) -> tuple[Bill, Bill]:
    worst = settle(bounds.inputs(costs, favourable=False))
    return (worst, worst) if bounds.are_exact else (worst, settle(bounds.inputs(costs, favourable=True)))
