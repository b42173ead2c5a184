"""People who send a message again, under the same id, until it is answered, as messengers do; and what the transcript
says of it afterwards: each message once, in order, with its own answer."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
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
    sent_again: set[tuple[str, str]] = field(default_factory=set)
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
            self.sent_again.add((sender, sent[number]))
            await asyncio.sleep(AGAIN_SECONDS)


def client() -> aiohttp.ClientSession:
    """Any number of connections at once."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
    return aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0))


def wrong_in_transcript(settings: Settings, crowd: Crowd) -> list[str]:
    """What does not stand there as it should: lost, doubled or out of order. A message that was sent again stands
    where its last sending belongs, so the order is that of the others."""
    database = Database(settings.database_url, load_keys(settings))
    wrong = []
    with database.transaction() as session:
        for sender, sent in crowd.sent.items():
            chat = f"rest:{sender}"
            lines = session.scalars(select(Message).where(Message.chat == chat).order_by(Message.id)).all()
            heard = {line.id: line.source_id or "" for line in lines if line.direction == "in"}
            answers = [line.source_id or "" for line in lines if line.direction == "out"]
            answered = [heard.get(int(source.split(":")[1]), "nothing") for source in answers]
            if sorted(heard.values()) != sorted(sent):
                wrong.append(f"{chat}: heard {[*heard.values()]} of {sent}")
            if len(set(answers)) < len(answers):
                wrong.append(f"{chat}: an answer stands twice")
            if set(answered) != set(sent):
                wrong.append(f"{chat}: answered {answered} of {sent}")
            steady = [message for message in sent if (sender, message) not in crowd.sent_again]
            for order in (heard.values(), dict.fromkeys(answered)):
                if [message for message in order if message in steady] != steady:
                    wrong.append(f"{chat}: out of order: {[*order]}")
    database.close()
    return wrong
