"""有用 and 没用: what people think of an answer, over HTTP, on the page's doors and in Telegram."""

from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from channel_fakes import NOW, FakeEngine
from fake_telegram import TOKEN, FakeTelegram
from sqlalchemy import select

from bot.channels.gateway import Gateway
from bot.channels.telegram import TelegramAccount, TelegramChannel
from bot.records.database import Database
from bot.records.models import Message, Question

Client = TestClient[web.Request, web.Application]

ANSWER = {"card": "policy_answer", "region": "湖南", "topic": "ratio", "status": "fixed", "citations": []}
LI = 1001


@pytest.fixture(autouse=True)
def answered(engine: FakeEngine, database: Database) -> None:
    """The engine answers with a policy card, and its action keeps the question, as the real one does."""

    async def answer(body: dict[str, Any]) -> web.StreamResponse:
        with database.transaction() as session:
            session.add(a_question(body["metadata"]["line"], body["message"]))
        return web.json_response([{"text": "报八成半。"}, {"custom": ANSWER}])

    engine.answer = answer


def a_question(line: int, text: str) -> Question:
    return Question(
        at=NOW, line=line, text=text, intent="ask_policy", confidence=0.9, status="fixed",
        unanswered=False, candidates=[],
    )  # fmt: skip


async def ask(client: Client, sender: str = "li") -> dict[str, Any]:
    """The answer to a question, as the contract gives it."""
    response = await client.post("/webhooks/rest/webhook", json={"sender": sender, "message": "退休报多少"})
    messages: list[dict[str, Any]] = await response.json()
    return messages[-1]


async def vote(client: Client, answer: Any, helpful: Any, sender: str = "li") -> ClientResponse:
    body = {"sender": sender, "id": answer, "helpful": helpful}
    return await client.post("/webhooks/rest/feedback", json=body)


def votes(database: Database) -> list[bool | None]:
    with database.transaction() as session:
        return list(session.scalars(select(Message.helpful).where(Message.direction == "out")))


def unhelpful(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(select(Question.text).where(Question.unhelpful)))


class TestRest:
    async def test_a_vote_is_kept_and_marks_the_question(
        self, web_client: Client, database: Database
    ) -> None:
        response = await vote(web_client, (await ask(web_client))["id"], False)
        assert response.status == 200
        assert votes(database) == [False]
        assert unhelpful(database) == ["退休报多少"]

    async def test_a_second_vote_changes_the_first(self, web_client: Client, database: Database) -> None:
        answer = (await ask(web_client))["id"]
        for helpful in (False, False, True):
            await vote(web_client, answer, helpful)
        assert votes(database) == [True]
        assert unhelpful(database) == []

    async def test_only_the_chat_that_got_the_answer_may_vote(
        self, web_client: Client, database: Database
    ) -> None:
        answer = (await ask(web_client))["id"]
        response = await vote(web_client, answer, False, sender="wang")
        assert response.status == 404
        assert (await response.json())["error"]
        assert votes(database) == [None]

    @pytest.mark.parametrize(
        "say",
        [
            [{"text": "您好。"}],
            [{"text": "这个我帮不上。"}, {"custom": {"card": "fallback", "reason": "out_of_scope"}}],
            [{"text": "这个月花了多少？"}, {"custom": {"card": "estimate", "fund_pays": None}}],
        ],
    )
    async def test_small_talk_refusals_and_questions_back_take_no_vote(
        self, web_client: Client, engine: FakeEngine, database: Database, say: list[dict[str, Any]]
    ) -> None:
        engine.answer, engine.say = None, say
        assert "id" not in await ask(web_client)
        with database.transaction() as session:
            line = session.scalars(select(Message.id).where(Message.direction == "out")).one()
        assert (await vote(web_client, line, False)).status == 404

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"\xff",
            b'{"sender": "li", "id": 1}',
            b'{"sender": "li", "id": "1", "helpful": true}',
            b'{"sender": "li", "id": 1, "helpful": "no"}',
            b'{"sender": "li", "id": -1, "helpful": true}',
            b'{"sender": "li", "id": 99999999999999999999, "helpful": true}',
        ],
    )
    async def test_a_broken_vote_is_told_what_to_send(self, web_client: Client, body: bytes) -> None:
        response = await web_client.post("/webhooks/rest/feedback", data=body)
        assert response.status == 400
        assert '"helpful": true' in (await response.json())["error"]

    async def test_votes_count_among_the_messages_of_a_minute(self, web_client: Client) -> None:
        answer = (await ask(web_client))["id"]
        statuses = [(await vote(web_client, answer, True)).status for _ in range(30)]
        assert statuses == [200] * 29 + [429]

    async def test_the_engine_hears_nothing_of_a_vote(self, web_client: Client, engine: FakeEngine) -> None:
        await vote(web_client, (await ask(web_client))["id"], True)
        assert len(engine.asked) == 1


class TestPage:
    async def test_the_page_shows_what_was_voted(self, web_client: Client) -> None:
        await web_client.get("/")
        body = {"message": "退休报多少", "message_id": "m1"}
        asked, answer = await (await web_client.post("/chat/messages", json=body)).json()
        assert (asked["takes_vote"], answer["takes_vote"], answer["helpful"]) == (False, True, None)
        response = await web_client.post("/chat/feedback", json={"id": answer["id"], "helpful": False})
        assert response.status == 200
        lines = await (await web_client.get("/chat/messages")).json()
        assert lines[1]["helpful"] is False

    async def test_without_its_cookie_no_browser_votes(self, web_client: Client) -> None:
        response = await web_client.post("/chat/feedback", json={"id": 1, "helpful": False})
        assert response.status == 400


class TestTelegram:
    @pytest_asyncio.fixture
    async def telegram(self, gateway: Gateway, database: Database) -> Any:
        telegram = FakeTelegram()
        async with TestServer(telegram.app()) as api:
            channel = TelegramChannel(TelegramAccount(TOKEN, str(api.make_url(""))), gateway, database)
            async with channel.listening():
                yield telegram

    async def test_a_vote_is_a_note_and_no_turn(
        self, telegram: FakeTelegram, engine: FakeEngine, database: Database
    ) -> None:
        await telegram.write(LI, "退休报多少")
        (answer,) = await telegram.heard()
        assert list(answer.buttons) == ["有用", "没用"]
        await telegram.press(answer, "没用")
        await telegram.wait(lambda: len(telegram.notes) == 1)
        await telegram.press(answer, "有用")
        await telegram.wait(lambda: len(telegram.notes) == 2)
        assert ["没用" in telegram.notes[0], "有用" in telegram.notes[1]] == [True, True]
        assert votes(database) == [True]
        assert (len(telegram.sent), len(engine.asked)) == (1, 1)

    async def test_a_vote_on_somebody_elses_answer_is_refused(
        self, telegram: FakeTelegram, database: Database
    ) -> None:
        await telegram.write(LI, "退休报多少")
        (answer,) = await telegram.heard()
        answer.chat = LI + 1
        await telegram.press(answer, "没用")
        await telegram.wait(lambda: bool(telegram.notes))
        assert "不能评价" in telegram.notes[0]
        assert votes(database) == [None]
