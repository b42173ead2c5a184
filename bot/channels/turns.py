"""One turn at a time in each chat, in the order they came, whichever process of the service they came to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from bot.channels.limits import TURNS_AT_ONCE, TURNS_PER_CHAT, ServiceFull
from bot.clock import Clock, system_clock
from bot.records import turns
from bot.records.database import Database, UnreachableError
from bot.records.turns import TooManyTurns

LEASE = timedelta(seconds=15)
"""For so long a chat waits for a process that has died in the middle of a turn."""
RENEW_SECONDS = 4.0
LOOK_AGAIN_SECONDS = 0.05

Opened = TypeVar("Opened")
Result = TypeVar("Result")


@dataclass
class _Chat:
    """What this process has of one chat: turns go through `entrance` one by one, `freed` is set when one ends."""

    turns: int = 0
    entrance: asyncio.Lock = field(default_factory=asyncio.Lock)
    freed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class SharedTurn(Generic[Opened]):
    """A turn that is being answered; `opened` is what its opening found."""

    opened: Opened
    _database: Database
    _ticket: int
    closed: bool = False

    async def close(self, closing: Callable[[Session], Result]) -> Result:
        """Ends the turn in the transaction of `closing`, and answers that one's result."""

        def close(session: Session) -> Result:
            result = closing(session)
            turns.end(session, self._ticket)
            return result

        result = await self._database.run(close)
        self.closed = True
        return result


class SharedTurns:
    """Draws tickets in the database. The clock must be the machine's: several processes go by it."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self._database = database
        self._clock = clock
        self._chats: dict[str, _Chat] = {}
        self._total = 0

    @property
    def under_way(self) -> int:
        """How many chats have a turn here: one of each is being answered."""
        return len(self._chats)

    @property
    def waiting(self) -> int:
        """How many turns wait here for an earlier one of their chat."""
        return self._total - len(self._chats)

    @asynccontextmanager
    async def turn(
        self, chat: str, opening: Callable[[Session], Opened]
    ) -> AsyncIterator[SharedTurn[Opened]]:
        """Waits for the chat's earlier turns, and runs `opening` in the transaction that finds none.

        A turn that was not closed ends with the block. Where the queue is full, raises at once: TooManyTurns of the
        chat, ServiceFull of all.
        """
        here = self._chats.get(chat) or _Chat()
        if here.turns >= TURNS_PER_CHAT:
            raise TooManyTurns
        if self._total >= TURNS_AT_ONCE:
            raise ServiceFull
        self._chats[chat] = here
        here.turns += 1
        self._total += 1
        try:
            async with self._opened(chat, here, opening) as turn:
                yield turn
        finally:
            self._total -= 1
            here.turns -= 1
            if not here.turns:
                del self._chats[chat]

    @asynccontextmanager
    async def _opened(
        self, chat: str, here: _Chat, opening: Callable[[Session], Opened]
    ) -> AsyncIterator[SharedTurn[Opened]]:
        def draw(session: Session) -> tuple[int, SharedTurn[Opened] | None]:
            ticket, is_next = turns.draw(session, chat, self._clock(), LEASE, TURNS_PER_CHAT)
            return ticket, self._begun(session, ticket, opening) if is_next else None

        def look(session: Session) -> SharedTurn[Opened] | None:
            is_next = turns.is_next(session, chat, ticket, self._clock())
            return self._begun(session, ticket, opening) if is_next else None

        async with here.entrance:
            ticket, turn = await self._database.run(draw)
        renewing = asyncio.create_task(self._renew(ticket))
        try:
            while turn is None:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(here.freed.wait(), LOOK_AGAIN_SECONDS)
                turn = await self._database.run(look)
            yield turn
        finally:
            renewing.cancel()
            if turn is None or not turn.closed:
                with contextlib.suppress(UnreachableError):  # then it ends by itself
                    await self._database.run(lambda session: turns.end(session, ticket), patience=0)
            here.freed.set()
            here.freed = asyncio.Event()

    def _begun(
        self, session: Session, ticket: int, opening: Callable[[Session], Opened]
    ) -> SharedTurn[Opened]:
        return SharedTurn(opening(session), self._database, ticket)

    async def _renew(self, ticket: int) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with contextlib.suppress(UnreachableError):
                await self._database.run(
                    lambda session: turns.renew(session, ticket, self._clock(), LEASE), patience=0
                )
