"""The database goes away in the middle of something and comes back."""

import asyncio
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from bot.records import database as waiting
from bot.records.database import Database, UnreachableError
from bot.records.models import Message
from tests.conftest_database import KEYS
from tests.postgresql import PostgresServer
from tests.records.test_rotation import NOW


@pytest.fixture
def reachable(postgres_server: PostgresServer, migrated_postgres: str) -> Iterator[Database]:
    url = postgres_server.new_database(f"test_{uuid.uuid4().hex}", migrated_postgres)
    database = Database(url, KEYS)
    yield database
    database.close()


async def say(database: Database, text: str) -> None:
    line = Message(chat="c", channel="webchat", direction="in", at=NOW, text=text)
    await database.run(lambda session: session.add(line))


async def said(database: Database) -> int | None:
    return await database.run(lambda session: session.scalar(select(func.count()).select_from(Message)))


async def test_what_was_under_way_waits_and_goes_on_by_itself(
    reachable: Database, postgres_server: PostgresServer
) -> None:
    await say(reachable, "one")
    postgres_server.stop()
    assert not await reachable.answers()
    under_way = [asyncio.create_task(say(reachable, str(n))) for n in range(5)]
    await asyncio.sleep(1)
    assert not any(task.done() for task in under_way)
    postgres_server.start()
    await asyncio.gather(*under_way)
    assert await said(reachable) == 6
    assert await reachable.answers()


async def test_what_stays_away_is_said_after_a_while(
    reachable: Database, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.5)
    postgres_server.stop()
    try:
        with pytest.raises(UnreachableError):
            await say(reachable, "one")
    finally:
        postgres_server.start()
    await say(reachable, "two")
    assert await said(reachable) == 1


async def test_a_writer_that_keeps_sqlite_busy_is_waited_for(
    migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.05)
    path = tmp_path / "busy.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}", KEYS)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        under_way = asyncio.create_task(say(database, "one"))
        with pytest.raises(UnreachableError):
            await database.run(lambda session: session.scalar(select(Message.id)), patience=0.1)
        assert not under_way.done()
        other.execute("COMMIT")
        await under_way
    assert await said(database) == 1
    database.close()


async def test_a_full_disk_is_waited_for(migrated_sqlite: Path, tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}", KEYS)
    room = ["PRAGMA max_page_count = 1"]  # never less than there are already
    event.listen(database.engine, "checkout", lambda connection, *_: connection.execute(room[0]))
    line = Message(chat="c", channel="webchat", direction="in", at=NOW, text="一" * 50_000)
    with pytest.raises(UnreachableError):
        await database.run(lambda session: session.add(line), patience=0.1)
    under_way = asyncio.create_task(say(database, "一" * 50_000))
    await asyncio.sleep(0)
    room[0] = "PRAGMA max_page_count = 100000"
    await under_way
    assert await said(database) == 1
    database.close()


async def test_a_fault_of_ours_is_not_tried_again(reachable: Database) -> None:
    calls = []

    def wrong(session: object) -> None:
        calls.append(1)
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await reachable.run(wrong)
    assert calls == [1]
