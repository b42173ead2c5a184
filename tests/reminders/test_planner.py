"""What is written into the outbox, when, and in what words."""

from datetime import date, datetime, timedelta

import pytest
from reminder_fakes import NOW, TODAY, add_person, reminders

from bot.clock import SHANGHAI
from bot.knowledge.library import load_knowledge
from bot.knowledge.reminders import load_reminders
from bot.records.database import Database
from bot.reminders.planner import Planner
from bot.settings import ROOT

KNOWLEDGE = ROOT / "knowledge"


@pytest.fixture(scope="session")
def planner() -> Planner:
    return Planner(load_reminders(KNOWLEDGE), load_knowledge(KNOWLEDGE))


def run(planner: Planner, database: Database, now: datetime = NOW) -> int:
    with database.transaction() as session:
        return planner.run(session, now)


def days(number: int) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("days_ahead", "lead", "due_in"),
    [
        (93, None, None),
        (92, 90, 2),
        (90, 90, 0),
        (60, 90, 0),
        (32, 30, 2),
        (20, 30, 0),
        (9, 7, 2),
        (7, 7, 0),
        (3, 1, 2),
        (1, 1, 0),
        (0, 1, 0),
        (-1, -1, 0),
        (-8, -1, 0),
        (-9, None, None),
    ],
)
def test_the_nearest_lead_is_planned(
    sqlite_database: Database, planner: Planner, days_ahead: int, lead: int | None, due_in: int | None
) -> None:
    add_person(sqlite_database, TODAY + days(days_ahead))
    assert run(planner, sqlite_database) == (0 if lead is None else 1)
    for reminder in reminders(sqlite_database):
        assert due_in is not None
        assert (reminder.lead_days, reminder.state) == (lead, "pending")
        assert reminder.due_at == datetime(2026, 11, 22, 9, tzinfo=SHANGHAI) + days(due_in)
        assert (reminder.channel, reminder.address) == ("telegram", "address-p1")


def test_planning_again_changes_nothing(database: Database, planner: Planner) -> None:
    add_person(database, TODAY + days(7))
    assert run(planner, database) == 1
    before = vars(reminders(database)[0]).copy()
    assert run(planner, database) == 0
    assert run(planner, database, NOW + timedelta(hours=20)) == 0
    after = vars(reminders(database)[0])
    assert {key: after[key] for key in before if not key.startswith("_")} == {
        key: value for key, value in before.items() if not key.startswith("_")
    }


def test_every_lead_once_in_the_course_of_time(sqlite_database: Database, planner: Planner) -> None:
    deadline = TODAY + days(100)
    add_person(sqlite_database, deadline)
    for hours in range(0, 120 * 24, 12):
        run(planner, sqlite_database, NOW + timedelta(hours=hours))
    planned = [(r.lead_days, r.due_at.astimezone(SHANGHAI).date()) for r in reminders(sqlite_database)]
    assert planned == [(lead, deadline - days(lead)) for lead in (90, 30, 7, 1, -1)]


def test_more_than_one_batch(database: Database, planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.records.outbox.BATCH", 2)
    for number in range(5):
        add_person(database, TODAY + days(7), person_id=f"p{number}")
    assert run(planner, database) == 5


def test_a_kind_switched_off_is_not_planned(sqlite_database: Database, planner: Planner) -> None:
    add_person(sqlite_database, TODAY + days(7), kinds_off=("review_due",))
    assert run(planner, sqlite_database) == 0


def test_the_day_is_the_one_in_shanghai(sqlite_database: Database, planner: Planner) -> None:
    add_person(sqlite_database, date(2026, 12, 1))
    late_evening_in_utc = datetime.fromisoformat("2026-11-23T17:00:00+00:00")  # the 24th in Shanghai
    run(planner, sqlite_database, late_evening_in_utc)
    assert "从11月24日算还有7天" in reminders(sqlite_database)[0].text


class TestText:
    def text(self, database: Database, planner: Planner, due: date, region: str = "吉林") -> str:
        add_person(database, due, region=region)
        run(planner, database)
        return reminders(database)[0].text

    def test_ahead(self, sqlite_database: Database, planner: Planner) -> None:
        text = self.text(sqlite_database, planner, date(2026, 11, 29))
        assert "高血压" in text
        assert "2026年11月29日到期，从11月22日算还有7天" in text
        assert text.endswith("依据：吉医保办〔2025〕20号二（四）3。")
        assert "12393" in text

    def test_on_the_day(self, sqlite_database: Database, planner: Planner) -> None:
        assert "2026年11月22日到期，就是今天" in self.text(sqlite_database, planner, TODAY)

    def test_after(self, sqlite_database: Database, planner: Planner) -> None:
        text = self.text(sqlite_database, planner, date(2026, 11, 21))
        assert "在2026年11月21日到期了" in text
        assert "还有" not in text

    def test_a_draft_gives_no_source(self, sqlite_database: Database, planner: Planner) -> None:
        assert "依据" not in self.text(sqlite_database, planner, date(2026, 11, 29), "内蒙古")

    def test_a_region_we_know_nothing_of_is_sent_to_its_agency(
        self, sqlite_database: Database, planner: Planner
    ) -> None:
        text = self.text(sqlite_database, planner, date(2026, 11, 29), "四川")
        assert "2026年11月29日到期" in text
        assert "参保地医保经办机构" in text
        assert "依据" not in text
