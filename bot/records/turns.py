"""Tickets of the turns that chats have under way: the lowest one that has not lapsed is the one being answered."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.records.models import ChatTurn


class TooManyTurns(Exception):
    """The chat has as many turns under way as it may."""


def draw(session: Session, chat: str, now: datetime, lease: timedelta, most: int) -> tuple[int, bool]:
    """A new ticket, and whether it is its turn already. Raises TooManyTurns where `most` are under way."""
    if session.get_bind().dialect.name == "postgresql":  # a ticket not committed yet would not be seen
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(chat))))
    standing = session.scalars(select(ChatTurn.lapses_at).where(ChatTurn.chat == chat)).all()
    earlier = sum(lapses_at > now for lapses_at in standing)
    if earlier < len(standing):
        session.execute(delete(ChatTurn).where(ChatTurn.chat == chat, ChatTurn.lapses_at <= now))
    if earlier >= most:
        raise TooManyTurns
    drawn = insert(ChatTurn).values(chat=chat, lapses_at=now + lease).returning(ChatTurn.ticket)
    return session.scalars(drawn).one(), not earlier


def is_next(session: Session, chat: str, ticket: int, now: datetime) -> bool:
    """Whether no earlier ticket of the chat stands."""
    earlier = select(ChatTurn.ticket).where(
        ChatTurn.chat == chat, ChatTurn.ticket < ticket, ChatTurn.lapses_at > now
    )
    return session.scalar(earlier.limit(1)) is None


def renew(session: Session, ticket: int, now: datetime, lease: timedelta) -> None:
    """The process that drew it still lives."""
    session.execute(update(ChatTurn).where(ChatTurn.ticket == ticket).values(lapses_at=now + lease))


def end(session: Session, ticket: int) -> None:
    """The turn has been answered, or given up."""
    session.execute(delete(ChatTurn).where(ChatTurn.ticket == ticket))


def sweep(session: Session, now: datetime) -> None:
    """Deletes what processes that died have left."""
    session.execute(delete(ChatTurn).where(ChatTurn.lapses_at <= now))
