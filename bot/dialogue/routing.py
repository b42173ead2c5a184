"""Which errand a turn is meant for, where the conversation or the text says better than its intent."""

import re
from dataclasses import dataclass, replace

from bot.dialogue import cost, policy, scope
from bot.dialogue.cost.concern import (
    asks_beside_a_sum,
    asks_for_the_rule,
    asks_whether_it_counts,
    has_forgotten_the_sum,
    is_for_inpatient_care,
    tells_a_cost,
)
from bot.dialogue.deadline import DeadlineAnswers
from bot.dialogue.errand import Errand
from bot.dialogue.handoff import CALL_BACK, asks_for_a_person
from bot.dialogue.original import OriginalWording
from bot.dialogue.personal import PersonalAnswers
from bot.dialogue.reminding import asks_what_is_on, wants_to_put_off
from bot.dialogue.turn import Context, Task, Turn
from bot.identity.redaction import LABELS, TOKEN
from bot.knowledge.schema import Refusal
from bot.language.asking import asks
from bot.language.dates import find_dates
from bot.policy.library import PolicyLibrary

LONGEST_BARE_ANSWER = 6  # characters: 社区, 县医院
_MORE_OFTEN = 4
"""So much more often a turn asks for a rule right after an answer about the rules than anywhere."""
_CHATTING = frozenset({Errand.MAKE_SMALL_TALK, Errand.NOT_UNDERSTOOD, Errand.HAND_OVER})
_NOT_ASKING = _CHATTING | {Errand.START_OVER, Errand.TAKE_COMPLAINT, Errand.DECLINE, Errand.CONTINUE}
"""What a short question is taken for now and then."""
_MAY_GO_ON = frozenset(
    {
        Errand.CHECK_STATUS,
        Errand.SHOW_RENEWALS,
        Errand.ESTIMATE_COST,
        Errand.TAKE_COMPLAINT,
        Errand.NOT_UNDERSTOOD,
        Errand.STOP_REMINDER,
    }
)
"""What a question that goes on with the last answer is taken for now and then."""
_HARDLY_MEANT = frozenset(
    {Errand.CHECK_STATUS, Errand.TAKE_COMPLAINT, Errand.CONTINUE, Errand.SET_REMINDER, Errand.STOP_REMINDER}
)
"""What a question about the rules is taken for, and hardly."""
_PLAIN_WISHES = frozenset({Errand.HAND_OVER, Errand.START_OVER, Errand.STOP_REMINDER, Errand.SET_REMINDER})
"""Said in plain words; no number or date beside them makes something else of them."""
_MAY_BE_A_NOTE = {Errand.CONTINUE, Errand.NOT_UNDERSTOOD, Errand.TAKE_COMPLAINT, Errand.MAKE_SMALL_TALK}
"""What is left for the staff when they are not there; anything else is answered at once."""
_MAY_TELL_COSTS = frozenset(
    {
        Errand.ANSWER_POLICY,
        Errand.ESTIMATE_COST,
        Errand.CONTINUE,
        Errand.NOT_UNDERSTOOD,
        Errand.CHECK_STATUS,
        Errand.SHOW_RENEWALS,
        Errand.MAKE_SMALL_TALK,
    }
)
_WORDS = re.compile(r"\w")
_IN_HOSPITAL_BY_THEN = re.compile(r"住[了进过]|住着院|住院|出院")
"""发作住了院,后来买的药: whoever reckons what it cost is in no danger."""


