"""Bounds on what one sender, and all together, may ask of the assistant."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from bot.records.turns import TooManyTurns

SENDERS_REMEMBERED = 10_000
TURNS_PER_CHAT = 5
TURNS_AT_ONCE = 200

Monotonic = Callable[[], float]


class ServiceFull(Exception):
    """So many people are being answered that nobody else can be, whatever they did."""


class RateLimit:
    """A bucket of `per_minute` messages for each sender, filling up evenly again."""

    def __init__(self, per_minute: int, monotonic: Monotonic = time.monotonic) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._monotonic = monotonic
        self._buckets: dict[str, tuple[float, float]] = {}

    @property
    def most_in_a_minute(self) -> int:
        """What one bucket lets through in any minute: what was in it, and what came in meanwhile."""
        return int(2 * self._capacity)

    def take(self, sender: str) -> int:
        """Takes one message. 0: allowed; else refused, and whole seconds until the next is allowed."""
        now = self._monotonic()
        left = self._left(sender, now)
        if left < 1:
            return math.ceil((1 - left) / self._per_second)
        if len(self._buckets) >= SENDERS_REMEMBERED:
            self._forget(now)
        self._buckets[sender] = (left - 1, now)
        return 0

    def _left(self, sender: str, now: float) -> float:
        left, at = self._buckets.get(sender, (self._capacity, now))
        return min(self._capacity, left + (now - at) * self._per_second)

    def _forget(self, now: float) -> None:
        # A full bucket says nothing. Where a flood of senders leaves none full, the oldest half goes.
        kept = {s: bucket for s, bucket in self._buckets.items() if self._left(s, now) < self._capacity}
        if len(kept) >= SENDERS_REMEMBERED:
            kept = dict(sorted(kept.items(), key=lambda item: item[1][1])[SENDERS_REMEMBERED // 2 :])
        self._buckets = kept


class TurnQueue:
    """One turn at a time in each chat of this process, in the order they came; others wait, but only so many."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = {}
        self._turns: dict[str, int] = {}
        self._total = 0

    @asynccontextmanager
    async def turn(self, chat: str) -> AsyncIterator[None]:
        """Waits for the chat's earlier turns. Raises TooManyTurns at once where the queue is full."""
        if self._turns.get(chat, 0) >= TURNS_PER_CHAT or self._total >= TURNS_AT_ONCE:
            raise TooManyTurns
        lock = self._locks.setdefault(chat, asyncio.Lock())
        self._turns[chat] = self._turns.get(chat, 0) + 1
        self._total += 1
        try:
            async with lock:
                yield
        finally:
            self._total -= 1
            self._turns[chat] -= 1
            if not self._turns[chat]:
                del self._turns[chat], self._locks[chat]
