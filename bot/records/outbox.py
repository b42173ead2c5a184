"""The reminder outbox: rows are planned once, claimed with a lease, and keep their outcome for ever."""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.records.models import Eligibility, Person, Reminder, ReminderState, Subscription

BATCH = 500


@dataclass(frozen=True)
class ReviewDue:
    """A recognised disease whose review falls due, and one address its person agreed to be reminded at."""

    person_id: str
    region: str
    disease: str
    review_due: date
    kinds_off: tuple[str, ...]
    channel: str
    address: str


@dataclass(frozen=True)
class PlannedReminder:
    """A reminder to be written into the outbox. `due_at` is aware."""

    kind: str
    person_id: str
    disease: str
    deadline: date
    lead_days: int
    channel: str
    address: str
    text: str
    due_at: datetime


def reviews_due(
    session: Session, first: date, last: date, person_id: str | None = None
) -> Iterator[ReviewDue]:
    """Reviews, of everybody or of one person, that fall due from `first` to `last`: one for each address with
    consent, streamed."""
    due = (
        select(Eligibility, Person.region, Subscription)
        .join(Person, Person.person_id == Eligibility.person_id)
        .join(Subscription, Subscription.person_id == Eligibility.person_id)
        .where(Eligibility.review_due.between(first, last))
    )
    if person_id is not None:
        due = due.where(Eligibility.person_id == person_id)
    rows = session.execute(due.execution_options(yield_per=BATCH))
    for eligibility, region, subscription in rows:
        assert eligibility.review_due is not None  # the query asks for a date
        yield ReviewDue(
            person_id=eligibility.person_id,
            region=region,
            disease=eligibility.disease,
            review_due=eligibility.review_due,
            kinds_off=tuple(subscription.kinds_off),
            channel=subscription.channel,
            address=subscription.address,
        )


def plan(session: Session, reminders: Iterable[PlannedReminder]) -> int:
    """Writes reminders that were never planned before; answers how many were new."""
    written = 0
    batch: list[dict[str, Any]] = []
    for reminder in reminders:
        batch.append(vars(reminder) | {"not_before": reminder.due_at, "state": "pending", "attempts": 0})
        if len(batch) == BATCH:
            written += _insert_new(session, batch)
            batch = []
    return written + (_insert_new(session, batch) if batch else 0)


def _insert_new(session: Session, rows: list[dict[str, Any]]) -> int:
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert: Any = postgresql.insert if on_postgresql else sqlite.insert
    statement: Insert = insert(Reminder).values(rows).on_conflict_do_nothing().returning(Reminder.id)
    return len(session.execute(statement).all())


def claim(session: Session, now: datetime, lease: timedelta) -> Reminder | None:
    """Takes the reminder that has been due longest, for this worker alone, until the lease ends."""
    due = (
        select(Reminder.id)
        .where(Reminder.state == "pending", Reminder.not_before <= now)
        .order_by(Reminder.not_before)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    return session.scalar(
        update(Reminder)
        .where(Reminder.id == due)
        .values(
            state="claimed",
            lease_token=secrets.token_hex(8),
            lease_until=now + lease,
            attempts=Reminder.attempts + 1,
        )
        .returning(Reminder)
    )


def release_expired(session: Session, now: datetime, tells_doubles: Sequence[str]) -> int:
    """Ends leases of workers that died: tried again where the channel tells doubles apart, else `unknown`.

    An unknown reminder may or may not have arrived; a human decides.
    """
    expired = (Reminder.state == "claimed", Reminder.lease_until < now)
    no_lease: dict[str, Any] = {"lease_token": None, "lease_until": None}
    again = session.execute(
        update(Reminder)
        .where(*expired, Reminder.channel.in_(tells_doubles))
        .values(state="pending", **no_lease)
    )
    unknown = session.execute(
        update(Reminder)
        .where(*expired, Reminder.channel.not_in(tells_doubles))
        .values(state="unknown", last_error="发送途中中断，结果不明", **no_lease)
    )
    return _changed(again) + _changed(unknown)


def still_wanted(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Whether it is right to send it now.

    The person still agrees at that address, the date on record is still the same and, for a reminder ahead of
    it, not past, and no reminder closer to the date is due as well.
    """
    agreed = session.scalar(
        select(Subscription).where(
            Subscription.person_id == reminder.person_id,
            Subscription.channel == reminder.channel,
            Subscription.address == reminder.address,
        )
    )
    if agreed is None or not agreed.wants(reminder.kind):
        return False
    if reminder.lead_days >= 0 and reminder.deadline < now.astimezone(SHANGHAI).date():
        return False
    on_record = select(Eligibility.id).where(
        Eligibility.person_id == reminder.person_id,
        Eligibility.disease == reminder.disease,
        Eligibility.review_due == reminder.deadline,
    )
    closer = select(Reminder.id).where(
        Reminder.person_id == reminder.person_id,
        Reminder.kind == reminder.kind,
        Reminder.disease == reminder.disease,
        Reminder.deadline == reminder.deadline,
        Reminder.channel == reminder.channel,
        Reminder.address == reminder.address,
        Reminder.lead_days < reminder.lead_days,
        Reminder.due_at <= now,
    )
    return session.scalar(on_record) is not None and session.scalar(closer.limit(1)) is None


def record(session: Session, reminder: Reminder, state: ReminderState, **details: Any) -> bool:
    """Writes the outcome, if the lease is still this worker's; answers whether it was."""
    changed = session.execute(
        update(Reminder)
        .where(Reminder.id == reminder.id, Reminder.lease_token == reminder.lease_token)
        .values(state=state, lease_token=None, lease_until=None, **details)
    )
    return _changed(changed) == 1


def unsubscribe(session: Session, channel: str, address: str) -> int:
    """Stops everything that goes to an address, whoever it concerns; answers how many subscriptions ended."""
    found = session.scalars(
        select(Subscription).where(Subscription.channel == channel, Subscription.address == address)
    ).all()
    for subscription in found:
        session.delete(subscription)
    return len(found)


def subscriptions_of(session: Session, person_id: str) -> list[Subscription]:
    """Where a person agreed to be reminded."""
    return list(session.scalars(select(Subscription).where(Subscription.person_id == person_id)))


def reminders_of(session: Session, person_id: str, limit: int) -> Sequence[Reminder]:
    """The person's reminders, latest first. Read only after the record was, which is audited."""
    latest_first = (
        select(Reminder).where(Reminder.person_id == person_id).order_by(Reminder.due_at.desc()).limit(limit)
    )
    return session.scalars(latest_first).all()


def is_subscribed(session: Session, channel: str, address: str) -> bool:
    """Whether anything is sent to an address."""
    there = select(Subscription.id).where(Subscription.channel == channel, Subscription.address == address)
    return session.scalar(there.limit(1)) is not None


def subscribe(session: Session, person_id: str, channel: str, address: str, now: datetime) -> None:
    """Notes consent to be reminded at an address; all kinds are on again."""
    known = session.scalar(
        select(Subscription).where(
            Subscription.person_id == person_id,
            Subscription.channel == channel,
            Subscription.address == address,
        )
    )
    if known is None:
        session.add(Subscription(person_id=person_id, channel=channel, address=address, consent_at=now))
    else:
        known.kinds_off = []
        known.consent_at = now


def _changed(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
