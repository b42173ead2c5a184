"""The transcript: what was said in a chat, in order, redacted. Every face shows and answers from it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.channels.engine_client import EngineMessage
from bot.records.database import Database
from bot.records.models import HandoffTicket, Message

BUTTONS_REMEMBERED = 20
"""Messages with buttons a chat may still press: people scroll back."""

HISTORY_LINES = 200

Author = Literal["you", "assistant", "staff"]
_AUTHORS: dict[str, Author] = {"in": "you", "out": "assistant", "staff": "staff"}


@dataclass(frozen=True)
class Line:
    """One line as a face shows it. `buttons` are `{title, payload}`, `card` is the contract's `custom`.

    `source_id` is the channel's own id of a line that came in.
    """

    id: int
    author: Author
    at: datetime
    text: str
    buttons: tuple[dict[str, str], ...]
    card: dict[str, Any] | None
    source_id: str | None


@dataclass(frozen=True)
class Heard:
    """What the transcript knows of a message that just came in.

    `line` is its id. `answers` are ours, if the same message was answered before. `payload` is what the
    engine gets for the button of ours that was pressed; None: the message was typed. `clerk_has_chat`: a
    person of the helpline answers this chat now; `clerk_has_spoken`: they, or we, said so since.
    """

    line: int
    answers: tuple[Line, ...] = ()
    payload: str | None = None
    clerk_has_chat: bool = False
    clerk_has_spoken: bool = False


class Transcript:
    """Lines of all chats in the database; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def hear(
        self, chat: str, channel: str, raw: str, redacted: str, source_id: str | None, now: datetime
    ) -> Heard:
        """Keep a message that came in; the same `source_id` again keeps nothing twice.

        `raw` is only compared with the payloads of our own buttons, and never kept.
        """

        def hear(session: Session) -> Heard:
            button = _pressed(session, chat, raw)
            line = _line_with(session, chat, source_id)
            if line is None:
                line = Message(
                    chat=chat,
                    channel=channel,
                    direction="in",
                    at=now,
                    text=button["title"] if button else redacted,
                    source_id=source_id,
                )
                session.add(line)
                session.flush()
            answers = tuple(map(_shown, session.scalars(_answers_to(line))))
            taken_at = _taken_at(session, chat)
            return Heard(
                line=line.id,
                answers=answers,
                payload=button["payload"] if button else None,
                clerk_has_chat=taken_at is not None,
                clerk_has_spoken=taken_at is not None and _answered_since(session, chat, taken_at),
            )

        return await self._database.run(hear)

    async def answer(
        self, chat: str, channel: str, line: int, messages: tuple[EngineMessage, ...], now: datetime
    ) -> tuple[Line, ...]:
        """Keep our answers to the line that came in."""

        def answer(session: Session) -> tuple[Line, ...]:
            rows = [
                Message(
                    chat=chat,
                    channel=channel,
                    direction="out",
                    at=now,
                    text=message.text,
                    buttons=[button.model_dump() for button in message.buttons] or None,
                    card=message.custom,
                    source_id=f"{_answer_prefix(line)}{number}",
                )
                for number, message in enumerate(messages)
            ]
            session.add_all(rows)
            session.flush()
            return tuple(map(_shown, rows))

        return await self._database.run(answer)

    async def since(self, chat: str, after: int) -> tuple[Line, ...]:
        """Lines with an id above `after`, oldest first, and every pushed line not fetched before.

        At most the last 200. What is answered here counts as delivered.
        """

        def since(session: Session) -> tuple[Line, ...]:
            newest_first = (
                select(Message)
                .where(Message.chat == chat, or_(Message.id > after, Message.delivered.is_(False)))
                .order_by(Message.id.desc())
                .limit(HISTORY_LINES)
            )
            rows = list(session.scalars(newest_first))
            for row in rows:
                row.delivered = True
            return tuple(_shown(row) for row in reversed(rows))

        return await self._database.run(since)


def _line_with(session: Session, chat: str, source_id: str | None) -> Message | None:
    if source_id is None:
        return None
    return session.scalar(select(Message).where(Message.chat == chat, Message.source_id == source_id))


def _answer_prefix(line: int) -> str:
    return f"answer:{line}:"


def _answers_to(line: Message) -> Any:
    prefix = _answer_prefix(line.id)
    return (
        select(Message)
        .where(Message.chat == line.chat, Message.source_id.startswith(prefix))
        .order_by(Message.id)
    )


def _pressed(session: Session, chat: str, raw: str) -> dict[str, str] | None:
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


def _taken_at(session: Session, chat: str) -> datetime | None:
    return session.scalar(
        select(HandoffTicket.taken_at).where(HandoffTicket.chat == chat, HandoffTicket.state == "open")
    )


def _answered_since(session: Session, chat: str, moment: datetime) -> bool:
    spoken = select(Message.id).where(Message.chat == chat, Message.direction != "in", Message.at >= moment)
    return session.scalar(spoken.limit(1)) is not None


def _shown(row: Message) -> Line:
    return Line(
        id=row.id,
        author=_AUTHORS[row.direction],
        at=row.at,
        text=row.text,
        buttons=tuple(row.buttons or ()),
        card=row.card,
        source_id=row.source_id if row.direction == "in" else None,
    )
