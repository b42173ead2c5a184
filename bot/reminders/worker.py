"""Delivers what is due: claim, check again that it still holds, send, record."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

import structlog
from sqlalchemy.orm import Session

from bot import metrics
from bot.clock import SHANGHAI, Clock
from bot.messages import Reply
from bot.records import outbox, people
from bot.records.database import Database
from bot.records.models import Person
from bot.records.outbox import Claimed, Ended
from bot.records.people import Reading
from bot.reminders.messenger import Delivery, Messenger, Outcome
from bot.reminders.occasions import ApplicationOccasions, still_there
from bot.reminders.wording import Wording

LANES = 4
"""Messages under way at once: one that hangs must not hold up all others."""

LEASE = timedelta(minutes=5)
LONGEST_PUSH = timedelta(minutes=1)
"""Far longer than any messenger takes for one message; what cannot be sent within the lease is given back."""

MAX_ATTEMPTS = 12
FIRST_BACKOFF = timedelta(seconds=30)
LONGEST_BACKOFF = timedelta(hours=2)

log = structlog.get_logger(__name__)


class QuietHours:
    """Between two times of day, Shanghai, nothing is sent, written `21:00-08:00`; nor on a `quiet_day`."""

    def __init__(self, span: str, quiet_day: Callable[[date], bool] | None = None) -> None:
        begin, end = span.split("-")
        self._begin, self._end = time.fromisoformat(begin), time.fromisoformat(end)
        self._quiet_day = quiet_day

    def now(self, moment: datetime) -> bool:
        """Whether nothing is sent at that moment."""
        local = moment.astimezone(SHANGHAI)
        clock = local.time()
        if self._begin <= self._end:
            in_span = self._begin <= clock < self._end
        else:
            in_span = clock >= self._begin or clock < self._end
        return in_span or (self._quiet_day is not None and self._quiet_day(local.date()))


@dataclass(frozen=True)
class _Message:
    """A claimed reminder in the words of today."""

    reminder: Claimed
    reply: Reply


class Worker:
    """Takes due reminders from the outbox and sends them through the messengers, by name of channel."""

    def __init__(
        self,
        database: Database,
        messengers: Mapping[str, Messenger],
        wording: Wording,
        applications: ApplicationOccasions,
        quiet: QuietHours,
        clock: Clock,
    ) -> None:
        self._database = database
        self._messengers = messengers
        self._wording = wording
        self._applications = applications
        self._quiet = quiet
        self._clock = clock
        self._stopping = False
        self._cut_off = False
        self._under_way = asyncio.Lock()
        self._pushes: set[asyncio.Timeout] = set()

    async def run_once(self) -> int:
        """Delivers all that is due; answers how many reminders were claimed. In quiet hours it claims none."""
        async with self._under_way:
            now, doubles_told = self._clock(), [m.name for m in self._messengers.values() if m.tells_doubles]
            await self._database.run(lambda session: outbox.release_expired(session, now, doubles_told))
            total = 0
            while not self._stopping and not self._quiet.now(self._clock()):
                claimed, messages = await self._database.run(self._claim)
                await self._deliver(messages)
                total += claimed
                if claimed < outbox.BATCH:
                    break
            return total

    async def stop(self, within: float) -> None:
        """Claims nothing more, finishes what can be sent within so many seconds, and gives back the rest."""
        self._stopping = True
        try:
            async with asyncio.timeout(within), self._under_way:
                return
        except TimeoutError:
            self._cut_off = True
            for push in self._pushes:
                push.reschedule(asyncio.get_running_loop().time())
        async with self._under_way:
            pass

    # ---- claiming ----------------------------------------------------------------------------------------

    def _claim(self, session: Session) -> tuple[int, list[_Message]]:
        """How many were claimed, and those to send; what nobody wants any more is `suppressed` at once."""
        now = self._clock()
        claimed = outbox.claim(session, now, LEASE)
        if not claimed:
            return 0, []
        concerned = outbox.people_of(session, claimed)
        for person_id in concerned:
            people.audit(session, Reading("system:reminders", "发提醒前核对", now), "read", person_id)
        overtaken = outbox.with_closer_due(session, claimed, now)
        replies = {
            each.id: self._reply(each, concerned[each.person_id], now)
            for each in claimed
            if each.id not in overtaken
        }
        unwanted = [Ended(each, "suppressed") for each in claimed if replies.get(each.id) is None]
        outbox.record(session, unwanted)
        return len(claimed), [_Message(each, reply) for each in claimed if (reply := replies.get(each.id))]

    def _reply(self, reminder: Claimed, person: Person, now: datetime) -> Reply | None:
        """What to say: None where the person no longer agrees, the records no longer say so, or its day is past."""
        today = now.astimezone(SHANGHAI).date()
        agreed = any(
            (there.channel, there.address) == (reminder.channel, reminder.address)
            and there.wants(reminder.kind)
            for there in person.subscriptions
        )
        if not agreed or (reminder.lead_days > 0 and reminder.deadline < today):
            return None
        occasion = still_there(reminder, person, self._applications, today)
        return self._wording.message(occasion, person.region, today) if occasion else None

    # ---- sending -----------------------------------------------------------------------------------------

    async def _deliver(self, messages: list[_Message]) -> None:
        """Sends them in a few lanes at once. Trouble in one lane must not cut off what another is sending."""
        waiting, collected = iter(messages), list[Ended]()
        lanes = await asyncio.gather(
            *(self._lane(waiting, collected) for _ in range(LANES)), return_exceptions=True
        )
        left_over = [Ended(message.reminder, "pending", counts=False) for message in waiting]
        await self._record([*collected, *left_over])
        for lane in lanes:
            if isinstance(lane, BaseException):
                raise lane

    async def _lane(self, waiting: Iterator[_Message], collected: list[Ended]) -> None:
        """Where doubles are told apart, outcomes are recorded together; else each by itself, before and after."""
        for message in waiting:
            reminder, messenger = message.reminder, self._messengers.get(message.reminder.channel)
            if self._stopping or self._clock() + LONGEST_PUSH > reminder.lease_until:
                collected.append(Ended(reminder, "pending", counts=False))
            elif messenger is None:
                missing = Delivery(Outcome.RETRY, error=f"没有启用渠道 {reminder.channel}")
                collected.append(self._ended(message, missing))
            elif messenger.tells_doubles:
                collected.append(self._ended(message, await self._push(messenger, message)))
            elif await self._database.run(partial(_mark_sending, reminder)):
                if self._cut_off:  # while it was marked: nothing has been sent
                    ended = Ended(reminder, "pending", counts=False)
                else:
                    ended = self._ended(message, await self._push(messenger, message))
                await self._record([ended])

    async def _push(self, messenger: Messenger, message: _Message) -> Delivery:
        """What came of it; what is cut off may have arrived."""
        try:
            async with asyncio.timeout(LONGEST_PUSH.total_seconds()) as limit:
                self._pushes.add(limit)
                with metrics.STAGE_SECONDS.labels("channel").time():
                    delivery = await messenger.push(
                        message.reminder.address, message.reply, message.reminder.key
                    )
        except Exception as error:
            log.exception("push_failed", id=message.reminder.id, channel=message.reminder.channel)
            delivery = Delivery(Outcome.UNKNOWN, error=type(error).__name__)
        finally:
            self._pushes.discard(limit)
        if delivery.outcome is Outcome.UNKNOWN and messenger.tells_doubles:
            return replace(delivery, outcome=Outcome.RETRY)
        return delivery

    async def _record(self, ended: list[Ended]) -> None:
        now = self._clock()

        def record(session: Session) -> int:
            for end in ended:
                if end.state == "failed":
                    outbox.unreachable(session, end.reminder.channel, end.reminder.address, now)
            return outbox.record(session, ended)

        if ended:
            in_time = await self._database.run(record)
            states = Counter[str](end.state for end in ended)
            for state, number in states.items():
                metrics.REMINDERS_ENDED.labels(state).inc(number)
            log.info("reminders", **states, in_time=in_time)

    def _ended(self, message: _Message, delivery: Delivery) -> Ended:
        now, reminder = self._clock(), message.reminder
        end = Ended(reminder, "pending", text=message.reply.text, last_error=delivery.error)
        match delivery.outcome:
            case Outcome.SENT:
                return replace(end, state="sent", sent_at=now, provider_message_id=delivery.message_id)
            case Outcome.BLOCKED:
                return replace(end, state="failed")
            case Outcome.UNKNOWN:
                return replace(end, state="unknown")
            case Outcome.RETRY if delivery.retry_after:
                # To wait because the provider asks for it is not a failed attempt.
                return replace(end, not_before=now + delivery.retry_after, counts=False)
            case Outcome.RETRY if reminder.attempts >= MAX_ATTEMPTS:
                return replace(end, state="dead")
            case Outcome.RETRY:
                return replace(end, not_before=now + _backoff(reminder.attempts))


def _mark_sending(reminder: Claimed, session: Session) -> bool:
    return outbox.mark_sending(session, reminder)


def _backoff(attempts: int) -> timedelta:
    """Full jitter: anywhere up to a bound that doubles with every attempt."""
    bound = min(FIRST_BACKOFF * 2 ** (attempts - 1), LONGEST_BACKOFF)
    return timedelta(seconds=random.uniform(0, bound.total_seconds()))  # noqa: S311 - spreads retries
