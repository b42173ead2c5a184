"""What is written into the outbox, when, and in what words."""

from datetime import date, datetime, timedelta

import pytest
from reminder_fakes import (
    APPLICATIONS,
    KINDS,
    NOW,
    TODAY,
    add_application,
    add_disease,
    add_events,
    add_person,
    reminders,
)

from bot.clock import SHANGHAI
from bot.records import outbox
from bot.records.database import Database
from bot.records.models import Person
from bot.reminders.occasions import still_there
from bot.reminders.planner import Planner


@pytest.fixture(scope="session")
def planner() -> Planner:
    return Planner(KINDS, APPLICATIONS)


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
    for hours in range(0, 103 * 24, 24):
        run(planner, sqlite_database, NOW + timedelta(hours=hours))
    planned = [(r.lead_days, r.due_at.astimezone(SHANGHAI).date()) for r in reminders(sqlite_database)]
    assert planned == [(lead, deadline - days(lead)) for lead in (90, 30, 7, 1, -1)]


def test_more_than_one_batch(database: Database, planner: Planner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.records.outbox.BATCH", 2)
    for number in range(5):
        add_person(database, None, person_id=f"p{number}")
        add_application(database, ("补正", TODAY - days(1)), person_id=f"p{number}")
    assert run(planner, database) == 5


def test_a_kind_switched_off_is_not_planned(sqlite_database: Database, planner: Planner) -> None:
    add_person(sqlite_database, TODAY + days(7), kinds_off=("review_due",))
    assert run(planner, sqlite_database) == 0


def test_an_address_out_of_reach_is_not_planned_for(database: Database, planner: Planner) -> None:
    add_person(database, TODAY + days(7))
    with database.transaction() as session:
        outbox.unreachable(session, "telegram", "address-p1", NOW)
    assert run(planner, database) == 0


def test_only_the_person_who_just_asked(database: Database, planner: Planner) -> None:
    for person_id in ("p1", "p2"):
        add_person(database, TODAY + days(7), person_id=person_id)
    with database.transaction() as session:
        assert planner.run(session, NOW, "p2") == 1
    assert [reminder.person_id for reminder in reminders(database)] == ["p2"]


def test_the_day_is_the_one_in_shanghai(sqlite_database: Database, planner: Planner) -> None:
    add_person(sqlite_database, date(2026, 12, 1))
    late_evening_in_utc = datetime.fromisoformat("2026-11-23T17:00:00+00:00")  # the 24th in Shanghai
    run(planner, sqlite_database, late_evening_in_utc)
    assert reminders(sqlite_database)[0].due_at == datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)


class TestKinds:
    """Each kind is planned where the region has it, and still holds when it is looked at again."""

    def planned(
        self, database: Database, planner: Planner, now: datetime = NOW
    ) -> dict[str, list[tuple[date, int]]]:
        run(planner, database, now)
        found: dict[str, list[tuple[date, int]]] = {}
        with database.transaction() as session:
            for reminder in outbox.latest(session, None, 100):
                person = session.get(Person, reminder.person_id)
                assert person
                assert still_there(reminder, person, APPLICATIONS, now.date()), reminder.kind
                found.setdefault(reminder.kind, []).append((reminder.deadline, reminder.lead_days))
        return found

    def test_shandong_ends_benefits_nobody_used(self, database: Database, planner: Planner) -> None:
        add_person(database, TODAY + days(60), region="山东")
        assert self.planned(database, planner) == {
            "review_due": [(TODAY + days(60), 90)],
            "no_expense": [(TODAY + days(60), 60)],
        }

    def test_but_not_those_that_were_used(self, sqlite_database: Database, planner: Planner) -> None:
        add_person(sqlite_database, TODAY + days(60), region="山东", last_expense_on=TODAY)
        assert set(self.planned(sqlite_database, planner)) == {"review_due"}

    def test_hunan_clears_the_quota_at_the_end_of_the_quarter(
        self, database: Database, planner: Planner
    ) -> None:
        add_person(database, None, region="湖南")
        add_disease(database, "糖尿病")
        december = datetime(2026, 12, 20, 10, tzinfo=SHANGHAI)
        assert self.planned(database, planner, december) == {"quarter_end": [(date(2026, 12, 31), 10)]}

    def test_hunan_certifies_retirees_every_year(self, database: Database, planner: Planner) -> None:
        add_person(database, date(2029, 11, 28), region="湖南", approved_on=date(2024, 11, 28), retired=True)
        assert self.planned(database, planner) == {"certification": [(date(2026, 11, 28), 7)]}

    @pytest.mark.parametrize(
        ("review_due", "retired"), [(date(2025, 11, 28), True), (date(2029, 11, 28), False)]
    )
    def test_but_nobody_whose_review_comes_within_a_year_or_who_still_works(
        self, sqlite_database: Database, planner: Planner, review_due: date, retired: bool
    ) -> None:
        add_person(
            sqlite_database, review_due, region="湖南", approved_on=date(2024, 11, 28), retired=retired
        )
        assert self.planned(sqlite_database, planner) == {}

    def test_a_recognition_on_the_29th_of_february_has_its_day_every_year(
        self, sqlite_database: Database, planner: Planner
    ) -> None:
        add_person(sqlite_database, None, region="湖南", approved_on=date(2024, 2, 29), retired=True)
        february = datetime(2026, 2, 21, 10, tzinfo=SHANGHAI)
        assert self.planned(sqlite_database, planner, february) == {"certification": [(date(2026, 2, 28), 7)]}

    def test_papers_are_asked_for_again_until_they_came(self, database: Database, planner: Planner) -> None:
        add_person(database, None)
        add_application(database, ("提交", TODAY - days(5)), ("补正", TODAY - days(3)))
        assert self.planned(database, planner) == {"papers_missing": [(TODAY - days(3), -3)]}
        add_events(database, ("受理", TODAY - days(2)))
        with database.transaction() as session:
            (asked,) = outbox.latest(session, None, 10)
            person = session.get(Person, "p1")
            assert person
            assert still_there(asked, person, APPLICATIONS, TODAY) is None

    def test_a_result_is_told_and_in_shandong_until_when_it_may_be_objected_to(
        self, database: Database, planner: Planner
    ) -> None:
        add_person(database, None, region="山东")
        add_application(database, ("提交", TODAY - days(30)), ("不通过", TODAY - days(4)))
        assert self.planned(database, planner) == {
            "result": [(TODAY - days(4), 0)],
            "objection": [(TODAY + days(6), 7)],
        }

    def test_an_application_past_its_statutory_day(self, database: Database, planner: Planner) -> None:
        add_person(database, None, region="山东")
        add_application(database, ("提交", date(2026, 10, 22)))  # 20 working days end on 19 November
        assert self.planned(database, planner) == {"overdue": [(date(2026, 11, 19), -1)]}
