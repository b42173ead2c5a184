"""What several amounts of a sentence together say: one put right, one told again, one spent before another."""

from collections.abc import Callable

from bot.dialogue.cost.reading.again import (
    after_discount,
    asked_by_number,
    in_parallel,
    looked_up,
    named_again,
    pinned_down,
    put_right,
    raised,
    told_otherwise,
    told_relatively,
    worked_out,
)
from bot.dialogue.cost.reading.asides import (
    of_earlier_years,
    paid_of_this,
    reckoned_with,
    without_inpatient_costs,
    without_inpatient_deductibles,
    without_own_payments,
    without_prices_elsewhere,
    without_unit_prices,
)
from bot.dialogue.cost.reading.bare_limits import (
    limits_of_diseases,
    monthly_without_a_word,
    of_a_long_prescription,
    one_each,
    replaced_by_the_separate,
)
from bot.dialogue.cost.reading.earlier import (
    as_often_as_told,
    before_approval,
    bought_by_then,
    in_all,
    left_after,
    left_by_then,
    of_months,
    of_two_diseases,
    paid_before,
    spent_before,
    spent_earlier,
    spent_now,
)
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.summed import unplaced
from bot.dialogue.cost.reading.unpaid_parts import not_paid_for, without_parts

_STEPS: tuple[Callable[[list[Item], Sentence], list[Item]], ...] = (
    pinned_down,
    put_right,
    looked_up,
    told_otherwise,
    told_relatively,
    named_again,
    worked_out,
    asked_by_number,
    in_parallel,
    one_each,
    limits_of_diseases,
    monthly_without_a_word,
    replaced_by_the_separate,
    of_a_long_prescription,
    reckoned_with,
    without_inpatient_costs,
    without_inpatient_deductibles,
    raised,
    after_discount,
    of_earlier_years,
    of_months,
    paid_of_this,
    without_own_payments,
    without_prices_elsewhere,
    without_unit_prices,
    in_all,
    left_by_then,
    paid_before,
    spent_earlier,
    bought_by_then,
    before_approval,
    spent_now,
    as_often_as_told,
    of_two_diseases,
    spent_before,
    left_after,
    without_parts,
    not_paid_for,
    unplaced,
)


def told_together(items: list[Item], sentence: Sentence) -> tuple[Item, ...]:
    """The same amounts, each of what it is in view of the others."""
    for step in _STEPS:
        items = step(items, sentence)
    return tuple(items)
