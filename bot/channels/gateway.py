"""The road every message takes: limits, order, redaction, transcript, dialogue engine.

Channels (web chat, REST, Telegram) call `Gateway.receive` and show what comes back; a refusal is an exception
whose text is a sentence for the person.
"""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import structlog
from sqlalchemy.orm import Session

from bot import logs, metrics
from bot.channels import transcript
from bot.channels.engine_client import EngineClient, EngineDown, EngineMessage
from bot.channels.limits import RateLimit, ServiceFull
from bot.channels.transcript import Heard, Line, Transcript, WroteTooMuch
from bot.channels.turns import SharedTurns
from bot.clock import Clock
from bot.records.database import UnreachableError
from bot.records.turns import TooManyTurns

TEXT_SHOWN_TO_ENGINE = 2_000
SENDER_LENGTH = 100
RETRY_SECONDS = 5

OutgoingMessage = Line
"""What a channel shows: text, buttons and card of one message of ours."""

Redact = Callable[[Session, str, str, datetime], str]
"""Takes ID numbers, phones and names out of a text of a chat: an opaque token of that chat stands for each."""

Show = Callable[[Session, str, tuple[Line, ...]], tuple[Line, ...]]
"""What a channel shows of a chat after a turn, given its answers."""

_COMMAND_SIGNS = re.compile(r"^[/／\s]+")
_UNSEEN = {"Cc", "Cf", "Cs"}

CLERK_ANSWERS = EngineMessage(text="工作人员已经接手这个对话。您的话他们看得到，请稍等回复。")

log = structlog.get_logger()


class Refusal(Exception):
    """The message was not answered; `str()` says to the person why and what to do, `outcome` to who counts."""

    outcome: ClassVar[str]


class BadMessage(Refusal):
    """Nothing that could be answered was sent."""

    outcome = "bad_message"


class NoSuchAnswer(Refusal):
    """The chat has no answer of ours with this id that may be voted on."""

    outcome = "no_such_answer"

    def __init__(self) -> None:
        super().__init__("这条回答不能评价。只能评价这个对话里我给出的答复。")


class TooManyMessages(Refusal):
    """Too fast; may be tried again after `seconds`."""

    outcome = "too_many"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"您发得太快了，我跟不上。请等{seconds}秒再发。")
        self.seconds = seconds


class TooBusy(TooManyMessages):
    """Too many people at once; it is nothing that this one did."""

    outcome = "too_busy"

    def __str__(self) -> str:
        return f"现在来问的人很多，还没轮到您。请等{self.seconds}秒再发；急事请打12393医保热线。"


class AssistantDown(Refusal):
    """No answer can be given now: the engine gives none. What was written is kept in the transcript."""

    outcome = "engine_down"

    def __init__(self) -> None:
        super().__init__("助手暂时回答不了。您写的话已经留下，请过一两分钟再发一次；急事请打12393医保热线。")


class RecordsDown(Refusal):
    """No answer can be given now: the database is out of reach, so nothing was kept either."""

    outcome = "database_down"

    def __init__(self) -> None:
        super().__init__("请稍等，系统正在恢复。过一两分钟再发一次；急事请打12393医保热线。")


def answers_alone(_session: Session, _chat: str, answers: tuple[Line, ...]) -> tuple[Line, ...]:
    """What channels show to which others push by themselves."""
    return answers


def pushed_first(session: Session, chat: str, answers: tuple[Line, ...]) -> tuple[Line, ...]:
    """Before the answers what was pushed and not fetched yet, for channels that only answer."""
    return transcript.pushed_lines(session, chat) + answers


def all_since(after: int) -> Show:
    """All lines with an id above `after`: see transcript.lines_since."""
    return lambda session, chat, _answers: transcript.lines_since(session, chat, after)


