"""The overview's counts, the same on SQLite and PostgreSQL."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.clock import SHANGHAI
from bot.records import overview
from bot.records.database import Database
from bot.records.models import Eligibility, Message, Person
from bot.records.overview import Answered, Period

LATE_IN_THE_DAY = datetime(2026, 11, 21, 23, 30, tzinfo=SHANGHAI)
PERIOD = Period(datetime(2026, 11, 21, tzinfo=SHANGHAI), datetime(2026, 11, 23, tzinfo=SHANGHAI))


def talk(database: Database, *cards: dict[str, Any] | None) -> None:
    """A question an hour, from late in the evening on, each answered after two seconds."""
    with database.transaction() as session:
        for number, card in enumerate(cards):
            asked = LATE_IN_THE_DAY + timedelta(hours=number)
            for direction, at in (("in", asked), ("out", asked + timedelta(seconds=2))):
                line = {
                    "chat": "webchat:a",
                    "channel": "webchat",
                    "direction": direction,
                    "at": at,
                    "text": "…",
                }
                session.add(Message(**line, card=card if direction == "out" else None))
                session.flush()


def test_days_are_shanghais(database: Database) -> None:
    talk(database, None, None)
    with database.transaction() as session:
        assert overview.chats_by_day(session, PERIOD) == {"2026-11-21": 1, "2026-11-22": 1}


def test_answers_are_counted_by_how_they_stand(database: Database) -> None:
    range_ = {"card": "estimate", "fund_pays": {"low": "1.00", "high": "2.00"}}
    asked_back = {"card": "estimate", "fund_pays": None}
    talk(database, range_, asked_back, asked_back, {"card": "fallback", "reason": "unsafe"}, None)
    with database.transaction() as session:
        found = set(overview.answers(session, PERIOD))
    assert found == {
        Answered("estimate", None, True, 1),
        Answered("estimate", None, False, 2),
        Answered("fallback", "unsafe", False, 1),
    }


def test_topics_come_most_asked_first(database: Database) -> None:
    talk(
        database, {"card": "comparison", "topic": "ratio"}, *[{"card": "policy_answer", "topic": "limit"}] * 2
    )
    with database.transaction() as session:
        assert overview.topics(session, PERIOD) == [("limit", 2), ("ratio", 1)]


def test_times_are_between_a_line_and_the_next_answer(database: Database) -> None:
    talk(database, None, None)
    with database.transaction() as session:
        assert overview.answer_times(session, PERIOD) == [timedelta(seconds=2)] * 2
        assert overview.waiting_times(session, PERIOD) == []
        assert overview.reminders_by_day(session, PERIOD) == {}


def test_reviews_are_counted_by_month_and_region(database: Database) -> None:
    with database.transaction() as session:
        session.add(Person(person_id="P", name="甲", id_number="1", region="湖南", scheme="职工"))
        session.flush()
        for number, due in enumerate((date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1), None)):
            session.add(
                Eligibility(
                    person_id="P", disease=f"病{number}", approved_on=date(2026, 1, 1), review_due=due
                )
            )
    with database.transaction() as session:
        found = overview.reviews_by_month(session, date(2026, 12, 1), date(2027, 1, 1))
    assert found == {("2026-12", "湖南"): 2}
