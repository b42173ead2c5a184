"""One person's own records: status, renewals, reminders. Nothing is shown before they proved who they are."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.binding import BindingAnswers, consent_question
from bot.dialogue.deadline import DeadlineAnswers
from bot.dialogue.reminding import ALL, address_of
from bot.dialogue.renewal import renewal_reply
from bot.dialogue.status import current_state, status_reply
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.dialogue.verify import redeem, verify
from bot.identity.access import Access, Seen
from bot.identity.redaction import LABELS
from bot.identity.verification import Verifier
from bot.knowledge.library import Knowledge
from bot.knowledge.reminders import Kind, ReminderKinds
from bot.messages import Button, Reply, SubscriptionCard
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Application
from bot.reminders.planner import Planner

SHOWN_AT_ONCE = 3
NOT_HERE = "这个对话里只能查已经核对过的人，没有这个编号。要查家人的，请说“加家人”。"
ASK_THERE = "请问参保地医保经办机构，或拨打12393。"


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
        self._bindings = BindingAnswers(self._access, self._verifier)
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

    async def manage_bindings(self, turn: Turn, context: Context) -> Outcome:
        """同意, 谁能查我, 加家人, 解绑; once a relative is proved, their applications follow."""
        return await self._go_on(turn, await self._bindings.answer(turn, context))

    def concerns_bindings(self, turn: Turn, context: Context) -> bool:
        """Whether the turn asks for one of those."""
        return self._bindings.concerns(turn, context)

    async def _for_person(self, turn: Turn, context: Context, wanted: Task) -> Outcome:
        if context.person and f"〔{LABELS['digits']}" in turn.text:
            used = await redeem(turn, context, self._verifier, wanted)
            if used is not None:
                return await self._go_on(turn, used)
        seen = await self._access.persons_of_chat(turn.chat, context.person, wanted.value, turn.now)
        if seen:
            return await self._answer(turn, context, seen, wanted)
        outcome = await verify(turn, replace(context, person=None, task=None), self._verifier, wanted)
        return await self._go_on(turn, outcome)

    async def _go_on(self, turn: Turn, outcome: Outcome) -> Outcome:
        """What the proof was for follows its success at once, then whether the chat may remember the person."""
        context = outcome.context
        wanted, asked = context.task, context.asked
        if wanted is None or wanted is Task.VERIFY:
            return outcome
        seen = await self._access.persons_of_chat(turn.chat, context.person, wanted.value, turn.now)
        proved_now = tuple(each for each in seen if each.token == context.person)
        if not proved_now:
            return outcome
        answered = await self._answer(turn, context, proved_now, wanted)
        proved = Outcome(outcome.replies + answered.replies, answered.context)
        if asked is None or wanted is Task.REMINDER:
            return proved
        return proved.followed_by(consent_question(asked), asked=asked)

    async def _answer(self, turn: Turn, context: Context, seen: tuple[Seen, ...], wanted: Task) -> Outcome:
        region = context.region or seen[0].person.region
        context = replace(context, task=wanted, asked=None, region=region)
        if wanted is Task.RENEWAL:
            context = replace(context, last_question="复审怎么办")  # "那怎么办" goes on from here
            return Outcome(tuple(self._renewals(turn, each) for each in seen), context)
        if wanted is Task.REMINDER:
            return Outcome((await self._subscribe(turn, seen),), context)
        return Outcome(self._applications(turn, seen), context)

    def _applications(self, turn: Turn, seen: tuple[Seen, ...]) -> tuple[Reply, ...]:
        """The one whose number was named, else all: the latest in full, the others in a line each."""
        named = {number.upper() for number in turn.values("application_no")}
        latest_first = [
            (each, application)
            for each in seen
            for application in sorted(each.person.applications, key=lambda a: a.submitted_at, reverse=True)
        ]
        if not latest_first:
            return (Reply("没有查到申请记录。请向受理的机构或参保地医保经办机构核实，或拨打12393。"),)
        chosen = [(each, a) for each, a in latest_first if a.application_no.upper() in named]
        shown = chosen or latest_first[:SHOWN_AT_ONCE]
        replies = tuple(self._application(application, turn, each) for each, application in shown)
        if chosen:
            return replies
        if named:
            replies = (Reply(NOT_HERE), *replies)
        others = latest_first[SHOWN_AT_ONCE:]
        return (*replies, _in_short([a for _, a in others])) if others else replies

    def _application(self, application: Application, turn: Turn, seen: Seen) -> Reply:
        name = seen.person.region
        region = self._knowledge.regions.get(name)
        if region is None:
            return Reply(f"{whose(seen)}参保地是{name}，这个助手没有那里的文件，算不出时限。{ASK_THERE}")
        rules, today = self._deadlines.rules_of(name), turn.now.astimezone(SHANGHAI).date()
        return status_reply(application, region, rules, self._calendar, today, whose(seen))

    def _renewals(self, turn: Turn, seen: Seen) -> Reply:
        name = seen.person.region
        region = self._knowledge.regions.get(name)
        if region is None:
            return Reply(f"{whose(seen)}参保地是{name}，这个助手没有那里的文件。{ASK_THERE}")
        today = turn.now.astimezone(SHANGHAI).date()
        rule = self._reminders.rule(region.name, Kind.REVIEW_DUE)
        reply = renewal_reply(seen.person.eligibilities, region, rule, today)
        return replace(reply, text=f"这是您家人的：\n{reply.text}") if seen.relative else reply

    async def _subscribe(self, turn: Turn, seen: tuple[Seen, ...]) -> Reply:
        channel, address = address_of(turn)

        def subscribe(session: Session) -> None:
            for each in seen:
                outbox.subscribe(session, each.person.person_id, channel, address, turn.now)
                session.flush()
                self._planner.run(session, turn.now, each.person.person_id)

        await self._database.run(subscribe)
        kinds = self._reminders.told(seen[0].person.region, lambda kind: True)
        dues = "\n".join(self._renewals(turn, each).text for each in seen)
        text = f"好的，有这些事我会在这个对话里提醒您：{'；'.join(kinds)}。不要了就说“别提醒了”。\n{dues}"
        return Reply(text, (Button("别提醒了", "别再提醒我了"),), SubscriptionCard(kind=ALL, on=True))


def whose(seen: Seen) -> str:
    """How a person's things are called towards who reads them."""
    return "您家人的" if seen.relative else "您的"


def _in_short(applications: list[Application]) -> Reply:
    listed = "；".join(
        f"{a.disease}{a.kind}申请（{a.application_no}）{current_state(a)}" for a in applications
    )
    return Reply(f"还有{len(applications)}件：{listed}。想看哪一件，发它的编号。")
