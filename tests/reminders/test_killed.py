"""A worker that dies at any moment loses no reminder, and sends none twice."""

import asyncio
import multiprocessing
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from killed_worker import work_until_killed, worker_at
from reminder_fakes import NOW, TODAY, add_person, reminders
from sqlalchemy import select

from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Message
from bot.records.outbox import PlannedReminder
from bot.reminders.worker import LANES, LEASE

BETWEEN = LEASE + timedelta(seconds=10)
DEADLINE = TODAY + timedelta(days=7)

STARTS_WITHIN = 180
"""Seconds: on a machine that is busy with other things a process may be slow to start."""

PROCESSES = multiprocessing.get_context("fork")


@pytest.mark.parametrize("channel", ["webchat", "telegram"])
def test_none_is_lost_and_none_is_sent_twice(sqlite_database: Database, tmp_path: Path, channel: str) -> None:
    kill_again_and_again(sqlite_database, tmp_path / "pushed", channel, reminders_due=300, kills=20)


@pytest.mark.long
@pytest.mark.parametrize("channel", ["webchat", "telegram"])
def test_nor_in_two_hundred_deaths_over_ten_thousand(
    database: Database, tmp_path: Path, channel: str
) -> None:
    kill_again_and_again(database, tmp_path / "pushed", channel, reminders_due=10_000, kills=200)


def kill_again_and_again(
    database: Database, log: Path, channel: str, *, reminders_due: int, kills: int
) -> None:
    people = [f"p{number}" for number in range(reminders_due)]
    for person_id in people:
        add_person(database, DEADLINE, person_id=person_id, channel=channel)
    with database.transaction() as session:
        assert outbox.plan(session, (due(person_id, channel) for person_id in people)) == reminders_due
    log.touch()

    for kill in range(kills):
        run_and_kill(database.url, log, kill)
    last = worker_at(database.url, log, NOW + (kills + 1) * BETWEEN, PROCESSES.Event())
    asyncio.run(last.run_once())

    outbox_now = reminders(database)
    states = Counter(reminder.state for reminder in outbox_now)
    if channel == "webchat":
        assert states == {"sent": reminders_due}
        assert sorted(shown(database)) == sorted(f"webchat:address-{person_id}" for person_id in people)
    else:
        pushed = Counter(log.read_text().split())
        assert states["sent"] + states["unknown"] == reminders_due
        assert states["unknown"] <= kills * LANES
        assert set(pushed.values()) == {1}
        assert {f"reminder-{r.id}" for r in outbox_now if r.state == "sent"} <= pushed.keys()


def due(person_id: str, channel: str) -> PlannedReminder:
    return PlannedReminder(
        kind="review_due",
        person_id=person_id,
        disease="高血压",
        deadline=DEADLINE,
        lead_days=7,
        channel=channel,
        address=f"address-{person_id}",
        due_at=NOW - timedelta(hours=1),
    )


def run_and_kill(url: str, log: Path, kill: int) -> None:
    """The next worker's clock is past the leases of the last one."""
    working = PROCESSES.Event()
    process = PROCESSES.Process(target=work_until_killed, args=(url, log, NOW + kill * BETWEEN, working))
    process.start()
    try:
        assert working.wait(STARTS_WITHIN)
        process.join(random.uniform(0, 0.05))
    finally:
        process.kill()
        process.join()
    assert process.exitcode == -signal.SIGKILL


def shown(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(Message.chat)))
