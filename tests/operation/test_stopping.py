"""A real process, told to stop in the middle of a turn."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.settings import ROOT
from tests.channels.channel_fakes import FakeEngine


@dataclass
class Running:
    address: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def running(engine: TestServer, folder: Path, seconds: float) -> AsyncIterator[Running]:
    """The process, once it is ready; at its end it gives what is under way so many seconds."""
    told = {"PORT": unused_port(), "ENGINE_PORT": engine.port, "ACTION_PORT": unused_port()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.operation.stopped_service", str(folder), str(seconds)),
        cwd=ROOT,
        env=os.environ | {name: str(value) for name, value in told.items()},
    )
    try:
        service = Running(f"http://127.0.0.1:{told['PORT']}", process)
        await _ready(service)
        yield service
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_turn_under_way_is_finished_and_one_that_never_ends_keeps_nobody(
    engine_server: TestServer, engine: FakeEngine, tmp_path: Path
) -> None:
    begun, go_on, over = {"li": asyncio.Event(), "wang": asyncio.Event()}, asyncio.Event(), asyncio.Event()

    async def answer(body: dict[str, Any]) -> web.StreamResponse:
        sender = body["sender"].partition(":")[2]
        begun[sender].set()
        await (go_on if sender == "li" else over).wait()
        return web.json_response([{"recipient_id": sender, "text": "按办法报销。"}])

    engine.answer = answer
    async with running(engine_server, tmp_path, seconds=5) as service, aiohttp.ClientSession() as session:
        finished, endless = (asyncio.create_task(_say(session, service, sender)) for sender in begun)
        for event in begun.values():
            await event.wait()
        service.process.send_signal(signal.SIGTERM)
        await _lets_nobody_in(service)
        go_on.set()
        assert await finished == [{"recipient_id": "li", "text": "按办法报销。"}]
        assert await service.process.wait() == 0
        with pytest.raises(aiohttp.ClientError):
            await endless
    over.set()


async def _say(session: aiohttp.ClientSession, service: Running, sender: str) -> Any:
    turn = {"sender": sender, "message": "湖南退休报多少"}
    async with session.post(f"{service.address}/webhooks/rest/webhook", json=turn) as response:
        response.raise_for_status()
        return await response.json()


async def _ready(service: Running) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            assert service.process.returncode is None
            try:
                async with session.get(f"{service.address}/ready") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientConnectorError:
                pass
            await asyncio.sleep(0.1)


async def _lets_nobody_in(service: Running) -> None:
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{service.address}/ready"):
                    pass
            except aiohttp.ClientError:
                return
            await asyncio.sleep(0.05)
