"""Delivers what is due: claim, check again that it is wanted, send, record."""

import random
from collections.abc import Mapping
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI, Clock
from bot.messages import Button, Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Reminder
from bot.reminders.messenger import Delivery, Messenger, Outcome

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=2)

log = structlog.get_logger(__name__)


class QuietHours:
    """Between two times of day, Shanghai, nothing is sent. Written `21:00-08:00`."""

    def __init__(self, span: str) -> None:
        begin, end = span.split("-")
        self._begin, self._end = time.fromisoformat(begin), time.fromisoformat(end)

    def over_at(self, now: datetime) -> datetime | None:
        """When sending may go on, if it may not now."""
        local = now.astimezone(SHANGHAI)
        ends = local.replace(hour=self._end.hour, minute=self._end.minute, second=0, microsecond=0)
        clock = local.time()
        if self._begin <= self._end:
            return ends if self._begin <= clock < self._end else None
        if clock >= self._begin:
            return ends + timedelta(days=1)
        return ends if clock < self._end else None


class Worker:
    """Takes due reminders from the outbox and sends them through the messengers, by name of channel."""

    def __init__(
        self, database: Database, messengers: Mapping[str, Messenger], quiet: QuietHours, clock: Clock
    ) -> None:
        self._database = database
        self._messengers = messengers
        self._quiet = quiet
        self._clock = clock

    async def run_once(self) -> int:
        """Delivers one batch; answers how many reminders were claimed. In quiet hours it claims none."""
        now = self._clock()
        if self._quiet.over_at(now) is not None:
            return 0
        doubles_told = [name for name, messenger in self._messengers.items() if messenger.tells_doubles]
        await self._database.run(lambda session: outbox.release_expired(session, now, doubles_told))
        claimed = await self._database.run(lambda session: outbox.claim(session, now, LEASE))
        for reminder in claimed:
            await self._deliver(reminder)
        return len(claimed)

    async def _deliver(self, reminder: Reminder) -> None:
        wanted = await self._database.run(lambda session: outbox.still_wanted(session, reminder))
        if not wanted:
            await self._database.run(lambda session: outbox.record(session, reminder, "suppressed"))
            return
        messenger = self._messengers.get(reminder.channel)
        if messenger is None:
            delivery = Delivery(Outcome.RETRY, error=f"没有启用渠道 {reminder.channel}")
        else:
            key = f"reminder-{reminder.id}"
            delivery = await messenger.push(reminder.address, message_of(reminder), key)
        await self._record(reminder, delivery)

    async def _record(self, reminder: Reminder, delivery: Delivery) -> None:
        now = self._clock()
        log.info("reminder", id=reminder.id, channel=reminder.channel, outcome=delivery.outcome.value)
        if delivery.outcome is Outcome.SENT:
            sent = {"sent_at": now, "provider_message_id": delivery.message_id}
            await self._database.run(lambda session: outbox.record(session, reminder, "sent", **sent))
        elif delivery.outcome is Outcome.BLOCKED:
            await self._database.run(lambda session: _address_gone(session, reminder, delivery.error))
        elif delivery.outcome is Outcome.UNKNOWN:
            await self._database.run(
                lambda session: outbox.record(session, reminder, "unknown", last_error=delivery.error)
            )
        elif reminder.attempts >= MAX_ATTEMPTS:
            await self._database.run(
                lambda session: outbox.record(session, reminder, "dead", last_error=delivery.error)
            )
        else:
            again = now + (delivery.retry_after or _backoff(reminder.attempts))
            await self._database.run(
                lambda session: outbox.record(
                    session, reminder, "pending", not_before=again, last_error=delivery.error
                )
            )


def _address_gone(session: Session, reminder: Reminder, error: str | None) -> None:
    outbox.record(session, reminder, "failed", last_error=error)
    outbox.switch_off_address(session, reminder.channel, reminder.address)


def message_of(reminder: Reminder) -> Reply:
    """The reminder as a message, with what the person may answer."""
    return Reply(reminder.text, (Button("怎么办理", "复审怎么办"), Button("不再提醒", "别再提醒我了")))


def _backoff(attempts: int) -> timedelta:
    """Full jitter: anywhere up to a bound that doubles with every attempt."""
    bound = min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF)
    return timedelta(seconds=random.uniform(0, bound.total_seconds()))  # noqa: S311 - spreads retries
