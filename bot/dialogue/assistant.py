"""The assistant: every errand of a turn, in one place. Actions, and the helpline's console, call it.

The rules in data/ choose the errand from the intent; `routing.py` tells where another one is meant.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from bot.clock import Clock
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue import cost, policy, scope
from bot.dialogue.application_occasions import OccasionsByStanding
from bot.dialogue.cost.concern import without_amounts
from bot.dialogue.counting import count
from bot.dialogue.deadline import DeadlineAnswers, asks_progress
from bot.dialogue.errand import Errand
from bot.dialogue.handoff import Handoff
from bot.dialogue.learning import KeptQuestions
from bot.dialogue.office import OfficeHours
from bot.dialogue.original import OriginalWording, with_places_cited
from bot.dialogue.person_meant import with_what_was_said
from bot.dialogue.personal import PersonalAnswers
from bot.dialogue.reminding import Reminding
from bot.dialogue.renewal import asks_for_own_date
from bot.dialogue.routing import Routing, after_an_answer, is_of_one, names_application
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.knowledge.deadlines import load_calendar, load_deadlines
from bot.knowledge.library import Knowledge
from bot.knowledge.parameters import load_parameters
from bot.knowledge.reminders import load_reminders
from bot.messages import Button, FallbackCard, Reply
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.reminders.planner import Planner

HAND_OVER_AFTER = 2  # turns in a row that were not understood
_OF_ONESELF = frozenset(
    {Errand.CHECK_STATUS, Errand.SHOW_RENEWALS, Errand.SET_REMINDER, Errand.TAKE_COMPLAINT, Errand.HAND_OVER}
)
"""What asks for nothing of a region: where one is insured is kept for the questions that follow."""
_OWN_CASE = re.compile(r"[我俺咱]|妈|爸|爹|娘|进度|编号|到哪")
_ASKS_WHETHER_PAID = re.compile(
    r"(?:还|照样|照常|能|给)[^,，。\s]{0,4}(?:报|享受|用|刷)(?:吗|不|么|嘛|啵|没)"
)
_ASKS_WHERE_TO_LEARN = re.compile(
    r"(?:哪[里儿]?|怎么|怎样|咋)[^,，。\s]{0,3}(?:知道|晓得|[查看]得?[到着]|打听)"
)
"""What is asked beside one's own application and is a rule: 审着的时候还给报不, 批没批上哪知道."""
_HOW_LONG = re.compile(r"最[晚迟长多]|几天|多久|多长|多少(天|日|个)")
GO_ON_WITH_PROOF = Reply("身份还没核对完。要接着查，请发刚才要的那一项。", (Button("不查了", "不查了"),))

Answer = Callable[[Turn, Context], Awaitable[Outcome]]


