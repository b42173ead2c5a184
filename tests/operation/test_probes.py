"""What an operator's programs see: readiness and metrics."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import ClientConnectionError, ClientResponse, ClientSession, web

from bot import metrics
from bot.app import serve
from bot.records.migrations import migrate
from bot.settings import Settings
from tests.channels.channel_fakes import PHONE, FakeEngine
from tests.operation.public_side import SECRET_KEY, PublicSide

Start = Callable[..., Awaitable[PublicSide]]


async def test_ready_until_told_to_stop(start: Start) -> None:
    side = await start()
    assert (await side.client.get("/ready")).status == 200
    side.service.stopping = True
    response = await side.client.get("/ready")
    assert response.status == 503
    assert (await response.json())["service"] == "stopping"
    assert (await side.client.get("/health")).status == 200


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_neither_well_nor_ready_without_the_engine(start: Start, path: str) -> None:
    side = await start(engine_port=9)
    response = await side.client.get(path)
    assert response.status == 503
    assert (await response.json())["engine"] == "down"


async def test_a_process_that_only_reminds_says_how_it_is_and_what_it_sent(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    settings = Settings(
        _env_file=None, var_dir=tmp_path, engine_port=9, secret_key=SECRET_KEY, metrics_port=unused_tcp_port
    )
    migrate(settings.database_url)
    serving = asyncio.create_task(serve(settings, frozenset({"reminders"})))
    async with ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as client:
        health = await _once_it_listens(client, "/health", serving)
        assert (health.status, (await health.json())["database"]) == (200, "up")
        metrics.REMINDERS_ENDED.labels("sent").inc()
        shown = await (await client.get("/metrics")).text()
        assert 'bot_reminders_ended_total{state="sent"}' in shown
        assert 'bot_reminders{state="pending"} 0.0' in shown
        assert (await client.get("/webhooks/rest/webhook")).status == 404
    os.kill(os.getpid(), signal.SIGTERM)
    await serving


async def _once_it_listens(client: ClientSession, path: str, serving: asyncio.Task[None]) -> ClientResponse:
    while True:
        try:
            return await client.get(path)
        except ClientConnectionError:
            assert not serving.done(), serving
            await asyncio.sleep(0.02)


async def test_turns_are_counted_by_how_they_end(start: Start, engine: FakeEngine) -> None:
    side = await start(messages_per_minute=3)
    lines = [
        f'bot_turns_total{{channel="rest",outcome="{o}"}}' for o in ("answered", "engine_down", "too_many")
    ]
    before = [await side.count(line) for line in lines]

    async def broken(_body: object) -> web.Response:
        return web.Response(status=500)

    await side.say("湖南退休报多少")
    await side.say("湖南退休报多少")
    engine.answer = broken
    await side.say("湖南退休报多少")
    await side.say("湖南退休报多少")
    after = [await side.count(line) for line in lines]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 1, 1]


async def test_each_stage_is_timed_and_what_waits_is_shown(start: Start) -> None:
    side = await start()
    await side.say("湖南退休报多少")
    for stage in ("redaction", "engine", "database"):
        assert await side.count(f'bot_stage_seconds_count{{stage="{stage}"}}') > 0
    for state in ("pending", "claimed", "failed", "unknown"):
        assert f'bot_reminders{{state="{state}"}}' in await (await side.client.get("/metrics")).text()
    assert await side.count("bot_turns_in_flight") == 0
    assert await side.count("bot_tasks") > 0


async def test_metrics_are_for_this_machine_alone(start: Start) -> None:
    side = await start()
    assert (await side.client.get("/metrics")).status == 200
    proxied = await side.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert proxied.status == 404


async def test_or_for_who_has_the_token(start: Start) -> None:
    side = await start(metrics_token="a-token-of-some-length")
    assert (await side.client.get("/metrics")).status == 404
    for token, status in (("wrong", 404), ("a-token-of-some-length", 200)):
        shown = {"Authorization": f"Bearer {token}", "X-Forwarded-For": "203.0.113.7"}
        assert (await side.client.get("/metrics", headers=shown)).status == status


async def test_nothing_of_a_person_becomes_a_label(start: Start) -> None:
    side = await start()
    await side.say(f"我的电话是{PHONE}，湖南退休报多少", sender="sender-13912345678")
    text = await (await side.client.get("/metrics")).text()
    assert PHONE not in text
    assert "13912345678" not in text


@pytest.mark.parametrize("path", ["/chat/%s", "/webhooks/%s"])
async def test_made_up_paths_make_no_new_lines(start: Start, path: str) -> None:
    side = await start()
    await side.client.get("/metrics")
    before = len(await (await side.client.get("/metrics")).text())
    for number in range(20):
        await side.client.get(path % number)
    text = await (await side.client.get("/metrics")).text()
    assert abs(len(text) - before) < 200
