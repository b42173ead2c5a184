"""The Telegram channel before a Bot API of our own and a dialogue engine that a test controls."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from channel_fakes import NOW, FakeEngine
from fake_telegram import TOKEN, Cut, FakeTelegram, Refused
from sqlalchemy import select

from bot.channels.gateway import Gateway
from bot.channels.telegram import BUTTON_GONE, GROUP_REFUSED, TelegramAccount, TelegramChannel
from bot.messages import Button, EstimateCard, Reply
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Message, Person, Subscription
from bot.reminders.messenger import Outcome

LI, WANG, GROUP = 1001, 1002, -5001
CODE = "100000000008"
ESTIMATE = EstimateCard(region="湖南", scheme="职工", inputs={}, fund_pays="60.00", you_pay="40.00")
REGION = {
    "title": "湖南",
    "payload": '/inform{"region": "湖南", "city": "长沙市", "scheme": "职工"}',
}
REMINDER = Reply(
    "提醒您：复审快到期了。", (Button("怎么办理", "复审怎么办"), Button("不再提醒", "别再提醒我了"))
)


@pytest_asyncio.fixture
async def telegram() -> FakeTelegram:
    return FakeTelegram()


@pytest_asyncio.fixture
async def api(telegram: FakeTelegram) -> AsyncIterator[TestServer]:
    server = TestServer(telegram.app())
    async with server:
        yield server


@pytest_asyncio.fixture
async def channel(gateway: Gateway, api: TestServer, database: Database) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(TelegramAccount(TOKEN, str(api.make_url(""))), gateway, database)
    async with channel.listening():
        yield channel


def lines(database: Database) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [(m.direction, m.text) for m in session.scalars(select(Message).order_by(Message.id))]


@pytest.mark.usefixtures("channel")
class TestConversation:
    async def test_words_and_buttons(
        self, telegram: FakeTelegram, engine: FakeEngine, database: Database
    ) -> None:
        engine.say = [
            {"text": "您是哪里参保的？", "buttons": [REGION, {"title": "别的地方", "payload": "别的地方"}]}
        ]
        await telegram.write(LI, "退休报多少")
        asked = (await telegram.heard())[0]
        assert (asked.text, list(asked.buttons)) == ("您是哪里参保的？", ["湖南", "别的地方"])

        engine.say = [{"text": "湖南由各统筹地区定。"}, {"text": "请问12393。"}]
        await telegram.press(asked, "湖南")
        assert [sent.text for sent in (await telegram.heard(3))[1:]] == [
            "湖南由各统筹地区定。",
            "请问12393。",
        ]
        await telegram.press(asked, "别的地方")
        await telegram.heard(5)
        assert engine.asked[0]["sender"] == f"telegram:{LI}"
        assert engine.texts == ["退休报多少", REGION["payload"], "别的地方"]
        assert ("in", "湖南") in lines(database)
        assert len(telegram.pressed) == 2

    async def test_markup_in_a_text_is_shown_as_it_stands(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        text = "<b>限额</b> & 1<2\n依据：湘医保发〔2022〕52号第十三条。"
        engine.say = [{"text": text}]
        await telegram.write(LI, "a<b>&")
        assert (await telegram.heard())[0].text == text
        assert engine.texts == ["a<b>&"]

    async def test_a_source_is_folded(self, telegram: FakeTelegram, engine: FakeEngine) -> None:
        engine.say = [{"text": "由各统筹地区定。\n依据：第十三条。"}]
        await telegram.write(LI, "湖南")
        assert "<blockquote expandable>依据：第十三条。</blockquote>" in (await telegram.heard())[0].html

    async def test_a_long_text_comes_in_parts_with_the_buttons_last(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        engine.say = [{"text": "这是一句话。" * 900, "buttons": [REGION]}]
        await telegram.write(LI, "湖南")
        first, second = await telegram.heard(2)
        assert first.text + second.text == "这是一句话。" * 900
        assert (list(first.buttons), list(second.buttons)) == ([], ["湖南"])

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("/start", "您好"),
            ("/start abc", "您好"),
            ("/help@mantebing_bot", "你能做什么"),
            ("/restart", "restart"),
            ("/", "？"),
        ],
    )
    async def test_commands_are_words_and_do_not_wedge_the_chat(
        self, telegram: FakeTelegram, engine: FakeEngine, command: str, words: str
    ) -> None:
        await telegram.write(LI, command)
        await telegram.heard(1)
        await telegram.write(LI, "湖南")
        await telegram.heard(2)
        assert engine.texts == [words, "湖南"]

    async def test_an_update_delivered_twice_is_answered_once(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        update = await telegram.write(LI, "湖南")
        await telegram.heard(1)
        await telegram.again(update)
        await telegram.write(LI, "江西")
        await telegram.heard(2)
        await telegram.idle()
        assert engine.texts == ["湖南", "江西"]
        assert len(telegram.sent) == 2

    async def test_what_has_no_words_is_told_so(self, telegram: FakeTelegram, engine: FakeEngine) -> None:
        await telegram.write(LI, None)
        assert "没有收到文字" in (await telegram.heard())[0].text
        assert not engine.asked

    async def test_the_engine_down_is_told_and_the_next_message_answered(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        async def broken(_body: dict[str, Any]) -> web.StreamResponse:
            return web.Response(status=500)

        engine.answer = broken
        await telegram.write(LI, "湖南")
        assert "12393" in (await telegram.heard())[0].text
        engine.answer = None
        await telegram.write(LI, "湖南")
        assert "统筹地区" in (await telegram.heard(2))[1].text

    @pytest.mark.parametrize("data", ["b:999999:0", "b:1:7", "b:x:0", "x", "b:" + "9" * 18 + ":0"])
    async def test_a_button_that_is_not_ours_says_so(
        self, telegram: FakeTelegram, engine: FakeEngine, data: str
    ) -> None:
        engine.say = [{"text": "您是哪里参保的？", "buttons": [REGION]}]
        await telegram.write(LI, "退休报多少")
        sent = (await telegram.heard())[0]
        await telegram.press_data(sent, data)
        assert (await telegram.heard(2))[1].text == BUTTON_GONE
        assert len(engine.asked) == 1

    async def test_nobody_presses_a_button_of_another_chat(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        engine.say = [{"text": "您是哪里参保的？", "buttons": [REGION]}]
        await telegram.write(LI, "退休报多少")
        await telegram.heard(1)
        await telegram.write(WANG, "退休报多少")
        of_li, of_wang = await telegram.heard(2)
        await telegram.press_data(of_wang, of_li.buttons["湖南"])
        assert (await telegram.heard(3))[2].text == BUTTON_GONE

    async def test_what_is_written_anew_is_answered_anew(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        update = await telegram.write(LI, "湖难")
        await telegram.heard()
        await telegram.edit(update, "湖南")
        await telegram.heard(2)
        assert engine.texts == ["湖难", "湖南"]

    async def test_a_link_with_a_clerks_code_begins_the_proof(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        await telegram.write(LI, f"/start {CODE}")
        await telegram.heard()
        assert engine.texts == [f"查我的申请进度，查询码{CODE}"]

    async def test_an_estimate_comes_with_its_picture(
        self, telegram: FakeTelegram, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.telegram.as_png", lambda svg: b"\x89PNG" + svg.encode())
        engine.say = [{"text": "医保付60元，您付40元。"}, {"custom": ESTIMATE.model_dump(mode="json")}]
        await telegram.write(LI, "花100元报多少")
        await telegram.heard()
        (chat, picture) = telegram.photos[0]
        assert chat == LI
        assert "100 元" in picture.decode(errors="ignore")

    async def test_messages_to_one_chat_keep_their_pace_and_others_do_not_wait(
        self, telegram: FakeTelegram, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.telegram.SECONDS_PER_MESSAGE", 0.2)
        engine.say = [{"text": "一。"}, {"text": "二。"}]
        await telegram.write(LI, "湖南")
        await telegram.write(WANG, "湖南")
        await telegram.heard(4)
        assert {sent.chat for sent in telegram.sent[:2]} == {LI, WANG}

    async def test_typing_shows_while_the_engine_thinks(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        async def slow(_body: dict[str, Any]) -> web.StreamResponse:
            await telegram.wait(lambda: "sendChatAction" in telegram.calls)
            return web.json_response([{"text": "好的。"}])

        engine.answer = slow
        await telegram.write(LI, "湖南")
        assert (await telegram.heard())[0].text == "好的。"

    async def test_an_answer_refused_for_flood_is_sent_after_the_wait(
        self, telegram: FakeTelegram, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        waits = patched_sleep(monkeypatch)
        telegram.trouble.append(Refused(429, "Too Many Requests: retry after 7", retry_after=7))
        await telegram.write(LI, "湖南")
        await telegram.heard()
        assert 7.0 in waits
        assert len(engine.asked) == 1

    async def test_trouble_in_one_chat_does_not_stop_another(
        self, telegram: FakeTelegram, engine: FakeEngine
    ) -> None:
        telegram.trouble.extend([Cut(), Refused(500, "Internal Server Error"), Refused(403, "Forbidden")])
        for _ in range(3):
            await telegram.write(LI, "湖南")
        await telegram.wait(lambda: not telegram.trouble)
        await telegram.write(WANG, "湖南")
        assert (await telegram.heard())[-1].chat == WANG


class TestWebhook:
    @pytest_asyncio.fixture
    async def called(
        self, gateway: Gateway, api: TestServer, telegram: FakeTelegram, database: Database
    ) -> AsyncIterator[None]:
        server = TestServer(app := web.Application(), port=unused_port())
        ours = f"http://127.0.0.1:{server.port}/webhooks/telegram"
        account = TelegramAccount(TOKEN, str(api.make_url("")), webhook_url=ours, webhook_secret="geheim")
        channel = TelegramChannel(account, gateway, database)
        channel.add_routes(app)
        async with server, channel.listening():
            await telegram.wait(lambda: telegram.webhook is not None)
            yield

    @pytest.mark.usefixtures("called")
    async def test_what_telegram_brings_is_answered(self, telegram: FakeTelegram, engine: FakeEngine) -> None:
        await telegram.write(LI, "湖南")
        assert "统筹地区" in (await telegram.heard())[0].text
        assert "getUpdates" not in telegram.calls

    @pytest.mark.usefixtures("called")
    @pytest.mark.parametrize("secret", ["", "falsch", "秘密"])
    async def test_who_does_not_show_the_secret_is_sent_away(
        self, telegram: FakeTelegram, engine: FakeEngine, secret: str
    ) -> None:
        assert await telegram.call({"update_id": 1}, secret) == 403
        assert not engine.asked

    @pytest.mark.usefixtures("called")
    @pytest.mark.parametrize("update", [[], "x", 1, {}, {"update_id": 1, "message": {}}])
    async def test_what_is_no_update_is_refused(self, telegram: FakeTelegram, update: Any) -> None:
        assert await telegram.call(update) == 400

    async def test_what_is_too_much_waits_at_telegram(
        self, gateway: Gateway, telegram: FakeTelegram, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.telegram.UPDATES_WAITING", 1)
        app = web.Application()
        account = TelegramAccount(TOKEN, "http://127.0.0.1:1", None, "https://bot.example/hook", "geheim")
        TelegramChannel(account, gateway, database).add_routes(app)
        async with TestServer(app) as server:
            telegram.webhook = {"url": str(server.make_url("/hook")), "secret_token": "geheim"}
            assert [await telegram.call({"update_id": number}) for number in (1, 2)] == [200, 503]


@pytest.mark.usefixtures("channel")
async def test_a_group_is_refused_once_and_left(telegram: FakeTelegram, engine: FakeEngine) -> None:
    await telegram.write_in_group(GROUP, LI, "我的申请到哪了")
    await telegram.write_in_group(GROUP, WANG, "我的呢")
    await telegram.wait(lambda: bool(telegram.left))
    await telegram.idle()
    assert [sent.text for sent in telegram.sent] == [GROUP_REFUSED]
    assert not engine.asked


@pytest.mark.usefixtures("channel")
async def test_who_blocks_the_bot_is_reminded_no_more(telegram: FakeTelegram, database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(person_id="p1", name="李四", id_number="1", region="湖南", scheme="居民"))
        session.flush()
        outbox.subscribe(session, "p1", "telegram", str(LI), NOW)
        outbox.subscribe(session, "p1", "webchat", "browser", NOW)
    await telegram.block(LI)
    await telegram.write(WANG, "湖南")
    await telegram.heard()
    await eventually(lambda: addresses(database) == ["browser"])


def addresses(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(Subscription.address)))


class TestPush:
    async def test_a_reminder_and_its_buttons(
        self, telegram: FakeTelegram, channel: TelegramChannel, engine: FakeEngine
    ) -> None:
        await telegram.write(LI, "您好")
        await telegram.heard()
        delivery = await channel.push(str(LI), REMINDER, "reminder-1")
        sent = telegram.sent[-1]
        assert (delivery.outcome, delivery.message_id) == (Outcome.SENT, str(sent.message_id))
        await telegram.press(sent, "不再提醒")
        await telegram.heard(3)
        assert engine.texts[-1] == "别再提醒我了"

    @pytest.mark.parametrize(
        ("trouble", "outcome", "retry_after"),
        [
            (Refused(403, "Forbidden: bot was blocked by the user"), Outcome.BLOCKED, None),
            (Refused(403, "Forbidden: user is deactivated"), Outcome.BLOCKED, None),
            (Refused(400, "Bad Request: chat not found"), Outcome.BLOCKED, None),
            (Refused(400, "Bad Request: something else"), Outcome.RETRY, None),
            (Refused(429, "Too Many Requests", retry_after=17), Outcome.RETRY, timedelta(seconds=17)),
            (Refused(401, "Unauthorized"), Outcome.RETRY, None),
            (Refused(500, "Internal Server Error"), Outcome.UNKNOWN, None),
            (Refused(502, "Bad Gateway"), Outcome.UNKNOWN, None),
            (Cut(), Outcome.UNKNOWN, None),
        ],
    )
    async def test_what_goes_wrong(
        self,
        telegram: FakeTelegram,
        channel: TelegramChannel,
        trouble: Exception,
        outcome: Outcome,
        retry_after: timedelta | None,
    ) -> None:
        telegram.trouble.append(trouble)
        delivery = await channel.push(str(LI), REMINDER, "reminder-1")
        assert (delivery.outcome, delivery.retry_after) == (outcome, retry_after)
        assert TOKEN not in (delivery.error or "")

    async def test_an_answer_that_does_not_come_in_time(
        self, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, database: Database
    ) -> None:
        async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await _reader.read()
            writer.close()

        monkeypatch.setattr("bot.channels.telegram.ANSWER_SECONDS", 0.1)
        server = await asyncio.start_server(silent, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            channel = TelegramChannel(TelegramAccount(TOKEN, f"http://127.0.0.1:{port}"), gateway, database)
            delivery = await channel.push(str(LI), REMINDER, "reminder-1")
        assert delivery.outcome is Outcome.UNKNOWN

    async def test_a_refused_connection_is_tried_again_later(
        self, gateway: Gateway, database: Database
    ) -> None:
        channel = TelegramChannel(
            TelegramAccount(TOKEN, f"http://127.0.0.1:{unused_port()}"), gateway, database
        )
        assert (await channel.push(str(LI), REMINDER, "reminder-1")).outcome is Outcome.RETRY

    @pytest.mark.parametrize("address", ["@channel", "-5001", "", "１２"])
    async def test_only_private_chats_are_written_to(
        self, telegram: FakeTelegram, channel: TelegramChannel, address: str
    ) -> None:
        assert (await channel.push(address, REMINDER, "reminder-1")).outcome is Outcome.BLOCKED
        assert "sendMessage" not in telegram.calls


class TestStart:
    async def test_an_api_out_of_reach_is_tried_again(
        self, gateway: Gateway, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch, database: Database
    ) -> None:
        waits = patched_sleep(monkeypatch)
        server = TestServer(telegram.app(), port=unused_port())
        channel = TelegramChannel(
            TelegramAccount(TOKEN, f"http://127.0.0.1:{server.port}/bot"), gateway, database
        )
        async with channel.listening():
            await eventually(lambda: len(waits) > 1)
            await server.start_server()
            await telegram.write(LI, "湖南")
            await telegram.heard()
        await server.close()

    @pytest.mark.parametrize("trouble", ["refused", "unreachable"])
    async def test_the_token_is_never_logged(
        self,
        gateway: Gateway,
        api: TestServer,
        telegram: FakeTelegram,
        trouble: str,
        caplog: pytest.LogCaptureFixture,
        capsys: pytest.CaptureFixture[str],
        database: Database,
    ) -> None:
        for chatty in ("httpx", "httpcore", "telegram"):
            caplog.set_level(logging.WARNING, logger=chatty)
        secret = "77:geheim"
        url = str(api.make_url("")) if trouble == "refused" else f"http://127.0.0.1:{unused_port()}"
        async with TelegramChannel(TelegramAccount(secret, url), gateway, database).listening():
            if trouble == "refused":
                await telegram.wait(lambda: bool(telegram.calls))
            await asyncio.sleep(0.05)
        printed = capsys.readouterr()
        assert "telegram_" in printed.out + printed.err
        assert secret not in caplog.text + printed.out + printed.err


async def eventually(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - nothing tells when the channel has done it
            await asyncio.sleep(0.01)


def patched_sleep(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No waiting in the channel; what it would have waited."""
    waits: list[float] = []
    really = asyncio.sleep

    class Asyncio:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            waits.append(seconds)
            await really(0.01)

    for module in ("telegram", "delivering"):
        monkeypatch.setattr(f"bot.channels.{module}.asyncio", Asyncio())
    return waits
