"""The console over the demonstration records and the real knowledge, and a browser that fills in its forms."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.clock import SHANGHAI
from bot.console.accounts import add_staff
from bot.console.routes import add_console_routes
from bot.dialogue.assistant import Assistant
from bot.identity.keys import derive_keys
from bot.knowledge.library import load_knowledge
from bot.messages import Reply
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.reminders.messenger import Delivery, Outcome
from bot.settings import ROOT
from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401

START = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
PASSWORD = "a long enough password"
KEYS = derive_keys(b"k" * 32)


class HandClock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> None:
        self.now += time


@dataclass
class FakeTelegram:
    """Keeps what it was asked to push."""

    name: str = "telegram"
    tells_doubles: bool = False
    outcome: Outcome = Outcome.SENT
    pushed: list[tuple[str, str]] = field(default_factory=list)

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        self.pushed.append((address, message.text))
        return Delivery(self.outcome)


@dataclass
class Page:
    status: int
    path: str
    text: str
    headers: dict[str, str]

    @property
    def token(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.text)
        return found[1] if found else ""

    def link(self, pattern: str) -> str:
        found = re.search(rf'(?:href|src)="({pattern}[^"]*)"', self.text)
        assert found, f"no link {pattern}"
        return unescape(found[1])


class Browser:
    """Follows redirects, remembers cookies, and sends the form token of the page it is on."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.page = Page(0, "", "", {})
        self.visited: list[str] = []

    async def open(self, path: str) -> Page:
        return await self._on(await self.client.get(path))

    async def send(self, path: str, **fields: str) -> Page:
        return await self._on(await self.client.post(path, data={"token": self.page.token, **fields}))

    async def sign_in(self, username: str = "li", password: str = PASSWORD) -> Page:
        await self.open("/console/login")
        return await self.send("/console/login", username=username, password=password)

    async def search(self, query: str, why: str = "来电人本人") -> Page:
        await self.open("/console")
        return await self.send("/console/search", query=query, why=why)

    async def _on(self, response: ClientResponse) -> Page:
        self.visited += [str(r.url) for r in (*response.history, response)]
        headers = {name: value for name, value in response.headers.items()}
        self.page = Page(response.status, response.url.path, await response.text(), headers)
        return self.page


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture(scope="session")
def library() -> PolicyLibrary:
    return PolicyLibrary(load_knowledge(ROOT / "knowledge"), None)


@pytest.fixture
def database(sqlite_database: Database) -> Database:  # noqa: F811
    load_demo(sqlite_database, START)
    add_staff(sqlite_database, "li", "李敏", PASSWORD, START)
    add_staff(sqlite_database, "wang", "王强", PASSWORD, START)
    return sqlite_database


@pytest_asyncio.fixture
async def client(
    database: Database, library: PolicyLibrary, clock: HandClock, telegram: FakeTelegram
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application()
    assistant = Assistant(library.knowledge, library, database, clock)
    add_console_routes(app, database, assistant, KEYS, clock, {telegram.name: telegram})
    async with TestClient(TestServer(app)) as client:
        yield client


@pytest.fixture
def browser(client: TestClient[web.Request, web.Application]) -> Browser:
    return Browser(client)


@pytest_asyncio.fixture
async def clerk(browser: Browser) -> Browser:
    """A browser that is signed in as 李敏."""
    page = await browser.sign_in()
    assert page.path == "/console"
    return browser
