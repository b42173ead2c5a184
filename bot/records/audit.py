"""Looking up what was done, by whom, with whose data."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import AuditEntry


@dataclass(frozen=True)
class Wanted:
    """Entries to look for; what is None does not matter. `since` is included, `before` is not."""

    since: datetime
    before: datetime
    who: str | None = None
    action: str | None = None
    person_id: str | None = None


def entries(session: Session, wanted: Wanted, skip: int, limit: int) -> Sequence[AuditEntry]:
    """The entries that fit, latest first."""
    found = select(AuditEntry).where(AuditEntry.at >= wanted.since, AuditEntry.at < wanted.before)
    for column, value in (
        (AuditEntry.who, wanted.who),
        (AuditEntry.action, wanted.action),
        (AuditEntry.person_id, wanted.person_id),
    ):
        if value is not None:
            found = found.where(column == value)
    latest_first = found.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
    return session.scalars(latest_first.offset(skip).limit(limit)).all()
