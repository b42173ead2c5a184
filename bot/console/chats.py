"""Chats that ask for a human: taken over, answered and handed back by one of the helpline's staff."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.identity.access import BINDING_LASTS
from bot.language.identifiers import find_identifiers
from bot.records import people
from bot.records.models import ChatBinding, HandoffTicket, Message, Staff
from bot.records.people import Reading

LINES_SHOWN = 200
LONGEST_ANSWER = 2000

TAKEN = "工作人员已经接入这个对话，正在看您前面说的话，请稍等。"
HANDED_BACK = "人工服务先到这里，接下来由助手继续回答您。还需要工作人员时，请说“转人工”。"


class NotYoursError(Exception):
    """The chat is not with this member of staff (any more); the message says what to do."""


class BadAnswerError(Exception):
    """The answer cannot be sent; the message says what to change."""


@dataclass(frozen=True)
class Chat:
    """A ticket with the chat's redacted lines. `person_id`: whose chat it has proved to be, if it has."""

    ticket: HandoffTicket
    lines: tuple[Message, ...]
    person_id: str | None


def count_waiting(session: Session) -> int:
    """How many chats nobody has taken yet."""
    waiting = select(func.count()).select_from(HandoffTicket).where(HandoffTicket.state == "waiting")
    return session.scalar(waiting) or 0


def look(session: Session, number: str, staff: Staff, now: datetime) -> Chat | None:
    """The chat of a ticket; the reading is audited."""
    ticket = _ticket(session, number)
    if ticket is None:
        return None
    binding = session.get(ChatBinding, ticket.chat)
    known = binding is not None and binding.last_used_at >= now - BINDING_LASTS
    person_id = binding.person_id if binding and known else None
    people.audit(session, _reading(staff, ticket, now), "read chat", person_id)
    return Chat(ticket, lines_of(session, ticket), person_id)


def lines_by_number(session: Session, number: str) -> tuple[Message, ...]:
    """The lines of a chat that is being looked at; that look was audited."""
    ticket = _ticket(session, number)
    return lines_of(session, ticket) if ticket else ()


def lines_of(session: Session, ticket: HandoffTicket) -> tuple[Message, ...]:
    """The latest lines of the ticket's chat, oldest first."""
    newest_first = (
        select(Message).where(Message.chat == ticket.chat).order_by(Message.id.desc()).limit(LINES_SHOWN)
    )
    return tuple(reversed(session.scalars(newest_first).all()))


def take(session: Session, number: str, staff: Staff, now: datetime) -> Message | None:
    """Takes a chat, from the line or from a colleague; the assistant falls silent there.

    Answers the line that tells the person; None where a colleague's chat changed hands, which they need not know.
    """
    ticket = _ticket(session, number, lock=True)
    if ticket is None or ticket.state == "closed":
        raise NotYoursError("这个对话已经结束了，不用再接。")
    waited = ticket.state == "waiting"
    if waited:
        ticket.state, ticket.taken_at = "open", now
    ticket.staff_id = staff.id
    return _line(session, ticket, TAKEN, now) if waited else None


def say(session: Session, number: str, text: str, staff: Staff, now: datetime) -> Message:
    """Adds an answer to the chat. Raises NotYoursError and BadAnswerError."""
    said = text.strip()
    if not said:
        raise BadAnswerError("还没有写内容。")
    if len(said) > LONGEST_ANSWER:
        raise BadAnswerError(f"回复太长了，请分成几条，每条不超过{LONGEST_ANSWER}字。")
    if any(found.kind in ("id_number", "phone") for found in find_identifiers(said)):
        raise BadAnswerError("回复里有证件号或手机号，没有发出。请删掉再发，需要核对号码请在电话里说。")
    return _line(session, _own(session, number, staff), said, now)


def hand_back(session: Session, number: str, staff: Staff, now: datetime) -> Message:
    """Ends the human's part: the person is told that the assistant answers again. Raises NotYoursError."""
    ticket = _own(session, number, staff)
    ticket.state, ticket.closed_at = "closed", now
    return _line(session, ticket, HANDED_BACK, now)


def mark_delivered(session: Session, line_id: int) -> None:
    """The line was pushed to the person."""
    session.get_one(Message, line_id).delivered = True


def _own(session: Session, number: str, staff: Staff) -> HandoffTicket:
    ticket = _ticket(session, number, lock=True)
    if ticket is None or ticket.state != "open" or ticket.staff_id != staff.id:
        raise NotYoursError("这个对话现在不在您手里。需要的话请先接过来。")
    return ticket


def _ticket(session: Session, number: str, lock: bool = False) -> HandoffTicket | None:
    chosen = select(HandoffTicket).where(HandoffTicket.number == number)
    return session.scalar(chosen.with_for_update(of=HandoffTicket) if lock else chosen)


def _line(session: Session, ticket: HandoffTicket, text: str, now: datetime) -> Message:
    line = Message(
        chat=ticket.chat, channel=ticket.channel, direction="staff", at=now, text=text, delivered=False
    )
    session.add(line)
    session.flush()
    return line


def _reading(staff: Staff, ticket: HandoffTicket, now: datetime) -> Reading:
    return Reading(f"staff:{staff.username}", f"在线对话{ticket.number}", now)
