"""Delivers what is due: claim, check again that it is wanted, send, record."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI, Clock
from bot.messages import Button, Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Reminder, ReminderState
from bot.reminders.messenger import Delivery, Messenger, Outcome

LANES = 4
"""Messages under way at once: one that hangs must not hold up all others."""

LEASE = timedelta(minutes=2)
"""Far longer than any messenger takes for one message."""

MAX_ATTEMPTS = 12
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
        self._stopping = False
        self._under_way = asyncio.Lock()

    async def run_once(self) -> int:
        """Delivers all that is due; answers how many reminders were claimed. In quiet hours it claims none."""
        async with self._under_way:
            now, doubles_told = self._clock(), [m.name for m in self._messengers.values() if m.tells_doubles]
            await self._database.run(lambda session: outbox.release_expired(session, now, doubles_told))
            # Trouble with the database in one lane must not cut off what another is sending.
            lanes = await asyncio.gather(*(self._deliver_due() for _ in range(LANES)), return_exceptions=True)
            for lane in lanes:
                if isinstance(lane, BaseException):
                    raise lane
            return sum(claimed for claimed in lanes if isinstance(claimed, int))

    async def stop(self) -> None:
        """Claims nothing more, and waits for what is being sent."""
        self._stopping = True
        async with self._under_way:
            pass

    async def _deliver_due(self) -> int:
        claimed = 0
        while not self._stopping and self._quiet.over_at(self._clock()) is None:
            reminder = await self._database.run(self._claim)
            if reminder is None:
                break
            claimed += 1
            if reminder.state == "claimed":
                await self._record(reminder, await self._push(reminder))
        return claimed

    def _claim(self, session: Session) -> Reminder | None:
        """A reminder to send; `suppressed` at once if nobody wants it any more."""
        now = self._clock()
        reminder = outbox.claim(session, now, LEASE)
        if reminder is not None and not outbox.still_wanted(session, reminder, now):
            outbox.record(session, reminder, "suppressed")
        return reminder

    async def _push(self, reminder: Reminder) -> Delivery:
        messenger = self._messengers.get(reminder.channel)
        if messenger is None:
            return Delivery(Outcome.RETRY, error=f"没有启用渠道 {reminder.channel}")
        try:
            delivery = await messenger.push(reminder.address, message_of(reminder), f"reminder-{reminder.id}")
        except Exception as error:
            log.exception("push_failed", id=reminder.id, channel=reminder.channel)
            delivery = Delivery(Outcome.UNKNOWN, error=type(error).__name__)
        if delivery.outcome is Outcome.UNKNOWN and messenger.tells_doubles:
            return replace(delivery, outcome=Outcome.RETRY)
        return delivery

    async def _record(self, reminder: Reminder, delivery: Delivery) -> None:
        state, details = self._outcome(reminder, delivery)

        def record(session: Session) -> bool:
            if delivery.outcome is Outcome.BLOCKED:
                outbox.unsubscribe(session, reminder.channel, reminder.address)
            return outbox.record(session, reminder, state, last_error=delivery.error, **details)

        in_time = await self._database.run(record)
        log.info("reminder", id=reminder.id, channel=reminder.channel, state=state, in_time=in_time)

    def _outcome(self, reminder: Reminder, delivery: Delivery) -> tuple[ReminderState, dict[str, Any]]:
        now = self._clock()
        match delivery.outcome:
            case Outcome.SENT:
                return "sent", {"sent_at": now, "provider_message_id": delivery.message_id}
            case Outcome.BLOCKED:
                return "failed", {}
            case Outcome.UNKNOWN:
                return "unknown", {}
            case Outcome.RETRY if delivery.retry_after:
                # To wait because the provider asks for it is not a failed attempt.
                not_before = now + delivery.retry_after
                return "pending", {"not_before": not_before, "attempts": reminder.attempts - 1}
            case Outcome.RETRY if reminder.attempts >= MAX_ATTEMPTS:
                return "dead", {}
            case Outcome.RETRY:
                return "pending", {"not_before": now + _backoff(reminder.attempts)}


def message_of(reminder: Reminder) -> Reply:
    """The reminder as a message, with what the person may answer."""
    return Reply(reminder.text, (Button("怎么办理", "复审怎么办"), Button("不再提醒", "别再提醒我了")))


def _backoff(attempts: int) -> timedelta:
    """Full jitter: anywhere up to a bound that doubles with every attempt."""
    bound = min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF)
    return timedelta(seconds=random.uniform(0, bound.total_seconds()))  # noqa: S311 - spreads retries
