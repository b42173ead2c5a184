"""What a sentence says that cannot be so; the rule module finds what a whole case says so (`bot.rules.faults`)."""

import re

from bot.dialogue.cost.reading.changes import corrects, does_not_know
from bot.dialogue.cost.reading.deductible import denies_deductible
from bot.dialogue.cost.reading.people import employments_said
from bot.dialogue.cost.reading.retirement import retired_since
from bot.dialogue.cost.reading.sentence import Part, Role
from bot.dialogue.cost.reading.times import field_of
from bot.rules.faults import Fault
from bot.rules.money import yuan

_SEVERAL = re.compile(r"病种?|一[个种]|另")
_BOUNDS: tuple[Role, ...] = ("annual_cap", "quota_left")
_SECOND_CLASS = re.compile(r"[二2]类|Ⅱ类|II类")
_EITHER = re.compile(r"[莫别甭不]管|还是|或者?|明年|后年|以后|之前|原来|以前|刚|快|马上")


def contradiction_in(part: Part) -> Fault | None:
    """The first thing that cannot be so; nothing where the sentence takes something back."""
    for mention in part.dates:
        if mention.invalid:
            written = part.sentence.text[mention.start : mention.end]
            return Fault(field_of(part, mention), f"没有“{written}”这一天")
    if corrects(part.text):
        return None
    changed = retired_since(part) is not None
    if len(employments_said(part)) > 1 and not (
        changed or _EITHER.search(part.text) or does_not_know(part.text)
    ):
        return Fault("employment", "您既说在职，又说退休")
    return _two_limits(part) or _two_caps(part) or _two_deductibles(part)


def _two_limits(part: Part) -> Fault | None:
    """Two limits of one disease; of several each has its own."""
    limits = {i.amount.low: None for i in part.own_items if i.role in ("limit", "monthly_limit")}
    if len(limits) < 2 or _SEVERAL.search(part.text):
        return None
    return Fault("monthly_limit", f"您说了两个限额，{'，'.join(yuan(limit) for limit in limits)}")


def _two_caps(part: Part) -> Fault | None:
    """Two caps of class Ⅱ diseases: how they go together is for the 统筹区 to say (赣医保字〔2023〕29号第十九条)."""
    told_of = ({i.amount.low: None for i in part.own_items if i.role == role} for role in _BOUNDS)
    caps = max(told_of, key=len)
    if len(caps) < 2 or not _SECOND_CLASS.search(part.text):
        return None
    told = "，".join(yuan(cap) for cap in caps)
    return Fault("annual_cap", f"您说的封顶不止一个，{told}，请告诉我合起来定的是多少")


def _two_deductibles(part: Part) -> Fault | None:
    told = next((i.amount.low for i in part.own_items if i.role == "deductible" and i.amount.low), None)
    if told is None or not denies_deductible(part):
        return None
    return Fault("deductible", f"您说没有起付线，又说起付线 {yuan(told)}")
