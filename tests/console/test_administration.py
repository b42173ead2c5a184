import asyncio
import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from aiohttp import FormData
from console_fakes import START, Browser, HandClock, Page
from sqlalchemy import select

from bot.console.csv_files import csv_file
from bot.console.imports import SILENT_AT_MOST, TASK
from bot.console.pages import imports
from bot.console.sessions import open_session
from bot.records.database import Database
from bot.records.imports import begin, tell
from bot.records.models import AuditEntry, Person, Reminder, Staff, StaffSession, Subscription

HERE = "/console/administration"
PERSONS = "人员编号,姓名,证件号码,手机号,参保地,险种\nP-1,测试,11010519491231002X,,湖南,居民\n"


async def test_accounts_are_made_and_switched_off(administrator: Browser, database: Database) -> None:
    await administrator.open(HERE)
    page = await administrator.send(
        f"{HERE}/add", username="sun", name="孙", role="analyst", password="a long enough password"
    )
    assert "sun" in page.text
    page = await administrator.send(f"{HERE}/switch-off", username="sun")
    assert "已停用" in page.text
    page = await administrator.send(f"{HERE}/switch-off", username="wu")
    assert (page.status, "自己的账号" in page.text) == (400, True)
    with database.transaction() as session:
        noted = session.scalars(select(AuditEntry.why).where(AuditEntry.action == "change account")).all()
    assert noted == ["新建分析员 sun", "停用 sun"]


async def test_an_account_that_cannot_be_made_says_why(administrator: Browser) -> None:
    await administrator.open(HERE)
    page = await administrator.send(f"{HERE}/add", username="li", name="李", password="x" * 12)
    assert (page.status, "已经有人用了" in page.text) == (400, True)


async def test_a_changed_role_holds_from_the_next_sign_in_on(
    administrator: Browser, database: Database
) -> None:
    await administrator.open(HERE)
    page = await administrator.send(f"{HERE}/role", username="wu", role="clerk")
    assert (page.status, "自己的角色" in page.text) == (400, True)
    with database.transaction() as session:
        open_session(
            session, session.scalars(select(Staff).where(Staff.username == "zhou")).one(), "z", START
        )
    await administrator.send(f"{HERE}/role", username="zhou", role="clerk")
    with database.transaction() as session:
        assert session.get(StaffSession, "z") is None
        noted = session.scalars(select(AuditEntry.why).where(AuditEntry.action == "change account")).all()
    assert noted == ["改角色 zhou：坐席"]
    await administrator.sign_in("zhou")
    assert (await administrator.open("/console/overview")).status == 403


async def test_a_session_is_ended_from_afar(administrator: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.add(
            StaffSession(
                token_hash="elsewhere",
                staff_id=1,
                created_at=START,
                last_seen_at=START,
                expires_at=START + timedelta(hours=1),
            )
        )
    assert "elsewhere" in (await administrator.open(HERE)).text
    assert "elsewhere" not in (await administrator.send(f"{HERE}/end-session", session="elsewhere")).text


# --- import ---------------------------------------------------------------------------------------


async def upload(browser: Browser, content: str, name: str = "人员.csv", **fields: str) -> Page:
    token = (await browser.open(f"{HERE}/import")).token
    form = FormData()
    for key, value in {"token": token, **fields}.items():
        form.add_field(key, value)
    form.add_field("files", content.encode(), filename=name, content_type="text/csv")
    page = await browser._on(await browser.client.post(f"{HERE}/import", data=form))
    await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == TASK))
    return page if page.status >= 400 else await browser.open(f"{HERE}/import")


async def test_a_file_is_loaded_and_its_wrong_rows_are_listed(
    administrator: Browser, database: Database
) -> None:
    page = await upload(administrator, PERSONS + "P-2,二,not an id,,湖南,居民\n")
    assert "有误的行（1）" in page.text
    with database.transaction() as session:
        assert session.get(Person, "P-1") is not None
        assert session.get(Person, "P-2") is None
    errors = await administrator.open(f"{HERE}/import/errors")
    assert errors.headers["Content-Type"].startswith("text/csv")
    assert "证件号码" in errors.text


async def test_nothing_is_loaded_where_that_is_asked_for(administrator: Browser, database: Database) -> None:
    page = await upload(administrator, PERSONS + "P-2,二,not an id,,湖南,居民\n", strict="1")
    assert "什么都没有导入" in page.text
    with database.transaction() as session:
        assert session.get(Person, "P-1") is None


async def test_an_import_of_another_process_is_shown_and_is_alone(
    administrator: Browser, database: Database, clock: HandClock
) -> None:
    with database.transaction() as session:
        run = begin(session, ["人员.csv"], "sun", START, START - SILENT_AT_MOST)
        assert run is not None
        tell(session, run, "人员.csv", 4000, 9000, START)
    page = await administrator.open(f"{HERE}/import")
    assert 'value="4000" max="9000"' in page.text
    page = await upload(administrator, PERSONS)
    assert (page.status, "等它结束" in page.text) == (400, True)
    clock.pass_by(SILENT_AT_MOST)  # its process went down
    assert "导入中断了" in (await administrator.open(f"{HERE}/import")).text
    assert "没有有误的行" in (await upload(administrator, PERSONS)).text


