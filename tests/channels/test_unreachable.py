"""The database stays away for longer than a message can wait."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.channels.gateway import Gateway
from bot.records.database import UnreachableError


def away(*_: object) -> str:
    raise UnreachableError


async def test_the_person_is_asked_to_wait(
    gateway: Gateway, web_client: TestClient[web.Request, web.Application], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_redact", away)
    message = {"sender": "a", "message": "湖南退休报多少"}
    response = await web_client.post("/webhooks/rest/webhook", json=message)
    assert response.status == 503
    assert "请稍等" in (await response.json())["error"]
