"""Signed-in browsers: rows in the database, so that signing out and switching an account off take effect at once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.console.roles import SECOND_FACTOR
from bot.records import people
from bot.records.models import Staff, StaffSession
from bot.records.people import Reading
from bot.records.staff import remove_ended_sessions, remove_session

IDLE_FOR = timedelta(minutes=30)
LASTS = timedelta(hours=12)


def new_secret() -> str:
    """A cookie's value."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept, and written into our tokens, in place of the cookie's value."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(session: Session, staff: Staff, browser: str, now: datetime) -> None:
    """Signs a browser in. `browser` is its cookie's hash. Sessions that have ended are cleared away.

    Who needs a second factor gets no further than to the page that asks for it.
    """
    remove_ended_sessions(session, now, idle_since=now - IDLE_FOR)
    session.add(
        StaffSession(
            token_hash=browser,
            staff_id=staff.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + LASTS,
            confirmed=staff.role not in SECOND_FACTOR,
        )
    )
    people.audit(session, Reading(f"staff:{staff.username}", "登录", now), "sign in", None)


def signed_in(session: Session, browser: str, now: datetime, by_hand: bool) -> StaffSession | None:
    """Who is signed in there. `by_hand`: a person did something, so the idle time begins anew."""
    known = session.get(StaffSession, browser)
    if known is None or not known.staff.active:
        return None
    if now >= known.expires_at or now >= known.last_seen_at + IDLE_FOR:
        return None
    if by_hand:
        known.last_seen_at = now
    return known


def end_session(session: Session, staff: Staff, browser: str, now: datetime) -> None:
    """Signs a browser out."""
    remove_session(session, browser)
    people.audit(session, Reading(f"staff:{staff.username}", "退出", now), "sign out", None)
