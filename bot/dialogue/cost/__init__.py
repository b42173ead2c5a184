"""Estimating a cost in conversation: merges what is told turn by turn, computes, says it, asks for what is missing.

`context.case` holds `{"people": [person, …], "questions": n, "declined": [names]}`, a person as in `person.Person`
without its defaults. Computing is `bot.rules`; nothing here knows a figure.
"""

from bot.dialogue.cost.questions import DATES
from bot.dialogue.cost.reading.changes import asks_how_much_then, says_swapped
from bot.dialogue.cost.reading.learned import Learnt
from bot.dialogue.cost.reading.teaching import taught
from bot.dialogue.cost.recognising import CostRecognition, puts_a_day_right, tells_of_the_purchase
from bot.dialogue.cost.talk import asks_of_both
from bot.dialogue.cost.task import (
    OF_THE_COST_BEFORE,
    Costs,
    asked_again,
    question_again,
)

__all__ = [
    "DATES",
    "OF_THE_COST_BEFORE",
    "CostRecognition",
    "Costs",
    "Learnt",
    "asked_again",
    "asks_how_much_then",
    "asks_of_both",
    "puts_a_day_right",
    "question_again",
    "says_swapped",
    "taught",
    "tells_of_the_purchase",
]
