from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from bot.clock import SHANGHAI
from bot.dialogue.binding import BindingAnswers
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.dialogue.verify import OWN_CONSENT, RELATIVES_CONSENT, redeem, verify
from bot.identity import bindings, codes
from bot.identity.access import Access
from bot.identity.redaction import redact
from bot.identity.verification import Verifier
from bot.messages import VerifyCard
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.models import AuditEntry, Person
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
        safe = await self.redacted(text)
        self.heard.append(safe)
        turn = Turn(self.name, safe, "inform", (), self.now)
        outcome = await verify(turn, self.context, Verifier(self.database), wanted)
        self.context = outcome.context
        return outcome

    async def redacted(self, text: str) -> str:
        return await self.database.run(lambda session: redact(session, text, self.name, self.now))

    async def say_all(self, *texts: str) -> Outcome:
        for text in texts:
            outcome = await self.say(text)
        return outcome

    async def person(self) -> str | None:
        return next(iter(await self.seen()), None)

    async def seen(self) -> list[str]:
        """The names of those the chat may see."""
        found = await Access(self.database).persons_of_chat(
            self.name, self.context.person, "查进度", self.now
        )
        return [each.person.name for each in found]

    async def manage(self, text: str, intent: str = "inform") -> str:
        """What is said to something about bindings."""
        turn = Turn(self.name, text, intent, (), self.now)
        bindings = BindingAnswers(Access(self.database), Verifier(self.database))
        assert bindings.concerns(turn, self.context)
        outcome = await bindings.answer(turn, self.context)
        self.context = outcome.context
        return outcome.replies[0].text


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
    assert (last.context.task, last.context.asked) == (Task.STATUS, OWN_CONSENT)
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
            chat.now += timedelta(minutes=1)
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


async def test_what_is_typed_after_a_failure_is_kept_from_the_engine_too(chat: Chat) -> None:
    for _ in range(3):  # the second failure locks the chat
        await chat.say_all("DEMO-HN-0001", "0001", "19520315", "19520314")
    assert not any("1952" in heard for heard in chat.heard)


async def test_giving_up_ends_it(chat: Chat) -> None:
    outcome = await chat.say_all("DEMO-HN-0001", "不查了")
    assert (outcome.context.task, outcome.context.asked) == (None, None)
    assert await chat.redacted("0001") == "0001"


async def test_unbinding_undoes_it_and_is_noted(chat: Chat) -> None:
    await chat.say_all("DEMO-HN-0001", "0001", "19520314")
    assert "已经解绑" in await chat.manage("解绑")
    assert chat.context.person is None
    assert await chat.person() is None
    assert "不用解绑" in await chat.manage("解绑")
    with chat.database.transaction() as session:
        assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["bind", "unbind"]


# --- being remembered, relatives, codes -------------------------------------------------------------

MOTHER = ("DEMO-HN-0001", "0001", "19520314")
FATHER = ("DEMO-SD-0001", "0007", "19550430")


async def test_without_consent_a_chat_is_soon_forgotten_with_it_for_long(records: Database) -> None:
    for name, answer, kept in (("web:1", "不同意记住", False), ("web:2", "同意记住", True)):
        chat = Chat(records, name)
        assert (await chat.say_all(*MOTHER)).context.asked == OWN_CONSENT
        await chat.manage(answer)
        assert await chat.person()
        chat.now += timedelta(minutes=31)
        assert bool(await chat.person()) is kept
        chat.now += timedelta(days=31)
        assert not await chat.person()


@pytest.mark.parametrize(
    ("intent", "said", "told"), [("affirm", "好的", "记住了"), ("deny", "不用了", "不记住")]
)
async def test_a_plain_yes_or_no_answers_the_question(chat: Chat, intent: str, said: str, told: str) -> None:
    await chat.say_all(*MOTHER)
    assert told in await chat.manage(said, intent)