class Assistant:
    """Answers turns. `now` is its clock; everything else it needs is handed in."""

    def __init__(
        self,
        knowledge: Knowledge,
        library: PolicyLibrary,
        database: Database,
        clock: Clock,
        questions: KeptQuestions,
        learnt: cost.Learnt,
        office_hours: str | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.library = library
        self.questions = questions
        self._clock = clock
        parameters = load_parameters(knowledge.folder)
        self._costs = cost.Costs(parameters, learnt)
        self._recognition = cost.CostRecognition(parameters, learnt)
        calendar = WorkingCalendar(load_calendar(knowledge.folder))
        self.deadlines = DeadlineAnswers(knowledge, load_deadlines(knowledge.folder), calendar)
        self._handoff = Handoff(database, OfficeHours(office_hours, calendar) if office_hours else None)
        self._original = OriginalWording(database, library)
        reminders = load_reminders(knowledge.folder)
        self._reminding = Reminding(database, reminders)
        planner = Planner(reminders, OccasionsByStanding(knowledge))
        self.personal = PersonalAnswers(database, knowledge, self.deadlines, calendar, reminders, planner)
        self._routing = Routing(
            library, knowledge.refusals, self._recognition, self.deadlines, self.personal, self._original
        )

    def now(self) -> datetime:
        """The present moment, Asia/Shanghai."""
        return self._clock()

    async def respond(self, errand: Errand, turn: Turn, context: Context) -> Outcome:
        """Runs one errand, or the one that is meant, and answers what goes out."""
        errand, turn = after_an_answer(errand, turn, context)
        said = with_what_was_said(turn, context)
        if said.employment is None:
            said = replace(said, employment=self._recognition.employment_of_oneself(turn))
        context = await self._reminding.recall(turn, said)
        if self._reminding.is_about_own_review(said, context):
            errand = Errand.SHOW_RENEWALS
        else:
            errand = self._routing.meant(errand, turn, context)
        outcome = await self._answers[errand](turn, context)
        if errand in _OF_ONESELF and policy.regions_named(turn, self.library):
            kept = policy.with_what_was_said(turn, outcome.context, self.library)
            outcome = replace(outcome, context=kept)
        if errand is not Errand.SHOW_ORIGINAL:
            outcome = with_places_cited(outcome)
        count(turn, outcome)
        await self.questions.keep(turn, outcome)
        if errand is not Errand.NOT_UNDERSTOOD and outcome.context.not_understood:
            return replace(outcome, context=replace(outcome.context, not_understood=0))
        return outcome

    @cached_property
    def _answers(self) -> Mapping[Errand, Answer]:
        return {
            Errand.ANSWER_POLICY: self._answer_policy,
            Errand.ESTIMATE_COST: self._estimate_cost,
            Errand.CHECK_STATUS: self._check_status,
            Errand.SHOW_RENEWALS: self._show_renewals,
            Errand.SET_REMINDER: self.personal.set_reminder,
            Errand.STOP_REMINDER: self._reminding.stop,
            Errand.HAND_OVER: self._handoff.hand_over,
            Errand.TAKE_COMPLAINT: self._take_complaint,
            Errand.DECLINE: self._decline,
            Errand.CONTINUE: self._continue,
            Errand.START_OVER: self._start_over,
            Errand.NOT_UNDERSTOOD: self._not_understood,
            Errand.MAKE_SMALL_TALK: self._make_small_talk,
            Errand.LIST_REMINDERS: self._reminding.list_reminders,
            Errand.PUT_OFF_REMINDER: self._reminding.put_off,
            Errand.MANAGE_BINDINGS: self.personal.manage_bindings,
            Errand.SHOW_ORIGINAL: self._original.show,
        }

    async def _answer_policy(self, turn: Turn, context: Context) -> Outcome:
        """A question in the middle of an estimate or a proof is answered, and then that goes on."""
        of_a_sum = context.task is Task.COST and self._recognition.asks_why(turn)
        asked = without_amounts(turn) if of_a_sum else turn
        outcome = policy.answer_policy(asked, context, self.library)
        noted = self._costs.noted(turn, outcome.context)
        outcome = replace(outcome, context=replace(outcome.context, case=noted))
        if outcome.context.asked:
            return outcome
        if of_a_sum:
            outcome = replace(outcome, context=replace(outcome.context, task=Task.COST))
        if context.task is Task.VERIFY and context.last_question:
            return replace(outcome, context=replace(outcome.context, task=Task.VERIFY, asked=context.asked))
        if context.task is Task.VERIFY:
            return outcome.followed_by(GO_ON_WITH_PROOF, task=Task.VERIFY, asked=context.asked)
        if context.task is Task.COST and self._recognition.bears_on_it(turn, context):
            again = self._costs.estimate(turn, context)
            sum_again, *more = again.replies
            sum_again = replace(sum_again, text=f"{cost.OF_THE_COST_BEFORE}{sum_again.text}")
            kept = replace(again.context, last_question=outcome.context.last_question)
            return Outcome((*outcome.replies, sum_again, *more), kept)
        if context.task is Task.COST and (question := cost.question_again(context)):
            return outcome.followed_by(
                question, task=Task.COST, asked=context.asked, case=cost.asked_again(context)
            )
        return outcome

    async def _estimate_cost(self, turn: Turn, context: Context) -> Outcome:
        """What only one region has (湘雅) tells the region of a cost that is told without."""
        if context.region is None and not turn.values("region"):
            context = replace(context, region=self.knowledge.region_given_away(turn.text))
        return self._costs.estimate(turn, context)

    async def _check_status(self, turn: Turn, context: Context) -> Outcome:
        if names_application(turn):
            return await self.personal.check_status(turn, context)
        of_one = is_of_one(turn, self.library)
        if of_one and (self.deadlines.concerns(turn, context) or self.deadlines.tells_event(turn)):
            return self.deadlines.answer(turn, context)
        own = of_one and (context.person or context.task is Task.STATUS or asks_progress(turn.text))
        a_rule = _asks_for_the_limit(turn) or self._is_a_rule(turn, context)
        if own and not a_rule:
            return await self.personal.check_status(turn, context)
        return await self._answer_policy(turn, context)

    def _is_a_rule(self, turn: Turn, context: Context) -> bool:
        """Whether a written answer surely fits, and a region is named where nobody asks of their own application, or
        what is asked is no state of an application."""
        named = turn.values("region") and not _OWN_CASE.search(turn.text)
        of_no_state = _ASKS_WHETHER_PAID.search(turn.text) or _ASKS_WHERE_TO_LEARN.search(turn.text)
        return bool(named or of_no_state) and policy.fits_surely(turn, context, self.library)

    async def _show_renewals(self, turn: Turn, context: Context) -> Outcome:
        """A verified person's own dates, or those of one who asks for them; else the question is about the rules."""
        own = context.person or (context.region is None and asks_for_own_date(turn.text))
        if own and not turn.values("region"):
            return await self.personal.show_renewals(turn, context)
        return await self._answer_policy(turn, context)

    async def _take_complaint(self, turn: Turn, context: Context) -> Outcome:
        text = (
            "让您着急了，对不起。您可以让我转人工，也可以拨打12393反映。"
            "您也可以告诉我具体是哪件慢特病的事，我接着帮您查。"
        )
        return Outcome((Reply(text, (Button("转人工", "转人工"),)),), context)

    async def _decline(self, turn: Turn, context: Context) -> Outcome:
        if policy.tells_where_insured(turn):
            context = policy.with_what_was_said(turn, context, self.library)
        return scope.out_of_scope(turn, context, self.knowledge.refusals)

    async def _continue(self, turn: Turn, context: Context) -> Outcome:
        """A bare answer goes to whatever asked."""
        if context.task is Task.VERIFY:
            return await self.personal.continue_verification(turn, context)
        if context.task is Task.COST:
            return await self._estimate_cost(turn, context)
        if context.task is Task.DEADLINE and context.asked:
            return self.deadlines.answer(turn, context)
        if context.task is Task.STATUS:
            return await self.personal.check_status(turn, context)
        if turn.intent in {"affirm", "deny"} and not context.asked and not turn.mentions:
            return Outcome((Reply("好的。您还想问门诊慢特病的什么事？"),), context)
        return await self._answer_policy(turn, context)

    async def _start_over(self, turn: Turn, context: Context) -> Outcome:
        fresh = Context(region=context.region, city=context.city, person=context.person)
        return Outcome((Reply("好的，刚才的先放下。您重新说说想问什么。"),), fresh)

    async def _make_small_talk(self, turn: Turn, context: Context) -> Outcome:
        """Nothing of ours to say: the action says the intent's response of domain.yml. Who greets and says where they
        are insured is asked what they want."""
        if turn.intent == "greet" and turn.values("region"):
            said = policy.with_what_was_said(turn, context, self.library)
            return policy.asked_nothing(said) if said.region else Outcome((), context)
        return Outcome((), context)

    async def _not_understood(self, turn: Turn, context: Context) -> Outcome:
        tries = context.not_understood + 1
        if tries > HAND_OVER_AFTER:
            return await self._handoff.hand_over(turn, context, reason="连续没听懂")
        text = self.knowledge.statuses["not_understood"].answer
        buttons = (Button("能问什么", "你能做什么"), Button("转人工", "转人工"))
        reply = Reply(text, buttons, FallbackCard(reason="not_understood"))
        return Outcome((reply,), replace(context, not_understood=tries))


def _asks_for_the_limit(turn: Turn) -> bool:
    """Whether it is a region's rule that is asked for and nobody's own case: 泰安最晚几天给结果."""
    return bool(turn.values("region")) and _HOW_LONG.search(turn.text) is not None
