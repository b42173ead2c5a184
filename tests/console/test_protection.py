"""One-time codes, bindings and locks on a person's page."""

import re
from datetime import timedelta

import pytest
from console_fakes import START, Browser, HandClock
from sqlalchemy import select

from bot.identity import bindings
from bot.identity.redaction import redact
from bot.identity.verification import Verified, Verifier
from bot.records.database import Database
from bot.records.models import AuditEntry, VerificationLock

PERSON, PHONE = "DEMO-P01", "19900000001"


def actions(database: Database) -> list[str]:
    with database.transaction() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.person_id == PERSON)).all()
        return [entry.action for entry in entries if entry.action not in ("find", "read")]


@pytest.mark.parametrize(("fields", "relative"), [({}, False), ({"relative": "1"}, True)])
async def test_a_code_is_shown_once_and_opens_a_chat(
    clerk: Browser, database: Database, fields: dict[str, str], relative: bool
) -> None:
    person = (await clerk.search(PHONE)).path
    page = await clerk.send(f"{person}/code", **fields)
    found = re.search(r"\d{4} \d{4} \d{4}", page.text)
    assert found
    assert found[0] not in (await clerk.open(person)).text
    with database.transaction() as session:
        safe = redact(session, found[0], "web:1", START)
    used = await Verifier(database).redeem("web:1", safe, START)
    assert isinstance(used, Verified)
    assert used.relative is relative
    assert actions(database)[0].startswith("issue code")


async def test_bindings_are_shown_and_undone(clerk: Browser, database: Database) -> None:
    with database.transaction() as session:
        token = bindings.bind(session, "telegram:7", PERSON, True, START).token
    page = await clerk.search(PHONE)
    assert "Telegram" in page.text
    assert "家人" in page.text
    page = await clerk.send(f"{page.path}/unbind", binding=token)
    assert "现在没有对话能查到这个人" in page.text
    assert actions(database) == ["bind", "unbind"]


async def test_a_binding_of_somebody_else_stays(clerk: Browser, database: Database) -> None:
    with database.transaction() as session:
        token = bindings.bind(session, "web:7", "DEMO-P02", False, START).token
    page = await clerk.search(PHONE)
    await clerk.send(f"{page.path}/unbind", binding=token)
    with database.transaction() as session:
        assert bindings.of_chat(session, "web:7", START)


async def test_guessing_is_shown_and_a_lock_can_be_taken_away(
    clerk: Browser, database: Database, clock: HandClock
) -> None:
    with database.transaction() as session:
        session.add(
            VerificationLock(
                subject=f"person:{PERSON}", person_id=PERSON, failures=5, last_failed_at=START,
                locked_until=START + timedelta(hours=24),
            )
        )  # fmt: skip
    home = await clerk.open("/console")
    assert "可能有人在试探" in home.text
    page = await clerk.open(home.link("/console/person/"))
    assert "失败了 5 次" in page.text
    page = await clerk.send(f"{page.path}/unlock")
    assert "失败了" not in page.text
    assert actions(database) == ["unlock"]
    clock.pass_by(timedelta(minutes=1))
    assert "可能有人在试探" not in (await clerk.open("/console")).text


@pytest.mark.parametrize("act", ["code", "unbind", "unlock"])
async def test_forms_of_others_do_nothing(clerk: Browser, database: Database, act: str) -> None:
    page = await clerk.search(PHONE)
    answer = await clerk.client.post(f"{page.path}/{act}", data={"token": "forged"})
    assert answer.status == 403
    assert (await clerk.client.post("/console/person/forged/code", data={"token": page.token})).status == 404
    assert actions(database) == []
