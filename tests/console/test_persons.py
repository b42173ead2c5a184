import re
from datetime import timedelta

import pytest
from console_fakes import START, Browser, HandClock
from sqlalchemy import select

from bot.identity import bindings
from bot.records.database import Database
from bot.records.models import AuditEntry, Message, Person, Reminder, Subscription

ID, PHONE, NAME = "999999195203140013", "19900000001", "演示·张秀英"


def looks(database: Database) -> list[tuple[str, str, str, str | None]]:
    with database.transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.person_id.is_not(None)))
        return [(e.who, e.action, e.why, e.person_id) for e in entries]


def add_person(database: Database, person_id: str, name: str) -> None:
    with database.transaction() as session:
        session.add(
            Person(person_id=person_id, name=name, id_number=f"99999919700101{person_id[-4:]}", phone=None,
                   region="湖南", scheme="职工")
        )  # fmt: skip


@pytest.mark.parametrize("query", [ID, PHONE, NAME, "DEMO-HN-0001", "demo-hn-0001", f" {PHONE} "])
async def test_a_person_is_found_by_any_key(clerk: Browser, query: str) -> None:
    page = await clerk.search(query)
    assert page.path.startswith("/console/person/")
    assert NAME in page.text


async def test_the_page_of_a_person(clerk: Browser) -> None:
    page = await clerk.search(ID)
    for shown in (
        "湖南长沙市",
        "职工·退休",
        "DEMO-HN-0001",
        "高血压",
        "2026年12月7日",
        "还有15天",
        "没有订提醒",
    ):
        assert shown in page.text


async def test_numbers_are_masked_everywhere(clerk: Browser, database: Database) -> None:
    add_person(database, "DEMO-X0001", NAME)
    listed = await clerk.search(NAME)
    opened = await clerk.open(listed.link("/console/person/"))
    for page in (listed, opened):
        assert "0013" in page.text
        assert "19520314" not in page.text
        assert PHONE not in page.text


async def test_several_persons_are_listed_to_choose_from(clerk: Browser, database: Database) -> None:
    add_person(database, "DEMO-X0001", NAME)
    page = await clerk.search(NAME)
    assert page.path == "/console/search"
    assert "查到 2 人" in page.text
    assert "0001" in page.text


async def test_every_look_is_audited_with_its_reason(clerk: Browser, database: Database) -> None:
    await clerk.search(PHONE, why="家属代问")
    expected = [("staff:li", action, "家属代问", "DEMO-P01") for action in ("find", "read")]
    assert looks(database) == expected
    await clerk.open(clerk.page.path)
    assert looks(database) == [*expected, expected[-1]]


async def test_without_a_reason_nothing_is_looked_up(clerk: Browser, database: Database) -> None:
    page = await clerk.search(PHONE, why=" ")
    assert page.status == 400
    assert "写明原因" in page.text
    assert looks(database) == []


async def test_nothing_personal_stands_in_an_address(clerk: Browser, database: Database) -> None:
    add_person(database, "DEMO-X0001", NAME)
    for query in (ID, PHONE, NAME, "DEMO-HN-0001"):
        await clerk.search(query)
    addresses = " ".join(clerk.visited)
    for personal in (ID, PHONE, "DEMO", "%E6", "19520314"):
        assert personal not in addresses


async def test_a_reference_is_of_use_to_its_browser_alone_and_not_for_ever(
    clerk: Browser, clock: HandClock
) -> None:
    address = (await clerk.search(PHONE)).path
    for _ in range(5):
        clock.pass_by(timedelta(minutes=25))
        await clerk.open("/console")
    assert (await clerk.open(address)).status == 404
    address = (await clerk.search(PHONE)).path
    await clerk.open("/console")
    await clerk.send("/console/logout")
    await clerk.sign_in("wang")
    assert (await clerk.open(address)).status == 404


async def test_due_dates_are_those_the_assistant_tells(clerk: Browser) -> None:
    page = await clerk.search("DEMO-SD-0002")
    assert "已过时限" in page.text
    assert "鲁医保中心发〔2024〕24号" in page.text
    assert "您的慢性肾功能衰竭初次申请" in page.text


async def test_reminders_sent_and_planned_are_shown(clerk: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.add(Subscription(person_id="DEMO-P01", channel="webchat", address="secret", consent_at=START))
        for state, days in (("sent", -15), ("pending", 8)):
            at = START + timedelta(days=days)
            session.add(
                Reminder(
                    kind="review_due", person_id="DEMO-P01", disease="高血压", deadline=START.date(),
                    lead_days=-days, channel="webchat", address="secret", text="提醒您", due_at=at,
                    not_before=at, state=state, sent_at=at if state == "sent" else None,
                )
            )  # fmt: skip
    page = await clerk.search(ID)
    for shown in ("2026年11月22日同意提醒", "已发", "待发", "2026-11-30 10:00"):
        assert shown in page.text
    assert "secret" not in page.text


async def test_markup_in_records_is_text(clerk: Browser, database: Database) -> None:
    name = "<img src=x onerror=alert(1)>"
    add_person(database, "DEMO-X0001", name)
    add_person(database, "DEMO-X0002", name)
    listed = await clerk.search(name)
    opened = await clerk.open(listed.link("/console/person/"))
    for page in (listed, opened):
        assert "&lt;img" in page.text
        assert "<img" not in page.text


async def test_who_is_not_on_record_is_said_not_to_be(clerk: Browser) -> None:
    page = await clerk.search("19911112222")
    assert "没有查到" in page.text
    assert 'class="card region"' not in page.text


async def test_a_question_in_the_search_box_is_answered_by_policy(clerk: Browser, database: Database) -> None:
    page = await clerk.search("退休人员报销比例是多少")
    assert page.text.count('class="card region"') == 5
    assert looks(database) == []


async def test_a_persons_own_chat_is_read_and_a_relatives_is_not(clerk: Browser, database: Database) -> None:
    with database.transaction() as session:
        for chat, relative in (("webchat:own", False), ("webchat:daughters", True)):
            bound = bindings.bind(session, chat, "DEMO-P01", relative, START)
            bindings.note_consent(session, bound, "要记住您吗？", True, START)
            session.add(Message(chat=chat, channel="webchat", direction="in", at=START, text=f"{chat}说的"))
    page = await clerk.search(PHONE)
    assert page.text.count("要记住您吗？") == 2
    assert page.text.count("看对话") == 1
    page = await clerk.open(page.link("/console/talk/"))
    assert "webchat:own说的" in page.text
    assert looks(database)[-1] == ("staff:li", "read chat", "来电人本人在线咨询", "DEMO-P01")
    assert (await clerk.open("/console/talk/made-up")).status == 404


async def test_the_cost_form_is_filled_in_from_the_record(clerk: Browser) -> None:
    page = await clerk.search(PHONE)
    told = dict(re.findall(r'name="([a-z_]+(?:\.0)?)" value="([^"]*)"', page.text.split("已认定的病种")[1]))
    told.pop("token")
    page = await clerk.send("/console/cost", **told)
    assert "<option selected>湖南" in page.text
    assert re.search(r'name="employment.0" value="退休" checked', page.text)
    assert 'name="amount.0" value=""' in page.text
