"""Costs of both classes told side by side, one of them with a cap of its own: 一类花1000、二类500,二类额度剩300."""

import re
from decimal import Decimal

from bot.dialogue.cost.person import ClassCost
from bot.dialogue.cost.reading.sentence import Item, Part
from bot.rules.case import BenefitClass

CLASSES: tuple[tuple[BenefitClass, re.Pattern[str]], ...] = (
    ("Ⅱ", re.compile(r"(?:(?<![IiⅠ])(?:II|ii|Il|Ⅱ)|[2二])类")),
    ("Ⅰ", re.compile(r"(?:[IⅠi1一]|甲)类(?!医院)")),
)
"""The words of each class, the second first: II is no I."""


def class_costs(part: Part) -> tuple[ClassCost, ...]:
    """What was spent on each class, with what is left of its cap and the cap itself; empty where not both are told, or
    nothing bounds one of them alone."""
    costs = [item for item in part.own_items if item.role == "cost"]
    bounds = [item for item in part.own_items if item.role in ("quota_left", "annual_cap")]
    named = [_class_of(item, part) for item in (*costs, *bounds)]
    if len(costs) != 2 or set(named[:2]) != {"Ⅰ", "Ⅱ"} or not bounds or None in named:
        return ()
    return tuple(
        ClassCost(name, cost.amount.low, _bound("quota_left", name, part), _bound("annual_cap", name, part))
        for cost in costs
        if (name := _class_of(cost, part))
    )


def _bound(role: str, name: BenefitClass, part: Part) -> Decimal | None:
    of_it = (i.amount.low for i in part.own_items if i.role == role and _class_of(i, part) == name)
    return next(of_it, None)


def _class_of(item: Item, part: Part) -> BenefitClass | None:
    """The class named last before an amount, in its clause."""
    begin, _ = part.sentence.clause(item.start)
    led_by = part.sentence.text[begin : item.start]
    named = [(found.end(), name) for name, words in CLASSES for found in words.finditer(led_by)]
    # where both end at the same place (II类) the second is meant: its words stand first
    return max(named, key=lambda told: told[0])[1] if named else None
