"""The console over the demonstration records and the real knowledge."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from console_fakes import KEYS, PASSWORD, START, Browser, FakeTelegram, HandClock

from bot.console.accounts import add_staff
from bot.console.routes import add_console_routes
from bot.dialogue.assistant import Assistant
from bot.dialogue.cost import Learnt
from bot.dialogue.learning import KeptQuestions
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.records.demo import load_demo
from tests.conftest_database import migrated_sqlite  # noqa: F401

KEPT_FOR = timedelta(days=90)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest.fixture(scope="session")
def prepared(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """A database file with the demonstration records and an account of each role, to copy from."""
    path = tmp_path_factory.mktemp("console") / "prepared.db"
    shutil.copy(migrated_sqlite, path)
    database = Database(f"sqlite:///{path}", KEYS)
    load_demo(database, START)
    add_staff(database, "li", "李敏", PASSWORD, START)
    add_staff(database, "wang", "王强", PASSWORD, START)
    add_staff(database, "zhou", "周文", PASSWORD, START, "analyst")
    add_staff(database, "wu", "吴磊", PASSWORD, START, "administrator")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def database(prepared: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "console.db"
    shutil.copy(prepared, path)
    database = Database(f"sqlite:///{path}", KEYS)
    yield database
    database.close()


@pytest.fixture(scope="session")
def assistant(prepared: Path, real_library: PolicyLibrary, learnt: Learnt) -> Assistant:
    """The console asks it for its library and its time limits; it answers nobody here."""
    database = Database(f"sqlite:///{prepared}", KEYS)
    questions = KeptQuestions(database, KEPT_FOR)
    return Assistant(real_library.knowledge, real_library, database, lambda: START, questions, learnt)


@pytest.fixture
def library(assistant: Assistant) -> PolicyLibrary:
    return assistant.library


@pytest_asyncio.fixture
async def client(
    database: Database,
    assistant: Assistant,
    clock: HandClock,
    telegram: FakeTelegram,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    monkeypatch.setattr(assistant, "questions", KeptQuestions(database, KEPT_FOR))  # this test's own
    app = web.Application()
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


@pytest_asyncio.fixture
async def analyst(browser: Browser) -> Browser:
    """A browser that is signed in as 周文."""
    await browser.sign_in("zhou")
    return browser


@pytest_asyncio.fixture
async def administrator(browser: Browser, clock: HandClock) -> Browser:
    """A browser that is signed in as 吴磊, whose second factor was just set up."""
    await browser.sign_in("wu")
    await browser.enrol(clock())
    assert browser.page.path == "/console"
    return browser
