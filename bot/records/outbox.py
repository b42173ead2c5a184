"""The reminder outbox: rows are planned once, claimed with a lease, and keep their outcome for ever.

What is due is found by a partial index, so that a look into the outbox costs what is due, not what exists.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Insert,
    Select,
    String,
    Table,
    Update,
    bindparam,
    cast,
    column,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, load_only, selectinload

from bot.records.database import insert_new
from bot.records.models import (
    Application,
    ApplicationEvent,
    Person,
    Reminder,
    ReminderState,
    Subscription,
)

BATCH = 500
COUNTED = {"preserve_rowcount": True}
"""Without this an INSERT does not tell how many rows it wrote."""


# --- planning ---------------------------------------------------------------------------------------


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
    due_at: datetime


def plan_occasions(
    session: Session,
    occasions: Select[str, str, Any],
    kind: str,
    lead_days: int,
    due_at: datetime,
    regions: Sequence[str],
    person_id: str | None,
) -> int:
    """Writes one reminder for each occasion (see `records.occasions`) and each address whose person agreed, if it was
    never planned before; for one person only, if one is given. Answers how many are new."""
    found = occasions.subquery()
    values: dict[str, Any] = {
        "kind": literal(kind),
        "person_id": found.c.person_id,
        "disease": found.c.disease,
        "deadline": found.c.deadline,
        "lead_days": literal(lead_days),
        "channel": Subscription.channel,
        "address": Subscription.address,
        "due_at": literal(due_at, Reminder.due_at.type),
        "not_before": literal(due_at, Reminder.due_at.type),
        "state": literal("pending"),
        "attempts": literal(0),
        "round": literal(0),
    }
    rows = (
        select(*values.values())
        .join(Person, Person.person_id == found.c.person_id)
        .join(Subscription, Subscription.person_id == found.c.person_id)
        .where(Person.region.in_(regions), *_reachable(kind))
    )
    if person_id is not None:
        rows = rows.where(found.c.person_id == person_id)
    statement: Insert = insert_new(session, Reminder).from_select(list(values), rows).on_conflict_do_nothing()
    return _changed(session.execute(statement, execution_options=COUNTED))


def plan(session: Session, reminders: Iterable[PlannedReminder]) -> int:
    """Writes reminders that were never planned before; answers how many were new."""
    rows = [
        asdict(reminder) | {"not_before": reminder.due_at, "state": "pending", "attempts": 0, "round": 0}
        for reminder in reminders
    ]
    return sum(
        _changed(
            session.execute(
                insert_new(session, Reminder).values(rows[at : at + BATCH]).on_conflict_do_nothing(),
                execution_options=COUNTED,
            )
        )
        for at in range(0, len(rows), BATCH)
    )


def recent_applications(
    session: Session, since: datetime, person_id: str | None = None
) -> Iterator[tuple[Application, str, Subscription]]:
    """Applications with an event since then, the person's region, and each address the person agreed to."""
    recent = select(ApplicationEvent.application_no).where(ApplicationEvent.at >= since)
    found = (
        select(Application, Person.region, Subscription)
        .join(Person, Person.person_id == Application.person_id)
        .join(Subscription, Subscription.person_id == Application.person_id)
        .where(Application.application_no.in_(recent), Subscription.unreachable_since.is_(None))
    )
    if person_id is not None:
        found = found.where(Application.person_id == person_id)
    yield from session.execute(found.execution_options(yield_per=BATCH))


def _reachable(kind: str) -> tuple[ColumnElement[bool], ...]:
    """The subscriptions at which the kind is wanted and arrives."""
    switched_off = cast(Subscription.kinds_off, String).contains(f'"{kind}"', autoescape=True)
    return ~switched_off, Subscription.unreachable_since.is_(None)


# --- delivering -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claimed:
    """A reminder that one worker holds until `lease_until`; `attempts` counts this one."""

    id: int
    kind: str
    person_id: str
    disease: str
    deadline: date
    lead_days: int
    channel: str
    address: str
    round: int
    due_at: datetime
    not_before: datetime
    attempts: int
    lease_token: str
    lease_until: datetime

    @property
    def key(self) -> str:
        """The same for every try to send it; another one after the person put it off."""
        return f"reminder-{self.id}" + (f"-{self.round}" if self.round else "")


