"""WeCom and an official account, whose chats are alike: in front of servers of our own and through the real doors."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from channel_fakes import NOW, PHONE, FakeEngine
from fake_wechat import Refused
from sqlalchemy import select
from wechat_places import LI, Place, wechat_place, wecom_place

from bot.channels.gateway import Gateway
from bot.messages import Button, Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Base, Message, Person, Subscription
from bot.reminders.messenger import Outcome

ASKS = {
    "text": "您是哪里参保的？",
    "buttons": [
        {"title": "湖南", "payload": '/inform{"region": "湖南"}'},
        {"title": "别的地方", "payload": "别的地方"},
    ],
}
REMINDER = Reply(
    "提醒您：复审快到期了。", (Button("怎么办", "复审怎么办"), Button("不再提醒", "别再提醒我了"))
)


@pytest_asyncio.fixture(params=[wecom_place, wechat_place])
async def place(request: pytest.FixtureRequest, gateway: Gateway, database: Database) -> AsyncIterator[Place]:
    async with request.param(gateway, database) as place:
        yield place


def lines(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [(m.direction, m.text) for m in session.scalars(select(Message).order_by(Message.id))]


class TestConversation:
    async def test_a_number_chooses(self, place: Place, engine: FakeEngine, database: Database) -> None:
        engine.say = [ASKS]
        assert await place.provider.write(LI, "退休报多少") == 200
        assert await place.provider.heard() == ["您是哪里参保的？\n1. 湖南\n2. 别的地方\n回复数字就可以选。"]
        engine.say = [{"text": "湖南由各统筹地区定。"}, {"text": "请问12393。"}]
        await place.provider.write(LI, "１")
        assert (await place.provider.heard(3))[1:] == ["湖南由各统筹地区定。", "请问12393。"]
        assert engine.texts == ["退休报多少", '/inform{"region": "湖南"}']
        assert ("in", "湖南") in lines(database)

    @pytest.mark.parametrize("number", ["2", "2.", "第2个", "选二", " 二 "])
    async def test_ways_of_choosing(self, place: Place, engine: FakeEngine, number: str) -> None:
        engine.say = [ASKS]
        await place.provider.write(LI, "退休报多少")
        await place.provider.heard()
        await place.provider.write(LI, number)
        await place.provider.heard(2)
        assert engine.texts[-1] == "别的地方"

    async def test_a_number_that_chooses_nothing_is_said_as_it_is(
        self, place: Place, engine: FakeEngine
    ) -> None:
        engine.say = [ASKS]
        await place.provider.write(LI, "退休报多少")
        await place.provider.heard()
        engine.say = [{"text": "好的。"}]
        await place.provider.write(LI, "7")
        await place.provider.heard(2)
        await place.provider.write(LI, "1")  # there is nothing to choose any more
        await place.provider.heard(3)
        assert engine.texts[1:] == ["7", "1"]

    async def test_personal_numbers_do_not_reach_the_engine(
        self, place: Place, engine: FakeEngine, database: Database
    ) -> None:
        await place.provider.write(LI, f"我的手机是{PHONE}")
        await place.provider.heard()
        assert PHONE not in f"{engine.asked}{lines(database)}"

    async def test_a_long_text_comes_in_pieces(self, place: Place, engine: FakeEngine) -> None:
        engine.say = [{"text": "这是一句话。" * 200}]
        await place.provider.write(LI, "湖南")
        assert "".join(await place.provider.heard(2)) == "这是一句话。" * 200

    async def test_what_is_handed_in_twice_is_answered_once(self, place: Place, engine: FakeEngine) -> None:
        callback = place.provider.sealed(LI, MsgType="text", Content="湖南", MsgId="23")
        place.provider.people.add(LI)
        assert [await place.provider.hand_in(*callback) for _ in range(2)] == [200, 200]
        await place.provider.write(LI, "江西")
        await place.provider.heard(2)
        assert engine.texts == ["湖南", "江西"]

    async def test_messages_are_answered_in_order_and_too_many_are_refused(
        self, place: Place, engine: FakeEngine
    ) -> None:
        go_on = asyncio.Event()

        async def answer(_body: dict[str, Any]) -> web.StreamResponse:
            await go_on.wait()
            return web.json_response([{"text": "好。"}])

        engine.answer = answer
        written = [f"第{number}句" for number in range(6)]
        for text in written:
            await place.provider.write(LI, text)
        assert "太快" in (await place.provider.heard())[0]
        go_on.set()
        await place.provider.heard(6)
        assert engine.texts == written[:5]

    async def test_what_has_no_words_is_told_so(self, place: Place, engine: FakeEngine) -> None:
        place.provider.people.add(LI)
        await place.provider.bring(LI, MsgType="image", PicUrl="http://x", MsgId="1")
        assert "没有收到文字" in (await place.provider.heard())[0]
        assert not engine.asked

    async def test_who_follows_is_greeted_and_the_menu_speaks(self, place: Place, engine: FakeEngine) -> None:
        await place.provider.happen(LI, "subscribe")
        await place.provider.heard()
        await place.provider.happen(LI, "CLICK", EventKey="查进度")
        await place.provider.heard(2)
        await place.provider.happen(LI, "LOCATION", Latitude="23.1")
        assert engine.texts == ["您好", "查进度"]

    async def test_the_engine_down_is_told(self, place: Place, engine: FakeEngine) -> None:
        async def broken(_body: dict[str, Any]) -> web.StreamResponse:
            return web.Response(status=500)

        engine.answer = broken
        await place.provider.write(LI, "湖南")
        assert "12393" in (await place.provider.heard())[0]


class TestDoor:
    async def test_the_address_is_proved(self, place: Place) -> None:
        query, body = place.provider.sealed(LI)
        sealed = body.split("<![CDATA[")[1].split("]]>")[0]
        async with (
            ClientSession() as session,
            session.get(place.provider.url, params={**query, "echostr": sealed}) as response,
        ):
            assert response.status == 200
            assert f"<FromUserName>{LI}</FromUserName>" in await response.text()

    @pytest.mark.parametrize("what", ["msg_signature", "timestamp", "nonce"])
    async def test_a_forged_callback_is_refused(self, place: Place, engine: FakeEngine, what: str) -> None:
        query, body = place.provider.sealed(LI, MsgType="text", Content="湖南", MsgId="1")
        assert await place.provider.hand_in({**query, what: "1"}, body) == 403
        del query[what]
        assert await place.provider.hand_in(query, body) == 403
        assert not engine.asked

    @pytest.mark.parametrize("minutes", [-6, 6])
    async def test_an_old_callback_is_refused(self, place: Place, minutes: int) -> None:
        at = time.time() + minutes * 60
        assert await place.provider.bring(LI, at, MsgType="text", Content="湖南", MsgId="1") == 403

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ("", 400),
            ("{}", 400),
            ("<xml>", 400),
            ("<xml/>", 403),
            ('<!DOCTYPE x [<!ENTITY e "ha">]><xml><Encrypt>&e;</Encrypt></xml>', 400),
            ("<xml><Encrypt>" + "x" * 2_000_000 + "</Encrypt></xml>", 413),
        ],
    )
    async def test_what_is_no_callback_is_refused(self, place: Place, body: str, status: int) -> None:
        query, _body = place.provider.sealed(LI)
        assert await place.provider.hand_in(query, body) == status

    async def test_what_is_too_much_waits_at_the_provider(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.wechat_door.TURNS_AT_ONCE", 0)
        assert await place.provider.write(LI, "湖南") == 503

    async def test_what_was_taken_is_answered_before_the_end(self, place: Place, engine: FakeEngine) -> None:
        async with place.channel.listening():
            await place.provider.write(LI, "湖南")
        assert place.provider.said


class TestPush:
    async def test_a_reminder_is_answered_by_a_number(self, place: Place, engine: FakeEngine) -> None:
        await place.provider.write(LI, "您好")
        await place.provider.heard()
        address = engine.asked[0]["sender"].partition(":")[2]
        delivery = await place.channel.push(address, REMINDER, "reminder-1")
        assert delivery.outcome is Outcome.SENT
        assert place.provider.said[-1] == (
            LI,
            "提醒您：复审快到期了。\n1. 怎么办\n2. 不再提醒\n回复数字就可以选。",
        )
        await place.provider.write(LI, "2")
        await place.provider.heard(3)
        assert engine.texts[-1] == "别再提醒我了"

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    async def test_a_token_that_is_refused_is_fetched_anew_once(self, place: Place, code: int) -> None:
        place.provider.people.add(LI)
        await place.channel.push(LI, REMINDER, "reminder-1")
        place.provider.trouble.append(Refused(code))
        assert (await place.channel.push(LI, REMINDER, "reminder-2")).outcome is Outcome.SENT
        place.provider.trouble.extend([Refused(code), Refused(code)])
        assert (await place.channel.push(LI, REMINDER, "reminder-3")).outcome is Outcome.RETRY
        assert len(place.provider.given) == 3

    @pytest.mark.parametrize(("code", "minutes"), [(45009, 10), (45011, 1), (-1, None), (40058, None)])
    async def test_a_refusal_that_passes_is_tried_again_later(
        self, place: Place, code: int, minutes: int | None
    ) -> None:
        place.provider.people.add(LI)
        place.provider.trouble.append(Refused(code))
        delivery = await place.channel.push(LI, REMINDER, "reminder-1")
        assert delivery.outcome is Outcome.RETRY
        assert (delivery.retry_after.total_seconds() / 60 if delivery.retry_after else None) == minutes

    async def test_who_does_not_follow_is_out_of_reach(self, place: Place) -> None:
        assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.BLOCKED

    async def test_a_push_of_which_a_part_arrived_is_unclear(self, place: Place) -> None:
        place.provider.people.add(LI)
        place.provider.trouble.extend([None, Refused(45009)])
        delivery = await place.channel.push(LI, Reply("这是一句话。" * 200), "staff:1")
        assert delivery.outcome is Outcome.UNKNOWN

    async def test_without_the_database_nothing_gets_out(self, place: Place, database: Database) -> None:
        Base.metadata.drop_all(database.engine)
        assert (await place.channel.push(LI, REMINDER, "reminder-1")).outcome is Outcome.RETRY

    async def test_what_did_not_get_out_is_tried_again_later(self, place: Place) -> None:
        assert (await place.unreachable.push(LI, REMINDER, "reminder-1")).outcome is Outcome.RETRY


def subscriptions(database: Database) -> list[tuple[str, bool]]:
    with database.transaction() as session:
        found = session.scalars(select(Subscription))
        return [(s.channel, s.unreachable_since is None) for s in found]


async def test_who_goes_is_reminded_no_more_and_who_writes_again_is(
    place: Place, engine: FakeEngine, database: Database
) -> None:
    await place.provider.write(LI, "您好")
    await place.provider.heard()
    channel, _, address = engine.asked[0]["sender"].partition(":")
    with database.transaction() as session:
        session.add(Person(person_id="p1", name="李四", id_number="1", region="湖南", scheme="居民"))
        session.flush()
        outbox.subscribe(session, "p1", channel, address, NOW)
        outbox.subscribe(session, "p1", "webchat", "browser", NOW)
        outbox.unreachable(session, channel, address, NOW)
    await place.provider.write(LI, "我又来了")
    await place.provider.heard(2)
    assert subscriptions(database) == [(channel, True), ("webchat", True)]
    async with place.channel.listening():
        await place.provider.happen(LI, "unsubscribe")
    assert subscriptions(database) == [("webchat", True)]
