"""A scripted attack on the proof of identity: `python -m bench.guessing`.

Ten thousand guesses within an hour, nearly each from a chat of its own: at one person whose application number
and birth date are known, so that only four digits are to be found; at many such persons; at clerks' codes. On
SQLite, and on PostgreSQL where it is installed.
"""

import asyncio
import random
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SHANGHAI
from bot.identity import codes
from bot.identity.keys import derive_keys
from bot.identity.redaction import redact
from bot.identity.verification import Ask, Failed, Progress, Verified, Verifier
from bot.records.database import Database
from bot.records.migrations import migrate
from bot.records.models import Application, Person
from tests.postgresql import PostgresServer, can_start

GUESSES = 10_000
PERSONS = 500
CODES = 50
START = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
SEED = 20261122
ROUNDS = 300


@dataclass
class Tally:
    """How many guesses got as far as being compared, and how many were right."""

    judged: int = 0
    passed: int = 0
    refused: int = 0


@dataclass
class Attack:
    """Guesses in three ways in turn. `right` are the last four digits of each person's phone."""

    database: Database
    guesses: int
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311
    tally: Tally = field(default_factory=Tally)

    async def run(self) -> Tally:
        for number in range(self.guesses):
            now = START + timedelta(hours=1) * number / self.guesses
            chat = f"web:{number if number % 10 else 0}"
            await (self._one_person, self._many_persons, self._codes)[number % 3](chat, number, now)
        return self.tally

    async def _one_person(self, chat: str, number: int, now: datetime) -> None:
        await self._prove(chat, now, "TEST-2026-0000", f"{number // 3:04}", "19500101")

    async def _many_persons(self, chat: str, _number: int, now: datetime) -> None:
        victim, digits = self.chance.randrange(1, PERSONS), self.chance.randrange(10_000)
        await self._prove(chat, now, f"TEST-2026-{victim:04}", f"{digits:04}", "19500101")

    async def _codes(self, chat: str, _number: int, now: datetime) -> None:
        body = f"{self.chance.randrange(10**11):011}"
        await self._prove(chat, now, next(c for d in range(10) if codes.looks_like_code(c := f"{body}{d}")))

    async def _prove(self, chat: str, now: datetime, *said: str) -> None:
        verifier = Verifier(self.database)
        progress: Progress = Ask("key", 0)
        for text in said:
            progress = await verifier.advance(chat, _redacted(self.database, text, chat, now), now)
            if not isinstance(progress, Ask):
                break
        await verifier.cancel(chat)
        self.tally.passed += isinstance(progress, Verified)
        self.tally.judged += isinstance(progress, Failed | Verified)
        self.tally.refused += not isinstance(progress, Failed | Verified | Ask)


def add_victims(database: Database) -> None:
    """Persons with phones nobody knows, and codes that clerks handed out just now."""
    chance = random.Random(SEED + 1)  # noqa: S311
    with database.transaction() as session:
        for number in range(PERSONS):
            session.add(
                Person(
                    person_id=f"TEST{number}", name=f"演示·{number}", id_number=f"99999919500101{number:04}",
                    phone=f"199{chance.randrange(10**8):08}", region="湖南", scheme="居民",
                )
            )  # fmt: skip
            session.add(
                Application(
                    application_no=f"TEST-2026-{number:04}", person_id=f"TEST{number}", disease="糖尿病",
                    kind="初次", channel="线上", submitted_at=START,
                )
            )  # fmt: skip
        session.flush()
        for number in range(CODES):
            codes.issue(session, f"TEST{number}", False, "li", START)


def _redacted(database: Database, text: str, chat: str, now: datetime) -> str:
    with database.transaction() as session:
        return redact(session, text, chat, now)


async def times_taken(database: Database, *keys: str) -> list[float]:
    """Median seconds that a whole wrong proof takes with each key, from its first message to its refusal."""
    verifier, found = Verifier(database), {key: list[float]() for key in keys}
    for number in range(ROUNDS):
        now = START + timedelta(days=2 + number)
        for key in keys:
            chat = f"timed:{key}:{number}"
            said = [_redacted(database, text, chat, now) for text in (key, "9999", "19000101")]
            began = time.perf_counter()
            for text in said:
                await verifier.advance(chat, text, now)
            found[key].append(time.perf_counter() - began)
    return [statistics.median(times) for times in found.values()]


def measure(url: str) -> int:
    """Runs the attack on an empty database, prints what came of it, and answers how many passed."""
    migrate(url)
    database = Database(url, derive_keys(b"bench key, bench key, bench key!"))
    add_victims(database)
    began = time.perf_counter()
    tally = asyncio.run(Attack(database, GUESSES).run())
    print(f"{database.engine.dialect.name}: {GUESSES} guesses in {time.perf_counter() - began:.0f} s: "
          f"{tally.passed} passed, {tally.judged} compared, {tally.refused} refused uncompared")  # fmt: skip
    known, unknown = asyncio.run(times_taken(database, "TEST-2026-0001", "TEST-2026-9999"))
    print(f"time to a refusal, median: {known * 1000:.2f} ms for a number on record, "
          f"{unknown * 1000:.2f} ms for one that is not: ratio {known / unknown:.2f}")  # fmt: skip
    database.close()
    return tally.passed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        all_passed = measure(f"sqlite:///{Path(folder) / 'guessing.db'}")
    if can_start():
        server = PostgresServer()
        server.start()
        all_passed += measure(server.new_database("guessing"))
        server.remove()
    raise SystemExit(1 if all_passed else 0)