@dataclass(frozen=True, eq=False)
class Routing:
    """What the tasks of a conversation know of a turn decides whose it is."""

    library: PolicyLibrary
    refusals: tuple[Refusal, ...]
    costs: cost.CostRecognition
    deadlines: DeadlineAnswers
    personal: PersonalAnswers
    original: OriginalWording

    def meant(self, errand: Errand, turn: Turn, context: Context) -> Errand:
        """The errand that is meant, where the conversation or the text says better than the intent."""
        if turn.text and not _WORDS.search(turn.text):
            errand = Errand.NOT_UNDERSTOOD
        if first := self._goes_before_all(errand, turn, context):
            return first
        if errand in _NOT_ASKING and self._asks_about_policy(errand, turn, context):
            return Errand.ANSWER_POLICY
        if errand in _HARDLY_MEANT and self._is_rather_a_rule(turn, context):
            return Errand.ANSWER_POLICY
        if errand in _MAY_GO_ON and self._goes_on_perhaps(turn, context):
            return Errand.ANSWER_POLICY
        of_the_day = context.task is Task.DEADLINE and self.deadlines.concerns(turn, context)
        if errand in _PLAIN_WISHES and not (of_the_day and policy.is_unsure(turn)):
            return errand
        if names_application(turn):
            return Errand.CHECK_STATUS
        of_the_cost = self._concerns_a_cost(turn, context) or self.costs.tells_a_part(turn, context)
        if errand is Errand.DECLINE and not (of_the_day or of_the_cost):
            return Errand.CONTINUE if self._is_a_bare_answer(turn, context) else errand
        if told := self._tells_dates_or_money(errand, turn, context):
            return told
        if errand in {Errand.NOT_UNDERSTOOD, Errand.TAKE_COMPLAINT} and context.asked:
            return Errand.CONTINUE
        return errand

    def _goes_before_all(self, errand: Errand, turn: Turn, context: Context) -> Errand | None:
        """Danger to life; what only goes on with a note, a proof; what is told by words alone and has no intent."""
        by_words = scope.recognise_by_words(turn, self.refusals)
        told_afterwards = (_IN_HOSPITAL_BY_THEN.search(turn.text) and self.costs.is_told(turn)) or (
            by_words is None and self.costs.tells_a_part(turn, context)
        )
        if scope.is_emergency(turn, self.refusals) and not told_afterwards:
            return Errand.DECLINE
        if context.asked == CALL_BACK and errand in _MAY_BE_A_NOTE:
            return Errand.HAND_OVER
        if self.personal.concerns_bindings(turn, context):
            return Errand.MANAGE_BINDINGS
        if context.task is Task.COST and (
            cost.asks_of_both(turn, context)
            or cost.says_swapped(turn.text)
            or cost.puts_a_day_right(turn)
            or cost.asks_how_much_then(turn.text)
        ):
            return Errand.ESTIMATE_COST
        if context.task is Task.VERIFY and _goes_on_with_proof(errand, turn):
            return Errand.CONTINUE
        if self.original.asks(turn, context):
            return Errand.SHOW_ORIGINAL
        if asks_what_is_on(turn):
            return Errand.LIST_REMINDERS
        return Errand.PUT_OFF_REMINDER if wants_to_put_off(turn) else None

    def _asks_about_policy(self, errand: Errand, turn: Turn, context: Context) -> bool:
        """Whether what was taken for no question goes on with the last answer, or a written answer surely fits it."""
        if context.asked or asks_for_a_person(turn.text):
            return False
        if (
            tells_a_cost(turn)
            or self.costs.only_tells_a_cost(turn)
            or self._concerns_a_cost(turn, context)
            or self.deadlines.concerns(turn, context)
        ):
            return False
        about_policy = (
            policy.continues(turn, context, self.library)
            or (
                errand in _CHATTING
                and not policy.introduces(turn)
                and policy.fits_surely(turn, context, self.library)
            )
            or (errand is Errand.DECLINE and policy.is_of_a_region(turn, context, self.library))
        )
        return about_policy and not self.costs.tells_terms(turn)

    def _is_rather_a_rule(self, turn: Turn, context: Context) -> bool:
        """Whether an intent that is hardly more than a guess gives way to a written answer that fits well."""
        if context.asked or context.person or not policy.is_unsure(turn) or asks_for_a_person(turn.text):
            return False
        told = (
            names_application(turn)
            or self._concerns_a_cost(turn, context)
            or self.costs.tells_terms(turn)
            or self.deadlines.concerns(turn, context)
            or self.deadlines.tells_event(turn)
        )
        return not told and policy.fits_well(turn, context, self.library)

    def _goes_on_perhaps(self, turn: Turn, context: Context) -> bool:
        """Whether what was hardly taken for an errand of its own asks on after an answer."""
        named = names_application(turn) or "提醒" in turn.text
        if (
            context.person
            or named
            or asks_for_a_person(turn.text)
            or self.costs.tells_figures(turn)
            or self.deadlines.concerns(turn, context)
        ):
            return False
        return policy.continues_perhaps(turn, context, self.library)

    def _is_a_bare_answer(self, turn: Turn, context: Context) -> bool:
        """Whether a few words answer what we asked, unless they are recognisably nothing of ours."""
        tells_where = context.asked == "region" and turn.values("region") and not asks(turn.text)
        answers = context.asked and (len(turn.text) <= LONGEST_BARE_ANSWER or tells_where)
        return bool(answers) and scope.recognise(turn, self.refusals) is None

    def _concerns_a_cost(self, turn: Turn, context: Context) -> bool:
        """Whether a cost is told with what it is computed from, or goes on with the one under way."""
        going_on = context.task is Task.COST and self.costs.goes_on(turn, context)
        return self.costs.is_told(turn) or going_on

    def _tells_dates_or_money(self, errand: Errand, turn: Turn, context: Context) -> Errand | None:
        """What figures in the text decide: a date that a time limit runs from, a sum to be worked out, a rule."""
        if (
            context.task is Task.COST
            and context.asked in cost.DATES
            and find_dates(turn.text, turn.now.date())
        ):
            return Errand.ESTIMATE_COST
        told_in_full = self.costs.is_told(turn)
        if context.task is Task.COST and not told_in_full and self.costs.asks_why(turn):
            return Errand.ANSWER_POLICY
        bought = context.task is Task.COST and cost.tells_of_the_purchase(turn.text)
        more_of_it = context.task is Task.COST and self.costs.tells_figures(turn)
        told_of_event = self.deadlines.tells_event(turn) and not cost.tells_of_the_purchase(turn.text)
        spent = self.costs.only_tells_a_cost(turn) and not told_of_event
        terms = errand in _MAY_TELL_COSTS and self.costs.tells_terms(turn)
        told_of_it = context.task is Task.COST and (
            self.costs.tells_a_fact(turn, context)
            or (not asks(turn.text) and self.costs.goes_on(turn, context))
        )
        of_money = (
            errand is Errand.ESTIMATE_COST
            or told_in_full
            or self.costs.asks_for_a_sum(turn)
            or bought
            or more_of_it
            or spent
            or terms
            or told_of_it
            or self.costs.takes_up_again(turn, context)
        )
        if not of_money and is_of_one(turn, self.library) and self.deadlines.concerns(turn, context):
            return Errand.CHECK_STATUS
        set_apart = told_in_full and self.costs.sets_a_part_apart(turn)
        among_others = set_apart or self.costs.tells_a_part(turn, context)
        answers = context.task is Task.COST and self.costs.answers(turn, context)
        if scope.is_other_cost(turn, self.refusals) and not (among_others or bought or answers):
            return Errand.DECLINE
        if context.task is not Task.COST and is_for_inpatient_care(turn):
            return Errand.ANSWER_POLICY
        if (
            context.task is not Task.COST
            and not told_in_full
            and self._is_the_rule_beside_a_sum(turn, context)
        ):
            return Errand.ANSWER_POLICY
        if told_in_full or self.costs.asks_for_a_sum(turn) or self.costs.takes_up_again(turn, context):
            return Errand.ESTIMATE_COST
        if context.task is Task.COST and self.costs.goes_on(turn, context):
            return Errand.ESTIMATE_COST
        if errand in {Errand.CONTINUE, Errand.NOT_UNDERSTOOD} and tells_a_cost(turn):
            return Errand.ESTIMATE_COST
        if errand in _MAY_TELL_COSTS and spent:
            return Errand.ESTIMATE_COST
        if terms:
            return Errand.ESTIMATE_COST
        begins = errand is Errand.ESTIMATE_COST and context.task is not Task.COST
        begins = begins and not has_forgotten_the_sum(turn)
        if begins and (asks_for_the_rule(turn) or self._hardly_asks_for_a_sum(turn, context)):
            return Errand.ANSWER_POLICY
        return None

    def _hardly_asks_for_a_sum(self, turn: Turn, context: Context) -> bool:
        """Whether no figure is told, and a rule fits what was hardly taken for a cost."""
        unsure = policy.is_unsure(turn) and not self.costs.tells_figures(turn)
        return unsure and policy.fits_surely(turn, context, self.library)

    def _is_the_rule_beside_a_sum(self, turn: Turn, context: Context) -> bool:
        return asks_whether_it_counts(turn) or (
            asks_beside_a_sum(turn) and policy.fits_surely(turn, context, self.library)
        )


