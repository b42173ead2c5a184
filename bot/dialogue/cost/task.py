"""One turn of the cost task: reads what is told, computes, says the answer, asks for what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.dialogue.cost.card import card_of
from bot.dialogue.cost.computing import compute, refused, settled
from bot.dialogue.cost.differences import compared, replaced
from bot.dialogue.cost.merging import merged
from bot.dialogue.cost.person import ELSEWHERE, Person, Stretch
from bot.dialogue.cost.questions import QUESTIONS, buttons_for, next_question, question_for
from bot.dialogue.cost.reading import Reading, read_cost
from bot.dialogue.cost.reading.changes import (
    guesses,
    puts_a_sum_right,
    seeks_confirmation,
    supposes,
    wants_steps,
)
from bot.dialogue.cost.reading.learned import Learnt
from bot.dialogue.cost.recognising import said_plainly
from bot.dialogue.cost.talk import Talk, is_of_another, known_of_it, talk_after, talk_before, told_before
from bot.dialogue.cost.wording import answer, closing, is_as_open_as, is_faulty, lines, not_yet, steps_aloud
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.knowledge.parameters import Condition, RegionParameters
from bot.language.asking import asks
from bot.messages import Reply
from bot.rules.case import Case
from bot.rules.result import Estimate

OF_THE_COST_BEFORE = "刚才那笔费用："
_KEPT = ELSEWHERE | frozenset[Condition]({"long_prescription", "several_diseases"})
"""What is told of the care, and not of one purchase alone."""


@dataclass(frozen=True, eq=False)
class Costs:
    """Everything a conversation asks of the cost task: each region's parameters, and what marked sentences taught."""

    parameters: Mapping[str, RegionParameters]
    learnt: Learnt

    def estimate(self, turn: Turn, context: Context) -> Outcome:
        """One turn of the cost task; the reply always carries an `EstimateCard`."""
        reading = self._reading(turn, context)
        before = self._talk_before(turn, context, reading)
        talk = talk_after(before, turn, _asked_of(turn, context), reading)
        was, result = (compute(known.people, self.parameters, turn.now.date()) for known in (before, talk))
        if reading.fault:
            result = refused(result, reading.fault)
        card = card_of(talk.people, result)
        goes_on, context = context.task is Task.COST, _remembering(context, talk.people[0].case)
        if wants_steps(turn.text) and result.fund_pays is not None and before.people == talk.people:
            return _outcome(context, talk, Reply(steps_aloud(result), card=card))
        if _only_supposed(reading, before, talk, was, result):
            difference = "" if reading.people[0].day_asked else compared(was, result, "现在")
            return _outcome(context, before, Reply(answer(result, reading.claimed, difference), card=card))
        nothing_put_right = is_faulty(was) or is_of_another(before, reading, turn.text)
        changes = "" if nothing_put_right else _changes(before, talk, self.parameters)
        if goes_on and talk.declined == before.declined and is_as_open_as(result, was):
            text = not_yet(result)
        else:
            text = answer(result, reading.claimed, changes and f"{changes}{compared(was, result, '刚才')}")
        asked = next_question(result, talk)
        if asked is None:
            return _outcome(context, talk, Reply(lines(text, closing(result)), card=card))
        question, buttons = question_for(asked, result), buttons_for(asked, talk, tuple(self.parameters))
        reply = Reply(lines(text, question), buttons, card)
        return _outcome(context, talk.after_asking(asked), reply, asked)

    def _reading(self, turn: Turn, context: Context) -> Reading:
        asked = _asked_of(turn, context) or _not_known(context)
        return read_cost(turn, asked, self.parameters, known_of_it(turn, context), self.learnt)

    def _talk_before(self, turn: Turn, context: Context, reading: Reading) -> Talk:
        """What was told of the cost before this turn, also with a question about the rules right before it."""
        before = talk_before(turn, context, reading)
        if context.task is not Task.POLICY or not context.last_question:
            return before
        asked_before = self._asked_before(turn, context, reading.people[0].cost_known)
        return replace(before, people=tuple(merged(person, asked_before) for person in before.people))

    def noted(self, turn: Turn, context: Context) -> dict[str, Any]:
        """`context.case` with the terms that are told with a question about the rules, as long as no cost is known."""
        talk = Talk.recall(context)
        people = read_cost(turn, None, self.parameters, talk.people[0].case, self.learnt).people
        if talk.people[0].cost_known or len(people) > 1 or supposes(turn.text):
            return context.case
        said, case = people[0], people[0].case
        stated, sure = not asks(said_plainly(turn)), not seeks_confirmation(turn.text)
        terms = Case(
            ratio=case.ratio if stated else None,
            monthly_limit=case.monthly_limit if stated else None,
            extra_limit=case.extra_limit if stated else None,
            deductible=case.deductible if stated else None,
            cap_not_reached=case.cap_not_reached if stated else None,
            benefit_class=case.benefit_class,
            approved_on=case.approved_on if stated else None,
            conditions=case.conditions & _KEPT if stated else frozenset(),
        )
        told = Person(
            terms,
            limit=said.limit if stated else None,
            ratios=said.ratios if sure else (),
            ratios_elsewhere=said.ratios_elsewhere if sure else (),
            retired_since=said.retired_since if stated else None,
            stretch=said.stretch if stated and said.retired_since else Stretch(),
        )
        after = merged(talk.people[0], told)
        return context.case if after == talk.people[0] else replace(talk, people=(after,)).remembered()

    def _asked_before(self, turn: Turn, context: Context, cost_told: bool) -> Person:
        """What the question about a rule that came before told of its person: all that is told with a cost, if this
        turn tells none itself; else whether they are retired, and their limits."""
        asked = replace(turn, text=context.last_question or "", mentions=())
        people = read_cost(asked, None, self.parameters, told_before(context), self.learnt).people
        if len(people) == 1 and people[0].cost_known and not cost_told:
            return people[0]
        person = people[0] if len(people) == 1 else Person()
        case = person.case
        told = Case(employment=case.employment, conditions=case.conditions & ELSEWHERE)
        if supposes(context.last_question or ""):
            return Person(told)
        limits = replace(told, monthly_limit=case.monthly_limit, extra_limit=case.extra_limit)
        return Person(limits, limit=person.limit)


