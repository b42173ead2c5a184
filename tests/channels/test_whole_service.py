"""Conversations and reminders through the whole public application, on the messengers that call it."""

from collections.abc import AsyncIterator
from pathlib import Path
from unittest.mock import Mock

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestServer
from channel_fakes import FakeEngine
from fake_wechat import (
    AES_KEY,
    AGENT,
    APP_ID,
    CALLBACK_TOKEN,
    COMPANY,
    SECRET,
    FakeOfficialAccount,
    FakeTencent,
    FakeWeCom,
)

from bot.app import Service, web_app
from bot.messages import Button, Reply
from bot.records.models import Base
from bot.reminders.messenger import Outcome
from bot.settings import Settings

LI = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"
ID_NUMBER = "430102196001025718"
REMINDER = Reply(
    "提醒您：复审快到期了。", (Button("怎么办", "复审怎么办"), Button("不再提醒", "别再提醒我了"))
)


@pytest_asyncio.fixture
async def providers() -> AsyncIterator[dict[str, tuple[FakeTencent, str]]]:
    """By channel: the provider and its address."""
    wecom, wechat = FakeWeCom(), FakeOfficialAccount()
    async with TestServer(wecom.app()) as company, TestServer(wechat.app()) as account:
        yield {
            "wecom": (wecom, str(company.make_url("")).rstrip("/")),
            "wechat": (wechat, str(account.make_url("")).rstrip("/")),
        }


@pytest_asyncio.fixture
async def service(
    engine_server: TestServer,
    providers: dict[str, tuple[FakeTencent, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Service]:
    settings = Settings(
        _env_file=None,
        var_dir=tmp_path,
        database_url=f"sqlite:///{tmp_path}/bot.db",
        engine_port=engine_server.port,
        wecom_corp_id=COMPANY,
        wecom_agent_id=AGENT,
        wecom_secret=SECRET,
        wecom_callback_token=CALLBACK_TOKEN,
        wecom_aes_key=AES_KEY,
        wecom_api_url=providers["wecom"][1],
        wechat_app_id=APP_ID,
        wechat_secret=SECRET,
        wechat_callback_token=CALLBACK_TOKEN,
        wechat_aes_key=AES_KEY,
        wechat_api_url=providers["wechat"][1],
    )
    service = Service(settings)
    # Answers come from the engine of the test: what stands behind the real one takes long to load.
    service.assistant = Mock()
    monkeypatch.setattr("bot.app.add_console_routes", Mock())
    Base.metadata.create_all(service.database.engine)
    async with TestServer(web_app(service)) as ours:
        for channel, (provider, _url) in providers.items():
            provider.url = str(ours.make_url(f"/webhooks/{channel}"))
        yield service
    await service.engine.close()


async def test_a_conversation_and_a_reminder_on_each(
    service: Service, providers: dict[str, tuple[FakeTencent, str]], engine: FakeEngine
) -> None:
    for channel, (provider, _url) in providers.items():
        await provider.write(LI, f"我的身份证是{ID_NUMBER}")
        assert await provider.heard() == [engine.say[0]["text"]]
        assert ID_NUMBER not in str(engine.asked)
        named, _, address = engine.asked[-1]["sender"].partition(":")
        assert named == channel
        delivery = await service.messengers[channel].push(address, REMINDER, "reminder-1")
        assert delivery.outcome is Outcome.SENT
        await provider.write(LI, "2")
        await provider.heard(3)
        assert engine.texts[-1] == "别再提醒我了"
