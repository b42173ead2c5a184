"""The whole public application before a dialogue engine that says what a test told it to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Service, web_app
from bot.records.migrations import migrate
from bot.settings import Settings
from tests.channels.channel_fakes import FakeEngine
from tests.conftest_database import (  # noqa: F401
    empty_url,
    migrated_sqlite,
    postgres,
    postgres_server,
    sqlite_database,
)
from tests.operation.public_side import SECRET_KEY, PublicSide


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest_asyncio.fixture
async def engine_server(engine: FakeEngine) -> AsyncIterator[TestServer]:
    async with TestServer(engine.app()) as server:
        yield server


@pytest_asyncio.fixture
async def start(
    engine_server: TestServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Awaitable[PublicSide]]]:
    """Starts it with these settings. The assistant behind the engine takes long to load: left out."""
    monkeypatch.setattr("bot.app.add_console_routes", Mock())
    async with AsyncExitStack() as running:

        async def start(**settings: Any) -> PublicSide:
            common = {"var_dir": tmp_path, "database_url": f"sqlite:///{tmp_path}/bot.db"}
            service = Service(
                Settings(
                    _env_file=None,
                    **(common | {"secret_key": SECRET_KEY, "engine_port": engine_server.port} | settings),
                )
            )
            service.assistant = Mock()
            migrate(service.settings.database_url)
            client: TestClient[web.Request, web.Application] = TestClient(TestServer(web_app(service)))
            await running.enter_async_context(client)
            running.push_async_callback(service.engine.close)
            return PublicSide(client, service)

        yield start
