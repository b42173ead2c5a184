from datetime import date, datetime

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.models import Application, Eligibility, Person

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


def test_records_are_marked_and_cover_the_five_regions(sqlite_database: Database) -> None:
    assert load_demo(sqlite_database, NOW)
    with sqlite_database.transaction() as session:
        persons = session.scalars(select(Person)).all()
        states = {a.events[-1].state for a in session.scalars(select(Application))}
    assert {p.region for p in persons} == {"江西", "湖南", "吉林", "山东", "内蒙古"}
    assert all(p.name.startswith("演示·") and p.id_number.startswith("999999") for p in persons)
    assert {"提交", "补正", "受理", "审核", "不通过", "办结"} <= states


@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2028, 2, 29)])
def test_reviews_fall_due_soon_after_loading(sqlite_database: Database, today: date) -> None:
    load_demo(sqlite_database, datetime(today.year, today.month, today.day, 0, 30, tzinfo=SHANGHAI))
    with sqlite_database.transaction() as session:
        due = session.scalars(select(Eligibility.review_due)).all()
    assert min((d - today).days for d in due if d and d >= today) == 3


def test_only_an_empty_database_gets_them(sqlite_database: Database) -> None:
    assert load_demo(sqlite_database, NOW)
    assert not load_demo(sqlite_database, NOW)
