"""The channel that docs/channels.md shows does what it says."""

import json
import re
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from channel_fakes import FakeEngine

from bot.channels.channel import OpenChannel
from bot.channels.gateway import Gateway
from bot.messages import Reply
from bot.records.database import Database
from bot.reminders.messenger import Outcome
from bot.settings import ROOT, Settings


def documented() -> OpenChannel:
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "channels.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    opener: OpenChannel = names["open_log"]
    return opener


async def test_it_hears_answers_and_pushes(
    gateway: Gateway, database: Database, engine: FakeEngine, tmp_path: Path
) -> None:
    channel = documented()(Settings(var_dir=tmp_path, _env_file=None), gateway, database)
    assert channel is not None
    app = web.Application()
    channel.add_routes(app)
    async with channel.listening(), TestClient(TestServer(app)) as client:
        for text in ("湖南", ""):
            async with client.post(
                "/webhooks/log", json={"who": "li", "text": text, "id": f"m{text}"}
            ) as answer:
                assert answer.status == 200
        assert (
            await channel.push("li", Reply("提醒您：复审快到期了。"), "reminder-1")
        ).outcome is Outcome.SENT
    said = [json.loads(line)["text"] for line in (tmp_path / "said.jsonl").read_text().splitlines()]
    assert said[0] == engine.say[0]["text"]
    assert "没有收到文字" in said[1]
    assert said[2] == "提醒您：复审快到期了。"
