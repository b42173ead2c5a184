"""Failed proofs as the staff see them: whose data somebody tried to get at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.records.models import VerificationLock

ATTEMPTS = 5
"""Failed proofs after which a chat or a number is locked for long, and the staff are told."""


@dataclass(frozen=True)
class Alert:
    """What happened since yesterday: chats or numbers that were locked, and the persons among them."""

    locked: int
    persons: Sequence[str]


def alert(session: Session, now: datetime) -> Alert:
    """Everything that was locked within a day; `persons` are person ids, latest first."""
    recent = (
        VerificationLock.failures >= ATTEMPTS,
        VerificationLock.last_failed_at > now - timedelta(days=1),
    )
    locked = session.scalar(select(func.count()).select_from(VerificationLock).where(*recent)) or 0
    persons = session.scalars(
        select(VerificationLock.person_id)
        .where(*recent, VerificationLock.person_id.is_not(None))
        .order_by(VerificationLock.last_failed_at.desc())
    )
    return Alert(locked, [person_id for person_id in persons if person_id])


def lock_of_person(session: Session, person_id: str) -> VerificationLock | None:
    """The failed proofs to be this person."""
    return session.scalar(select(VerificationLock).where(VerificationLock.person_id == person_id))


def unlock_person(session: Session, person_id: str) -> None:
    """Forgets them."""
    session.execute(delete(VerificationLock).where(VerificationLock.person_id == person_id))
