"""Tickets of the turns that chats have under way: the lowest one that has not lapsed is the one being answered.

Every turn draws one and gives it back, so the statements are made once and need no object mapper.
"""

from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.records.database import new_id
from bot.records.models import ChatTurn

_TICKETS: Table = ChatTurn.__table__  # type: ignore[assignment]
_OF_CHAT, _THIS = _TICKETS.c.chat == bindparam("chat"), _TICKETS.c.ticket == bindparam("this")
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("chat"))))
_STANDING = select(_TICKETS.c.lapses_at).where(_OF_CHAT)
_EARLIER = (
    select(_TICKETS.c.ticket)
    .where(_OF_CHAT, _TICKETS.c.ticket < bindparam("this"), _TICKETS.c.lapses_at > bindparam("now"))
    .limit(1)
)
_DRAW = insert(_TICKETS)
_SWEEP_CHAT = delete(_TICKETS).where(_OF_CHAT, _TICKETS.c.lapses_at <= bindparam("now"))
_END = delete(_TICKETS).where(_THIS)


class TooManyTurns(Exception):
    """The chat has as many turns under way as it may."""


def draw(session: Session, chat: str, now: datetime, lease: timedelta, most: int) -> tuple[int, bool]:
    """A new ticket, and whether it is its turn already. Raises TooManyTurns where `most` are under way."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":  # a ticket not committed yet would not be seen
        connection.execute(_ONE_AT_A_TIME, {"chat": chat})
    standing = connection.scalars(_STANDING, {"chat": chat}).all()
    earlier = sum(lapses_at > now for lapses_at in standing)
    if earlier < len(standing):
        connection.execute(_SWEEP_CHAT, {"chat": chat, "now": now})
    if earlier >= most:
        raise TooManyTurns
    return new_id(session, _DRAW, {"chat": chat, "lapses_at": now + lease}), not earlier


def is_next(session: Session, chat: str, ticket: int, now: datetime) -> bool:
    """Whether no earlier ticket of the chat stands."""
    mine = {"chat": chat, "this": ticket, "now": now}
    return session.connection().scalar(_EARLIER, mine) is None


def renew(session: Session, ticket: int, now: datetime, lease: timedelta) -> None:
    """The process that drew it still lives."""
    session.execute(update(_TICKETS).where(_TICKETS.c.ticket == ticket).values(lapses_at=now + lease))


def end(session: Session, ticket: int) -> None:
    """The turn has been answered, or given up."""
    session.connection().execute(_END, {"this": ticket})


def sweep(session: Session, now: datetime) -> None:
    """Deletes what processes that died have left."""
    session.execute(delete(_TICKETS).where(_TICKETS.c.lapses_at <= now))
