from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.dialogue.verify import unbind, verify, wants_unbinding
from bot.identity.access import Access
from bot.identity.redaction import Redactor
from bot.identity.verification import Verifier
from bot.messages import VerifyCard
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.models import AuditEntry
from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401

START = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
ID = "999999195203140013"


@dataclass
class Chat:
    """A person typing in one chat, as the engine would hear it."""

    database: Database
    name: str = "web:1"
    now: datetime = START
    context: Context = field(default_factory=Context)
    heard: list[str] = field(default_factory=list)

    async def say(self, text: str, wanted: Task = Task.STATUS) -> Outcome:
        safe = await Redactor(self.database, lambda: self.now).redact(text, self.name)
        self.heard.append(safe)
        turn = Turn(self.name, safe, "inform", (), self.now)
        outcome = await verify(turn, self.context, Verifier(self.database), wanted)
        self.context = outcome.context
        return outcome

    async def say_all(self, *texts: str) -> Outcome:
        for text in texts:
            outcome = await self.say(text)
        return outcome

    async def person(self) -> str | None:
        found = await Access(self.database).person_of_chat(self.name, self.context.person, "查进度", self.now)
        return found and found.name


@pytest.fixture
def records(sqlite_database: Database) -> Database:  # noqa: F811
    load_demo(sqlite_database, START)
    return sqlite_database


@pytest.fixture
def chat(records: Database) -> Chat:
    return Chat(records)


def attempts_left(outcome: Outcome) -> int:
    (reply,) = outcome.replies
    assert isinstance(reply.card, VerifyCard)
    return reply.card.attempts_left


WRONG = ("DEMO-HN-0001", "9999", "19520314")


async def test_an_application_number_needs_phone_and_birth_date(chat: Chat) -> None:
    first = await chat.say("我的申请到哪了")
    assert (first.context.task, first.context.person) == (Task.VERIFY, None)
    assert attempts_left(first) == 5
    assert "申请编号" in first.replies[0].text
    assert "手机号的后四位" in (await chat.say("DEMO-HN-0001")).replies[0].text
    assert "出生年月日" in (await chat.say("0001")).replies[0].text
    last = await chat.say("1952年3月14日")
    assert last.context.person
    assert (last.context.task, last.context.asked) == (Task.STATUS, None)
    assert await chat.person() == "演示·张秀英"


async def test_an_id_number_needs_phone_and_name(chat: Chat) -> None:
    outcome = await chat.say_all("查进度", ID, "0001")
    assert "姓名" in outcome.replies[0].text
    outcome = await chat.say("演示·张秀英")
    assert outcome.context.person
    assert await chat.person() == "演示·张秀英"


@pytest.mark.parametrize(
    ("key", "phone", "birth"),
    [
        ("demo-hn-0001", "0001", "19520314"),
        ("编号是DEMO-HN-0001，帮我看看", "尾号零零零一", "一九五二年三月十四日"),
        ("2026-11-01交的，DEMO-HN-0001", "19900000001", "1952-3-14"),
        ("ＤＥＭＯ－ＨＮ－０００１", "０００１", "1952 03 14"),
        ("申请号 DEMO-HN-0001", "0 0 0 1", "1952年三月14号"),
    ],
)
async def test_facts_may_be_written_in_many_ways(chat: Chat, key: str, phone: str, birth: str) -> None:
    assert (await chat.say_all(key, phone, birth)).context.person


async def test_nothing_personal_reaches_the_engine(chat: Chat) -> None:
    await chat.say_all("查进度", ID, "0001", "演示·张秀英")
    other = Chat(chat.database, "web:2")
    await other.say_all("DEMO-HN-0001", "尾号0001", "1952年3月14日")
    everything = "".join([*chat.heard, *other.heard, repr(chat.context), repr(other.context)])
    assert not any(value in everything for value in (ID, "尾号0001", "张秀英", "1952", "DEMO-P01"))