def question_again(context: Context) -> Reply | None:
    """What we last asked for, to be said after a question in between; None where that was done already."""
    if context.asked is None or context.asked not in QUESTIONS or context.case.get("asked_again"):
        return None
    buttons = buttons_for(context.asked, Talk.recall(context), ())
    return Reply(f"再说刚才的费用。{QUESTIONS[context.asked]}", buttons)


def asked_again(context: Context) -> dict[str, Any]:
    """`context.case` with the note that the question was repeated; the next turn about the cost drops it."""
    return context.case | {"asked_again": True}


def _asked_of(turn: Turn, context: Context) -> str | None:
    """The question of ours that a bare figure in this turn answers."""
    asked = context.asked if context.task is Task.COST else None
    return _put_right_now(turn, context) or _guessed_now(turn, context) or asked


def _not_known(context: Context) -> str | None:
    """What the person did not know when asked: a bare figure later is of that."""
    declined = Talk.recall(context).declined if context.task is Task.COST else ()
    return declined[-1] if declined else None


def _guessed_now(turn: Turn, context: Context) -> str | None:
    """What the person just said they do not know, where they now guess a figure (起付线记不准; 三四百吧)."""
    wondered = Talk.recall(context).wondered if context.task is Task.COST else None
    return wondered if wondered and guesses(turn.text) else None


def _put_right_now(turn: Turn, context: Context) -> str | None:
    """What was told last, where a sum alone puts it right (里头三百是自费的; 不对,是五百)."""
    latest = Talk.recall(context).latest if context.task is Task.COST else None
    return latest if latest and puts_a_sum_right(turn.text) else None


def _only_supposed(reading: Reading, before: Talk, talk: Talk, was: Estimate, result: Estimate) -> bool:
    """Whether what is told holds for this answer alone: another day that is asked about, or a what-if."""
    if result.fund_pays is None:
        return False
    other_day = bool(reading.people[0].day_asked) and before.people != talk.people
    what_if = reading.hypothetical and was.fund_pays is not None
    return other_day or (what_if and len(before.people) == len(talk.people))


def _changes(before: Talk, talk: Talk, parameters: Mapping[str, RegionParameters]) -> str:
    """The facts that this turn replaced in a case that was under way."""
    if not before.people[0].cost_known or len(before.people) != len(talk.people):
        return ""
    pairs = zip(before.people, talk.people, strict=True)
    changes = [replaced(settled(known, parameters), settled(now, parameters)) for known, now in pairs]
    return "".join(f"{change}。" for change in dict.fromkeys(changes) if change)


def _outcome(context: Context, talk: Talk, reply: Reply, asked: str | None = None) -> Outcome:
    return Outcome((reply,), replace(context, case=talk.remembered(), asked=asked))


def _remembering(context: Context, case: Case) -> Context:
    """What the conversation knows of the person; of whoever is insured elsewhere nothing holds that was told before."""
    before = replace(context, scheme=None, employment=None) if _is_elsewhere(case, context) else context
    return replace(
        context,
        region=case.region or context.region,
        scheme=case.scheme or before.scheme,
        employment=case.employment or before.employment,
        diseases=case.diseases or context.diseases,
        task=Task.COST,
    )


def _is_elsewhere(case: Case, context: Context) -> bool:
    return bool(case.region and context.region and case.region != context.region)
