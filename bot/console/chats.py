"""Chats that ask for a human: taken over, answered and handed back by one of the helpline's staff."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.language.identifiers import find_identifiers
from bot.records import helpline
from bot.records.models import HandoffTicket, Message, Staff

LINES_SHOWN = 200
LONGEST_ANSWER = 2000

TAKEN = "工作人员已经接入这个对话，正在看您前面说的话，请稍等。"
HANDED_BACK = "人工服务先到这里，接下来由助手继续回答您。还需要工作人员时，请说“转人工”。"


class NotYoursError(Exception):
    """The chat is not with this member of staff (any more); the message says what to do."""


class BadAnswerError(Exception):
    """The answer cannot be sent; the message says what to change."""


def take(session: Session, number: str, staff: Staff, now: datetime) -> Message | None:
    """Takes a chat, from the line or from a colleague; the assistant falls silent there.

    Answers the line that tells the person; None where a colleague's chat changed hands, which they need not know.
    """
    ticket = helpline.ticket_numbered(session, number, lock=True)
    if ticket is None or ticket.state == "closed":
        raise NotYoursError("这个对话已经结束了，不用再接。")
    waited = ticket.state == "waiting"
    if waited:
        ticket.state, ticket.taken_at = "open", now
    ticket.staff_id = staff.id
    return _line(session, ticket, TAKEN, now) if waited else None


def say(
    session: Session, number: str, text: str, staff: Staff, now: datetime, form: str = ""
) -> Message | None:
    """Adds an answer to the chat; None where this form was sent before. Raises NotYoursError and BadAnswerError."""
    said = text.strip()
    if not said:
        raise BadAnswerError("还没有写内容。")
    if len(said) > LONGEST_ANSWER:
        raise BadAnswerError(f"回复太长了，请分成几条，每条不超过{LONGEST_ANSWER}字。")
    if any(found.kind in ("id_number", "phone") for found in find_identifiers(said)):
        raise BadAnswerError("回复里有证件号或手机号，没有发出。请删掉再发，需要核对号码请在电话里说。")
    ticket = _own(session, number, staff)
    if form and helpline.was_said(session, ticket.chat, form):
        return None
    return _line(session, ticket, said, now, form or None)


def hand_back(session: Session, number: str, staff: Staff, now: datetime) -> Message:
    """Ends the human's part: the person is told that the assistant answers again. Raises NotYoursError."""
    ticket = _own(session, number, staff)
    ticket.state, ticket.closed_at = "closed", now
    return _line(session, ticket, HANDED_BACK, now)


def mark_delivered(session: Session, line_id: int) -> None:
    """The line was pushed to the person."""
    session.get_one(Message, line_id).delivered = True


def _own(session: Session, number: str, staff: Staff) -> HandoffTicket:
    ticket = helpline.ticket_numbered(session, number, lock=True)
    if ticket is None or ticket.state != "open" or ticket.staff_id != staff.id:
        raise NotYoursError("这个对话现在不在您手里。需要的话请先接过来。")
    return ticket


def _line(
    session: Session, ticket: HandoffTicket, text: str, now: datetime, form: str | None = None
) -> Message:
    line = Message(
        chat=ticket.chat,
        channel=ticket.channel,
        direction="staff",
        at=now,
        text=text,
        source_id=form,
        delivered=False,
    )
    session.add(line)
    session.flush()
    return line
