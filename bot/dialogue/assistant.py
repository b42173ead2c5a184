"""The assistant: every errand of a turn, in one place. Actions, and the helpline's console, call it.

The rules in data/ choose the errand from the intent. `_reconsider` lists the few cases in which what was
said before, or what stands in the text, says better than the intent what is meant.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from itertools import pairwise

from bot.clock import Clock
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue import cost, policy, scope
from bot.dialogue.application_occasions import OccasionsByStanding
from bot.dialogue.cost.concern import (
    asks_beside_a_sum,
    asks_for_the_rule,
    asks_whether_it_counts,
    has_forgotten_the_sum,
    is_for_inpatient_care,
    tells_a_cost,
    without_amounts,
)
from bot.dialogue.counting import count
from bot.dialogue.deadline import DeadlineAnswers, asks_progress
from bot.dialogue.handoff import CALL_BACK, Handoff, asks_for_a_person
from bot.dialogue.learning import KeptQuestions
from bot.dialogue.office import OfficeHours
from bot.dialogue.original import OriginalWording, with_places_cited
from bot.dialogue.personal import PersonalAnswers
from bot.dialogue.reminding import Reminding, asks_what_is_on, wants_to_put_off
from bot.dialogue.renewal import asks_for_own_date
from bot.dialogue.turn import Context, Mention, Outcome, Task, Turn
from bot.identity.redaction import LABELS, TOKEN
from bot.knowledge.deadlines import load_calendar, load_deadlines
from bot.knowledge.library import Knowledge
from bot.knowledge.parameters import load_parameters
from bot.knowledge.reminders import load_reminders
from bot.language.asking import asks
from bot.language.dates import find_dates
from bot.messages import Button, FallbackCard, Reply
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.reminders.planner import Planner

LONGEST_BARE_ANSWER = 6  # characters: 社区, 县医院
HAND_OVER_AFTER = 2  # turns in a row that were not understood
_MORE_OFTEN = 4
"""So much more often a turn asks for a rule right after an answer about the rules than anywhere."""


class Errand(StrEnum):
    """What a turn asks of us; `action_<value>` is the Rasa action. The last four have none: words tell them."""

    ANSWER_POLICY = "answer_policy"
    ESTIMATE_COST = "estimate_cost"
    CHECK_STATUS = "check_status"
    SHOW_RENEWALS = "show_renewals"
    SET_REMINDER = "set_reminder"
    STOP_REMINDER = "stop_reminder"
    HAND_OVER = "hand_over"
    TAKE_COMPLAINT = "take_complaint"
    DECLINE = "decline"
    CONTINUE = "continue"
    START_OVER = "start_over"
    NOT_UNDERSTOOD = "not_understood"
    MAKE_SMALL_TALK = "make_small_talk"
    MANAGE_BINDINGS = "manage_bindings"
    LIST_REMINDERS = "list_reminders"
    SHOW_ORIGINAL = "show_original"
    PUT_OFF_REMINDER = "put_off_reminder"


_CHATTING = frozenset({Errand.MAKE_SMALL_TALK, Errand.NOT_UNDERSTOOD, Errand.HAND_OVER})
_NOT_ASKING = _CHATTING | {Errand.START_OVER, Errand.TAKE_COMPLAINT, Errand.DECLINE, Errand.CONTINUE}
"""What a short question is taken for now and then."""
_OF_ONESELF = frozenset(
    {Errand.CHECK_STATUS, Errand.SHOW_RENEWALS, Errand.SET_REMINDER, Errand.TAKE_COMPLAINT, Errand.HAND_OVER}
)
"""What asks for nothing of a region: where one is insured is kept for the questions that follow."""
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
_PERSON_RIGHT_AFTER = re.compile(
    r"的?(?:老师|老?(?:职工|师傅|教师|医生|护士|工人|干部|嗲嗲?|大爷|大妈|大叔|阿姨|顾客|病人|患者|同志))"
)
_PERSON_JUST_BEFORE = re.compile(r"[我俺咱他她爸妈爹娘爷奶公婆伴](?!们)[^，,。？?！!\s吗么]{0,8}$")
_AT_WORK_MYSELF = re.compile(r"我(?:自己)?(?:还|也|正|都)*在?(?:上着?班|职|岗)[^。;；]{0,12}我自己")
"""Of oneself, whatever is told of others: 老伴退休了我还在岗，说的是我自己."""
_IN_HOSPITAL_BY_THEN = re.compile(r"住[了进过]|住着院|住院|出院")
"""发作住了院,后来买的药: whoever reckons what it cost is in no danger."""
_RETIRED_OR_NOT = re.compile(
    r"退没退|退不退休|退(?:休|了)+(?:还是|或者?)(?:没|在职|上班|在岗)|(?:在职|在岗|上班)的?(?:还是|或者?)(?:已经|都)?退|退休了?没(?!有退)(?:退|[,，。?？]|$)"
)
_NOT_SO_YET = re.compile(
    r"算不|是不是|是否|不知|不晓|不清|要是|如果|假如|若|万一|快|等|没|还差|将|准备|要不|打算|想"
)
_WORKPLACE = re.compile(r"(?:厂|局|校|公司|单位|矿|铁路|供销社|粮站|车队|商店)(?:里|上)?$")
_PAUSES = re.compile(r"[,，。;；、!！?？\s]")
_ABOUT_ONESELF = ("region", "scheme", "employment")
_SINCE = re.compile(r"了?(?:以后|之后|以前|之前|后|前|的呢|呢)")
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

_MAY_BE_A_NOTE = {Errand.CONTINUE, Errand.NOT_UNDERSTOOD, Errand.TAKE_COMPLAINT, Errand.MAKE_SMALL_TALK}
"""What is left for the staff when they are not there; anything else is answered at once."""

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
        self._costs = cost.Costs(load_parameters(knowledge.folder), learnt)
        calendar = WorkingCalendar(load_calendar(knowledge.folder))
        self.deadlines = DeadlineAnswers(knowledge, load_deadlines(knowledge.folder), calendar)
        self._handoff = Handoff(database, OfficeHours(office_hours, calendar) if office_hours else None)
        self._original = OriginalWording(database, library)
        reminders = load_reminders(knowledge.folder)
        self._reminding = Reminding(database, reminders)
        planner = Planner(reminders, OccasionsByStanding(knowledge))
        self.personal = PersonalAnswers(database, knowledge, self.deadlines, calendar, reminders, planner)

    def now(self) -> datetime:
        """The present moment, Asia/Shanghai."""
        return self._clock()

    async def respond(self, errand: Errand, turn: Turn, context: Context) -> Outcome:
        """Runs one errand, or the one that is meant, and answers what goes out."""
        errand, turn = _after_an_answer(errand, turn, context)
        said = _with_what_was_said(turn, context)
        if said.employment is None:
            said = replace(said, employment=self._costs.employment_of_oneself(turn))
        context = await self._reminding.recall(turn, said)
        if self._reminding.is_about_own_review(said, context):
            errand = Errand.SHOW_RENEWALS
        else:
            errand = self._reconsider(errand, turn, context)
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

    def _reconsider(self, errand: Errand, turn: Turn, context: Context) -> Errand:
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
        if _names_application(turn):
            return Errand.CHECK_STATUS
        of_the_cost = self._concerns_a_cost(turn, context) or self._costs.tells_a_part(turn, context)
        if errand is Errand.DECLINE and not (of_the_day or of_the_cost):
            return Errand.CONTINUE if self._is_a_bare_answer(turn, context) else errand
        if told := self._tells_dates_or_money(errand, turn, context):
            return told
        if errand in {Errand.NOT_UNDERSTOOD, Errand.TAKE_COMPLAINT} and context.asked:
            return Errand.CONTINUE
        return errand

    def _goes_before_all(self, errand: Errand, turn: Turn, context: Context) -> Errand | None:
        """Danger to life; what only goes on with a note, a proof; what is told by words alone and has no intent."""
        by_words = scope.recognise_by_words(turn, self.knowledge.refusals)
        told_afterwards = (_IN_HOSPITAL_BY_THEN.search(turn.text) and self._costs.is_told(turn)) or (
            by_words is None and self._costs.tells_a_part(turn, context)
        )
        if scope.is_emergency(turn, self.knowledge.refusals) and not told_afterwards:
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
        if self._original.asks(turn, context):
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
            or self._costs.only_tells_a_cost(turn)
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
        return about_policy and not self._costs.tells_terms(turn)

    def _is_rather_a_rule(self, turn: Turn, context: Context) -> bool:
        """Whether an intent that is hardly more than a guess gives way to a written answer that fits well."""
        if context.asked or context.person or not policy.is_unsure(turn) or asks_for_a_person(turn.text):
            return False
        told = (
            _names_application(turn)
            or self._concerns_a_cost(turn, context)
            or self._costs.tells_terms(turn)
            or self.deadlines.concerns(turn, context)
            or self.deadlines.tells_event(turn)
        )
        return not told and policy.fits_well(turn, context, self.library)

    def _goes_on_perhaps(self, turn: Turn, context: Context) -> bool:
        """Whether what was hardly taken for an errand of its own asks on after an answer."""
        named = _names_application(turn) or "提醒" in turn.text
        if (
            context.person
            or named
            or asks_for_a_person(turn.text)
            or self._costs.tells_figures(turn)
            or self.deadlines.concerns(turn, context)
        ):
            return False
        return policy.continues_perhaps(turn, context, self.library)

    def _is_a_bare_answer(self, turn: Turn, context: Context) -> bool:
        """Whether a few words answer what we asked, unless they are recognisably nothing of ours."""
        tells_where = context.asked == "region" and turn.values("region") and not asks(turn.text)
        answers = context.asked and (len(turn.text) <= LONGEST_BARE_ANSWER or tells_where)
        return bool(answers) and scope.recognise(turn, self.knowledge.refusals) is None

    def _concerns_a_cost(self, turn: Turn, context: Context) -> bool:
        """Whether a cost is told with what it is computed from, or goes on with the one under way."""
        going_on = context.task is Task.COST and self._costs.goes_on(turn, context)
        return self._costs.is_told(turn) or going_on

    def _tells_dates_or_money(self, errand: Errand, turn: Turn, context: Context) -> Errand | None:
        """What figures in the text decide: a date that a time limit runs from, a sum to be worked out, a rule."""
        if (
            context.task is Task.COST
            and context.asked in cost.DATES
            and find_dates(turn.text, turn.now.date())
        ):
            return Errand.ESTIMATE_COST
        told_in_full = self._costs.is_told(turn)
        if context.task is Task.COST and not told_in_full and self._costs.asks_why(turn):
            return Errand.ANSWER_POLICY
        bought = context.task is Task.COST and cost.tells_of_the_purchase(turn.text)
        more_of_it = context.task is Task.COST and self._costs.tells_figures(turn)
        told_of_event = self.deadlines.tells_event(turn) and not cost.tells_of_the_purchase(turn.text)
        spent = self._costs.only_tells_a_cost(turn) and not told_of_event
        terms = errand in _MAY_TELL_COSTS and self._costs.tells_terms(turn)
        told_of_it = context.task is Task.COST and (
            self._costs.tells_a_fact(turn, context)
            or (not asks(turn.text) and self._costs.goes_on(turn, context))
        )
        of_money = (
            errand is Errand.ESTIMATE_COST
            or told_in_full
            or self._costs.asks_for_a_sum(turn)
            or bought
            or more_of_it
            or spent
            or terms
            or told_of_it
            or self._costs.takes_up_again(turn, context)
        )
        if not of_money and self._is_of_one(turn) and self.deadlines.concerns(turn, context):
            return Errand.CHECK_STATUS
        set_apart = told_in_full and self._costs.sets_a_part_apart(turn)
        among_others = set_apart or self._costs.tells_a_part(turn, context)
        answers = context.task is Task.COST and self._costs.answers(turn, context)
        if scope.is_other_cost(turn, self.knowledge.refusals) and not (among_others or bought or answers):
            return Errand.DECLINE
        if context.task is not Task.COST and is_for_inpatient_care(turn):
            return Errand.ANSWER_POLICY
        if (
            context.task is not Task.COST
            and not told_in_full
            and self._is_the_rule_beside_a_sum(turn, context)
        ):
            return Errand.ANSWER_POLICY
        if told_in_full or self._costs.asks_for_a_sum(turn) or self._costs.takes_up_again(turn, context):
            return Errand.ESTIMATE_COST
        if context.task is Task.COST and self._costs.goes_on(turn, context):
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
        unsure = policy.is_unsure(turn) and not self._costs.tells_figures(turn)
        return unsure and policy.fits_surely(turn, context, self.library)

    def _is_of_one(self, turn: Turn) -> bool:
        """Whether it may be somebody's own case: nobody's is in two provinces."""
        return len(policy.regions_named(turn, self.library)) < 2

    def _is_the_rule_beside_a_sum(self, turn: Turn, context: Context) -> bool:
        return asks_whether_it_counts(turn) or (
            asks_beside_a_sum(turn) and policy.fits_surely(turn, context, self.library)
        )

    # ---- errands ---------------------------------------------------------------------------------------

    async def _answer_policy(self, turn: Turn, context: Context) -> Outcome:
        """A question in the middle of an estimate or a proof is answered, and then that goes on."""
        of_a_sum = context.task is Task.COST and self._costs.asks_why(turn)
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
        if context.task is Task.COST and self._costs.bears_on_it(turn, context):
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
        if _names_application(turn):
            return await self.personal.check_status(turn, context)
        of_one = self._is_of_one(turn)
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


def _after_an_answer(errand: Errand, turn: Turn, context: Context) -> tuple[Errand, Turn]:
    """What follows an answer about the rules is more often a question about them than a first turn in these words."""
    under_way = context.task is Task.POLICY and context.last_question and not context.asked
    if not under_way or turn.of_policy * _MORE_OFTEN < turn.confidence:
        return errand, turn
    return Errand.ANSWER_POLICY, replace(turn, intent="ask_policy", confidence=turn.of_policy, matter=None)


def _with_what_was_said(turn: Turn, context: Context) -> Context:
    """Diseases, and the employment of the person it is about, are kept whatever the errand is."""
    return replace(
        context,
        diseases=turn.values("disease") or context.diseases,
        employment=_own_employment(turn) or context.employment,
    )


def _own_employment(turn: Turn) -> str | None:
    """The employment told of a person (我是湘潭退休的, 俺妈退休了), or all that was said; none where both are compared,
    it is only imagined (要是我退休) or still to come."""
    employments = turn.values("employment")
    if _RETIRED_OR_NOT.search(turn.text):
        return None
    if _AT_WORK_MYSELF.search(turn.text):
        return "在职"
    if len(employments) != 1:
        return employments[0] if employments and turn.intent == "inform" else None
    mention = next(m for m in turn.mentions if m.entity == "employment")
    before, after = turn.text[: mention.start], turn.text[mention.end :]
    named = _PERSON_JUST_BEFORE.search(before) or _PERSON_RIGHT_AFTER.match(after)
    of_a_person = named or _is_a_clause(turn, mention) or (_WORKPLACE.search(before) and after[:1] == "的")
    led_by = _PAUSES.split(before)[-1]
    told = of_a_person and not _NOT_SO_YET.search(led_by) and not _SINCE.match(after)
    return employments[0] if told or turn.intent == "inform" else None


def _is_a_clause(turn: Turn, mention: Mention) -> bool:
    """Whether the mention, with the place and scheme at most, is a clause of its own: 湖南益阳,退休,想问…"""
    pauses = [0, *(m.end() for m in _PAUSES.finditer(turn.text)), len(turn.text) + 1]
    begin, end = next((a, b - 1) for a, b in pairwise(pauses) if a <= mention.start < b)
    told = sum(
        m.end - m.start for m in turn.mentions if begin <= m.start < end and m.entity in _ABOUT_ONESELF
    )
    return (begin, end) != (0, len(turn.text)) and end - begin - told <= 1


def _names_application(turn: Turn) -> bool:
    """Whether an application's number is given, or digits that were taken out while a proof is under way."""
    return bool(turn.values("application_no")) or f"〔{LABELS['digits']}" in turn.text


def _asks_for_the_limit(turn: Turn) -> bool:
    """Whether it is a region's rule that is asked for and nobody's own case: 泰安最晚几天给结果."""
    return bool(turn.values("region")) and _HOW_LONG.search(turn.text) is not None


def _goes_on_with_proof(errand: Errand, turn: Turn) -> bool:
    """Whether the turn answers what we asked to prove who is asking, or gives it up."""
    given = turn.values("application_no") or turn.values("id_or_phone") or TOKEN.search(turn.text)
    return bool(given) or errand in {Errand.CONTINUE, Errand.NOT_UNDERSTOOD, Errand.START_OVER}
