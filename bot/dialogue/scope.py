"""What the assistant does not answer: emergencies first, then other matters, abuse and prompt injection."""

import re
from dataclasses import replace
from functools import cache

from bot.dialogue.turn import Context, Outcome, Turn
from bot.knowledge.schema import Refusal
from bot.language import normalise
from bot.messages import FallbackCard, Reply


def out_of_scope(turn: Turn, context: Context, refusals: tuple[Refusal, ...]) -> Outcome:
    """Declines kindly and says what we can do. `refusals` is `Knowledge.refusals`; the last one fits everything."""
    refusal = recognise(turn.text, refusals) or refusals[-1]
    reply = Reply(refusal.reply, card=FallbackCard(reason=refusal.reason))
    return Outcome((reply,), replace(context, asked=None))


def is_emergency(text: str, refusals: tuple[Refusal, ...]) -> bool:
    """Whether somebody's life may be in danger; that goes before everything else."""
    refusal = recognise(text, refusals)
    return refusal is not None and refusal.reason == "unsafe"


def is_other_cost(text: str, refusals: tuple[Refusal, ...]) -> bool:
    """Whether a cost is asked about that these documents have nothing on; none must be computed for it."""
    refusal = recognise(text, refusals)
    return refusal is not None and refusal.id in {"other_costs", "other_insurance"}


def recognise(text: str, refusals: tuple[Refusal, ...]) -> Refusal | None:
    """The first refusal that fits the text; None where the text is not recognisably out of scope."""
    plain = normalise(text).lower()
    return next((r for r in refusals if _fits(r.words, plain) and not _fits(r.unless, plain)), None)


def _fits(patterns: tuple[str, ...], text: str) -> bool:
    return bool(patterns) and _any_of(patterns).search(text) is not None


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all of them: every turn is looked at for hundreds of words."""
    return re.compile("|".join(patterns))
