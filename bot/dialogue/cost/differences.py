"""What is different from before: which facts were replaced, and what that does to the amounts."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue.cost.person import Person
from bot.dialogue.cost.reading.sentence import within_a_month
from bot.rules.case import Days
from bot.rules.money import percent, yuan
from bot.rules.result import Estimate


def _when(days: Days) -> str:
    first = days.first
    day = f"{first.day}日" if first == days.last else ""
    return f"{first.year}年{first.month}月{day}"


_FACTS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "region": ("参保地", str),
    "scheme": ("", str),
    "employment": ("", str),
    "benefit_class": ("", "{}类".format),
    "amount": ("费用", yuan),
    "months": ("", "{} 个月".format),
    "within_policy": ("政策范围内的费用", yuan),
    "excluded_ratio": ("先自付的比例", percent),
    "excluded": ("不能报的费用", yuan),
    "monthly_limit": ("月限额", yuan),
    "quarterly_limit": ("季度限额", yuan),
    "annual_cap": ("年度限额", yuan),
    "extra_limit": ("第二个病加的限额", yuan),
    "used": ("已经用的", yuan),
    "quota_left": ("剩下的额度", yuan),
    "ratio": ("报销比例", percent),
    "deductible": ("起付线", yuan),
    "deductible_met": ("已付的起付线", yuan),
    "deductible_left": ("还差的起付线", yuan),
    "unused_before": ("上月剩下的额度", yuan),
    "examination": ("检查费", yuan),
    "approved_on": ("批下来的时间", _when),
    "treated_on": ("看病的时间", _when),
}
"""The facts whose change is told, with what they are called and how a value is said."""


def fact_said(name: str, value: Any) -> str:
    """ "起付线 300 元"."""
    label, say = _FACTS[name]
    return f"{label}{_spaced(say(value))}"


def replaced(known: Person, now: Person) -> str:
    """ "月限额从 300 元改成 450 元": what was known and is now told otherwise; empty where nothing is."""
    changes, told_roughly = [], {rough.name for rough in known.rough}
    for name, (label, say) in _FACTS.items():
        if name in told_roughly:
            continue
        old, new = getattr(known.case, name), getattr(now.case, name)
        if None not in (old, new) and old != new and not (_is_vague(old) or _is_vague(new)):
            was = f"从{_spaced(say(old))}" if _was_said(name, old, known) else ""
            changes.append(f"{label}{was}改成{_spaced(say(new))}")
    return "，".join(changes)


def _was_said(name: str, old: Any, known: Person) -> bool:
    """Whether somebody said it in so many words: a sum of several bills and a date told as 上个月28号 were not."""
    return not isinstance(old, Days) and not (name == "amount" and len(known.bills) > 1)


def _is_vague(value: Any) -> bool:
    """Whether it is a time longer than a month (去年): that it was put right cannot be told from it."""
    return isinstance(value, Days) and not within_a_month(value)


def _spaced(value: str) -> str:
    return f" {value}" if value[0].isascii() else value


def compared(was: Estimate, now: Estimate, than: str) -> str:
    """How much more or less the fund pays than before; empty where one of the two is not known."""
    if was.fund_pays is None or now.fund_pays is None:
        return ""
    if was.fund_pays == now.fund_pays:
        return f"跟{than}比，医保支付的钱不变。"
    if not (was.fund_pays.is_exact and now.fund_pays.is_exact):
        return f"{than}是医保支付 {yuan(was.fund_pays)}。"
    more = now.fund_pays.low - was.fund_pays.low
    return f"跟{than}比，医保{'多' if more > 0 else '少'}支付 {yuan(abs(more))}。"
