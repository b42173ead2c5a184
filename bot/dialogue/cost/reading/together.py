"""What several amounts of a sentence together say: one put right, one told again, one spent before another."""

from collections.abc import Mapping

from bot.dialogue.cost.reading.again import after_discount, named_again, pinned_down, put_right, raised
from bot.dialogue.cost.reading.around import Around
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


def told_together(items: list[Item], around: Mapping[int, Around], sentence: Sentence) -> tuple[Item, ...]:
    """The same amounts, each of what it is in view of the others. `around`: by where an amount starts."""
    items = pinned_down(items, around, sentence)
    items = one_each(named_again(put_right(items, around, sentence), around), around, sentence)
    items = monthly_without_a_word(limits_of_diseases(items, sentence), around, sentence)
    items = without_inpatient_costs(items, around)
    items = in_all(after_discount(raised(items, around), around), around)
    items = spent_now(settled_before(items, around), around, sentence)
    items = [as_often_as_told(item, around) for item in items]
    return tuple(not_paid_for(spent_before(items, around), sentence))