class Gateway:
    """Answers messages of all channels. Needs a running event loop; keeps nothing but limits in memory."""

    def __init__(
        self,
        engine: EngineClient,
        transcript: Transcript,
        redact: Redact,
        clock: Clock,
        limit: RateLimit,
        turns: SharedTurns,
    ) -> None:
        self._transcript = transcript
        self._engine = engine
        self._redact = redact
        self._clock = clock
        self._limit = limit
        self._turns = turns

    async def receive(
        self,
        channel: str,
        sender: str,
        text: str,
        message_id: str | None = None,
        show: Show = answers_alone,
    ) -> list[OutgoingMessage]:
        """What to show after one message: our answers, of which there are none while a clerk has the chat.

        `sender` is stable and opaque within its channel; `message_id` is the channel's own, so that the same
        message delivered twice is answered once. Raises a Refusal.
        """
        with logs.turn(channel), _measured(channel) as ended:
            answered, shown = await self._receive(channel, sender, text, message_id, show)
            ended.outcome = "answered" if answered else "left_to_staff"
            return shown

    async def _receive(
        self, channel: str, sender: str, text: str, message_id: str | None, show: Show
    ) -> tuple[bool, list[OutgoingMessage]]:
        chat = chat_id(channel, sender)
        text = _readable(text)
        if not text:
            raise BadMessage("没有收到文字。请把您的问题写出来再发。")
        if wait := self._limit.take(chat):
            raise TooManyMessages(wait)

        def hear(session: Session) -> Heard:
            now, most = self._clock(), self._limit.most_in_a_minute
            with metrics.STAGE_SECONDS.labels("redaction").time():
                redacted = self._redact(session, text, chat, now)
            return transcript.hear(session, chat, channel, text, redacted, message_id, now, most)

        try:
            async with self._turns.turn(chat, hear) as turn:
                heard, messages = turn.opened, await self._answers(chat, turn.opened)

                def keep(session: Session) -> tuple[bool, list[OutgoingMessage]]:
                    answers = heard.answers or transcript.answer(
                        session, chat, channel, heard.line, messages, self._clock()
                    )
                    return bool(answers), list(show(session, chat, answers))

                return await turn.close(keep)
        except (TooManyTurns, WroteTooMuch) as error:
            raise TooManyMessages(RETRY_SECONDS) from error
        except ServiceFull as error:
            raise TooBusy(RETRY_SECONDS) from error
        except UnreachableError as error:
            raise RecordsDown from error

    @property
    def turns_under_way(self) -> int:
        """How many turns are being answered."""
        return self._turns.under_way

    @property
    def turns_waiting(self) -> int:
        """How many wait for an earlier turn of their chat."""
        return self._turns.waiting

    async def vote(self, channel: str, sender: str, answer: int, helpful: bool) -> None:
        """Keeps what the person thinks of our answer; a second vote replaces the first. Raises a Refusal."""
        chat = chat_id(channel, sender)
        if wait := self._limit.take(chat):
            raise TooManyMessages(wait)
        if not await self._transcript.vote(chat, answer, helpful):
            raise NoSuchAnswer

    async def lines(self, channel: str, sender: str, after: int) -> list[Line]:
        """The chat's lines with an id above `after`, and what was pushed to it since: see Transcript.since."""
        return list(await self._transcript.since(chat_id(channel, sender), after))

    async def _answers(self, chat: str, heard: Heard) -> tuple[EngineMessage, ...]:
        """What is to be said to what was heard, where nothing was said to it before."""
        if heard.answers or heard.clerk_has_spoken:
            return ()
        if heard.clerk_has_chat:
            return (CLERK_ANSWERS,)
        try:
            with metrics.STAGE_SECONDS.labels("engine").time():
                return await self._engine.answer(chat, heard.payload or typed(heard.redacted), heard.line)
        except EngineDown as error:
            log.error("engine_down", why=str(error))
            raise AssistantDown from error


@dataclass
class _Ended:
    """How a turn ended, as far as it is known."""

    outcome: str = "failed"


@contextmanager
def _measured(channel: str) -> Iterator[_Ended]:
    """Counts, times and logs one turn."""
    ended, begun = _Ended(), time.perf_counter()
    try:
        yield ended
    except Refusal as refusal:
        ended.outcome = refusal.outcome
        raise
    finally:
        seconds = time.perf_counter() - begun
        metrics.TURNS.labels(channel, ended.outcome).inc()
        metrics.TURN_SECONDS.observe(seconds)
        log.info("turn", outcome=ended.outcome, ms=round(1000 * seconds))


def chat_id(channel: str, sender: str) -> str:
    """The chat's name everywhere behind the gateway: senders of two channels never share a chat."""
    return f"{channel}:{sender}"


def typed(text: str) -> str:
    """What the engine sees of typed text: Rasa reads a leading `/` as a command, so it is taken away.

    White space goes with it, of every kind: Rasa would strip that, and find the next `/` behind it.
    """
    return _COMMAND_SIGNS.sub("", text)[:TEXT_SHOWN_TO_ENGINE] or "？"


def _readable(text: str) -> str:
    """Without control characters, and without invisible ones, which turn a line around or hide within a word."""
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN).strip()
