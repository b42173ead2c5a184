"""Chats in channels without buttons: choices are numbered, and a number chooses."""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.delivering import BROKEN, insist
from bot.channels.gateway import Gateway, Refusal, chat_id
from bot.channels.pieces import pieces, utf8_bytes
from bot.channels.transcript import Transcript
from bot.clock import Clock
from bot.messages import Reply
from bot.records.database import Database, UnreachableError
from bot.reminders.messenger import Delivery, Outcome

Say = Callable[[str, str], Awaitable[Delivery]]
"""Sends a text, which fits, to an address."""

_CHOICE = re.compile(r"(?:选|第)?(?:(\d{1,2})|([一二三四五六七八九]))(?:个|项|号)?[.。、,]?")
_CHINESE = "一二三四五六七八九"

log = structlog.get_logger(__name__)


class NumberedChats:
    """The chats of one channel, whose texts have at most `longest` bytes in UTF-8."""

    def __init__(
        self, channel: str, gateway: Gateway, database: Database, longest: int, clock: Clock
    ) -> None:
        self._channel = channel
        self._gateway = gateway
        self._transcript = Transcript(database)
        self._longest = longest
        self._clock = clock

    async def answer(self, address: str, text: str, message_id: str, say: Say) -> None:
        """Answers what was written; a number stands for what it chooses."""
        for answer in await self._answers(address, text, message_id):
            for piece in pieces(answer, self._longest, utf8_bytes):
                await insist(self._channel, partial(say, address, piece))

    async def push(self, address: str, message: Reply, key: str, say: Say) -> Delivery:
        """Sends `message` and keeps what it lets choose. UNKNOWN where a part arrived, and perhaps not all."""
        text = numbered(message.text, (button.title for button in message.buttons))
        for number, piece in enumerate(pieces(text, self._longest, utf8_bytes)):
            delivery = await say(address, piece)
            if delivery.outcome is not Outcome.SENT:
                return Delivery(Outcome.UNKNOWN, error=delivery.error) if number else delivery
        if message.buttons:
            await self._keep(address, message, key)
        return delivery

    async def _answers(self, address: str, text: str, message_id: str) -> list[str]:
        try:
            meant = await self._meant(address, text)
            lines = await self._gateway.receive(self._channel, address, meant, message_id)
        except Refusal as refusal:
            return [str(refusal)]
        except Exception:
            log.exception("message_failed", channel=self._channel)
            return [BROKEN]
        return [numbered(line.text, (button["title"] for button in line.buttons)) for line in lines]

    async def _meant(self, address: str, text: str) -> str:
        """The payload of the choice with that number, else the text."""
        number = _number(text)
        if number is None:
            return text
        choices = await self._transcript.choices(chat_id(self._channel, address))
        return choices[number - 1]["payload"] if 0 < number <= len(choices) else text

    async def _keep(self, address: str, message: Reply, key: str) -> None:
        chat = chat_id(self._channel, address)
        try:
            await self._transcript.push(chat, self._channel, message, key, self._clock(), delivered=True)
        except (SQLAlchemyError, UnreachableError) as error:  # it has arrived all the same
            log.warning("choices_not_kept", channel=self._channel, kind=type(error).__name__)


def numbered(text: str, titles: Iterable[str]) -> str:
    """The text with its choices, each after a number, and how to choose."""
    choices = [f"{number}. {title}" for number, title in enumerate(titles, start=1)]
    return "\n".join([text, *choices, "回复数字就可以选。"]) if choices else text


def _number(text: str) -> int | None:
    written = _CHOICE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if written is None:
        return None
    return int(written[1]) if written[1] else _CHINESE.index(written[2]) + 1
