from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from bot.clock import SHANGHAI
from bot.identity import bindings, codes
from bot.identity.retention import forget_person, sweep
from bot.records import chats, contacts, helpline, people
from bot.records.database import Database
from bot.records.demo import load_demo
from bot.records.models import (
    AccessCode,
    AuditEntry,
    Base,
    ChatBinding,
    Contact,
    Message,
    RedactionToken,
    Subscription,
    Verification,
    VerificationLock,
)
from bot.records.people import Reading

NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
PERSON = "DEMO-P01"
FORGETTING = Reading("system:root", "本人要求删除", NOW)


def line(chat: str, at: datetime = NOW) -> Message:
    return Message(chat=chat, channel="webchat", direction="in", at=at, text=f"说过的话 {chat}")


@pytest.fixture
def records(database: Database) -> Database:
    """A person with everything that can hang on one, and a chat of somebody else."""
    load_demo(database, NOW)
    with database.transaction() as session:
        bindings.bind(session, "webchat:hers", PERSON, False, NOW)
        bindings.bind(session, "webchat:his", "DEMO-P02", False, NOW)
        people.record_of(session, PERSON, Reading("chat:webchat:hers", "status", NOW))
        codes.issue(session, PERSON, False, "li", NOW)
        helpline.open_ticket(session, "webchat:hers", "webchat", None, NOW)
        session.add_all([line("webchat:hers"), line("webchat:his")])
        session.add(Subscription(person_id=PERSON, channel="telegram", address="77", consent_at=NOW))
        session.add(line("telegram:77"))
        session.add(
            VerificationLock(
                subject=f"person:{PERSON}", person_id=PERSON, last_failed_at=NOW, locked_until=NOW
            )
        )
    return database


def test_a_forgotten_person_is_nowhere_but_in_earlier_audit_entries(records: Database) -> None:
    with records.transaction() as session:
        assert forget_person(session, PERSON, FORGETTING)
    with records.transaction() as session:
        for table in Base.metadata.sorted_tables:
            rows = session.execute(text(f"SELECT * FROM {table.name}")).all()
            if table.name != "audit_entries":
                assert PERSON not in str(rows), table.name
                assert "DEMO-HN-0001" not in str(rows), table.name
        assert session.scalars(select(Message.text)).all() == ["说过的话 webchat:his"]
        assert session.scalars(select(ChatBinding.chat)).all() == ["webchat:his"]
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert last
        assert (last.action, last.who, last.why, last.person_id) == (
            "forget",
            "system:root",
            "本人要求删除",
            None,
        )


def test_the_engine_is_to_forget_the_chats_of_a_forgotten_person(records: Database) -> None:
    with records.transaction() as session:
        forget_person(session, PERSON, FORGETTING)
        assert {"webchat:hers", "telegram:77"} <= set(chats.ended(session, 10))
        chats.engine_was_told(session, "webchat:hers")
        assert "webchat:hers" not in chats.ended(session, 10)


def test_the_address_behind_a_chat_is_forgotten_where_nobody_else_needs_it(records: Database) -> None:
    with records.transaction() as session:
        hers, also_his = (contacts.alias_of(session, "wecom", address) for address in ("li", "wang"))
        for alias in (hers, also_his):
            bindings.bind(session, f"wecom:{alias}", PERSON, False, NOW)
            people.record_of(session, PERSON, Reading(f"chat:wecom:{alias}", "status", NOW))
        bindings.bind(session, f"wecom:{also_his}", "DEMO-P02", True, NOW)
        forget_person(session, PERSON, FORGETTING)
    with records.transaction() as session:
        assert session.scalars(select(Contact.alias)).all() == [also_his]


def test_who_is_not_on_record_cannot_be_forgotten(records: Database) -> None:
    with records.transaction() as session:
        assert not forget_person(session, "nobody", FORGETTING)


def test_what_has_lasted_its_time_is_swept_away(database: Database) -> None:
    load_demo(database, NOW)
    old, just_now = NOW - timedelta(days=181), NOW - timedelta(minutes=1)
    with database.transaction() as session:
        session.add_all([line("webchat:1", old), line("webchat:1", NOW - timedelta(days=179))])
        for name, at in (("webchat:1", old), ("webchat:2", just_now)):
            bindings.bind(session, name, PERSON, False, at)
            session.add(Verification(chat=name, step="key", expires_at=at + timedelta(minutes=10)))
            session.add(
                RedactionToken(
                    chat=name, token="t", kind="name", value="x", expires_at=at + timedelta(minutes=30)
                )
            )
            session.add(VerificationLock(subject=name, failures=1, last_failed_at=at, locked_until=at))
        codes.issue(session, PERSON, False, "li", old)
        codes.issue(session, PERSON, True, "li", just_now)
    with database.transaction() as session:
        sweep(session, NOW, transcript_days=180)
    with database.transaction() as session:
        kept = [session.scalar(select(func.count()).select_from(model)) for model in
                (Message, ChatBinding, Verification, RedactionToken, VerificationLock, AccessCode)]  # fmt: skip
    assert kept == [1] * 6


def test_a_chat_of_which_no_line_is_left_has_ended(database: Database) -> None:
    with database.transaction() as session:
        silent, going_on = (f"wecom:{contacts.alias_of(session, 'wecom', name)}" for name in ("li", "wang"))
        for chat in (silent, going_on):
            session.add(line(chat, NOW - timedelta(days=181)))
        session.add(line(going_on))
    with database.transaction() as session:
        sweep(session, NOW, transcript_days=180)
    with database.transaction() as session:
        assert chats.ended(session, 10) == [silent]
        assert [f"wecom:{alias}" for alias in session.scalars(select(Contact.alias))] == [going_on]
