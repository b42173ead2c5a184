"""One turn of the policy task: which region is meant, what the question continues, and the answer as a reply.

A question is remembered without the region it named, so that "江西呢" can ask it of another region.
"""

from dataclasses import replace

from bot.dialogue.asking import ask_for_region
from bot.dialogue.policy.places import (
    ALL_REGIONS,
    asked_of_each,
    compares,
    instead_of_places,
    places_named,
    provinces_outside,
    regions_named,
    speaks_of_others,
    with_what_was_said,
)
from bot.dialogue.policy.question import (
    CONTINUES,
    LONGEST_CONTINUATION,
    TOO_SHORT_ALONE,
    asks_about_the_last,
    asks_who_decides,
    asks_whom,
    asks_why,
    bare_text,
    introduces,
    only_states,
    question_of,
    to_remember,
    without_regions,
)
from bot.dialogue.policy.replies import (
    DIFFERS,
    IN_DOUBT,
    asked_nothing,
    comparison_text,
    declined,
    told,
    who_decides,
    whom_to_ask,
)
from bot.dialogue.scope import out_of_scope, recognise, recognise_by_words
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.language import normalise
from bot.language.asking import asks
from bot.messages import (
    ComparisonCard,
    ComparisonRow,
    Reply,
)
from bot.policy.library import PolicyLibrary

_SURELY = 0.5
"""A question fits so well that it is answered whatever else the turn was taken for."""
_CLOSELY = 0.75
_UNSURE = 0.6
"""An intent below this is hardly more than a guess."""
_SURE_OF_ANOTHER = 0.7
"""An intent below this is not so sure that what begins like a continuation would be none."""
_FAIRLY = 0.32
"""How well a question must fit where the intent is unsure."""
_LONGEST_FOLLOW_UP = 18
"""Characters of a question that seems to stand alone, and may go on with the last all the same."""
_HARDLY = 0.46
"""A question that fits nothing better than this, wherever one is insured, may be none of ours; one that fits an answer
of the region it names better than this is ours."""


def answer_policy(turn: Turn, context: Context, library: PolicyLibrary) -> Outcome:
    """Answers the question, compares regions, or asks where the person is insured."""
    refusals = library.knowledge.refusals
    if _is_none_of_ours(turn, context, library) and not library.knowledge.regions_by_document(turn.text):
        return out_of_scope(turn, context, refusals)
    scheme_before = context.scheme
    context = with_what_was_said(turn, context, library)
    regions = regions_named(turn, library)
    outside = provinces_outside(turn, context, library)
    question, previous = question_of(
        turn, context, instead_of_places(turn, regions, outside), outside, library
    )
    if not question or (context.last_question is None and introduces(turn)):
        return asked_nothing(context)
    last_question = to_remember(turn, context.last_question, question, previous)
    remembered = replace(context, last_question=last_question, task=Task.POLICY, asked=None)
    if speaks_of_others(turn):
        remembered = replace(remembered, scheme=scheme_before)
    if len(regions) > 1 and compares(turn):
        return _comparison(question, regions, turn, remembered, library)
    if ALL_REGIONS.search(normalise(turn.text)) and not regions:
        return _comparison(question, tuple(library.knowledge.regions), turn, remembered, library)
    if outside and not regions:
        return declined(outside[0], question, remembered, library)
    if context.region is None:
        return _without_region(question, remembered, library)
    on = turn.now.date()
    if asks_why(turn.text):
        explained = library.explain(question, context.region, context.scheme, on)
        return told(explained, remembered, library.knowledge)
    short_of_its_own = previous is None and len(bare_text(turn.text)) <= _LONGEST_FOLLOW_UP
    asked_before = context.last_question if short_of_its_own else None
    answer = library.answer(
        question, context.region, context.scheme, on, previous, context.topic, asked_before
    )
    if answer.rivals and context.last_question is None and only_states(turn):
        return asked_nothing(replace(context, last_question=last_question))
    if asks_whom(turn.text) and context.last_question:
        return told(whom_to_ask(answer), remembered, library.knowledge)
    if asks_who_decides(turn.text) and context.last_question and answer.decided_by:
        return told(who_decides(answer), remembered, library.knowledge)
    return told(answer, remembered, library.knowledge)


