"""One person's own records: status, renewals, reminders. Nothing is shown before they proved who they are."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.deadline import DeadlineAnswers
from bot.dialogue.reminding import ALL, address_of
from bot.dialogue.renewal import renewal_reply
from bot.dialogue.status import status_reply
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.dialogue.verify import unbind, verify, wants_unbinding
from bot.identity.access import Access
from bot.identity.verification import Verifier
from bot.knowledge.library import Knowledge
from bot.knowledge.reminders import Kind, ReminderKinds
from bot.messages import Button, Reply, SubscriptionCard
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Application, Person
from bot.reminders.planner import Planner

SHOWN_AT_ONCE = 3


class PersonalAnswers:
    """Answers from the records of the person a chat belongs to; begins the proof where there is none yet."""

    def __init__(
        self,
        database: Database,
        knowledge: Knowledge,
        deadlines: DeadlineAnswers,
        calendar: WorkingCalendar,
        reminders: ReminderKinds,
        planner: Planner,
    ) -> None:
        self._database = database
        self._access = Access(database)
        self._verifier = Verifier(database)
        self._knowledge = knowledge
        self._deadlines = deadlines
        self._calendar = calendar
        self._reminders = reminders
        self._planner = planner

    async def check_status(self, turn: Turn, context: Context) -> Outcome:
        """The person's applications: the one whose number was named, else the latest ones."""
        return await self._for_person(turn, context, Task.STATUS)

    async def show_renewals(self, turn: Turn, context: Context) -> Outcome:
        """What falls due for review and when."""
        return await self._for_person(turn, context, Task.RENEWAL)

    async def set_reminder(self, turn: Turn, context: Context) -> Outcome:
        """Notes the consent to be reminded in this chat, and says of what."""
        return await self._for_person(turn, context, Task.REMINDER)

    async def continue_verification(self, turn: Turn, context: Context) -> Outcome:
        """The next step of the proof; once proved, does what it was for."""
        regions = turn.values("region")
        if regions and context.region is None:
            context = replace(context, region=regions[0].split("/")[0])
        outcome = await verify(turn, context, self._verifier)
        return await self._go_on(turn, outcome)

    async def unbind(self, turn: Turn, context: Context) -> Outcome:
        """解绑: forgets whose chat this is."""
        return await unbind(turn, context, self._verifier)

    @staticmethod
    def wants_unbinding(turn: Turn) -> bool:
        """Whether the turn asks for that."""
        return wants_unbinding(turn.text)

    async def _for_person(self, turn: Turn, context: Context, wanted: Task) -> Outcome:
        person = await self._access.person_of_chat(turn.chat, context.person, wanted.value, turn.now)
        if person is not None:
            return await self._answer(turn, context, person, wanted)
        outcome = await verify(turn, replace(context, person=None, task=None), self._verifier, wanted)
        return await self._go_on(turn, outcome)

    async def _go_on(self, turn: Turn, outcome: Outcome) -> Outcome:
        """What the proof was for follows its success at once."""
        context = outcome.context
        if context.person is None or context.task is None:
            return outcome
        person = await self._access.person_of_chat(turn.chat, context.person, context.task.value, turn.now)
        if person is None:
            return outcome
        answered = await self._answer(turn, context, person, context.task)
        return Outcome(outcome.replies + answered.replies, answered.context)

    async def _answer(self, turn: Turn, context: Context, person: Person, wanted: Task) -> Outcome:
        context = replace(context, task=wanted, asked=None, region=context.region or person.region)
        if wanted is Task.RENEWAL:
            context = replace(context, last_question="复审怎么办")  # "那怎么办" goes on from here
            return Outcome((self._renewals(turn, person),), context)
        if wanted is Task.REMINDER:
            return Outcome((await self._subscribe(turn, person),), context)
        return Outcome(self._applications(turn, person), context)

    def _applications(self, turn: Turn, person: Person) -> tuple[Reply, ...]:
        named = {number.upper() for number in turn.values("application_no")}
        chosen = [a for a in person.applications if a.application_no.upper() in named]
        latest_first = sorted(person.applications, key=lambda a: a.submitted_at, reverse=True)
        shown = chosen or latest_first[:SHOWN_AT_ONCE]
        if not shown:
            return (Reply("您名下没有查到申请记录。请向受理的机构或参保地医保经办机构核实，或拨打12393。"),)
        return tuple(self._application(application, turn, person) for application in shown)

    def _application(self, application: Application, turn: Turn, person: Person) -> Reply:
        region = self._knowledge.regions[person.region]
        rules = self._deadlines.rules_of(person.region)
        return status_reply(application, region, rules, self._calendar, turn.now.astimezone(SHANGHAI).date())

    def _renewals(self, turn: Turn, person: Person) -> Reply:
        region = self._knowledge.regions[person.region]
        today = turn.now.astimezone(SHANGHAI).date()
        rule = self._reminders.rule(region.name, Kind.REVIEW_DUE)
        return renewal_reply(person.eligibilities, region, rule, today)

    async def _subscribe(self, turn: Turn, person: Person) -> Reply:
        channel, address = address_of(turn)

        def subscribe(session: Session) -> None:
            outbox.subscribe(session, person.person_id, channel, address, turn.now)
            session.flush()
            self._planner.run(session, turn.now, person.person_id)

        await self._database.run(subscribe)
        kinds = self._reminders.told(person.region, lambda kind: True)
        text = (
            f"好的，有这些事我会在这个对话里提醒您：{'；'.join(kinds)}。不要了就说“别提醒了”。\n"
            f"{self._renewals(turn, person).text}"
        )
        return Reply(text, (Button("别提醒了", "别再提醒我了"),), SubscriptionCard(kind=ALL, on=True))
