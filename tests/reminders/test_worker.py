"""Delivery: once, recorded, only where it is still wanted, and never in the night."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reminder_fakes import (
    APPLICATIONS,
    NOW,
    TODAY,
    WORDING,
    FakeMessenger,
    HandClock,
    add_person,
    reminders,
)
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.deadlines.calendar import WorkingCalendar
from bot.knowledge.deadlines import load_calendar
from bot.messages import Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import AuditEntry, Eligibility, Reminder
from bot.records.outbox import Ended, PlannedReminder
from bot.reminders.messenger import Delivery, Messenger, Outcome
from bot.reminders.worker import LEASE, MAX_ATTEMPTS, QuietHours, Worker
from bot.settings import ROOT

DEADLINE = TODAY + timedelta(days=7)
RETRY = Delivery(Outcome.RETRY, error="Trouble")
NIGHT = QuietHours("21:00-08:00")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def plan_one(database: Database, person_id: str = "p1", channel: str = "telegram", **more: Any) -> None:
    values: dict[str, Any] = {
        "kind": "review_due",
        "disease": "高血压",
        "deadline": DEADLINE,
        "lead_days": 7,
    }
    values |= {"due_at": NOW - timedelta(hours=1), "address": f"address-{person_id}"}
    reminder = PlannedReminder(person_id=person_id, channel=channel, **(values | more))
    with database.transaction() as session:
        assert outbox.plan(session, [reminder]) == 1


def remind(database: Database, count: int = 1, channel: str = "telegram") -> None:
    for number in range(1, count + 1):
        add_person(database, DEADLINE, person_id=f"p{number}", channel=channel)
        plan_one(database, f"p{number}", channel)


def worker_of(database: Database, clock: HandClock, *messengers: Messenger) -> Worker:
    by_name: Mapping[str, Messenger] = {messenger.name: messenger for messenger in messengers}
    return Worker(database, by_name, WORDING, APPLICATIONS, NIGHT, clock)


def only(database: Database) -> Reminder:
    (reminder,) = reminders(database)
    return reminder


class TestDelivery:
    async def test_sent_once_and_recorded(self, database: Database, clock: HandClock) -> None:
        remind(database)
        messenger = FakeMessenger()
        worker = worker_of(database, clock, messenger)
        assert await worker.run_once() == 1
        assert await worker.run_once() == 0
        sent = only(database)
        assert messenger.pushed == [("address-p1", sent.text, f"reminder-{sent.id}")]
        assert "高血压的复审2026年11月29日到期，还有7天" in (sent.text or "")
        assert (sent.state, sent.sent_at, sent.provider_message_id) == ("sent", NOW, "m1")
        assert (sent.attempts, sent.lease_token, sent.lease_until) == (1, None, None)

    async def test_the_look_into_the_records_is_noted(self, database: Database, clock: HandClock) -> None:
        remind(database)
        await worker_of(database, clock, FakeMessenger()).run_once()
        with database.transaction() as session:
            (entry,) = session.scalars(select(AuditEntry))
        assert (entry.who, entry.action, entry.person_id, entry.at) == ("system:reminders", "read", "p1", NOW)

    async def test_nothing_before_its_time(self, database: Database, clock: HandClock) -> None:
        add_person(database, DEADLINE)
        plan_one(database, due_at=NOW + timedelta(seconds=1))
        messenger = FakeMessenger()
        assert await worker_of(database, clock, messenger).run_once() == 0
        clock.move(timedelta(seconds=1))
        assert await worker_of(database, clock, messenger).run_once() == 1

    async def test_two_workers_never_send_one_twice(self, database: Database, clock: HandClock) -> None:
        remind(database, 40)
        messenger = FakeMessenger()
        workers = [worker_of(database, clock, messenger) for _ in range(3)]
        assert sum(await asyncio.gather(*(worker.run_once() for worker in workers))) == 40
        assert len(set(messenger.keys)) == len(messenger.keys) == 40

    async def test_the_message_can_be_answered(self, sqlite_database: Database, clock: HandClock) -> None:
        remind(sqlite_database)
        told: list[Reply] = []

        class Listening(FakeMessenger):
            async def push(self, address: str, message: Reply, key: str) -> Delivery:
                told.append(message)
                return Delivery(Outcome.SENT)

        await worker_of(sqlite_database, clock, Listening()).run_once()
        assert [button.title for button in told[0].buttons] == ["怎么办", "过3天再说", "不再提醒"]

    async def test_a_stopped_worker_finishes_what_it_sends_and_claims_no_more(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database, 10)
        begun, go_on = asyncio.Event(), asyncio.Event()

        class Slow(FakeMessenger):
            async def push(self, address: str, message: Reply, key: str) -> Delivery:
                begun.set()
                await go_on.wait()
                return await super().push(address, message, key)

        messenger = Slow()
        worker = worker_of(sqlite_database, clock, messenger)
        running = asyncio.create_task(worker.run_once())
        await begun.wait()
        stopping = asyncio.create_task(worker.stop(5))
        await asyncio.sleep(0)
        go_on.set()
        await stopping
        await running
        states = Counter(reminder.state for reminder in reminders(sqlite_database))
        assert states == {"sent": len(messenger.pushed), "pending": 10 - len(messenger.pushed)}
        assert 0 < len(messenger.pushed) < 10

    @pytest.mark.parametrize(("tells_doubles", "state"), [(False, "unknown"), (True, "pending")])
    async def test_a_push_that_hangs_does_not_keep_a_stopped_worker(
        self, sqlite_database: Database, clock: HandClock, tells_doubles: bool, state: str
    ) -> None:
        remind(sqlite_database, 10)
        begun = asyncio.Event()

        class Hanging(FakeMessenger):
            async def push(self, address: str, message: Reply, key: str) -> Delivery:
                begun.set()
                await asyncio.Event().wait()
                raise AssertionError

        messenger = Hanging()
        messenger.tells_doubles = tells_doubles
        worker = worker_of(sqlite_database, clock, messenger)
        running = asyncio.create_task(worker.run_once())
        await begun.wait()
        await worker.stop(0)
        await running
        ended = reminders(sqlite_database)
        assert {reminder.state for reminder in ended} == {state, "pending"}
        assert not any(reminder.lease_token for reminder in ended)


class TestStillWanted:
    async def sent(self, database: Database, clock: HandClock) -> list[str]:
        messenger = FakeMessenger()
        await worker_of(database, clock, messenger).run_once()
        return messenger.keys

    async def test_not_after_consent_was_withdrawn(self, database: Database, clock: HandClock) -> None:
        remind(database)
        with database.transaction() as session:
            outbox.unsubscribe(session, "telegram", "address-p1")
        assert await self.sent(database, clock) == []
        assert only(database).state == "suppressed"

    async def test_not_a_kind_switched_off(self, sqlite_database: Database, clock: HandClock) -> None:
        add_person(sqlite_database, DEADLINE, kinds_off=("review_due",))
        plan_one(sqlite_database)
        assert await self.sent(sqlite_database, clock) == []

    @pytest.mark.parametrize("changed", [TODAY + timedelta(days=400), None])
    async def test_not_after_the_date_on_record_changed(
        self, sqlite_database: Database, clock: HandClock, changed: Any
    ) -> None:
        remind(sqlite_database)
        with sqlite_database.transaction() as session:
            session.query(Eligibility).one().review_due = changed
        assert await self.sent(sqlite_database, clock) == []
        assert only(sqlite_database).state == "suppressed"

    async def test_no_word_of_a_date_ahead_once_it_is_past(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database)
        clock.move(timedelta(days=8))
        assert await self.sent(sqlite_database, clock) == []

    async def test_of_two_that_are_due_only_the_closer_one(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database)
        plan_one(sqlite_database, lead_days=1, due_at=NOW + timedelta(days=6))
        clock.move(timedelta(days=6))
        assert len(await self.sent(sqlite_database, clock)) == 1
        assert [(r.lead_days, r.state) for r in reminders(sqlite_database)] == [
            (7, "suppressed"),
            (1, "sent"),
        ]


class TestTrouble:
    async def test_retried_after_the_wait_the_provider_asks_for(
        self, database: Database, clock: HandClock
    ) -> None:
        remind(database)
        messenger = FakeMessenger()
        wait = timedelta(seconds=37)
        messenger.answers.append(Delivery(Outcome.RETRY, retry_after=wait, error="RetryAfter"))
        worker = worker_of(database, clock, messenger)
        await worker.run_once()
        waiting = only(database)
        assert (waiting.state, waiting.not_before, waiting.last_error) == (
            "pending",
            NOW + wait,
            "RetryAfter",
        )
        clock.move(wait - timedelta(seconds=1))
        assert await worker.run_once() == 0
        clock.move(timedelta(seconds=1))
        assert await worker.run_once() == 1
        assert only(database).state == "sent"
        assert only(database).last_error is None

    async def test_waits_the_provider_asks_for_use_up_no_attempts(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database)
        messenger = FakeMessenger()
        again = Delivery(Outcome.RETRY, retry_after=timedelta(seconds=5))
        messenger.answers.extend([again] * (MAX_ATTEMPTS + 3))
        for _ in range(MAX_ATTEMPTS + 4):
            await worker_of(sqlite_database, clock, messenger).run_once()
            clock.move(timedelta(seconds=5))
        assert only(sqlite_database).state == "sent"

    async def test_dead_after_the_last_attempt(self, sqlite_database: Database, clock: HandClock) -> None:
        remind(sqlite_database)
        messenger = FakeMessenger()
        messenger.answers.extend([RETRY] * (MAX_ATTEMPTS + 5))
        never_quiet = QuietHours("00:00-00:00")
        worker = Worker(sqlite_database, {"telegram": messenger}, WORDING, APPLICATIONS, never_quiet, clock)
        for _ in range(MAX_ATTEMPTS + 5):
            await worker.run_once()
            clock.move(timedelta(hours=2))
        dead = only(sqlite_database)
        assert (dead.state, dead.attempts, dead.last_error) == ("dead", MAX_ATTEMPTS, "Trouble")
        assert len(messenger.pushed) == MAX_ATTEMPTS

    async def test_who_blocked_us_is_written_to_no_more(self, database: Database, clock: HandClock) -> None:
        remind(database)
        plan_one(database, lead_days=1, due_at=NOW + timedelta(hours=1))
        messenger = FakeMessenger()
        messenger.answers.append(Delivery(Outcome.BLOCKED, error="Forbidden"))
        worker = worker_of(database, clock, messenger)
        await worker.run_once()
        clock.move(timedelta(hours=1))
        await worker.run_once()
        assert [r.state for r in reminders(database)] == ["failed", "suppressed"]
        with database.transaction() as session:
            (address,) = outbox.subscriptions_of(session, "p1")
            assert address.unreachable_since == NOW
            assert [person.person_id for person in outbox.to_be_called(session, 10)] == ["p1"]

    @pytest.mark.parametrize("trouble", [Delivery(Outcome.UNKNOWN, error="TimedOut"), ValueError("bug")])
    @pytest.mark.parametrize(("tells_doubles", "state"), [(False, "unknown"), (True, "pending")])
    async def test_what_may_have_arrived_is_sent_again_only_where_doubles_are_told_apart(
        self,
        sqlite_database: Database,
        clock: HandClock,
        trouble: Delivery | Exception,
        tells_doubles: bool,
        state: str,
    ) -> None:
        remind(sqlite_database)
        messenger = FakeMessenger(tells_doubles=tells_doubles)
        messenger.answers.append(trouble)
        await worker_of(sqlite_database, clock, messenger).run_once()
        assert only(sqlite_database).state == state

    async def test_a_channel_that_is_not_running_is_tried_again(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database)
        await worker_of(sqlite_database, clock).run_once()
        assert only(sqlite_database).state == "pending"
        assert "telegram" in (only(sqlite_database).last_error or "")

    @pytest.mark.parametrize("handed_over", [False, True])
    @pytest.mark.parametrize("tells_doubles", [False, True])
    async def test_a_lease_that_ran_out(
        self, database: Database, clock: HandClock, tells_doubles: bool, handed_over: bool
    ) -> None:
        remind(database)
        with database.transaction() as session:
            (held,) = outbox.claim(session, NOW, LEASE)
            if handed_over:
                assert outbox.mark_sending(session, held)
        messenger = FakeMessenger(tells_doubles=tells_doubles)
        worker = worker_of(database, clock, messenger)
        assert await worker.run_once() == 0
        clock.move(LEASE + timedelta(seconds=1))
        await worker.run_once()
        nobody_knows = handed_over and not tells_doubles
        assert only(database).state == ("unknown" if nobody_knows else "sent")
        assert len(messenger.pushed) == (0 if nobody_knows else 1)

    async def test_a_worker_that_lost_its_lease_changes_nothing(
        self, database: Database, clock: HandClock
    ) -> None:
        remind(database)
        with database.transaction() as session:
            (held,) = outbox.claim(session, NOW, LEASE)
        with database.transaction() as session:
            outbox.release_expired(session, NOW + 2 * LEASE, ["telegram"])
            assert outbox.claim(session, NOW + 2 * LEASE, LEASE)
        with database.transaction() as session:
            assert not outbox.mark_sending(session, held)
            assert outbox.record(session, [Ended(held, "sent")]) == 0
        assert only(database).state == "claimed"

    async def test_what_cannot_be_sent_within_the_lease_is_given_back(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database, 20)

        class Slow(FakeMessenger):
            async def push(self, address: str, message: Reply, key: str) -> Delivery:
                clock.move(timedelta(minutes=1))
                return await super().push(address, message, key)

        messenger = Slow(tells_doubles=True)
        await worker_of(sqlite_database, clock, messenger).run_once()
        states = Counter((reminder.state, reminder.attempts) for reminder in reminders(sqlite_database))
        assert states == {("sent", 1): len(messenger.pushed), ("pending", 0): 20 - len(messenger.pushed)}
        assert 0 < len(messenger.pushed) < 20

    async def test_a_clerk_sends_again_what_did_not_arrive(
        self, database: Database, clock: HandClock
    ) -> None:
        remind(database)
        messenger = FakeMessenger()
        messenger.answers.append(Delivery(Outcome.UNKNOWN, error="TimedOut"))
        worker = worker_of(database, clock, messenger)
        await worker.run_once()
        with database.transaction() as session:
            (waiting,) = outbox.for_staff(session, 10)
            assert outbox.settle(session, waiting.id, "pending", clock.now)
        await worker.run_once()
        assert only(database).state == "sent"
        with database.transaction() as session:
            assert not outbox.for_staff(session, 10)
            assert not outbox.settle(session, waiting.id, "pending", clock.now)


class TestPuttingOff:
    async def test_it_arrives_once_more(self, database: Database, clock: HandClock) -> None:
        remind(database)
        messenger = FakeMessenger()
        worker = worker_of(database, clock, messenger)
        await worker.run_once()
        with database.transaction() as session:
            last = outbox.last_sent(session, "telegram", "address-p1", NOW - timedelta(days=1))
            assert last is not None
            outbox.put_off(session, last, NOW + timedelta(days=3))
        clock.move(timedelta(days=3))
        await worker.run_once()
        first, again = messenger.keys
        assert first != again
        assert "还有4天" in messenger.pushed[1][1]


class TestQuietHours:
    @pytest.mark.parametrize(("hour", "claimed"), [(20, 1), (21, 0), (23, 0), (0, 0), (7, 0), (8, 1)])
    async def test_no_reminder_in_the_night(
        self, sqlite_database: Database, clock: HandClock, hour: int, claimed: int
    ) -> None:
        remind(sqlite_database)
        day = NOW if hour > 12 else NOW + timedelta(days=1)
        clock.now = day.replace(hour=hour, minute=0).astimezone(UTC)
        assert await worker_of(sqlite_database, clock, FakeMessenger()).run_once() == claimed

    @given(st.times(), st.times(), st.datetimes(timezones=st.just(SHANGHAI)))
    def test_they_hold_between_their_two_times(self, begin: time, end: time, now: datetime) -> None:
        begin, end = (moment.replace(second=0, microsecond=0) for moment in (begin, end))
        since_begin, span = (
            (later.hour - begin.hour) % 24 * 60 + later.minute - begin.minute for later in (now, end)
        )
        quiet = QuietHours(f"{begin:%H:%M}-{end:%H:%M}")
        assert quiet.now(now) == (since_begin % 1440 < span % 1440)

    async def test_nor_on_a_public_holiday_where_that_is_wanted(
        self, sqlite_database: Database, clock: HandClock
    ) -> None:
        remind(sqlite_database)
        calendar = WorkingCalendar(load_calendar(ROOT / "knowledge"))
        clock.now = datetime(2026, 10, 1, 10, tzinfo=SHANGHAI)
        quiet = QuietHours("21:00-08:00", calendar.is_public_holiday)
        assert quiet.now(clock.now)
        assert not quiet.now(datetime(2026, 11, 22, 10, tzinfo=SHANGHAI))  # an ordinary Sunday
