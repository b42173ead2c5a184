"""The chat contract over HTTP, before a dialogue engine that a test controls."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from channel_fakes import NOW, PHONE, FakeEngine, HandClock
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from bot.channels.gateway import Gateway, typed
from bot.channels.pickup import PickupMessenger
from bot.channels.transcript import Transcript
from bot.messages import Button, RenewalCard, Reply
from bot.records.database import Database
from bot.records.models import HandoffTicket, Message

Client = TestClient[web.Request, web.Application]

BUTTON = {"title": "湖南", "payload": '/inform{"region": "湖南"}'}
URL = "/webhooks/rest/webhook"


async def post(
    client: Client, message: Any = "湖南退休报多少", sender: Any = "li", **more: Any
) -> ClientResponse:
    return await client.post(URL, json={"sender": sender, "message": message, **more})


async def open_page(client: Client) -> None:
    assert (await client.get("/")).status == 200


async def write(client: Client, message: str, message_id: str, after: int = 0) -> ClientResponse:
    body = {"message": message, "message_id": message_id, "after": after}
    return await client.post("/chat/messages", json=body)


async def read(client: Client, after: int = 0) -> list[dict[str, Any]]:
    response = await client.get("/chat/messages", params={"after": after})
    lines: list[dict[str, Any]] = await response.json()
    return lines


def add(database: Database, *rows: Any) -> None:
    with database.transaction() as session:
        session.add_all(rows)


def all_lines(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        rows = session.scalars(select(Message).order_by(Message.id))
        return [(row.direction, row.text) for row in rows]


def ticket(state: str) -> HandoffTicket:
    taken = NOW - timedelta(minutes=1) if state == "open" else None
    return HandoffTicket(
        number="A001", chat="rest:li", channel="rest", state=state, opened_at=NOW, taken_at=taken
    )


class TestContract:
    async def test_text_buttons_and_card_are_one_message(
        self, web_client: Client, engine: FakeEngine
    ) -> None:
        card = {"card": "choose", "slot": "region"}
        engine.say = [{"text": "您是哪里参保的？", "buttons": [BUTTON]}, {"custom": card}]
        response = await post(web_client)
        assert response.status == 200
        assert await response.json() == [
            {"recipient_id": "li", "text": "您是哪里参保的？", "buttons": [BUTTON], "custom": card}
        ]

    async def test_optional_parts_are_left_out(self, web_client: Client, engine: FakeEngine) -> None:
        engine.say = [{"text": "您好。"}, {"text": "请讲。"}]
        messages = await (await post(web_client)).json()
        assert messages == [
            {"recipient_id": "li", "text": "您好。"},
            {"recipient_id": "li", "text": "请讲。"},
        ]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"not json",
            b"[]",
            b'{"sender": "li"}',
            b'{"message": "x"}',
            b'{"sender": "", "message": "x"}',
            b'{"sender": 7, "message": "x"}',
            b'{"sender": "li", "message": ["x"]}',
            b'{"sender": "li", "message": " \\n\\u0000 "}',
            b'{"sender": "li\\u0000", "message": "x"}',
            b'{"sender": "li", "message": "\\ud800"}',
            b'{"sender": "li", "message": "x", "message_id": "answer:1:0"}',
            b"\xff\xfe",
        ],
    )
    async def test_a_broken_request_is_told_what_to_do(
        self, web_client: Client, engine: FakeEngine, body: bytes
    ) -> None:
        response = await web_client.post(URL, data=body)
        assert response.status == 400
        assert (await response.json())["error"]
        assert not engine.asked

    async def test_a_body_over_8_kib_is_refused(self, web_client: Client) -> None:
        fits = json.dumps({"sender": "li", "message": "x"}).encode()
        assert (await web_client.post(URL, data=fits.ljust(8192))).status == 200
        response = await web_client.post(URL, data=fits.ljust(8193))
        assert response.status == 413
        assert (await response.json())["error"]

    async def test_the_engine_sees_two_thousand_characters_at_most(
        self, web_client: Client, engine: FakeEngine
    ) -> None:
        assert (await post(web_client, "a" * 2500)).status == 200
        assert engine.texts == ["a" * 2000]

    async def test_what_was_pushed_comes_with_the_next_answer_once(
        self, web_client: Client, database: Database
    ) -> None:
        await post(web_client)
        messenger = PickupMessenger("rest", Transcript(database), lambda: NOW)
        await messenger.push("li", Reply("该复审了。"), "reminder-1")
        first = await (await post(web_client)).json()
        second = await (await post(web_client)).json()
        assert first[0] == {"recipient_id": "li", "text": "该复审了。"}
        assert len(second) == len(first) - 1


class TestPayloads:
    @pytest.mark.parametrize(
        "message", ['/restart{"a": "b"}', " /restart", "//restart", "／restart", "/ /restart", "/"]
    )
    async def test_typed_commands_do_not_reach_the_engine(
        self, web_client: Client, engine: FakeEngine, message: str
    ) -> None:
        assert (await post(web_client, message)).status == 200
        assert not engine.texts[0].strip().startswith(("/", "／"))

    @given(st.text())
    def test_no_typed_text_is_a_command(self, text: str) -> None:
        assert not typed(text).strip().startswith("/")
        assert typed(text)

    async def test_a_button_of_ours_is_passed_and_kept_by_its_title(
        self, web_client: Client, engine: FakeEngine, database: Database
    ) -> None:
        engine.say = [{"text": "您是哪里参保的？", "buttons": [BUTTON]}]
        await post(web_client)
        await post(web_client, BUTTON["payload"])
        assert engine.texts[1] == BUTTON["payload"]
        assert all_lines(database)[2] == ("in", "湖南")

    async def test_a_button_sent_to_another_chat_is_not_passed(
        self, web_client: Client, engine: FakeEngine
    ) -> None:
        engine.say = [{"text": "您是哪里参保的？", "buttons": [BUTTON]}]
        await post(web_client)
        await post(web_client, BUTTON["payload"], sender="wang")
        assert engine.texts[1] == BUTTON["payload"].removeprefix("/")


class TestPrivacy:
    async def test_numbers_reach_neither_engine_nor_transcript(
        self, web_client: Client, engine: FakeEngine, database: Database
    ) -> None:
        await post(web_client, f"我手机{PHONE}")
        assert engine.texts == ["我手机〔手机A1B2〕"]
        assert all_lines(database)[0] == ("in", "我手机〔手机A1B2〕")

    async def test_senders_of_two_channels_never_share_a_chat(
        self, gateway: Gateway, web_client: Client, engine: FakeEngine
    ) -> None:
        await gateway.receive("telegram", "7", "您好")
        await post(web_client, sender="7")
        assert {ask["sender"] for ask in engine.asked} == {"telegram:7", "rest:7"}

    async def test_a_page_without_its_cookie_reads_nothing(self, web_client: Client) -> None:
        assert (await web_client.get("/chat/messages")).status == 400
        web_client.session.cookie_jar.update_cookies({"chat": "../li"})
        assert (await web_client.get("/chat/messages")).status == 400


class TestOnceAndInOrder:
    async def test_the_same_message_is_answered_once(self, web_client: Client, engine: FakeEngine) -> None:
        first = await (await post(web_client, message_id="m1")).json()
        engine.say = [{"text": "另一个回答"}]
        again = await (await post(web_client, message_id="m1")).json()
        assert again == first
        assert len(engine.asked) == 1

    async def test_the_same_message_at_the_same_time_is_answered_once(
        self, web_client: Client, engine: FakeEngine
    ) -> None:
        first, again = await asyncio.gather(
            post(web_client, message_id="m1"), post(web_client, message_id="m1")
        )
        assert await first.json() == await again.json()
        assert len(engine.asked) == 1

    async def test_turns_of_a_sender_follow_each_other(self, web_client: Client, engine: FakeEngine) -> None:
        running = 0

        async def answer(body: dict[str, Any]) -> web.StreamResponse:
            nonlocal running
            running += 1
            assert running == 1
            await asyncio.sleep(0)
            running -= 1
            return web.json_response([{"text": body["message"]}])

        engine.answer = answer
        responses = await asyncio.gather(*(post(web_client, f"第{n}句") for n in range(4)))
        assert [response.status for response in responses] == [200] * 4

    async def test_only_so_many_turns_of_a_sender_wait(self, web_client: Client, engine: FakeEngine) -> None:
        go_on = asyncio.Event()

        async def answer(body: dict[str, Any]) -> web.StreamResponse:
            await go_on.wait()
            return web.json_response([{"text": "好"}])

        engine.answer = answer
        asked = [asyncio.ensure_future(post(web_client)) for _ in range(6)]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result().status for task in done} == {429}
        go_on.set()
        assert sorted([(await task).status for task in asked]) == [200] * 5 + [429]


class TestLimits:
    async def test_too_many_messages_are_told_when_to_try_again(
        self, web_client: Client, hand_clock: HandClock
    ) -> None:
        for _ in range(30):
            assert (await post(web_client)).status == 200
        response = await post(web_client)
        assert response.status == 429
        assert response.headers["Retry-After"] == "2"
        assert "2秒" in (await response.json())["error"]
        assert (await post(web_client, sender="wang")).status == 200
        hand_clock.seconds += 2
        assert (await post(web_client)).status == 200


class TestEngineDown:
    @pytest.mark.parametrize("body", ["[]", "{}", "oops", '[{"custom": {"card": "fallback"}}]'])
    async def test_a_broken_answer_is_503(self, web_client: Client, engine: FakeEngine, body: str) -> None:
        async def answer(_: dict[str, Any]) -> web.StreamResponse:
            return web.Response(text=body)

        engine.answer = answer
        response = await post(web_client)
        assert response.status == 503
        assert "12393" in (await response.json())["error"]
        assert len(engine.asked) == 1

    async def test_what_was_written_is_kept_once_and_answered_later(
        self, web_client: Client, engine: FakeEngine, database: Database
    ) -> None:
        async def answer(_: dict[str, Any]) -> web.StreamResponse:
            return web.Response(status=500)

        engine.answer = answer
        assert (await post(web_client, message_id="m1")).status == 503
        engine.answer = None
        assert (await post(web_client, message_id="m1")).status == 200
        assert [direction for direction, _ in all_lines(database)] == ["in", "out"]

    async def test_an_engine_that_is_not_there_is_503(
        self, web_client: Client, engine_server: TestServer, database: Database
    ) -> None:
        await engine_server.close()
        assert (await post(web_client)).status == 503
        assert all_lines(database) == [("in", "湖南退休报多少")]


class TestClerk:
    async def test_a_taken_chat_waits_for_the_clerk(
        self, web_client: Client, engine: FakeEngine, database: Database
    ) -> None:
        add(database, ticket("open"))
        first = await (await post(web_client, "在吗")).json()
        assert "工作人员" in first[0]["text"]
        assert await (await post(web_client, "还在吗")).json() == []
        assert not engine.asked
        assert [d for d, _ in all_lines(database)] == ["in", "out", "in"]

    @pytest.mark.parametrize("state", ["waiting", "closed"])
    async def test_until_then_and_afterwards_the_assistant_answers(
        self, web_client: Client, engine: FakeEngine, database: Database, state: str
    ) -> None:
        add(database, ticket(state))
        await post(web_client)
        assert len(engine.asked) == 1


class TestPage:
    async def test_the_page_runs_nothing_but_its_own_files(self, web_client: Client) -> None:
        response = await web_client.get("/")
        html = await response.text()
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "<style" not in html
        assert " style=" not in html
        for name in ("chat.css", "chat.js", "icon.svg"):
            assert f"/chat/{name}" in html
            assert (await web_client.get(f"/chat/{name}")).status == 200

    async def test_the_cookie_cannot_be_read_by_scripts(self, web_client: Client) -> None:
        response = await web_client.get("/")
        assert response.headers["Cache-Control"] == "no-store"
        cookie = response.cookies["chat"]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert len(cookie.value) == 32

    async def test_history_is_there_after_a_reload(self, web_client: Client) -> None:
        await open_page(web_client)
        answered = await (await write(web_client, "湖南退休报多少", "m1")).json()
        assert [line["from"] for line in answered] == ["you", "assistant"]
        assert answered[0]["message_id"] == "m1"
        await open_page(web_client)
        assert await read(web_client) == answered
        assert await read(web_client, after=answered[-1]["id"]) == []

    async def test_another_browser_sees_nothing_of_it(self, web_client: Client) -> None:
        await open_page(web_client)
        await write(web_client, "湖南退休报多少", "m1")
        web_client.session.cookie_jar.clear()
        await open_page(web_client)
        assert await read(web_client) == []

    async def test_a_push_is_fetched_even_behind_newer_lines(
        self, web_client: Client, database: Database
    ) -> None:
        await open_page(web_client)
        sender = (await web_client.get("/")).cookies["chat"].value
        messenger = PickupMessenger("webchat", Transcript(database), lambda: NOW)
        message = Reply("该复审了。", (Button("知道了", "知道了"),), RenewalCard(items=()))
        await messenger.push(sender, message, "reminder-1")
        await messenger.push(sender, message, "reminder-1")
        lines = await read(web_client, after=10_000)
        assert [line["text"] for line in lines] == ["该复审了。"]
        assert lines[0]["custom"]["card"] == "renewal"
        assert await read(web_client, after=10_000) == []

    @pytest.mark.parametrize("after", ["-1", "x", "1" * 30, "²"])
    async def test_a_wrong_position_is_refused(self, web_client: Client, after: str) -> None:
        await open_page(web_client)
        assert (await web_client.get("/chat/messages", params={"after": after})).status == 400
