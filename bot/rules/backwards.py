"""A cost that is told only by what one side paid of it (医保付了272; 自己掏了90): reckoned back through the ratio, and
only where no other cost would come to the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.knowledge.parameters import RegionParameters
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.known import Known
from bot.rules.money import NOTHING, Span, to_fen

_ONE_MORE = Decimal(1)
_BEYOND_ALL = (Decimal(1_000_000), Decimal(2_000_000))


def reckoned_back(case: Case, parameters: RegionParameters, as_of: date) -> Case:
    """The case with the cost, in yuan, that `fund_paid` or `own_paid` tells; as it was where that is open."""
    if case.amount is not None or case.by_month or (case.fund_paid is None and case.own_paid is None):
        return case
    ratio = Known(case, parameters, as_of).ratio
    if ratio is None or not ratio.is_exact or not NOTHING < ratio.low < 1:
        return case
    paid, share = (case.fund_paid, ratio.low) if case.fund_paid else (case.own_paid, 1 - ratio.low)
    costs = [to_fen((paid or NOTHING) / share)]
    if case.own_paid and (most := _paid_at_most(case, parameters, as_of)) is not None:
        costs.append(case.own_paid + most)  # beyond the limit all is one's own
    for cost in costs:
        told, more = (_with(case, amount) for amount in (cost, cost + _ONE_MORE))
        if _paid(told, parameters, as_of) == paid != _paid(more, parameters, as_of):
            return told
    return case


def _with(case: Case, amount: Decimal) -> Case:
    return replace(case, amount=Span.exactly(amount))


def _paid_at_most(case: Case, parameters: RegionParameters, as_of: date) -> Decimal | None:
    """What the fund pays of a cost beyond every limit; None where nothing bounds it."""
    pays = (estimate(_with(case, cost), parameters, as_of).fund_pays for cost in _BEYOND_ALL)
    least, most = (span.low if span and span.is_exact else None for span in pays)
    return least if least == most else None


def _paid(case: Case, parameters: RegionParameters, as_of: date) -> Decimal | None:
    """What the side that is told of pays; None where that is a range."""
    result = estimate(case, parameters, as_of)
    pays = result.fund_pays if case.fund_paid else result.you_pay
    return pays.low if pays and pays.is_exact else None
