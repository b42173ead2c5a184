"""What the channels on Tencent's servers have in common: messages are handed in, answers and pushes are calls."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.channels.gateway import RETRY_SECONDS, Gateway, TooManyMessages
from bot.channels.limits import TurnQueue
from bot.channels.numbered import NumberedChats
from bot.channels.wechat_crypto import Envelope
from bot.channels.wechat_door import Door, Fields, event, message_id, words
from bot.clock import Clock
from bot.messages import Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.turns import TooManyTurns
from bot.reminders.messenger import Delivery

LONGEST = 2048
"""Bytes of a text, with both."""


class TencentChannel(ABC):
    """Chats with choices as numbers. Who stops following gets no more reminders from then on."""

    name: str
    part = "web"
    tells_doubles = False

    def __init__(self, envelope: Envelope, gateway: Gateway, database: Database, clock: Clock) -> None:
        self._database = database
        self._turns = TurnQueue()
        self._chats = NumberedChats(self.name, gateway, database, LONGEST, clock)
        self._door = Door(self.name, envelope, self._on_message, clock)

    def add_routes(self, app: web.Application) -> None:
        """Adds `/webhooks/<name>`."""
        self._door.add_routes(app)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Answers what is handed in meanwhile."""
        try:
            yield
        finally:
            await self._door.close()

    @abstractmethod
    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Sends `message`; `key` is the same for every try."""

    @abstractmethod
    async def _say(self, address: str, text: str) -> Delivery:
        """Sends one answer."""

    @abstractmethod
    async def _address(self, user: str) -> str:
        """The address, not telling who it is, of a user as Tencent names them."""

    async def _on_message(self, message: Fields) -> None:
        """One at a time for each user, in the order they came: a number chooses from what was said just before."""
        user = message.get("FromUserName", "")
        try:
            async with self._turns.turn(user):
                await self._take(message, await self._address(user))
        except TooManyTurns:
            await self._say(await self._address(user), str(TooManyMessages(RETRY_SECONDS)))

    async def _take(self, message: Fields, address: str) -> None:
        if event(message) == "unsubscribe":
            await self._database.run(lambda session: outbox.unsubscribe(session, self.name, address))
            return
        said = words(message)
        if said is not None:
            await self._database.run(lambda session: outbox.reachable_again(session, self.name, address))
            await self._chats.answer(address, said, message_id(message), self._say)