def after_an_answer(errand: Errand, turn: Turn, context: Context) -> tuple[Errand, Turn]:
    """What follows an answer about the rules is more often a question about them than a first turn in these words."""
    under_way = context.task is Task.POLICY and context.last_question and not context.asked
    if not under_way or turn.of_policy * _MORE_OFTEN < turn.confidence:
        return errand, turn
    return Errand.ANSWER_POLICY, replace(turn, intent="ask_policy", confidence=turn.of_policy, matter=None)


def names_application(turn: Turn) -> bool:
    """Whether an application's number is given, or digits that were taken out while a proof is under way."""
    return bool(turn.values("application_no")) or f"〔{LABELS['digits']}" in turn.text


def _goes_on_with_proof(errand: Errand, turn: Turn) -> bool:
    """Whether the turn answers what we asked to prove who is asking, or gives it up."""
    given = turn.values("application_no") or turn.values("id_or_phone") or TOKEN.search(turn.text)
    return bool(given) or errand in {Errand.CONTINUE, Errand.NOT_UNDERSTOOD, Errand.START_OVER}


def is_of_one(turn: Turn, library: PolicyLibrary) -> bool:
    """Whether it may be somebody's own case: nobody's is in two provinces."""
    return len(policy.regions_named(turn, library)) < 2