@dataclass(frozen=True)
class Ended:
    """How an attempt ended, to be recorded."""

    reminder: Claimed
    state: ReminderState
    text: str | None = None
    sent_at: datetime | None = None
    provider_message_id: str | None = None
    last_error: str | None = None
    not_before: datetime | None = None
    counts: bool = True


_ROWS: Table = Reminder.__table__  # type: ignore[assignment]


def claim(session: Session, now: datetime, lease: timedelta, limit: int = BATCH) -> list[Claimed]:
    """Takes the reminders that have been due longest, for this worker alone, until the lease ends."""
    _by_index_alone(session)
    due = (
        select(_ROWS.c.id)
        .where(_ROWS.c.state == "pending", _ROWS.c.not_before <= now)
        .order_by(_ROWS.c.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = session.execute(
        update(_ROWS)
        .where(_ROWS.c.id.in_(select(due.c.id)))
        .values(
            state="claimed",
            lease_token=secrets.token_hex(8),
            lease_until=now + lease,
            attempts=_ROWS.c.attempts + 1,
        )
        .returning(*(_ROWS.c[name] for name in Claimed.__dataclass_fields__))
    )
    claimed = [Claimed(*row) for row in taken]
    return sorted(claimed, key=lambda reminder: (reminder.not_before, reminder.id))


def _by_index_alone(session: Session) -> None:
    """Has PostgreSQL find the rows of one batch, in this transaction, by index and one by one.

    Just after much was planned its statistics know nothing of it, and it would read all that is due for every batch.
    """
    if session.get_bind().dialect.name == "postgresql":
        ways = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin")
        session.execute(select(*(func.set_config(f"enable_{way}", "off", True) for way in ways)))


def mark_sending(session: Session, reminder: Claimed) -> bool:
    """Notes that it is about to be handed over; False where the lease was lost."""
    changed = session.execute(update(Reminder).where(*_held(reminder)).values(state="sending"))
    return _changed(changed) == 1


def record(session: Session, ended: Sequence[Ended]) -> int:
    """Writes the outcomes where the lease is still this worker's; answers how many that were."""
    if not ended:
        return 0
    rows = [
        {
            "this": end.reminder.id,
            "held": end.reminder.lease_token,
            "state": end.state,
            "text": end.text,
            "sent_at": end.sent_at,
            "provider_message_id": end.provider_message_id,
            "last_error": end.last_error,
            "not_before": end.not_before or end.reminder.not_before,
            "attempts": end.reminder.attempts - (not end.counts),
        }
        for end in ended
    ]
    if session.get_bind().dialect.name == "postgresql":
        _by_index_alone(session)
        return _changed(session.execute(_recording(_side_by_side(rows))))
    one_by_one = {name: bindparam(name, type_=column.type) for name, column in _OUTCOME.items()}
    return _changed(session.connection().execute(_recording(one_by_one), rows, execution_options=COUNTED))


_OUTCOME = {"this": _ROWS.c.id, "held": _ROWS.c.lease_token} | {
    name: _ROWS.c[name]
    for name in (
        "state", "text", "sent_at", "provider_message_id", "last_error", "not_before", "attempts"
    )
}  # fmt: skip


def _recording(new: Mapping[str, Any]) -> Update:
    """Sets a reminder that is still held to what became of it, and lets go of it; `new` has all values."""
    values = {name: new[name] for name in _OUTCOME if name not in ("this", "held")}
    held = (_ROWS.c.id == new["this"], _ROWS.c.lease_token == new["held"])
    return update(_ROWS).where(*held).values(**values, lease_token=None, lease_until=None)


def _side_by_side(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """All rows as one table, an array a column: less work for PostgreSQL than a statement for each.

    What is the same in all of them, as most is, goes once: arrays are what costs the driver most.
    """
    first, *others = rows
    differing = {
        name: of
        for name, of in _OUTCOME.items()
        if name == "this" or any(row[name] != first[name] for row in others)
    }
    arrays = (
        bindparam(name, [row[name] for row in rows], type_=postgresql.ARRAY(of.type))
        for name, of in differing.items()
    )
    columns = (column(name, of.type) for name, of in differing.items())
    outcome = func.unnest(*arrays).table_valued(*columns, name="outcome").render_derived().c
    return {
        name: outcome[name] if name in differing else bindparam(name, first[name], type_=of.type)
        for name, of in _OUTCOME.items()
    }


def release_expired(session: Session, now: datetime, tells_doubles: Sequence[str]) -> int:
    """Ends leases of workers that died.

    What was not handed over yet, or goes where doubles are told apart, is tried again. What may have been handed over
    to any other channel is `unknown`: it may or may not have arrived, and a human decides.
    """
    expired = Reminder.lease_until < now
    no_lease: dict[str, Any] = {"lease_token": None, "lease_until": None}
    safe = (Reminder.state == "claimed") | (
        (Reminder.state == "sending") & Reminder.channel.in_(tells_doubles)
    )
    again = session.execute(update(Reminder).where(expired, safe).values(state="pending", **no_lease))
    unknown = session.execute(
        update(Reminder)
        .where(expired, Reminder.state == "sending", Reminder.channel.not_in(tells_doubles))
        .values(state="unknown", last_error="发送途中中断，结果不明", **no_lease)
    )
    return _changed(again) + _changed(unknown)


def people_of(session: Session, reminders: Sequence[Claimed]) -> dict[str, Person]:
    """The persons concerned with what reminders are checked against; nothing encrypted is read."""
    persons = session.scalars(
        select(Person)
        .where(Person.person_id.in_({reminder.person_id for reminder in reminders}))
        .options(
            load_only(Person.person_id, Person.region, Person.scheme, Person.employment),
            selectinload(Person.eligibilities),
            selectinload(Person.applications),
            selectinload(Person.subscriptions),
        )
    )
    return {person.person_id: person for person in persons}


def with_closer_due(session: Session, reminders: Sequence[Claimed], now: datetime) -> set[int]:
    """Those of the reminders beside which one closer to the same date is due as well."""
    ids = [reminder.id for reminder in reminders]
    mine, closer = Reminder.__table__.alias("mine"), Reminder.__table__.alias("closer")
    same = ("person_id", "kind", "disease", "deadline", "channel", "address")
    found = select(mine.c.id).where(
        mine.c.id.in_(ids),
        exists().where(
            *(closer.c[name] == mine.c[name] for name in same),
            closer.c.lead_days < mine.c.lead_days,
            closer.c.due_at <= now,
        ),
    )
    return set(session.scalars(found))


def _held(reminder: Claimed) -> tuple[ColumnElement[bool], ...]:
    return Reminder.id == reminder.id, Reminder.lease_token == reminder.lease_token


# --- what people and staff do -------------------------------------------------------------------------


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
        known.unreachable_since = None


def unsubscribe(session: Session, channel: str, address: str) -> int:
    """Stops everything that goes to an address, whoever it concerns; answers how many subscriptions ended."""
    found = subscriptions_at(session, channel, address)
    for subscription in found:
        session.delete(subscription)
    return len(found)


def switch_off(session: Session, channel: str, address: str, kind: str) -> bool:
    """Stops one kind of reminder at an address; answers whether anything went there at all."""
    found = subscriptions_at(session, channel, address)
    for subscription in found:
        subscription.switch(kind, on=False)
    return bool(found)


def subscriptions_at(session: Session, channel: str, address: str) -> Sequence[Subscription]:
    """What goes to an address, whoever it concerns."""
    there = (Subscription.channel == channel, Subscription.address == address)
    return session.scalars(select(Subscription).where(*there)).all()


def subscriptions_of(session: Session, person_id: str) -> list[Subscription]:
    """Where a person agreed to be reminded."""
    return list(session.scalars(select(Subscription).where(Subscription.person_id == person_id)))


def unreachable(session: Session, channel: str, address: str, now: datetime) -> None:
    """Switches an address off: nothing arrives there any more."""
    for subscription in subscriptions_at(session, channel, address):
        subscription.unreachable_since = now


def readdress(session: Session, channel: str, address: str, new: str) -> None:
    """Lets what goes to an address go by another name for it; what was sent there stays sent."""
    reminded = select(Subscription.person_id).where(
        Subscription.channel == channel, Subscription.address == address
    )
    for found_by_index in (Reminder.sent_at.is_not(None), Reminder.person_id.in_(reminded)):
        reminders = update(Reminder).where(Reminder.channel == channel, Reminder.address == address)
        session.execute(reminders.where(found_by_index).values(address=new))
    subscriptions = update(Subscription).where(Subscription.channel == channel)
    session.execute(subscriptions.where(Subscription.address == address).values(address=new))


def reachable_again(session: Session, channel: str, address: str) -> None:
    """Switches an address on that was out of reach: somebody has just written from there."""
    there = (Subscription.channel == channel, Subscription.address == address)
    off = Subscription.unreachable_since.is_not(None)
    session.execute(update(Subscription).where(*there, off).values(unreachable_since=None))


def reminders_of(session: Session, person_id: str, limit: int) -> Sequence[Reminder]:
    """The person's reminders, latest first. Read only after the record was, which is audited."""
    latest_first = (
        select(Reminder).where(Reminder.person_id == person_id).order_by(Reminder.due_at.desc()).limit(limit)
    )
    return session.scalars(latest_first).all()


def last_sent(session: Session, channel: str, address: str, since: datetime) -> Reminder | None:
    """The reminder that went to an address last, if that was since then."""
    return session.scalar(
        select(Reminder)
        .where(Reminder.channel == channel, Reminder.address == address, Reminder.sent_at >= since)
        .order_by(Reminder.sent_at.desc())
        .limit(1)
    )


def put_off(session: Session, reminder: Reminder, until: datetime) -> None:
    """Sends a reminder that has arrived once more, at that time."""
    reminder.state, reminder.not_before, reminder.round = "pending", until, reminder.round + 1
    session.add(reminder)


def last_planned(session: Session) -> int:
    """The number of the reminder that was planned last."""
    return session.scalar(select(func.max(Reminder.id))) or 0


def planned_after(session: Session, number: int) -> Sequence[Reminder]:
    """The reminders planned since the one of that number, by when they are due."""
    later = select(Reminder).where(Reminder.id > number).order_by(Reminder.due_at, Reminder.id)
    return session.scalars(later).all()


def latest(session: Session, state: str | None, limit: int) -> Sequence[Reminder]:
    """The outbox, latest first, of one state or all."""
    found = select(Reminder).order_by(Reminder.not_before.desc(), Reminder.id.desc()).limit(limit)
    return session.scalars(found if state is None else found.where(Reminder.state == state)).all()


@dataclass(frozen=True)
class Standing:
    """How many reminders are not done with, by state, and how many of them are due."""

    by_state: dict[str, int]
    due: int


def standing(session: Session, now: datetime) -> Standing:
    """Counts along the partial indexes, so that the millions that were sent cost nothing."""
    groups = (("pending",), ("claimed", "sending"), ("failed", "dead", "unknown"))
    by_state = {state: 0 for group in groups for state in group}
    for group in groups:
        found = select(Reminder.state, func.count()).where(Reminder.state.in_(group)).group_by(Reminder.state)
        by_state.update(row._tuple() for row in session.execute(found))
    due = select(func.count()).where(Reminder.state == "pending", Reminder.not_before <= now)
    return Standing(by_state, session.scalar(due) or 0)


def for_staff(session: Session, limit: int) -> Sequence[Reminder]:
    """Reminders that did not arrive, or of which nobody knows: latest first."""
    troubled = Reminder.state.in_(("failed", "dead", "unknown"))
    return session.scalars(
        select(Reminder).where(troubled).order_by(Reminder.due_at.desc()).limit(limit)
    ).all()


def settle(session: Session, reminder_id: int, state: ReminderState, now: datetime) -> bool:
    """A clerk's decision on a reminder that did not arrive: `pending` sends it again, `suppressed` ends it."""
    troubled = (Reminder.id == reminder_id, Reminder.state.in_(("failed", "dead", "unknown")))
    changed = session.execute(
        update(Reminder)
        .where(*troubled)
        .values(state=state, not_before=now, attempts=0, round=Reminder.round + 1)
    )
    return _changed(changed) == 1


def to_be_called(session: Session, limit: int) -> Sequence[Person]:
    """People with a reminder that did not arrive, who agreed to be reminded but can be reached nowhere any more."""
    theirs = Subscription.person_id == Person.person_id
    waiting = exists().where(
        Reminder.person_id == Person.person_id, Reminder.state.in_(("failed", "dead", "unknown"))
    )
    return session.scalars(
        select(Person)
        .where(
            waiting,
            exists().where(theirs, Subscription.unreachable_since.is_not(None)),
            ~exists().where(theirs, Subscription.unreachable_since.is_(None)),
        )
        .order_by(Person.person_id)
        .limit(limit)
    ).all()


def _changed(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