async def test_consent_is_asked_once(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    await chat.manage("同意记住")
    chat.context, chat.now = Context(), chat.now + timedelta(days=40)
    assert (await chat.say_all(*MOTHER)).context.asked is None
    await chat.manage("解绑")
    assert (await chat.say_all(*MOTHER)).context.asked == OWN_CONSENT


async def test_a_relative_is_seen_beside_oneself_once_they_agreed(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    await chat.manage("同意记住")
    await chat.manage("加家人")
    assert (await chat.say_all(*FATHER)).context.asked == RELATIVES_CONSENT
    await chat.manage("家人同意")
    assert await chat.seen() == ["演示·张秀英", "演示·赵淑芬"]
    listed = await chat.manage("谁能查我的信息")
    assert "2个人" in listed
    assert "演示" not in listed


async def test_a_relative_who_did_not_agree_is_forgotten_at_once(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    await chat.manage("加家人")
    await chat.say_all(*FATHER)
    await chat.manage("不同意记住")
    assert await chat.seen() == ["演示·张秀英"]


async def test_giving_up_on_a_relative_leaves_oneself(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    await chat.manage("加一个家人")
    await chat.say("不查了")
    assert await chat.person() == "演示·张秀英"


async def test_there_are_five_relatives_at_most(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    with chat.database.transaction() as session:
        for person in session.scalars(select(Person).where(Person.person_id != "DEMO-P01").limit(5)):
            bindings.bind(session, chat.name, person.person_id, True, START)
    assert "五位家人" in await chat.manage("加家人")


async def test_another_person_of_ones_own_takes_the_place_of_the_first(chat: Chat) -> None:
    await chat.say_all(*MOTHER)
    chat.context = Context()
    await chat.say_all(*FATHER)
    assert await chat.seen() == ["演示·赵淑芬"]


async def test_all_chats_of_a_person_are_listed_and_can_be_undone_from_one(records: Database) -> None:
    chat, phone = Chat(records), Chat(records, "telegram:9")
    for each in (chat, phone):
        await each.say_all(*MOTHER)
    assert "另外还有1个对话" in await chat.manage("谁能查我")
    await chat.manage("全部解绑")
    assert not await phone.person()


async def code_for(records: Database, relative: bool = False, now: datetime = START) -> str:
    with records.transaction() as session:
        return codes.issue(session, "DEMO-P01", relative, "li", now)


@pytest.mark.parametrize("written", ["{0}{1}{2}", "工作人员给我的码是{0}{1}{2}", "{0} {1} {2}"])
async def test_a_clerks_code_proves_at_once_and_only_once(records: Database, written: str) -> None:
    code = await code_for(records)
    said = written.format(code[:4], code[4:8], code[8:])
    chat, thief = Chat(records), Chat(records, "web:2")
    assert (await chat.say(said)).context.person
    assert await chat.person() == "演示·张秀英"
    assert (await thief.say(said)).context.person is None
    assert code not in "".join(chat.heard)


async def test_a_code_for_a_relative_adds_them_without_asking_again(records: Database) -> None:
    chat = Chat(records)
    await chat.say_all(*FATHER)
    code = await code_for(records, relative=True)
    turn = Turn(chat.name, await chat.redacted(code), "inform", (), chat.now)
    used = await redeem(turn, chat.context, Verifier(records), Task.STATUS)
    assert used
    assert used.context.asked is None
    assert await chat.seen() == ["演示·赵淑芬", "演示·张秀英"]


@pytest.mark.parametrize("later", [timedelta(hours=25), None])
async def test_a_code_ends_after_a_day_or_when_a_new_one_is_given(
    records: Database, later: timedelta | None
) -> None:
    code = await code_for(records)
    if later is None:
        await code_for(records)
    chat = Chat(records, now=START + (later or timedelta(0)))
    assert (await chat.say(code)).context.person is None


async def test_a_code_opens_when_guessing_has_locked_the_person(records: Database) -> None:
    for number in range(6):
        await Chat(records, f"web:{number}", START + timedelta(hours=number)).say_all(
            "DEMO-HN-0001", *WRONG[1:]
        )
    chat = Chat(records, "web:9", START + timedelta(hours=6))
    assert (await chat.say(await code_for(records, now=chat.now))).context.person


async def test_guessed_codes_are_counted(chat: Chat) -> None:
    for number in ("73519284061", "40618273955"):
        outcome = await chat.say(f"{number}{luhn(number)}")
        chat.context = Context()
    assert attempts_left(outcome) == 3
    assert "再试" in outcome.replies[0].text


def luhn(number: str) -> str:
    return next(str(digit) for digit in range(10) if codes.looks_like_code(f"{number}{digit}"))


async def test_a_number_nobody_has_costs_the_same_work(records: Database) -> None:
    async def statements(key: str) -> list[str]:
        seen: list[str] = []
        listener = lambda *call: seen.append(call[2])  # noqa: E731
        event.listen(records.engine, "before_cursor_execute", listener)
        await Chat(records, f"web:{key}").say_all("查进度", key, "9999", "19520314")
        event.remove(records.engine, "before_cursor_execute", listener)
        return [statement.split(" SET ")[0] for statement in seen]

    known, unknown = await statements("DEMO-HN-0001"), await statements("DEMO-HN-9999")
    assert known == unknown
