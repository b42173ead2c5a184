"""What the assistant does not answer: emergencies first, then other matters, abuse and prompt injection."""

import re
from dataclasses import replace
from functools import cache

from bot.dialogue.turn import Context, Outcome, Turn
from bot.knowledge.schema import Refusal
from bot.language import normalise
from bot.messages import FallbackCard, Reply

_SURELY = 0.7
"""How sure the engine must be of what a message is about before that alone makes it none of ours."""


def out_of_scope(turn: Turn, context: Context, refusals: tuple[Refusal, ...]) -> Outcome:
    """Declines kindly and says what we can do. `refusals` is `Knowledge.refusals`; the last one fits everything."""
    refusal = recognise_by_words(turn, refusals) or _by_matter(turn, refusals) or refusals[-1]
    reply = Reply(refusal.reply, card=FallbackCard(reason=refusal.reason))
    return Outcome((reply,), replace(context, asked=None))


def is_emergency(turn: Turn, refusals: tuple[Refusal, ...]) -> bool:
    """Whether somebody's life may be in danger; that goes before everything else."""
    refusal = recognise(turn, refusals)
    return refusal is not None and refusal.reason == "unsafe"


def is_other_cost(turn: Turn, refusals: tuple[Refusal, ...]) -> bool:
    """Whether a cost is asked about that these documents have nothing on; none must be computed for it."""
    refusal = recognise(turn, refusals)
    return refusal is not None and refusal.id in {"other_costs", "other_insurance"}


def recognise(turn: Turn, refusals: tuple[Refusal, ...]) -> Refusal | None:
    """The refusal that surely fits: the first whose words stand in the text, else the one for the matter that the
    engine is sure of. None where the turn is not recognisably out of scope."""
    surely = turn.confidence >= _SURELY
    return recognise_by_words(turn, refusals) or (_by_matter(turn, refusals) if surely else None)


def recognise_by_words(turn: Turn, refusals: tuple[Refusal, ...]) -> Refusal | None:
    """The first refusal whose words stand in the text."""
    plain = normalise(turn.text).lower()
    return next((r for r in refusals if _fits(r.words, plain) and not _fits(r.unless, plain)), None)


def _by_matter(turn: Turn, refusals: tuple[Refusal, ...]) -> Refusal | None:
    return next((refusal for refusal in refusals if refusal.id == turn.matter), None)


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return bool(patterns) and _any_of(patterns).search(text) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: every turn is looked at for hundreds of words."""
    return re.compile("|".join(patterns))
