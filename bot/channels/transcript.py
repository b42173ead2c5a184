"""The transcript: what was said in a chat, in order, redacted. Every face shows and answers from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from bot.channels.engine_client import EngineMessage
from bot.messages import Reply
from bot.records import chats, questions
from bot.records.database import Database
from bot.records.models import Message

HISTORY_LINES = 200
MINUTE = timedelta(minutes=1)

Author = Literal["you", "assistant", "staff"]
_ANSWER = "answer:"
_VOTED_CARDS = {"policy_answer", "comparison", "estimate", "deadline"}
_AUTHORS: dict[str, Author] = {"in": "you", "out": "assistant", "staff": "staff"}


@dataclass(frozen=True)
class Line:
    """One line as a face shows it. `buttons` are `{title, payload}`, `card` is the contract's `custom`.

    `source_id` is the channel's own id of a line that came in. `takes_vote`: the person may say whether it
    helped; `helpful` is what they said last.
    """

    id: int
    author: Author
    at: datetime
    text: str
    buttons: tuple[dict[str, str], ...]
    card: dict[str, Any] | None
    source_id: str | None
    takes_vote: bool
    helpful: bool | None


class WroteTooMuch(Exception):
    """More came in from the chat in a minute than any chat may write; the message was not kept."""


@dataclass(frozen=True)
class Heard:
    """What the transcript knows of a message that just came in.

    `line` is its id. `answers` are ours, if the same message was answered before. `redacted` is what was written;
    `payload` is what the engine gets for the button of ours that was pressed; None: the message was typed.
    `clerk_has_chat`: a person of the helpline answers this chat now; `clerk_has_spoken`: they, or we, said so since.
    """

    line: int
    redacted: str
    answers: tuple[Line, ...] = ()
    payload: str | None = None
    clerk_has_chat: bool = False
    clerk_has_spoken: bool = False


class Transcript:
    """What is said beside a turn, in the database of all chats; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def vote(self, chat: str, answer: int, helpful: bool) -> bool:
        """Keeps what the person thinks of a line of ours, and marks the question by it; False where it takes none."""

        def vote(session: Session) -> bool:
            row = chats.line(session, chat, answer)
            if row is None or not _takes_vote(row):
                return False
            row.helpful = helpful
            questions.judge(session, _answered_line(row), helpful)
            return True

        return await self._database.run(vote)

    async def since(self, chat: str, after: int) -> tuple[Line, ...]:
        """See `lines_since`."""
        return await self._database.run(lambda session: lines_since(session, chat, after))

    async def choices(self, chat: str) -> list[dict[str, str]]:
        """The buttons, `{title, payload}`, of what we said last, if nobody has said anything since."""
        return await self._database.run(lambda session: chats.last_choices(session, chat))

    async def push(
        self, chat: str, channel: str, message: Reply, key: str, now: datetime, delivered: bool = False
    ) -> int:
        """Adds a line of ours, once for every `key`, for the chat to fetch unless it was `delivered`; its id."""

        def push(session: Session) -> int:
            source_id = f"push:{key}"
            row = chats.line_with(session, chat, source_id)
            if row is None:
                row = Message(
                    chat=chat,
                    channel=channel,
                    direction="out",
                    at=now,
                    text=message.text,
                    buttons=[{"title": b.title, "payload": b.payload} for b in message.buttons] or None,
                    card=message.card.model_dump(mode="json") if message.card else None,
                    source_id=source_id,
                    delivered=delivered,
                )
                session.add(row)
                session.flush()
            return row.id

        return await self._database.run(push)


def hear(
    session: Session,
    chat: str,
    channel: str,
    raw: str,
    redacted: str,
    source_id: str | None,
    now: datetime,
    most_in_a_minute: int,
) -> Heard:
    """Keeps a message that came in; the same `source_id` again keeps nothing twice.

    `most_in_a_minute` holds over all processes of the service, each of which has a limit of its own; beyond it
    raises WroteTooMuch.

    `raw` is only compared with the payloads of our own buttons, and never kept.
    """
    button = chats.pressed_button(session, chat, raw)
    known = chats.line_with(session, chat, source_id)
    answers = tuple(map(_shown, chats.lines_of(session, chat, _answer_prefix(known.id)))) if known else ()
    if known is None and chats.wrote_since(session, chat, now - MINUTE, most_in_a_minute):
        raise WroteTooMuch
    line = (
        known.id
        if known
        else chats.add(
            session,
            chat=chat,
            channel=channel,
            direction="in",
            at=now,
            text=button["title"] if button else redacted,
            source_id=source_id,
        )
    )
    taken_at = chats.taken_at(session, chat)
    return Heard(
        line=line,
        redacted=redacted,
        answers=answers,
        payload=button["payload"] if button else None,
        clerk_has_chat=taken_at is not None,
        clerk_has_spoken=taken_at is not None and chats.answered_since(session, chat, taken_at),
    )


def answer(
    session: Session, chat: str, channel: str, line: int, messages: Sequence[EngineMessage], now: datetime
) -> tuple[Line, ...]:
    """Keeps our answers to the line that came in."""
    return tuple(
        _answered(session, chat, channel, f"{_answer_prefix(line)}{number}", message, now)
        for number, message in enumerate(messages)
    )


def _answered(
    session: Session, chat: str, channel: str, source_id: str, message: EngineMessage, now: datetime
) -> Line:
    """Keeps one message of ours, past the object mapper as every turn does."""
    buttons = [button.model_dump() for button in message.buttons]
    line = chats.add(
        session,
        chat=chat,
        channel=channel,
        direction="out",
        at=now,
        text=message.text,
        buttons=buttons or None,
        card=message.custom,
        source_id=source_id,
    )
    takes_vote = _may_be_judged(message.text, message.custom)
    return Line(line, "assistant", now, message.text, tuple(buttons), message.custom, None, takes_vote, None)


def lines_since(session: Session, chat: str, after: int) -> tuple[Line, ...]:
    """Lines with an id above `after`, oldest first, and every pushed line not fetched before.

    At most the last 200. What is answered here counts as delivered.
    """
    return tuple(map(_shown, chats.fetch_since(session, chat, after, HISTORY_LINES)))


def pushed_lines(session: Session, chat: str) -> tuple[Line, ...]:
    """Lines pushed to the chat (reminders, a clerk's answers) that nobody has fetched yet, oldest first."""
    return tuple(map(_shown, chats.fetch_pushed(session, chat, HISTORY_LINES)))


def _answer_prefix(line: int) -> str:
    return f"{_ANSWER}{line}:"


def _answered_line(row: Message) -> int:
    """The id of the line that this line of ours answers."""
    return int((row.source_id or "").removeprefix(_ANSWER).partition(":")[0])


def _takes_vote(row: Message) -> bool:
    """Whether this is an answer of ours that says something, and not one that asks back."""
    is_answer = row.direction == "out" and (row.source_id or "").startswith(_ANSWER)
    return is_answer and _may_be_judged(row.text, row.card)


def _may_be_judged(text: str, card: dict[str, Any] | None) -> bool:
    tells = card is not None and card.get("card") in _VOTED_CARDS
    return tells and not text.rstrip().endswith("？")


def _shown(row: Message) -> Line:
    return Line(
        id=row.id,
        author=_AUTHORS[row.direction],
        at=row.at,
        text=row.text,
        buttons=tuple(row.buttons or ()),
        card=row.card,
        source_id=row.source_id if row.direction == "in" else None,
        takes_vote=_takes_vote(row),
        helpful=row.helpful,
    )
