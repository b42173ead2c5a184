from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import SHANGHAI
from bot.identity.access import Access, NotAllowedError
from bot.records import helpline
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.models import AuditEntry, ChatBinding, Staff

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


@pytest.fixture
def access(database: Database) -> Access:
    load_demo(database, NOW)
    with database.transaction() as session:
        session.add(
            Staff(username="li", display_name="李", password_hash="x", created_at=NOW),
        )
        session.add(
            Staff(username="left", display_name="离", password_hash="x", created_at=NOW, active=False)
        )
        session.add(
            ChatBinding(
                chat="web:1",
                person_id="DEMO-P01",
                token="t",
                channel="web",
                bound_at=NOW,
                last_used_at=NOW,
                remembered=True,
            )
        )
    return Access(database)


def entries(database: Database) -> list[tuple[str, str, str, str | None]]:
    with database.transaction() as session:
        return [(e.who, e.action, e.why, e.person_id) for e in session.scalars(select(AuditEntry))]


async def test_a_chat_sees_its_own_person_and_that_is_noted(access: Access, database: Database) -> None:
    (seen,) = await access.persons_of_chat("web:1", "t", "查进度", NOW)
    person = seen.person
    assert not seen.relative
    assert person.name == "演示·张秀英"
    assert [event.state for event in person.applications[0].events] == ["提交"]
    assert person.eligibilities[0].disease == "高血压"
    assert person.subscriptions == []
    assert entries(database) == [("chat:web:1", "read", "查进度", "DEMO-P01")]


@pytest.mark.parametrize(
    ("chat", "token", "later"),
    [
        ("web:2", "t", timedelta(0)),
        ("web:1", "other", timedelta(0)),
        ("web:1", None, timedelta(0)),
        ("web:1", "t", timedelta(days=31)),
    ],
)
async def test_others_see_nothing(
    access: Access, database: Database, chat: str, token: str | None, later: timedelta
) -> None:
    assert await access.persons_of_chat(chat, token, "查进度", NOW + later) == ()
    assert entries(database) == []


async def test_use_prolongs_a_binding(access: Access) -> None:
    for days in (0, 20, 40, 60):
        assert await access.persons_of_chat("web:1", "t", "查进度", NOW + timedelta(days=days))


@pytest.mark.parametrize(
    "query",
    ["999999195203140013", "199 0000 0001", "19900000001", "演示·张秀英", "DEMO-HN-0001", "demo-hn-0001"],
)
async def test_staff_find_a_person_by_anything_and_that_is_noted(
    access: Access, database: Database, query: str
) -> None:
    found = await access.search("li", query, "来电咨询", NOW)
    assert [person.person_id for person in found] == ["DEMO-P01"]
    assert await access.record("li", "DEMO-P01", "来电咨询", NOW)
    assert entries(database) == [
        ("staff:li", "find", "来电咨询", "DEMO-P01"),
        ("staff:li", "read", "来电咨询", "DEMO-P01"),
    ]


@pytest.mark.parametrize("username", ["left", "nobody"])
async def test_nobody_else_does(access: Access, username: str) -> None:
    with pytest.raises(NotAllowedError):
        await access.search(username, "演示·张秀英", "来电咨询", NOW)
    with pytest.raises(NotAllowedError):
        await access.record(username, "DEMO-P01", "来电咨询", NOW)


@pytest.mark.parametrize(("later", "person_id"), [(timedelta(0), "DEMO-P01"), (timedelta(days=31), None)])
async def test_staff_open_a_chat_and_that_is_noted(
    access: Access, database: Database, later: timedelta, person_id: str | None
) -> None:
    with database.transaction() as session:
        number = helpline.open_ticket(session, "web:1", "web", None, NOW).number
    opened = await access.chat("li", number, "在线对话", NOW + later)
    assert opened is not None
    assert (opened.ticket.chat, opened.person_id) == ("web:1", person_id)
    assert entries(database) == [("staff:li", "read chat", "在线对话", person_id)]


async def test_a_chat_is_for_active_staff_alone(access: Access, database: Database) -> None:
    with database.transaction() as session:
        number = helpline.open_ticket(session, "web:1", "web", None, NOW).number
    with pytest.raises(NotAllowedError):
        await access.chat("left", number, "在线对话", NOW)
    assert await access.chat("li", "0000-0000", "在线对话", NOW) is None
    assert entries(database) == []
