"""People to remind, a messenger that keeps what it was given, and a clock a test sets."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.dialogue.application_occasions import OccasionsByStanding
from bot.knowledge.library import load_knowledge
from bot.knowledge.reminders import load_reminders
from bot.messages import Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Application, ApplicationEvent, Eligibility, Person, Reminder
from bot.reminders.messenger import Delivery, Outcome
from bot.reminders.wording import Wording
from bot.settings import ROOT

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)
TODAY = NOW.date()
SENT = Delivery(Outcome.SENT, message_id="m1")

KNOWLEDGE = load_knowledge(ROOT / "knowledge")
KINDS = load_reminders(ROOT / "knowledge")
APPLICATIONS = OccasionsByStanding(KNOWLEDGE)
WORDING = Wording(KINDS, KNOWLEDGE)


@dataclass
class HandClock:
    """Moves when a test says so."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, span: timedelta) -> None:
        self.now += span


@dataclass
class FakeMessenger:
    """Answers pushes with `answers` in turn, then with SENT; an exception among them is raised."""

    name: str = "telegram"
    tells_doubles: bool = False
    answers: deque[Delivery | Exception] = field(default_factory=deque)
    pushed: list[tuple[str, str, str]] = field(default_factory=list)

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        self.pushed.append((address, message.text, key))
        await asyncio.sleep(0)
        answer = self.answers.popleft() if self.answers else SENT
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def keys(self) -> list[str]:
        return [key for _, _, key in self.pushed]


def add_person(
    database: Database,
    review_due: date | None,
    *,
    person_id: str = "p1",
    region: str = "吉林",
    channel: str = "telegram",
    kinds_off: tuple[str, ...] = (),
    approved_on: date = date(2024, 1, 1),
    retired: bool = False,
    last_expense_on: date | None = None,
) -> None:
    """A person with 高血压 whose review falls due, who agreed to be reminded at `address-<person_id>`."""
    with database.transaction() as session:
        session.add(
            Person(
                person_id=person_id,
                name="李四",
                id_number="1",
                region=region,
                scheme="职工",
                employment="退休" if retired else "在职",
            )
        )
        session.flush()
        session.add(
            Eligibility(
                person_id=person_id,
                disease="高血压",
                approved_on=approved_on,
                review_due=review_due,
                last_expense_on=last_expense_on,
            )
        )
        outbox.subscribe(session, person_id, channel, f"address-{person_id}", NOW)
        for kind in kinds_off:
            session.flush()
            outbox.subscriptions_of(session, person_id)[0].switch(kind, on=False)


def add_disease(database: Database, disease: str, person_id: str = "p1") -> None:
    """One more recognised disease."""
    with database.transaction() as session:
        session.add(Eligibility(person_id=person_id, disease=disease, approved_on=date(2025, 1, 1)))


def add_application(database: Database, *events: tuple[str, date], person_id: str = "p1") -> None:
    """An application for 高血压 with events at ten in the morning."""
    with database.transaction() as session:
        session.add(
            Application(
                application_no=f"no-{person_id}",
                person_id=person_id,
                disease="高血压",
                kind="初次",
                channel="窗口",
                submitted_at=_at_ten(events[0][1]),
            )
        )
    add_events(database, *events, person_id=person_id)


def add_events(database: Database, *events: tuple[str, date], person_id: str = "p1") -> None:
    """Further events of that application."""
    with database.transaction() as session:
        session.add_all(
            ApplicationEvent(application_no=f"no-{person_id}", state=state, at=_at_ten(day))
            for state, day in events
        )


def _at_ten(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI)


def reminders(database: Database) -> list[Reminder]:
    """The whole outbox, oldest first."""
    with database.transaction() as session:
        return list(session.scalars(select(Reminder).order_by(Reminder.id)))
