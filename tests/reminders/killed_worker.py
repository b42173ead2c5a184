"""A worker in a process of its own, to be killed at any moment."""

import asyncio
from datetime import datetime
from multiprocessing.synchronize import Event
from pathlib import Path

from reminder_fakes import APPLICATIONS, WORDING

from bot.channels.pickup import PickupMessenger
from bot.channels.rest import WEBCHAT
from bot.channels.transcript import Transcript
from bot.clock import clock_starting_at
from bot.identity.keys import derive_keys
from bot.messages import Reply
from bot.records.database import Database
from bot.reminders.messenger import Delivery, Messenger, Outcome
from bot.reminders.worker import QuietHours, Worker


class LoggingMessenger:
    """Like Telegram: what was handed over has arrived, and nobody can tell a second one from the first."""

    name = "telegram"
    tells_doubles = False

    def __init__(self, log: Path) -> None:
        self._log = log

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        await asyncio.sleep(0.001)
        with self._log.open("ab", buffering=0) as log:
            log.write(f"{key}\n".encode())
        await asyncio.sleep(0.001)
        return Delivery(Outcome.SENT)


class Heralded:
    """Tells when the first push is under way."""

    def __init__(self, messenger: Messenger, working: Event) -> None:
        self.name, self.tells_doubles = messenger.name, messenger.tells_doubles
        self._messenger, self._working = messenger, working

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        self._working.set()
        return await self._messenger.push(address, message, key)


def worker_at(url: str, log: Path, start: datetime, working: Event) -> Worker:
    """A worker whose clock starts at `start`."""
    database, clock = Database(url, derive_keys(b"k" * 32)), clock_starting_at(start)
    webchat = Heralded(PickupMessenger(WEBCHAT, Transcript(database), clock), working)
    telegram = Heralded(LoggingMessenger(log), working)
    messengers = {"webchat": webchat, "telegram": telegram}
    return Worker(database, messengers, WORDING, APPLICATIONS, QuietHours("00:00-00:00"), clock)


def work_until_killed(url: str, log: Path, start: datetime, working: Event) -> None:
    """Delivers for ever."""

    async def work() -> None:
        worker = worker_at(url, log, start, working)
        while True:
            await worker.run_once()
            working.set()  # nothing was left to push

    asyncio.run(work())
