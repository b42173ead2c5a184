"""Accounts of the helpline's console: made on the command line, never by default."""

from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import select

from bot.records.database import Database
from bot.records.models import Staff

PASSWORD_AT_LEAST = 12

_hasher = PasswordHasher()


class AccountError(ValueError):
    """The account cannot be made; the message says what to change."""


def add_staff(database: Database, username: str, display_name: str, password: str, now: datetime) -> None:
    """Makes an account. Raises AccountError for a short password or a name that is taken."""
    if len(password) < PASSWORD_AT_LEAST:
        raise AccountError(f"The password needs {PASSWORD_AT_LEAST} characters or more.")
    with database.transaction() as session:
        if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
            raise AccountError(f"The name {username} is taken; choose another.")
        session.add(
            Staff(
                username=username,
                display_name=display_name,
                password_hash=_hasher.hash(password),
                created_at=now,
            )
        )
