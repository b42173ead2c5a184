"""Forgetting: what has lasted its time, every day; a person, when they ask for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.identity import bindings
from bot.identity.verification import FORGOTTEN_AFTER
from bot.records import people
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
    """Deletes lines of chats older than that, and proofs, tokens, codes, locks and bindings that have ended."""
    session.execute(delete(Message).where(Message.at < now - timedelta(days=transcript_days)))
    session.execute(delete(RedactionToken).where(RedactionToken.expires_at <= now))
    session.execute(delete(Verification).where(Verification.expires_at <= now))
    session.execute(delete(AccessCode).where(AccessCode.expires_at <= now))
    session.execute(delete(VerificationLock).where(VerificationLock.last_failed_at <= now - FORGOTTEN_AFTER))
    for binding in bindings.lapsed(session, now):
        session.delete(binding)


def forget_person(session: Session, person_id: str, reading: Reading) -> bool:
    """Erases a person: records, reminders, bindings, and what was said in every chat that saw them.

    The audit keeps its earlier entries, which name nobody but the agency's number, and notes that somebody was
    forgotten, not who. False where there is no such person. The agency's next export brings them back unless
    the agency has erased them too.
    """
    if session.get(Person, person_id) is None:
        return False
    _erase_chats(session, _chats_that_saw(session, person_id))
    theirs = select(Application.application_no).where(Application.person_id == person_id)
    session.execute(delete(ApplicationEvent).where(ApplicationEvent.application_no.in_(theirs)))
    for table in reversed(Base.metadata.sorted_tables):
        if "person_id" in table.c and table is not AuditEntry.__table__:
            session.execute(delete(table).where(table.c.person_id == person_id))
    people.audit(session, reading, "forget", None)
    return True


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


def _erase_chats(session: Session, chats: Sequence[str]) -> None:
    lines = select(Message.id).where(Message.chat.in_(chats))
    session.execute(delete(Question).where(Question.line.in_(lines)))
    for model in (Message, RedactionToken, HandoffTicket, Verification):
        session.execute(delete(model).where(model.chat.in_(chats)))
