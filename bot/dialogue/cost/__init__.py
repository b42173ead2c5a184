"""Estimating a cost in conversation: merges what is told turn by turn, computes, says it, asks for what is missing.

`context.case` holds `{"people": [person, …], "questions": n, "declined": [names]}`, a person as in `person.Person`
without its defaults. Computing is `bot.rules`; nothing here knows a figure.
"""

from bot.dialogue.cost.questions import DATES
from bot.dialogue.cost.reading import tells_figures
from bot.dialogue.cost.reading.learned import Learnt
from bot.dialogue.cost.reading.teaching import taught
from bot.dialogue.cost.task import (
    asked_again,
    estimate_cost,
    goes_on,
    is_told,
    question_again,
    sets_a_part_apart,
    tells_of_the_purchase,
    tells_terms,
)

__all__ = [
    "DATES",
    "Learnt",
    "asked_again",
    "estimate_cost",
    "goes_on",
    "is_told",
    "question_again",
    "sets_a_part_apart",
    "taught",
    "tells_figures",
    "tells_of_the_purchase",
    "tells_terms",
]