def continues(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for something else goes on with what was just answered: 为什么, 那我问谁,
    in few words another region, disease, employment, scheme or kind of hospital, or what fits and begins like a
    continuation."""
    if context.last_question and asks_about_the_last(turn.text):
        return True
    if context.task is not Task.POLICY or recognise(turn, library.knowledge.refusals):
        return False
    said = bare_text(without_regions(turn))
    if len(said) > LONGEST_CONTINUATION:
        return False
    named = any(
        turn.values(entity) for entity in ("region", "disease", "employment", "scheme", "hospital_level")
    )
    return named or (
        bool(CONTINUES.search(said))
        and (turn.confidence < _SURE_OF_ANOTHER or library.fits(said, context.region))
    )


def continues_perhaps(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a question that was taken for something else, and hardly for that, goes on with the last answer."""
    under_way = context.task is Task.POLICY and context.last_question and not context.asked
    if not under_way or not is_unsure(turn) or not asks(turn.text):
        return False
    return recognise(turn, library.knowledge.refusals) is None


def fits_surely(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for chatting is a policy question after all, by how well an answer fits."""
    return _closeness_of_a_question(turn, context, library) >= (_FAIRLY if is_unsure(turn) else _SURELY)


def fits_well(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a written answer fits so well that it counts for more than a guess."""
    return _closeness_of_a_question(turn, context, library) >= _SURELY


def is_unsure(turn: Turn) -> bool:
    """Whether the intent is hardly more than a guess: then less is wanted of an answer to count for more."""
    return turn.confidence < _UNSURE


def _closeness_of_a_question(turn: Turn, context: Context, library: PolicyLibrary) -> float:
    """How well the best answer fits a turn; 0 where it is too short or recognisably none of ours."""
    named = regions_named(turn, library)
    question = without_regions(turn, "")
    if len(bare_text(question)) <= TOO_SHORT_ALONE or _is_none_of_ours(turn, context, library):
        return 0.0
    return library.closeness(question, named[0] if named else context.region)


def is_of_a_region(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn that was taken for none of our matters is one after all: it names a document of ours, or one of
    our regions, or none while one is known, and an answer of that region fits well."""
    if library.knowledge.regions_by_document(turn.text):
        return True
    ours = bool(
        regions_named(turn, library)
        or ALL_REGIONS.search(normalise(turn.text))
        or (context.region is not None and not places_named(turn))
    )
    return ours and _closeness_of_a_question(turn, context, library) >= (
        _FAIRLY if is_unsure(turn) else _HARDLY
    )


def _is_none_of_ours(turn: Turn, context: Context, library: PolicyLibrary) -> bool:
    """Whether a turn is recognisably out of scope: by its words, or by what it seems to be about where no answer of the
    region fits closely."""
    refusals = library.knowledge.refusals
    if recognise_by_words(turn, refusals):
        return True
    if recognise(turn, refusals) is None:  # most turns: spares them the search
        return False
    named = regions_named(turn, library)
    region = named[0] if named else context.region
    goes_on = context.task is Task.POLICY and context.last_question is not None
    enough = _SURELY if goes_on else _CLOSELY
    return region is None or library.closeness(without_regions(turn, ""), region) < enough


def _comparison(
    question: str, regions: tuple[str, ...], turn: Turn, context: Context, library: PolicyLibrary
) -> Outcome:
    asked = asked_of_each(turn, library) or dict.fromkeys(regions, question)
    compared = library.compare(asked, turn.now.date())
    rows = tuple(
        ComparisonRow(region=a.region, status=a.status, answer=a.answer, citations=a.citations)
        for a in compared.answers
    )
    reply = Reply(comparison_text(compared), card=ComparisonCard(topic=compared.topic, rows=rows))
    return Outcome((reply,), replace(context, topic=compared.topic, not_understood=0), compared.candidates)


def _without_region(question: str, context: Context, library: PolicyLibrary) -> Outcome:
    if answer := library.nationwide(question):
        return told(answer, context, library.knowledge)
    doubtful = library.closeness(question, None) < _HARDLY
    return ask_for_region(context, IN_DOUBT if doubtful else DIFFERS, library.knowledge.regions)
