"""Lines of chats as they are kept, and what the conversation needs to know of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, exists, func, insert, select, text
from sqlalchemy.orm import Session, aliased

from bot.records.database import insert_new, new_id
from bot.records.models import EndedChat, HandoffTicket, Message

BUTTONS_REMEMBERED = 20
"""Messages with buttons a chat may still press: people scroll back."""
LINES_OF_A_TURN = 20

# What every turn asks is made once, and needs no object mapper. A condition of an index stands in its very words, else
# the whole chat would be read.
_LINES: Table = Message.__table__  # type: ignore[assignment]
_TICKETS: Table = HandoffTicket.__table__  # type: ignore[assignment]
_ADD = insert(_LINES)
_CAME_IN = (
    select(_LINES.c.at)
    .where(_LINES.c.chat == bindparam("chat"), _LINES.c.at > bindparam("since"), text("direction = 'in'"))
    .offset(bindparam("skipped"))
    .limit(1)
)
_TAKEN_AT = select(_TICKETS.c.taken_at).where(
    _TICKETS.c.chat == bindparam("chat"), _TICKETS.c.state == "open"
)
_UNDELIVERED = (
    select(_LINES.c.id)
    .where(_LINES.c.chat == bindparam("chat"), text("NOT delivered"))
    .order_by(_LINES.c.id.desc())
    .limit(bindparam("most"))
)
_NEWER = (
    select(_LINES.c.id)
    .where(_LINES.c.chat == bindparam("chat"), _LINES.c.id > bindparam("after"))
    .order_by(_LINES.c.id.desc())
    .limit(bindparam("most"))
)


def add(session: Session, **line: Any) -> int:
    """Keeps a new line, with these fields of a Message, and answers its id."""
    told = {name: value for name, value in line.items() if value is not None}
    return new_id(session, _ADD, told)


def line(session: Session, chat: str, line_id: int) -> Message | None:
    """The chat's line of that id."""
    return session.scalar(select(Message).where(Message.chat == chat, Message.id == line_id))


def latest_lines(session: Session, chat: str, limit: int) -> Sequence[Message]:
    """The latest lines of a chat, oldest first. Read only by who may open it, which is audited."""
    newest_first = select(Message).where(Message.chat == chat).order_by(Message.id.desc()).limit(limit)
    return session.scalars(newest_first).all()[::-1]


def line_with(session: Session, chat: str, source_id: str | None) -> Message | None:
    """The line that came in, or was pushed, under this id."""
    if source_id is None:
        return None
    return session.scalar(select(Message).where(Message.chat == chat, Message.source_id == source_id))


def wrote_since(session: Session, chat: str, since: datetime, times: int) -> bool:
    """Whether the person wrote that often after `since`."""
    asked = {"chat": chat, "since": since, "skipped": times - 1}
    return session.connection().scalar(_CAME_IN, asked) is not None


def lines_of(session: Session, chat: str, prefix: str) -> Sequence[Message]:
    """Lines whose id begins so, in order."""
    belongs = (Message.chat == chat, Message.source_id.startswith(prefix))
    return session.scalars(select(Message).where(*belongs).order_by(Message.id)).all()


def pressed_button(session: Session, chat: str, raw: str) -> dict[str, str] | None:
    """The button of ours, in one of the chat's last messages with buttons, whose payload this is."""
    if not raw.startswith("/"):
        return None
    with_buttons = (
        select(Message.buttons)
        .where(Message.chat == chat, Message.direction == "out", Message.buttons.is_not(None))
        .order_by(Message.id.desc())
        .limit(BUTTONS_REMEMBERED)
    )
    for buttons in session.scalars(with_buttons):
        for button in buttons or ():
            if button["payload"] == raw:
                return dict(button)
    return None


def last_choices(session: Session, chat: str) -> list[dict[str, str]]:
    """The buttons of what we said last, if nobody has said anything since."""
    latest = select(Message).where(Message.chat == chat).order_by(Message.id.desc()).limit(LINES_OF_A_TURN)
    for row in session.scalars(latest):
        if row.direction != "out":
            break
        if row.buttons:
            return list(row.buttons)
    return []


def taken_at(session: Session, chat: str) -> datetime | None:
    """When a person of the helpline took the chat over, if one has it now."""
    return session.connection().scalar(_TAKEN_AT, {"chat": chat})


def answered_since(session: Session, chat: str, moment: datetime) -> bool:
    """Whether we or the helpline have said anything since."""
    spoken = select(Message.id).where(Message.chat == chat, Message.direction != "in", Message.at >= moment)
    return session.scalar(spoken.limit(1)) is not None


def heard_since(session: Session, chat: str, moment: datetime) -> int:
    """How many messages came in since."""
    heard = select(func.count()).where(Message.chat == chat, Message.direction == "in", Message.at > moment)
    return session.scalar(heard) or 0


def fetch_since(session: Session, chat: str, after: int, limit: int) -> Sequence[Message]:
    """Lines with an id above `after` and undelivered ones, oldest first; they count as delivered now."""
    bounds = {"chat": chat, "after": after, "most": limit}
    newer = session.connection().scalars(_NEWER, bounds).all()
    return _fetch(session, [*newer, *_undelivered(session, chat, limit)], limit)


def fetch_pushed(session: Session, chat: str, limit: int) -> Sequence[Message]:
    """Undelivered lines, oldest first; they count as delivered now."""
    return _fetch(session, _undelivered(session, chat, limit), limit)


def _undelivered(session: Session, chat: str, limit: int) -> Sequence[int]:
    return session.connection().scalars(_UNDELIVERED, {"chat": chat, "most": limit}).all()


def _fetch(session: Session, ids: Sequence[int], limit: int) -> Sequence[Message]:
    if not ids:
        return ()
    newest_first = select(Message).where(Message.id.in_(ids)).order_by(Message.id.desc()).limit(limit)
    rows = session.scalars(newest_first).all()
    for row in rows:
        row.delivered = True
    return rows[::-1]


def silent_since(session: Session, moment: datetime) -> Sequence[str]:
    """The chats all of whose lines are older."""
    newer = aliased(Message)
    going_on = exists().where(newer.chat == Message.chat, newer.at >= moment)
    return session.scalars(select(Message.chat).where(Message.at < moment, ~going_on).distinct()).all()


def note_ended(session: Session, chat: str) -> None:
    """Notes that nothing is kept of the chat, so that the engine is told."""
    session.execute(insert_new(session, EndedChat).values(chat=chat).on_conflict_do_nothing())


def ended(session: Session, limit: int) -> Sequence[str]:
    """Ended chats that the engine was not told of."""
    return session.scalars(select(EndedChat.chat).limit(limit)).all()


def engine_was_told(session: Session, chat: str) -> None:
    """Forgets even that the chat has ended."""
    session.execute(delete(EndedChat).where(EndedChat.chat == chat))
