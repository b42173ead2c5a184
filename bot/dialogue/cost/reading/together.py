"""What several amounts of a sentence together say: one put right, one told again, one spent before another."""

from collections.abc import Callable

from bot.dialogue.cost.reading.again import after_discount, named_again, pinned_down, put_right, raised
from bot.dialogue.cost.reading.bare_limits import limits_of_diseases, monthly_without_a_word, one_each
from bot.dialogue.cost.reading.earlier import (
    as_often_as_told,
    in_all,
    settled_before,
    spent_before,
    spent_now,
)
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.unpaid_parts import not_paid_for, without_inpatient_costs

_STEPS: tuple[Callable[[list[Item], Sentence], list[Item]], ...] = (
    pinned_down,
    put_right,
    named_again,
    one_each,
    limits_of_diseases,
    monthly_without_a_word,
    without_inpatient_costs,
    raised,
    after_discount,
    in_all,
    settled_before,
    spent_now,
    as_often_as_told,
    spent_before,
    not_paid_for,
)


def told_together(items: list[Item], sentence: Sentence) -> tuple[Item, ...]:
    """The same amounts, each of what it is in view of the others."""
    for step in _STEPS:
        items = step(items, sentence)
    return tuple(items)
