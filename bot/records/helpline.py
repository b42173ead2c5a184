"""Chats that ask for a human: the waiting line, who answers, and what was said there."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.records.models import HandoffTicket, Message

_DIGITS, _TRIES = 4, 20
"""Digits of a ticket's number after its day, and how many are tried before longer ones are."""


def open_ticket(
    session: Session, chat: str, channel: str, reason: str | None, now: datetime
) -> HandoffTicket:
    """The chat's ticket: the one that is not closed yet, else a new one at the end of the line."""
    ticket = active_ticket(session, chat)
    if ticket is None:
        number = _number_not_given(session, now)
        ticket = HandoffTicket(
            number=number, chat=chat, channel=channel, state="waiting", reason=reason, opened_at=now
        )
        session.add(ticket)
        session.flush()
    return ticket


def _number_not_given(session: Session, now: datetime) -> str:
    """A number for a new ticket: short enough to be told on the telephone, and longer only where many were given on
    such a day. Where another process gives it at the same instant, the database refuses one of the two."""
    for digits in (*[_DIGITS] * _TRIES, *[2 * _DIGITS] * _TRIES):
        number = f"{now:%m%d}-{secrets.randbelow(10**digits):0{digits}d}"
        if ticket_numbered(session, number) is None:
            return number
    raise RuntimeError("no ticket number is left for this day")


def active_ticket(session: Session, chat: str) -> HandoffTicket | None:
    """The chat's ticket that is waiting or open."""
    return session.scalar(
        select(HandoffTicket).where(HandoffTicket.chat == chat, HandoffTicket.state != "closed")
    )


def add_note(session: Session, chat: str, note: str) -> None:
    """Writes what a waiting chat wants onto its ticket, below what stands there already."""
    ticket = active_ticket(session, chat)
    if ticket is not None:
        ticket.note = f"{ticket.note}\n{note}" if ticket.note else note


def ticket_numbered(session: Session, number: str, lock: bool = False) -> HandoffTicket | None:
    """The ticket of that number. `lock`: nobody else changes it until the transaction ends."""
    chosen = select(HandoffTicket).where(HandoffTicket.number == number)
    return session.scalar(chosen.with_for_update(of=HandoffTicket) if lock else chosen)


def queue_position(session: Session, ticket: HandoffTicket) -> int:
    """1 for the next to be answered; 0 when somebody has taken it."""
    if ticket.state != "waiting":
        return 0
    before = session.scalar(
        select(func.count())
        .select_from(HandoffTicket)
        .where(HandoffTicket.state == "waiting", HandoffTicket.opened_at <= ticket.opened_at)
    )
    return before or 1


def count_waiting(session: Session) -> int:
    """How many chats nobody has taken yet."""
    untaken = select(func.count()).select_from(HandoffTicket).where(HandoffTicket.state == "waiting")
    return session.scalar(untaken) or 0


def waiting(session: Session, at_most: int) -> list[HandoffTicket]:
    """The chats that wait for a human, longest waiting first."""
    untaken = select(HandoffTicket).where(HandoffTicket.state == "waiting")
    return list(session.scalars(untaken.order_by(HandoffTicket.opened_at).limit(at_most)))


def taken(session: Session, at_most: int) -> list[HandoffTicket]:
    """The chats that are with a human, latest taken first."""
    open_now = select(HandoffTicket).where(HandoffTicket.state == "open")
    return list(session.scalars(open_now.order_by(HandoffTicket.taken_at.desc()).limit(at_most)))


def was_said(session: Session, chat: str, source_id: str) -> bool:
    """Whether the chat has a line from this source already."""
    same = (Message.chat == chat, Message.source_id == source_id)
    return session.scalar(select(Message.id).where(*same)) is not None


def latest_lines(session: Session, number: str, limit: int) -> Sequence[Message]:
    """The latest lines of a ticket's chat, oldest first. Read only after the chat was opened, which is audited."""
    newest_first = (
        select(Message)
        .join(HandoffTicket, HandoffTicket.chat == Message.chat)
        .where(HandoffTicket.number == number)
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return session.scalars(newest_first).all()[::-1]
