"""What was asked, answered, sent and waited for over a period, counted; and the reviews that fall due.

Everything is counted in the database except times between lines, of which the latest are fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, String, cast, extract, func, select
from sqlalchemy.orm import Session

from bot.records.models import Eligibility, HandoffTicket, Message, Person, Reminder

TIMED_AT_MOST = 20_000
TOPICS = 12


@dataclass(frozen=True)
class Period:
    """`since` is included, `before` is not."""

    since: datetime
    before: datetime


@dataclass(frozen=True)
class Answered:
    """How many answers carried a card of this kind that stood like this; `computed`: an estimate with figures."""

    card: str
    status: str | None
    computed: bool
    count: int


def chats_by_day(session: Session, period: Period) -> dict[str, int]:
    """In how many chats people wrote, by day (`2026-11-22`)."""
    day = _day(session, Message.at)
    rows = session.execute(
        select(day, func.count(Message.chat.distinct()))
        .where(Message.direction == "in", *_within(Message.at, period))
        .group_by(day)
    )
    return {str(each): count for each, count in rows}


def answers(session: Session, period: Period) -> list[Answered]:
    """The answers with a card, by kind and how they stand."""
    kind = Message.card["card"].as_string()
    status = func.coalesce(
        Message.card["status"].as_string(),
        Message.card["reason"].as_string(),
        Message.card["rule"].as_string(),
    )
    computed = Message.card["fund_pays"].as_string().is_not(None)
    rows = session.execute(
        select(kind, status, computed, func.count())
        .where(Message.direction == "out", kind.is_not(None), *_within(Message.at, period))
        .group_by(kind, status, computed)
    )
    return [Answered(card, how, bool(with_figures), count) for card, how, with_figures, count in rows]


def topics(session: Session, period: Period) -> list[tuple[str, int]]:
    """What was asked most about, the most first."""
    topic = Message.card["topic"].as_string()
    rows = session.execute(
        select(topic, func.count())
        .where(Message.direction == "out", topic != "", *_within(Message.at, period))
        .group_by(topic)
        .order_by(func.count().desc())
        .limit(TOPICS)
    )
    return [(name, count) for name, count in rows]


def reminders_by_day(session: Session, period: Period) -> dict[str, tuple[int, int]]:
    """How many arrived, and how many did not or may not have, by the day they were sent or due."""
    found: dict[str, tuple[int, int]] = {}
    for place, column, states in (
        (0, Reminder.sent_at, ("sent",)),
        (1, Reminder.due_at, ("failed", "dead", "unknown")),
    ):
        day = _day(session, column)
        rows = session.execute(
            select(day, func.count())
            .where(Reminder.state.in_(states), *_within(column, period))
            .group_by(day)
        )
        for each, count in rows:
            pair = list(found.get(str(each), (0, 0)))
            pair[place] = count
            found[str(each)] = (pair[0], pair[1])
    return found


def reviews_by_month(session: Session, first: date, before: date) -> dict[tuple[str, str], int]:
    """How many reviews fall due, by month (`2026-11`) and region."""
    year, month = extract("year", Eligibility.review_due), extract("month", Eligibility.review_due)
    rows = session.execute(
        select(year, month, Person.region, func.count())
        .join(Person, Person.person_id == Eligibility.person_id)
        .where(Eligibility.review_due >= first, Eligibility.review_due < before)
        .group_by(year, month, Person.region)
    )
    return {(f"{int(y)}-{int(m):02}", region): count for y, m, region, count in rows}


def answer_times(session: Session, period: Period) -> list[timedelta]:
    """From a line of somebody's to the assistant's next, shortest first."""
    by_chat: dict[str, Any] = {"partition_by": Message.chat, "order_by": Message.id}
    lines = (
        select(
            Message.id,
            Message.direction,
            Message.at,
            func.lead(Message.direction, type_=String()).over(**by_chat).label("next_direction"),
            func.lead(Message.at, type_=Message.at.type).over(**by_chat).label("next_at"),
        )
        .where(*_within(Message.at, period))
        .subquery()
    )
    rows = session.execute(
        select(lines.c.at, lines.c.next_at)
        .where(lines.c.direction == "in", lines.c.next_direction == "out")
        .order_by(lines.c.id.desc())
        .limit(TIMED_AT_MOST)
    )
    return sorted(answered - asked for asked, answered in rows)


def waiting_times(session: Session, period: Period) -> list[timedelta]:
    """From asking for a human to being taken, shortest first."""
    rows: Sequence[Any] = session.execute(
        select(HandoffTicket.opened_at, HandoffTicket.taken_at)
        .where(HandoffTicket.taken_at.is_not(None), *_within(HandoffTicket.opened_at, period))
        .order_by(HandoffTicket.id.desc())
        .limit(TIMED_AT_MOST)
    ).all()
    return sorted(taken - opened for opened, taken in rows)


def _within(column: Any, period: Period) -> tuple[Any, Any]:
    return column >= period.since, column < period.before


def _day(session: Session, column: Any) -> Any:
    """The day in Shanghai; SQLite keeps moments as text in UTC."""
    if session.get_bind().dialect.name == "postgresql":
        return cast(cast(func.timezone("Asia/Shanghai", column), Date), String)
    return func.date(column, "+8 hours")
