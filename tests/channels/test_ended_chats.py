"""The engine forgets what we have forgotten."""

import pytest
from channel_fakes import FakeEngine

from bot.channels.ended_chats import tell_engine
from bot.channels.engine_client import EngineClient
from bot.records import chats
from bot.records.database import Database


@pytest.fixture
def ended(database: Database) -> list[str]:
    names = ["telegram:77", "wecom:a/b"]
    with database.transaction() as session:
        for name in names:
            chats.note_ended(session, name)
            chats.note_ended(session, name)
    return names


async def test_trackers_are_emptied_once(
    database: Database, ended: list[str], engine: FakeEngine, engine_client: EngineClient
) -> None:
    await tell_engine(database, engine_client)
    assert engine.trackers == {chat: [] for chat in ended}
    engine.trackers.clear()
    await tell_engine(database, engine_client)
    assert engine.trackers == {}


async def test_an_engine_that_is_down_is_told_later(
    database: Database, ended: list[str], unused_tcp_port: int
) -> None:
    client = EngineClient((f"http://127.0.0.1:{unused_tcp_port}",), 1)
    await tell_engine(database, client)
    await client.close()
    with database.transaction() as session:
        assert sorted(chats.ended(session, 10)) == ended
