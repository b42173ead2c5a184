"""The helpline's accounts and the browsers signed in to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records.models import Staff, StaffSession


def account(session: Session, username: str, lock: bool = False) -> Staff | None:
    """The account of that name, switched off or not. `lock`: nobody else changes it until the transaction ends."""
    chosen = select(Staff).where(Staff.username == username)
    return session.scalar(chosen.with_for_update() if lock else chosen)


def remove_session(session: Session, browser: str) -> None:
    """Signs out the browser whose cookie has this hash."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == browser))


def remove_sessions_of(session: Session, staff: Staff) -> None:
    """Signs an account out everywhere."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff.id))


def remove_ended_sessions(session: Session, now: datetime, idle_since: datetime) -> None:
    """Removes sessions whose time is up and those nobody has used since `idle_since`."""
    ended = (StaffSession.expires_at <= now) | (StaffSession.last_seen_at <= idle_since)
    session.execute(delete(StaffSession).where(ended))


def accounts(session: Session) -> Sequence[Staff]:
    """All accounts by name, those in use first."""
    return session.scalars(select(Staff).order_by(Staff.active.desc(), Staff.username)).all()


def open_sessions(session: Session, now: datetime, idle_since: datetime) -> Sequence[StaffSession]:
    """The browsers that are signed in, latest used first."""
    in_use = (StaffSession.expires_at > now, StaffSession.last_seen_at > idle_since)
    latest_first = StaffSession.last_seen_at.desc()
    return session.scalars(select(StaffSession).where(*in_use).order_by(latest_first)).all()
