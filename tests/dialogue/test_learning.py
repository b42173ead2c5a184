"""What conversations leave to learn from, and how it is grouped for analysts."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.dialogue.learning import TEXT_KEPT, KeptQuestions
from bot.dialogue.turn import Context, Outcome, Turn
from bot.knowledge.library import Knowledge
from bot.messages import (
    ApplicationCard,
    Card,
    ChooseCard,
    FallbackCard,
    HandoffCard,
    PolicyAnswerCard,
    PolicyStatus,
    RenewalCard,
    Reply,
    VerifyCard,
)
from bot.policy.answers import Candidate
from bot.records import questions
from bot.records.database import Database
from bot.records.models import Question
from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
KEPT_FOR = timedelta(days=90)
FIRST_LINE = 7


@pytest.fixture
def database(sqlite_database: Database) -> Database:  # noqa: F811
    return sqlite_database


@pytest.fixture
def kept(database: Database) -> KeptQuestions:
    return KeptQuestions(database, KEPT_FOR)


def policy(status: PolicyStatus, region: str = "湖南") -> PolicyAnswerCard:
    return PolicyAnswerCard(region=region, topic="ratio", status=status)


def a_turn(text: str, line: int | None = FIRST_LINE, now: datetime = NOW) -> Turn:
    return Turn("rest:li", text, "ask_policy", (), now, 0.8, line)


def an_outcome(card: Card | None, context: Context | None = None) -> Outcome:
    considered = (Candidate("ratio", 0.3, "报多少"),)
    return Outcome((Reply("…", card=card),), context or Context(), considered)


def all_questions(database: Database) -> list[Question]:
    with database.transaction() as session:
        return list(session.scalars(select(Question).order_by(Question.id)))


class TestKeeping:
    @pytest.mark.parametrize("card", [policy("silent"), FallbackCard(reason="not_understood")])
    async def test_what_was_not_answered_is_listed(self, kept: KeptQuestions, card: Card) -> None:
        await kept.keep(a_turn("能不能寄药到家"), an_outcome(card))
        (group,) = kept.groups(NOW, None)
        assert group.newest.text == "能不能寄药到家"
        assert group.newest.confidence == 0.8
        assert group.newest.candidates == [{"target": "ratio", "score": 0.3, "phrasing": "报多少"}]

    async def test_what_was_answered_is_listed_once_it_is_voted_down(
        self, kept: KeptQuestions, database: Database
    ) -> None:
        await kept.keep(a_turn("退休报多少"), an_outcome(policy("fixed")))
        assert kept.groups(NOW, None) == []
        with database.transaction() as session:
            questions.judge(session, FIRST_LINE, helpful=False)
        assert [group.newest.text for group in kept.groups(NOW, None)] == ["退休报多少"]
        with database.transaction() as session:
            questions.judge(session, FIRST_LINE, helpful=True)
        assert kept.groups(NOW, None) == []

    @pytest.mark.parametrize(
        "card",
        [
            None,
            ChooseCard(slot="region"),
            VerifyCard(attempts_left=3),
            RenewalCard(items=()),
            ApplicationCard(application_no="A", disease="", state="", events=(), due_on=None, next_step=""),
        ],
    )
    async def test_what_is_somebodys_own_is_never_kept(
        self, kept: KeptQuestions, database: Database, card: Card | None
    ) -> None:
        await kept.keep(a_turn("我的申请到哪了"), an_outcome(card))
        assert all_questions(database) == []

    @pytest.mark.parametrize(("intent", "kept_as"), [("human_handoff", []), ("nlu_fallback", ["没听懂 1"])])
    async def test_who_is_handed_over_unasked_was_not_understood(
        self, kept: KeptQuestions, real_knowledge: Knowledge, intent: str, kept_as: list[str]
    ) -> None:
        turn = replace(a_turn("嘎嘎嘎"), intent=intent)
        await kept.keep(turn, an_outcome(HandoffCard(ticket="1", queue_position=1)))
        assert [group.reasons(real_knowledge.statuses) for group in kept.groups(NOW, None)] == kept_as

    async def test_who_is_asked_which_topic_was_meant_was_not_understood(
        self, kept: KeptQuestions, real_knowledge: Knowledge
    ) -> None:
        await kept.keep(
            a_turn("能不能寄药到家"), an_outcome(ChooseCard(slot="topic"), Context(region="湖南"))
        )
        (group,) = kept.groups(NOW, None)
        assert group.reasons(real_knowledge.statuses) == "没听懂 1"
        assert group.newest.candidates == [{"target": "ratio", "score": 0.3, "phrasing": "报多少"}]
        assert group.files(real_knowledge.regions) == ("knowledge/regions/hunan/answers.yml",)

    async def test_texts_are_bounded_and_name_nobody(self, kept: KeptQuestions) -> None:
        await kept.keep(
            a_turn("我是〔姓名KQRT〕，电话〔手机ABCD〕" + "啊" * 2000), an_outcome(policy("silent"))
        )
        text = kept.groups(NOW, None)[0].newest.text
        assert text.startswith("我是〔姓名〕，电话〔手机〕啊")
        assert len(text) == TEXT_KEPT

    async def test_a_continuation_is_kept_with_its_question(self, kept: KeptQuestions) -> None:
        context = Context(region="江西", last_question="能寄药到家吗")
        await kept.keep(a_turn("江西呢"), an_outcome(policy("silent", "江西"), context))
        assert kept.groups(NOW, None)[0].newest.text == "能寄药到家吗（江西呢）"

    async def test_a_turn_is_kept_once(self, kept: KeptQuestions) -> None:
        for _ in range(2):
            await kept.keep(a_turn("能不能寄药"), an_outcome(policy("silent")))
        assert len(kept.groups(NOW, None)[0].questions) == 1

    async def test_an_answer_goes_out_where_nothing_can_be_kept(
        self, kept: KeptQuestions, database: Database
    ) -> None:
        Question.__table__.drop(database.engine)
        await kept.keep(a_turn("能不能寄药"), an_outcome(policy("silent")))


class TestForgetting:
    async def test_everything_goes_in_its_time(self, kept: KeptQuestions, database: Database) -> None:
        await kept.keep(a_turn("答了的", 1), an_outcome(policy("fixed")))
        await kept.keep(a_turn("没答的", 2), an_outcome(policy("silent")))
        later = NOW + questions.VOTED_ON_FOR + timedelta(seconds=1)
        await kept.keep(a_turn("后来的", 3, later), an_outcome(policy("silent")))
        assert [(q.text, q.line) for q in all_questions(database)] == [("没答的", None), ("后来的", 3)]
        await kept.keep(a_turn("更后来的", 4, NOW + KEPT_FOR * 2), an_outcome(policy("silent")))
        assert [q.text for q in all_questions(database)] == ["更后来的"]

    async def test_what_has_run_out_is_not_shown_before_it_is_deleted(self, kept: KeptQuestions) -> None:
        await kept.keep(a_turn("能不能寄药"), an_outcome(policy("silent")))
        assert kept.groups(NOW + KEPT_FOR * 2, None) == []


class TestGroups:
    async def test_groups_say_how_often_where_why_and_where_to_answer(
        self, kept: KeptQuestions, real_knowledge: Knowledge
    ) -> None:
        asked = [("药可以寄到家吗", "湖南"), ("药能不能寄到家", "江西"), ("药能寄到家吗", "湖南")]
        for line, (text, region) in enumerate(asked):
            await kept.keep(
                a_turn(text, line, NOW + timedelta(minutes=line)), an_outcome(policy("silent", region))
            )
        not_heard = replace(an_outcome(FallbackCard(reason="not_understood")), considered=())
        await kept.keep(a_turn("嘎嘎嘎", 9), not_heard)
        often, once = kept.groups(NOW + timedelta(hours=1), None)
        assert (len(often.questions), often.newest.text, often.regions) == (
            3,
            "药能寄到家吗",
            "湖南 2、江西 1",
        )
        assert often.reasons(real_knowledge.statuses) == "文件没写 3"
        assert often.files(real_knowledge.regions) == (
            "knowledge/regions/hunan/answers.yml",
            "knowledge/regions/jiangxi/answers.yml",
        )
        assert (often.topics, once.files(real_knowledge.regions)) == (("ratio",), ("data/nlu",))

    async def test_by_time_and_reason(self, kept: KeptQuestions) -> None:
        await kept.keep(a_turn("药能寄到家吗", 1), an_outcome(policy("silent")))
        later = NOW + timedelta(days=1)
        await kept.keep(a_turn("嘎嘎嘎", 2, later), an_outcome(FallbackCard(reason="not_understood")))
        assert [g.newest.text for g in kept.groups(later, None, since=later)] == ["嘎嘎嘎"]
        assert [g.newest.text for g in kept.groups(later, None, reason="silent")] == ["药能寄到家吗"]
        assert kept.groups(later, None, reason=questions.UNHELPFUL) == []
