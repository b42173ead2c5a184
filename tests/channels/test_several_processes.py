"""Several processes of the service, and several engines, on one database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from channel_fakes import NOW, FakeEngine, fake_redact
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actions import OncePerLine
from bot.channels.engine_client import AT_ONCE, EngineClient, EngineDown
from bot.channels.gateway import Gateway, TooBusy, TooManyMessages
from bot.channels.limits import RateLimit
from bot.channels.transcript import Transcript
from bot.channels.turns import LEASE, SharedTurns
from bot.records.database import Database
from bot.records.models import ChatTurn
from tests.conftest_database import (  # noqa: F401
    KEYS,
    database,
    migrated_postgres,
    migrated_sqlite,
    postgres,
    postgres_server,
    sqlite_database,
)


@pytest_asyncio.fixture
async def processes(
    database: Database,  # noqa: F811
    engine_client: EngineClient,
) -> AsyncIterator[list[Gateway]]:
    """Three gateways, with nothing in common but the database and the engine."""
    databases = [Database(database.url, KEYS) for _ in range(3)]
    yield [_gateway(each, engine_client) for each in databases]
    for each in databases:
        each.close()


def _gateway(own: Database, engine: EngineClient, now: datetime = NOW) -> Gateway:
    limit = RateLimit(30)
    return Gateway(engine, Transcript(own), fake_redact, lambda: now, limit, SharedTurns(own))


async def test_a_chat_has_one_turn_at_a_time_in_the_order_of_its_messages(
    processes: list[Gateway],
    database: Database,  # noqa: F811
    engine: FakeEngine,
) -> None:
    all_came = asyncio.Event()
    under_way = most = 0

    async def answer(body: dict[str, Any]) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await all_came.wait()
        under_way -= 1
        return web.json_response([{"text": f"答{body['message']}"}])

    engine.answer = answer
    turns = []
    for number in range(5):
        turns.append(asyncio.create_task(processes[number % 3].receive("rest", "a", f"问{number}")))
        while await database.run(_tickets) <= number:
            pass
    all_came.set()
    answers = [lines[0].text for lines in await asyncio.gather(*turns)]
    assert answers == [f"答问{number}" for number in range(5)]
    assert engine.texts == [f"问{number}" for number in range(5)]
    assert most == 1


def _tickets(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ChatTurn)) or 0


async def test_the_same_message_to_both_is_answered_once(
    processes: list[Gateway], engine: FakeEngine
) -> None:
    answers = await asyncio.gather(*(each.receive("rest", "a", "湖南报多少", "m1") for each in processes))
    assert len(engine.asked) == 1
    assert answers[0] == answers[1]


async def test_a_sender_has_no_more_by_asking_every_process(processes: list[Gateway]) -> None:
    for number in range(60):  # what one process lets through in a minute at most
        await processes[number % 3].receive("rest", "a", "你好")
    with pytest.raises(TooManyMessages):
        await processes[0].receive("rest", "a", "你好")


async def test_what_was_written_more_than_a_minute_ago_counts_no_more(
    processes: list[Gateway],
    database: Database,  # noqa: F811
    engine_client: EngineClient,
) -> None:
    for number in range(60):
        await processes[number % 3].receive("rest", "a", "你好")
    later = _gateway(database, engine_client, NOW + timedelta(seconds=61))
    assert await later.receive("rest", "a", "你好")


async def test_who_comes_when_all_is_full_is_not_told_to_write_slower(
    processes: list[Gateway], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.turns.TURNS_AT_ONCE", 0)
    with pytest.raises(TooBusy, match="来问的人很多"):
        await processes[0].receive("rest", "a", "你好")


async def test_a_process_that_died_in_a_turn_holds_the_chat_up_for_a_while_only(
    processes: list[Gateway],
    database: Database,  # noqa: F811
) -> None:
    long_ago = datetime.now(NOW.tzinfo) - LEASE - timedelta(seconds=1)
    async with SharedTurns(database, lambda: long_ago).turn("rest:a", lambda _session: None):
        assert await processes[0].receive("rest", "a", "你好")


class _CountingExecutor:
    def __init__(self) -> None:
        self.runs = 0

    async def run(self, call: dict[str, Any]) -> int:
        self.runs += 1
        await asyncio.sleep(0)
        if call.get("fails"):
            raise RuntimeError
        return self.runs


async def test_an_action_is_done_once_for_each_line() -> None:
    executor = _CountingExecutor()
    actions = OncePerLine(executor)
    call = {"next_action": "action_x"}
    assert await asyncio.gather(actions.run(call, 7), actions.run(call, 7)) == [1, 1]
    assert await actions.run(call, 7) == 1
    assert await actions.run(call, 8) == 2
    with pytest.raises(RuntimeError):
        await actions.run({**call, "fails": True}, 9)
    assert await actions.run(call, 9) == 4


@pytest_asyncio.fixture
async def engines() -> AsyncIterator[list[tuple[FakeEngine, TestServer]]]:
    fakes = [FakeEngine(say=[{"text": str(number)}]) for number in range(3)]
    servers = [TestServer(fake.app()) for fake in fakes]
    for server in servers:
        await server.start_server()
    yield list(zip(fakes, servers, strict=True))
    for server in servers:
        await server.close()


def _client(engines: list[tuple[FakeEngine, TestServer]]) -> EngineClient:
    return EngineClient([str(server.make_url("")) for _, server in engines], timeout=0.5)


async def _asked(client: EngineClient, chats: int = 30) -> list[str]:
    return [(await client.answer(f"rest:{chat}", "你好", chat))[0].text for chat in range(chats)]


async def test_each_chat_has_its_engine_and_another_when_that_is_gone(
    engines: list[tuple[FakeEngine, TestServer]],
) -> None:
    client = _client(engines)
    before = await _asked(client)
    assert set(before) == {"0", "1", "2"}
    assert await _asked(client) == before
    await engines[0][1].close()
    after = await _asked(client)
    assert all(now == then or then == "0" for now, then in zip(after, before, strict=True))
    assert "0" not in after
    await client.close()


async def test_a_turn_over_which_its_engine_died_is_taken_over(
    engines: list[tuple[FakeEngine, TestServer]],
) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    dying = web.Application()
    dying.router.add_post("/webhooks/rest/webhook", cut)
    async with TestServer(dying) as server:
        client = EngineClient([str(server.make_url("")), str(engines[1][1].make_url(""))], timeout=0.5)
        assert set(await _asked(client)) == {"1"}
        await client.close()


async def test_the_only_engine_is_asked_again_over_a_connection_that_it_had_closed() -> None:
    used: set[object] = set()

    async def on_new_connections_only(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        if request.transport in used:
            request.transport.abort()
        used.add(request.transport)
        return web.json_response([{"text": "好"}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", on_new_connections_only)
    async with TestServer(app) as server:
        client = EngineClient([str(server.make_url(""))], timeout=0.5)
        assert await _asked(client, chats=3) == ["好"] * 3
        await client.close()
        assert len(used) == 3


async def test_a_silent_engine_is_spared_for_a_while(
    engines: list[tuple[FakeEngine, TestServer]],
) -> None:
    async def hang(_body: dict[str, Any]) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    engines[0][0].answer = hang
    client = _client(engines)
    lost = 0
    for chat in range(30):
        try:
            await client.answer(f"rest:{chat}", "你好", chat)
        except EngineDown:
            lost += 1
    assert lost == 1
    await client.close()


async def test_an_engine_is_given_a_few_turns_at_a_time_and_all_are_answered(
    engines: list[tuple[FakeEngine, TestServer]],
) -> None:
    at_work, most = 0, 0

    async def work(_body: dict[str, Any]) -> web.Response:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1
        return web.json_response([{"text": "好"}])

    engines[0][0].answer = work
    client = _client(engines[:1])
    said = await asyncio.gather(*(client.answer(f"rest:{chat}", "你好", chat) for chat in range(5 * AT_ONCE)))
    await client.close()
    assert [messages[0].text for messages in said] == ["好"] * 5 * AT_ONCE
    assert most <= AT_ONCE


async def test_who_waits_for_a_silent_engine_is_told_so_no_later_than_who_was_given_to_it(
    engines: list[tuple[FakeEngine, TestServer]],
) -> None:
    asked = 0

    async def hang(_body: dict[str, Any]) -> web.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(5)
        return web.Response()

    engines[0][0].answer = hang
    client = _client(engines[:1])
    turns = (client.answer(f"rest:{chat}", "你好", chat) for chat in range(3 * AT_ONCE))
    outcomes = await asyncio.wait_for(asyncio.gather(*turns, return_exceptions=True), timeout=4)
    await client.close()
    assert all(isinstance(outcome, EngineDown) for outcome in outcomes)
    assert asked <= 2 * AT_ONCE
