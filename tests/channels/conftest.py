"""A gateway before a dialogue engine that says what a test told it to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from channel_fakes import NOW, FakeEngine, HandClock, fake_redact

from bot.channels.engine_client import EngineClient
from bot.channels.gateway import Gateway
from bot.channels.limits import RateLimit
from bot.channels.page import add_chat_page
from bot.channels.rest import add_chat_routes
from bot.channels.transcript import Transcript
from bot.channels.turns import SharedTurns
from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.models import Base


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest_asyncio.fixture
async def engine_server(engine: FakeEngine) -> AsyncIterator[TestServer]:
    async with TestServer(engine.app()) as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path}/bot.db", derive_keys(b"k" * 32))
    Base.metadata.create_all(database.engine)
    return database


@pytest.fixture(autouse=True)
def _no_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.SECONDS_PER_MESSAGE", 0.001)


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest_asyncio.fixture
async def engine_client(engine_server: TestServer) -> AsyncIterator[EngineClient]:
    client = EngineClient((str(engine_server.make_url("")),), timeout=1.0)
    yield client
    await client.close()


@pytest.fixture
def gateway(engine_client: EngineClient, database: Database, hand_clock: HandClock) -> Gateway:
    limit, turns = RateLimit(30, hand_clock), SharedTurns(database)
    return Gateway(engine_client, Transcript(database), fake_redact, lambda: NOW, limit, turns)


@pytest_asyncio.fixture
async def web_client(gateway: Gateway) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    add_chat_routes(app, gateway)
    add_chat_page(app)
    async with TestClient(TestServer(app)) as client:
        yield client
