"""The reminders of a chat: which are on, stopping one kind or all, putting one off, what 怎么办 after one means."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.dialogue.reminding import Reminding, asks_what_is_on, wants_to_put_off
from bot.dialogue.turn import Context, Outcome, Task, Turn
from bot.identity import bindings
from bot.knowledge.reminders import load_reminders
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Eligibility, Message, Person, Reminder
from bot.records.outbox import PlannedReminder
from bot.settings import ROOT
from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
DEADLINE = date(2026, 11, 29)
KINDS = load_reminders(ROOT / "knowledge")


@pytest.fixture
def reminding(sqlite_database: Database) -> Reminding:  # noqa: F811
    """A person in Shandong agreed in the chat telegram:7, and was reminded of a review an hour ago."""
    with sqlite_database.transaction() as session:
        session.add(Person(person_id="p", name="王五", id_number="1", region="山东", scheme="居民"))
        session.flush()
        session.add(
            Eligibility(person_id="p", disease="糖尿病", approved_on=date(2025, 1, 1), review_due=DEADLINE)
        )
        outbox.subscribe(session, "p", "telegram", "7", NOW - timedelta(days=30))
        planned = PlannedReminder("review_due", "p", "糖尿病", DEADLINE, 7, "telegram", "7", NOW)
        outbox.plan(session, [planned])
        session.flush()
        reminder = session.scalars(select(Reminder)).one()
        reminder.state, reminder.sent_at, reminder.text = "sent", NOW - timedelta(hours=1), "提醒您。"
    return Reminding(sqlite_database, KINDS)


def turn(text: str, chat: str = "telegram:7") -> Turn:
    return Turn(chat, text, "inform", (), NOW)


def said(outcome: Outcome) -> str:
    return outcome.replies[0].text


class TestWhatIsOn:
    @pytest.mark.parametrize("text", ["我订了哪些提醒", "我有什么提醒", "提醒设好了吗"])
    def test_is_asked(self, text: str) -> None:
        assert asks_what_is_on(turn(text))

    async def test_is_told_kind_by_kind(self, reminding: Reminding) -> None:
        text = said(await reminding.list_reminders(turn("我订了哪些提醒"), Context()))
        for kind in (
            "复审到期（提前90、30、7、1天）",
            "申请复核的期限（提前7、3、1天）",
            "申请超过办结日",
        ):
            assert kind in text
        assert "季度额度清零" not in text  # only Hunan has it

    async def test_nothing_in_another_chat(self, reminding: Reminding) -> None:
        assert "还没有订提醒" in said(await reminding.list_reminders(turn("", "telegram:8"), Context()))


class TestStopping:
    async def test_one_kind(self, reminding: Reminding) -> None:
        assert "复审到期”的提醒已经停了" in said(await reminding.stop(turn("复审别再提醒我了"), Context()))
        text = said(await reminding.list_reminders(turn("我订了哪些提醒"), Context()))
        assert "复审到期" not in text
        assert "申请有结果" in text

    async def test_all_in_one_word(self, reminding: Reminding) -> None:
        assert "已经停了" in said(await reminding.stop(turn("别发了"), Context()))
        assert "本来就没有订" in said(await reminding.stop(turn("别发了"), Context()))


class TestPuttingOff:
    @pytest.mark.parametrize(
        ("text", "until"),
        [
            ("过3天再提醒我", date(2026, 11, 25)),
            ("过两天再说", date(2026, 11, 24)),
            ("明天再提醒我吧", date(2026, 11, 23)),
            ("晚点再提醒", date(2026, 11, 25)),
            ("一个星期后再提醒", date(2026, 11, 29)),
            ("下个月再提醒我", DEADLINE),
        ],
    )
    async def test_until_the_day_named_but_not_past_the_deadline(
        self,
        reminding: Reminding,
        sqlite_database: Database,  # noqa: F811
        text: str,
        until: date,
    ) -> None:
        assert wants_to_put_off(turn(text))
        assert f"{until.year}年{until.month}月{until.day}日再提醒您" in said(
            await reminding.put_off(turn(text), Context())
        )
        with sqlite_database.transaction() as session:
            reminder = session.scalars(select(Reminder)).one()
        assert reminder.state == "pending"
        assert reminder.not_before == datetime(until.year, until.month, until.day, 9, tzinfo=SHANGHAI)

    async def test_there_must_have_been_one(self, reminding: Reminding) -> None:
        assert "没有给您发过提醒" in said(await reminding.put_off(turn("过3天再说", "telegram:8"), Context()))

    @pytest.mark.parametrize("text", ["到期前提醒我", "过期了怎么办", "我等了三天了", "别再提醒我了"])
    def test_other_things_are_not_taken_for_it(self, text: str) -> None:
        assert not wants_to_put_off(turn(text))


class TestWhatToDoAboutIt:
    @pytest.mark.parametrize("text", ["怎么办", "那怎么办？", "我该咋办呢", "去哪办", "复审怎么办"])
    async def test_right_after_it_means_it(self, reminding: Reminding, text: str) -> None:
        context = await reminding.recall(turn(text), Context(region="湖南", city="长沙市"))
        assert (context.region, context.city, context.diseases) == ("山东", None, ("糖尿病",))
        assert (context.task, context.last_question) == (Task.RENEWAL, "复审怎么办")

    async def test_who_is_no_longer_known_is_not_asked_who_they_are(
        self,
        reminding: Reminding,
        sqlite_database: Database,  # noqa: F811
    ) -> None:
        with sqlite_database.transaction() as session:
            person_id = session.scalars(select(Reminder.person_id)).one()
            token = bindings.bind(session, "telegram:7", person_id, False, NOW).token
        known = Context(person=token)
        recalled = await reminding.recall(turn("怎么办"), known)
        assert recalled.person == token
        assert reminding.is_about_own_review(known, recalled)
        later = replace(turn("复审怎么办"), now=NOW + timedelta(hours=1))
        recalled = await reminding.recall(later, known)
        assert recalled.person is None
        assert not reminding.is_about_own_review(known, recalled)

    async def test_not_when_something_else_was_talked_about_since(
        self,
        reminding: Reminding,
        sqlite_database: Database,  # noqa: F811
    ) -> None:
        with sqlite_database.transaction() as session:
            for minutes in (30, 0):
                session.add(
                    Message(
                        chat="telegram:7",
                        channel="telegram",
                        direction="in",
                        at=NOW - timedelta(minutes=minutes),
                        text="湖南退休报多少",
                    )
                )
        before = Context(region="湖南", last_question="退休报多少")
        assert await reminding.recall(turn("怎么办"), before) == before

    async def test_nor_days_later(self, reminding: Reminding) -> None:
        later = Turn("telegram:7", "怎么办", "inform", (), NOW + timedelta(days=30))
        assert await reminding.recall(later, Context()) == Context()
