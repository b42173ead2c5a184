"""Forgetting: what has lasted its time, every day; a person, when they ask for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.identity import bindings
from bot.identity.verification import FORGOTTEN_AFTER
from bot.records import chats, contacts, forgotten, people, turns
from bot.records.models import (
    AccessCode,
    Application,
    ApplicationEvent,
    AuditEntry,
    Base,
    HandoffTicket,
    Message,
    Person,
    Question,
    RedactionToken,
    Subscription,
    Verification,
    VerificationLock,
)
from bot.records.people import Reading


def sweep(session: Session, now: datetime, transcript_days: int) -> None:
    """Deletes lines of chats older than that, and proofs, tokens, codes, locks and bindings that have ended.

    A chat of which no line is left has ended.
    """
    oldest = now - timedelta(days=transcript_days)
    ended = chats.silent_since(session, oldest)
    session.execute(delete(Message).where(Message.at < oldest))
    session.execute(delete(RedactionToken).where(RedactionToken.expires_at <= now))
    session.execute(delete(Verification).where(Verification.expires_at <= now))
    session.execute(delete(AccessCode).where(AccessCode.expires_at <= now))
    session.execute(delete(VerificationLock).where(VerificationLock.last_failed_at <= now - FORGOTTEN_AFTER))
    turns.sweep(session, now)
    for binding in bindings.lapsed(session, now):
        session.delete(binding)
    session.flush()
    for chat in ended:
        _end_chat(session, chat)


def forget_person(session: Session, person_id: str, reading: Reading) -> bool:
    """Erases a person: records, reminders, bindings, and what was said in every chat that saw them.

    The audit keeps its earlier entries, which name nobody but the agency's number, and notes that somebody was
    forgotten, not who. Imports leave them out from now on. False where there is no such person.
    """
    if session.get(Person, person_id) is None:
        return False
    saw_them = _chats_that_saw(session, person_id)
    _erase_chats(session, saw_them)
    theirs = select(Application.application_no).where(Application.person_id == person_id)
    forgotten.keep_out(session, person_id, session.scalars(theirs).all())
    session.execute(delete(ApplicationEvent).where(ApplicationEvent.application_no.in_(theirs)))
    for table in reversed(Base.metadata.sorted_tables):
        if "person_id" in table.c and table is not AuditEntry.__table__:
            session.execute(delete(table).where(table.c.person_id == person_id))
    for chat in saw_them:
        _end_chat(session, chat)
    people.audit(session, reading, "forget", None)
    return True


def readmit_person(session: Session, person_id: str, reading: Reading) -> bool:
    """Lets imports bring a forgotten person back. False where nobody of that number was forgotten."""
    known = forgotten.let_in(session, person_id)
    if known:
        people.audit(session, reading, "readmit", person_id)
    return known


def _chats_that_saw(session: Session, person_id: str) -> Sequence[str]:
    looked = session.scalars(
        select(AuditEntry.who)
        .where(AuditEntry.person_id == person_id, AuditEntry.who.startswith("chat:"))
        .distinct()
    )
    reminded = session.execute(
        select(Subscription.channel, Subscription.address).where(Subscription.person_id == person_id)
    )
    return [who.removeprefix("chat:") for who in looked] + [":".join(place) for place in reminded]


def _end_chat(session: Session, chat: str) -> None:
    chats.note_ended(session, chat)
    contacts.drop_unused(session, chat)


def _erase_chats(session: Session, names: Sequence[str]) -> None:
    lines = select(Message.id).where(Message.chat.in_(names))
    session.execute(delete(Question).where(Question.line.in_(lines)))
    for model in (Message, RedactionToken, HandoffTicket, Verification):
        session.execute(delete(model).where(model.chat.in_(names)))
