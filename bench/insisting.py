"""People who send a message again, under the same id, until it is answered, as messengers do; and what the transcript
says of it afterwards: each message once, in order, each followed by its own answer."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from sqlalchemy import select

from bench.people import POLICY, TIMEOUT_SECONDS, say
from bot.identity.keys import load_keys
from bot.records.database import Database
from bot.records.models import Message
from bot.settings import Settings

AGAIN_SECONDS = 1.0
GIVE_UP_SECONDS = 240.0


@dataclass(frozen=True)
class Try:
    """One sending of a message: when its outcome was known (monotonic seconds), what that was, how long it took."""

    at: float
    status: int
    text: str
    seconds: float


@dataclass
class Crowd:
    """What many people saw. `sent` has each one's messages in order."""

    tries: list[Try] = field(default_factory=list)
    sent: dict[str, list[str]] = field(default_factory=dict)
    slowest: float = 0.0
    """Seconds from the first sending of a message to its answer."""

    @property
    def refusals(self) -> Counter[str]:
        """What was said instead of an answer; an answer that never came has the error's name."""
        return Counter(f"{each.status} {each.text}" for each in self.tries if each.status != 200)

    async def insist(self, session: aiohttp.ClientSession, urls: Sequence[str], sender: str) -> None:
        """Says the next thing, to another service process each time, until it is answered."""
        sent = self.sent.setdefault(sender, [])
        number = len(sent)
        sent.append(f"m{number}")
        text, first = f"{POLICY[(number + 7 * len(self.sent)) % len(POLICY)]} {number}", time.monotonic()
        for again in range(10**6):
            begun = time.monotonic()
            url = urls[(number + again) % len(urls)]
            status, messages = await say(session, url, sender, text, message_id=sent[number])
            ended = time.monotonic()
            words = "" if status == 200 else str(messages[0].get("error", messages[0]))
            self.tries.append(Try(ended, status, words, ended - begun))
            if status == 200 or ended > first + GIVE_UP_SECONDS:
                self.slowest = max(self.slowest, ended - first if status == 200 else float("inf"))
                return
            await asyncio.sleep(AGAIN_SECONDS)


def client() -> aiohttp.ClientSession:
    """Any number of connections at once."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))


def wrong_in_transcript(settings: Settings, sent: Mapping[str, Iterable[str]]) -> list[str]:
    """What does not stand there as it should: lost, doubled or out of order. `sent` has message ids by sender."""
    database = Database(settings.database_url, load_keys(settings))
    wrong = []
    with database.transaction() as session:
        for sender, messages in sent.items():
            chat = f"rest:{sender}"
            lines = session.scalars(select(Message).where(Message.chat == chat).order_by(Message.id)).all()
            heard = [line for line in lines if line.direction == "in"]
            if (ids := [line.source_id for line in heard]) != [*messages]:
                wrong.append(f"{chat}: heard {ids} of {[*messages]}")
            answers = [line.source_id or "" for line in lines if line.direction == "out"]
            order = [int(source.split(":")[1]) for source in answers]
            if len(set(answers)) < len(answers) or order != sorted(order):
                wrong.append(f"{chat}: answers doubled or out of order")
            wrong += [f"{chat}: {line.source_id} has no answer" for line in heard if line.id not in order]
    database.close()
    return wrong