async def test_what_is_uploaded_is_bounded_and_deleted(
    administrator: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(imports.tempfile, "mkdtemp", lambda prefix: str(_made(tmp_path / "upload")))
    monkeypatch.setattr(imports, "UPLOAD_AT_MOST", 2**20)
    page = await upload(administrator, "x" * (2**20 + 1))
    assert "超过1MB" in page.text
    assert not (tmp_path / "upload").exists()
    await upload(administrator, PERSONS, name="../../人员.csv")
    assert not (tmp_path / "upload").exists()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def test_a_form_with_files_needs_our_token_too(administrator: Browser) -> None:
    for fields in ({}, {"token": "made-up"}):
        form = FormData(fields)
        form.add_field("files", b"x", filename="x.csv")
        response = await administrator.client.post(f"{HERE}/import", data=form)
        assert response.status == 403


async def test_clerks_cannot_upload(clerk: Browser) -> None:
    token = (await clerk.open("/console")).token
    form = FormData({"token": token})
    form.add_field("files", b"x", filename="x.csv")
    assert (await clerk.client.post(f"{HERE}/import", data=form)).status == 403


# --- audit and keys -------------------------------------------------------------------------------


async def test_audit_is_searched_by_person_account_and_action(
    administrator: Browser, database: Database
) -> None:
    with database.transaction() as session:
        for who, action, person in (("li", "read", "DEMO-P01"), ("wang", "find", "DEMO-P02")):
            session.add(
                AuditEntry(at=START, who=f"staff:{who}", action=action, why=f"{who}的原因", person_id=person)
            )
    await administrator.open(f"{HERE}/audit")
    for field, value in (("person", "DEMO-P01"), ("who", "li"), ("action", "read")):
        page = await administrator.send(f"{HERE}/audit", **{field: value})
        assert "li的原因" in page.text
        assert "wang的原因" not in page.text
        assert value not in page.path
    assert "没有这个人" in (await administrator.send(f"{HERE}/audit", person="nobody")).text


async def test_ten_thousand_entries_come_page_by_page(administrator: Browser, database: Database) -> None:
    with database.transaction() as session:
        session.add_all(
            AuditEntry(at=START - timedelta(seconds=n), who="staff:li", action="find", why=f"原因{n:05}")
            for n in range(10_000)
        )
    await administrator.open(f"{HERE}/audit")
    page = await administrator.send(f"{HERE}/audit", action="find")
    assert page.text.count("原因0") == 100
    page = await administrator.send(f"{HERE}/audit", action="find", page="99")
    assert "原因09999" in page.text
    assert "下一页" not in page.text


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31"])
async def test_days_that_make_no_sense_are_put_right(administrator: Browser, day: str) -> None:
    await administrator.open(f"{HERE}/audit")
    page = await administrator.send(f"{HERE}/audit", since=day, until=day, page="99999999999")
    assert page.status == 200


async def test_the_state_of_the_keys_is_told_and_no_key(administrator: Browser) -> None:
    page = await administrator.open(f"{HERE}/keys")
    assert "全部用现在这把写的" in page.text
    assert "bot keys rotate" in page.text


# --- reminders that did not arrive ----------------------------------------------------------------


def stuck(database: Database, person: str) -> int:
    with database.transaction() as session:
        reminder = Reminder(
            kind="review_due",
            person_id=person,
            disease="高血压",
            deadline=date(2026, 12, 1),
            lead_days=30,
            channel="telegram",
            address="9",
            due_at=START,
            not_before=START,
            state="dead",
            last_error="对方屏蔽了机器人",
        )
        session.add(reminder)
        for there in session.scalars(select(Subscription).where(Subscription.person_id == person)):
            session.delete(there)
        session.add(
            Subscription(
                person_id=person, channel="telegram", address="9", consent_at=START, unreachable_since=START
            )
        )
        session.flush()
        return reminder.id


async def test_a_stuck_reminder_is_sent_again_once(clerk: Browser, database: Database) -> None:
    number = stuck(database, "DEMO-P01")
    page = await clerk.open("/console/reminders")
    assert "对方屏蔽了机器人" in page.text
    page = await clerk.send("/console/reminders", reminder=str(number), do="again")
    assert "已经办了" in page.text
    page = await clerk.send("/console/reminders", reminder=str(number), do="end")  # from another tab
    assert "已经有人办了" in page.text
    with database.transaction() as session:
        assert session.get_one(Reminder, number).state == "pending"


async def test_showing_a_number_to_call_is_noted(clerk: Browser, database: Database) -> None:
    stuck(database, "DEMO-P01")
    with database.transaction() as session:
        phone = session.get_one(Person, "DEMO-P01").phone
    assert phone
    assert phone in (await clerk.open("/console/reminders")).text
    with database.transaction() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "show phone")).all()
    assert [entry.person_id for entry in noted] == ["DEMO-P01"]


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    written = csv_file("x.csv", [(cell, -1)]).body
    assert isinstance(written, bytes)
    ((text, number),) = csv.reader(StringIO(written.decode("utf-8-sig"), newline=""))
    assert text == f"'{cell}"
    assert number == "-1"
