"""What cannot be so: figures no cost can have, and statements that contradict each other.

Each fault names the field and says what is expected; nothing is computed from such a case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from bot.rules.known import Known
from bot.rules.money import NOTHING, Span, to_fen, yuan

TOO_MUCH = Decimal(100_000_000)
"""No single outpatient cost comes near; whoever writes it has slipped in the zeros."""

_NEVER_NEGATIVE = {
    "monthly_limit": "月限额",
    "extra_limit": "第二个病加的限额",
    "used": "已经用了的",
    "deductible": "起付线",
    "annual_cap": "年度封顶",
    "excluded": "不能报的",
}


@dataclass(frozen=True)
class Fault:
    """`field` is the case's, `says` is told to the person."""

    field: str
    says: str


def cost_fault(amount: Decimal) -> str | None:
    """What is wrong with a cost in yuan, None where nothing is."""
    if amount < 0:
        return "金额是负数，没有办法算，请核对一下是退费，还是多打了一个减号"
    if amount >= TOO_MUCH:
        return f"{yuan(amount)}太大了，请核对一下，应是以元为单位的一次或一个月的金额"
    if amount != to_fen(amount):
        return f"{yuan(amount)}有不到一分的零头，没有办法算，应是最多两位小数的元"
    return None


def first_fault(known: Known) -> Fault | None:
    """The first thing in the case that cannot be so."""
    return next(_faults(known), None)


def _faults(known: Known) -> Iterator[Fault]:
    yield from _costs(known)
    case = known.case
    for field, name in _NEVER_NEGATIVE.items():
        figure = getattr(case, field)
        if figure is not None and figure < 0:
            yield Fault(field, f"{name}不会是负数，请核对一下，应是不小于 0 的元")
    if case.ratio is not None and not NOTHING <= case.ratio <= 1:
        yield Fault("ratio", "报销比例应在 0% 到 100% 之间，请核对一下")
    total = case.amount.high if case.amount else known.total.high
    for name, part in (("不能报的", case.excluded), ("政策范围内的", case.within_policy)):
        if part is not None and part > total:
            yield Fault("amount", f"您说{name} {yuan(part)}，比总费用 {yuan(total)} 还多，请核对一下")
    yield from _used_up(known)


def _costs(known: Known) -> Iterator[Fault]:
    case = known.case
    amounts = [month.amount for month in case.by_month]
    if case.amount and (case.amount.low < 0 or case.amount.is_exact):
        amounts.append(case.amount.low)
    for amount in amounts:
        if fault := cost_fault(amount):
            yield Fault("amount", fault)
    if case.amount and case.amount.high >= TOO_MUCH:
        yield Fault("amount", str(cost_fault(case.amount.high)))
    if case.amount and not case.amount.high:
        yield Fault("amount", "费用是 0 元，没有可算的，请说花了多少元")


def _used_up(known: Known) -> Iterator[Fault]:
    """More is said to be used than there was."""
    used = known.case.used
    if (
        used is None
        or known.case.quota_left is not None
        or (known.case.used_as_cost and not known.bounds_cost)
    ):
        return
    limit: Span | None
    if known.bounds_cost:
        name, limit = "限额", known.base_limit and known.base_limit.plus(known.extra_limit)
    else:
        name, limit = "封顶", known.cap
    of_several = known.case.benefit_class == "Ⅱ" and known.has("several_diseases")
    together = known.parameters.rule("several_diseases") if of_several else None
    if limit and used > limit.high and together:
        told = f"您说已经用了 {yuan(used)}，比封顶 {yuan(limit.high)} 还多"
        yield Fault("annual_cap", f"{told}；{together.says}，请告诉我合起来定的是多少")
    elif limit and used > limit.high:
        yield Fault("used", f"您说已经用了 {yuan(used)}，比{name} {yuan(limit.high)} 还多，请核对这两个数")
