"""A gateway before a dialogue engine that says what a test told it to."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.engine_client import EngineClient
from bot.channels.gateway import Gateway
from bot.channels.limits import RateLimit
from bot.channels.rest import add_chat_routes
from bot.channels.transcript import Transcript
from bot.clock import SHANGHAI
from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.models import Base

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=SHANGHAI)
PHONE = "13800000000"

Answer = Callable[[dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class FakeEngine:
    """Rasa's REST channel: keeps what it was asked, and answers with `say`, or by `answer` if that is set."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    say: list[dict[str, Any]] = field(default_factory=lambda: [{"text": "湖南已退休人员的报销比例由各统筹地区定。"}])
    answer: Answer | None = None

    @property
    def texts(self) -> list[str]:
        return [ask["message"] for ask in self.asked]

    def app(self) -> web.Application:
        async def webhook(request: web.Request) -> web.StreamResponse:
            body = await request.json()
            self.asked.append(body)
            if self.answer is not None:
                return await self.answer(body)
            return web.json_response([{"recipient_id": body["sender"], **message} for message in self.say])

        async def ready(_request: web.Request) -> web.Response:
            return web.json_response({"status": "ok"})

        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", webhook)
        app.router.add_get("/webhooks/rest/", ready)
        return app


class FakeRedactor:
    """Knows one phone number."""

    async def redact(self, text: str, chat: str) -> str:
        return text.replace(PHONE, "〔手机A1B2〕")


class HandClock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


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


@pytest.fixture
def hand_clock() -> HandClock:
    return HandClock()


@pytest_asyncio.fixture
async def gateway(
    engine_server: TestServer, database: Database, hand_clock: HandClock
) -> AsyncIterator[Gateway]:
    async with EngineClient(str(engine_server.make_url("")), timeout=1.0) as client:
        yield Gateway(
            client, Transcript(database), FakeRedactor(), lambda: NOW, RateLimit(30, hand_clock)
        )


@pytest_asyncio.fixture
async def web_client(gateway: Gateway) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    async def health() -> tuple[bool, dict[str, Any]]:
        await asyncio.sleep(0)
        return False, {"engine": "down"}

    app = web.Application()
    add_chat_routes(app, gateway, health)
    async with TestClient(TestServer(app)) as client:
        yield client
