"""A channel of ours, its provider, and the door between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer, unused_port
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

from bot.channels.gateway import Gateway
from bot.channels.tencent_channel import TencentChannel
from bot.channels.wechat import OfficialAccount, WechatChannel
from bot.channels.wecom import WeComAccount, WeComChannel
from bot.records.database import Database
from bot.settings import WechatTemplate

LI = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"


@dataclass
class Place:
    """`unreachable` is the same channel, cut off from its provider."""

    channel: TencentChannel
    provider: FakeTencent
    unreachable: TencentChannel


@asynccontextmanager
async def wecom_place(gateway: Gateway, database: Database) -> AsyncIterator[Place]:
    def channel(url: str) -> WeComChannel:
        account = WeComAccount(COMPANY, AGENT, SECRET, CALLBACK_TOKEN, AES_KEY, url)
        return WeComChannel(account, gateway, database)

    provider = FakeWeCom()
    async with TestServer(provider.app()) as server:
        place = Place(channel(_address(server)), provider, channel(f"http://127.0.0.1:{unused_port()}"))
        async with _open(place):
            yield place


@asynccontextmanager
async def wechat_place(
    gateway: Gateway, database: Database, template: WechatTemplate | None = None
) -> AsyncIterator[Place]:
    def channel(url: str) -> WechatChannel:
        account = OfficialAccount(APP_ID, SECRET, CALLBACK_TOKEN, AES_KEY, url, template)
        return WechatChannel(account, gateway, database)

    provider = FakeOfficialAccount()
    async with TestServer(provider.app()) as server:
        place = Place(channel(_address(server)), provider, channel(f"http://127.0.0.1:{unused_port()}"))
        async with _open(place):
            yield place


@asynccontextmanager
async def _open(place: Place) -> AsyncIterator[None]:
    app = web.Application()
    place.channel.add_routes(app)
    async with TestServer(app) as door, place.channel.listening():
        place.provider.url = str(door.make_url(f"/webhooks/{place.channel.name}"))
        yield


def _address(server: BaseTestServer) -> str:
    return str(server.make_url("")).rstrip("/")
