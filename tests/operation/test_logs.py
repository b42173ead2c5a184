"""What stands in the logs: one line a turn, its id wherever the turn comes by, and nobody's data."""

import errno
import io
import json
import logging
import re
import sys
from collections.abc import Awaitable, Callable, Iterator

import pytest
import structlog
from sqlalchemy import text

from bot import logs
from bot.records.database import Database
from tests.channels.channel_fakes import PHONE, FakeEngine
from tests.conftest_database import KEYS
from tests.operation.public_side import PublicSide

Start = Callable[..., Awaitable[PublicSide]]
ID_NUMBER = "11010519491231002X"
NAME = "欧阳春梅"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """What was logged, each line read."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", written)
    logs.configure_logs("DEBUG")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


async def test_a_turn_has_one_id_from_the_channel_to_the_database(
    start: Start, engine: FakeEngine, lines: Callable[[], list[dict[str, object]]]
) -> None:
    side = await start()
    await side.say("湖南退休报多少")
    told = engine.asked[-1]["metadata"]["turn"]
    assert re.fullmatch("[0-9a-f]{16}", told)
    logged = [line for line in lines() if line.get("turn") == told]
    assert [line["outcome"] for line in logged if line["event"] == "turn"] == ["answered"]
    assert any(line["event"] == "transaction" for line in logged)


class _FullDisk(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("lines")  # puts logging back
def test_a_full_disk_costs_the_line_and_not_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", _FullDisk())
    logs.configure_logs("DEBUG")
    structlog.get_logger().error("chat_failed")
    logging.getLogger("aiohttp.server").error("failed")


def test_an_id_that_comes_back_is_taken_up_only_if_it_is_one_of_ours() -> None:
    with logs.same_turn({"turn": "0123456789abcdef"}):
        assert logs.turn_id() == "0123456789abcdef"
    for forged in ("'; DROP TABLE persons; --", 7, None, "0123"):
        with logs.same_turn({"turn": forged}):
            assert logs.turn_id() is None


def test_postgresql_knows_whose_transaction_it_is(postgres_database: Database) -> None:
    def name(database: Database) -> str:
        with database.transaction() as session:
            return str(session.scalar(text("SELECT current_setting('application_name')")))

    with logs.same_turn({"turn": "0123456789abcdef"}):
        assert name(postgres_database) == "turn 0123456789abcdef"
    assert "turn" not in name(postgres_database)


def test_errors_of_others_lose_what_looks_like_a_person(
    lines: Callable[[], list[dict[str, object]]], sqlite_database: Database
) -> None:
    logging.getLogger("library").error("cannot read %s of %s", ID_NUMBER, PHONE)
    try:
        with sqlite_database.transaction() as session:
            session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": NAME})
    except Exception:
        structlog.get_logger().exception("failed", channel="rest")
    written = json.dumps(lines(), ensure_ascii=False)
    assert "nowhere" in written
    for personal in (ID_NUMBER, PHONE, NAME):
        assert personal not in written


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[Database]:
    database = Database(f"postgresql+psycopg://bot@/postgres?host={postgres}", KEYS)
    yield database
    database.close()