@pytest.mark.parametrize("wanted", [Task.RENEWAL, Task.REMINDER])
async def test_what_was_wanted_comes_back(chat: Chat, wanted: Task) -> None:
    await chat.say("到期前提醒我", wanted)
    for text in ("DEMO-HN-0001", "0001", "19520314"):
        outcome = await chat.say(text)
    assert outcome.context.task is wanted


@pytest.mark.parametrize(
    "facts",
    [
        ("DEMO-HN-0001", "9999", "19520314"),
        ("DEMO-HN-0001", "0001", "19520315"),
        ("DEMO-HN-9999", "0001", "19520314"),
    ],
)
async def test_a_wrong_fact_and_an_unknown_number_read_the_same(chat: Chat, facts: tuple[str, ...]) -> None:
    texts = [(await chat.say(text)).replies[0].text for text in ("查进度", *facts)]
    right = Chat(chat.database, "web:2")
    expected = [(await right.say(text)).replies[0].text for text in ("查进度", "DEMO-SD-0001", *WRONG[1:])]
    assert texts == expected
    assert chat.context.person is None
    assert "还可以试4次" in texts[-1]


@pytest.mark.parametrize("key", ["DEMO-HN-0001", "DEMO-HN-9999"])
async def test_failures_make_the_chat_wait_longer_and_longer(records: Database, key: str) -> None:
    chat = Chat(records)
    left, waits = [], []
    for _ in range(5):
        outcome = await chat.say_all(key, "9999", "19520314")
        left.append(attempts_left(outcome))
        before = chat.now
        while attempts_left(await Chat(records, chat.name, chat.now).say("查进度")) == 0:
            chat.now += timedelta(seconds=30)
        waits.append(chat.now - before)
        chat.context = Context()
    assert left == [4, 3, 2, 1, 0]
    assert waits[0] == timedelta(0)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(hours=24)


async def test_a_person_is_guarded_across_chats(records: Database) -> None:
    for number in range(4):
        guesser = Chat(records, f"web:{number}", START + timedelta(minutes=5 * number))
        await guesser.say_all("DEMO-HN-0001", "9999", "19520314")
    late = Chat(records, "web:9", START + timedelta(minutes=16))
    locked = await late.say("DEMO-HN-0001")
    assert "再试" in locked.replies[0].text
    assert locked.context.task is None
    assert (await Chat(records, "web:9", late.now).say(ID)).context.task is None


async def test_success_forgets_failures(chat: Chat) -> None:
    await chat.say_all(*WRONG)
    await chat.say_all("DEMO-HN-0001", "0001", "19520314")
    again = Chat(chat.database, now=chat.now)
    assert attempts_left(await again.say("查进度")) == 5


async def test_an_unreadable_answer_is_asked_again_and_costs_nothing(chat: Chat) -> None:
    outcome = await chat.say_all("DEMO-HN-0001", "我不记得了")
    assert "没看到四位数字" in outcome.replies[0].text
    assert attempts_left(outcome) == 5
    assert (await chat.say_all("0001", "19521350", "19520314")).context.person


async def test_a_proof_left_lying_begins_anew(chat: Chat) -> None:
    await chat.say_all("DEMO-HN-0001", "0001")
    chat.now += timedelta(minutes=11)
    outcome = await chat.say("19520314")
    assert outcome.context.person is None


async def test_giving_up_ends_it(chat: Chat) -> None:
    outcome = await chat.say_all("DEMO-HN-0001", "不查了")
    assert (outcome.context.task, outcome.context.asked) == (None, None)
    assert await Redactor(chat.database, lambda: START).redact("0001", chat.name) == "0001"


async def test_unbinding_undoes_it_and_is_noted(chat: Chat) -> None:
    await chat.say_all("DEMO-HN-0001", "0001", "19520314")
    turn = Turn(chat.name, "解绑", "inform", (), START)
    assert wants_unbinding(turn.text)
    outcome = await unbind(turn, chat.context, Verifier(chat.database))
    assert outcome.context.person is None
    assert await chat.person() is None
    assert "不用解绑" in (await unbind(turn, outcome.context, Verifier(chat.database))).replies[0].text
    with chat.database.transaction() as session:
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["bind", "unbind"]
