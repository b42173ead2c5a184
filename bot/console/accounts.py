"""Accounts of the helpline's console: made on the command line, never by default; and signing in to them."""

import asyncio
import re
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from bot.console.roles import SECOND_FACTOR
from bot.console.second_factor import step_of
from bot.records.database import Database
from bot.records.models import Staff, StaffRole, StaffSession
from bot.records.staff import account, remove_sessions_of

PASSWORD_AT_LEAST = 12
DISPLAY_NAME_AT_MOST = 64
FAILURES_ALLOWED = 5
LOCKED_FOR = timedelta(minutes=15)

_USERNAME = re.compile(r"[A-Za-z0-9._-]{2,64}")
_hasher = PasswordHasher()  # argon2id with the library's own, current costs
_NOBODY = _hasher.hash("nobody has this password")
"""Verified for names that do not exist, so that they take as long as those that do."""


class AccountError(ValueError):
    """The account cannot be made or changed; says what to do instead, to the operator and `in_chinese` to staff."""

    def __init__(self, message: str, in_chinese: str) -> None:
        super().__init__(message)
        self.in_chinese = in_chinese


def add_staff(
    database: Database,
    username: str,
    display_name: str,
    password: str,
    now: datetime,
    role: StaffRole = "clerk",
) -> None:
    """Makes an account. Raises AccountError for a name that cannot be used and a password that is too short."""
    if not _USERNAME.fullmatch(username):
        raise AccountError(
            "The name needs 2 to 64 letters, digits, dots, hyphens or underscores.",
            "用户名要2到64个字母、数字、点、横线或下划线。",
        )
    if not 1 <= len(display_name.strip()) <= DISPLAY_NAME_AT_MOST:
        raise AccountError(
            f"The display name needs 1 to {DISPLAY_NAME_AT_MOST} characters; give the name colleagues see.",
            f"请写同事看得懂的姓名，最多{DISPLAY_NAME_AT_MOST}个字。",
        )
    password_hash = _hash_of(password)
    with database.transaction() as session:
        if account(session, username) is not None:
            raise AccountError(
                f"The name {username} is taken; choose another.", f"用户名{username}已经有人用了，请换一个。"
            )
        session.add(
            Staff(
                username=username,
                display_name=display_name.strip(),
                password_hash=password_hash,
                role=role,
                created_at=now,
            )
        )


def disable_staff(database: Database, username: str) -> None:
    """Switches an account off for good and signs it out everywhere. Raises AccountError for an unknown name.

    The name stays taken: what was noted under it was done by one person.
    """
    with database.transaction() as session:
        staff = _in_use(session, username)
        staff.active = False
        remove_sessions_of(session, staff)


def set_password(database: Database, username: str, password: str) -> None:
    """Gives an account a new password; it is unlocked and signed out everywhere, and a second factor is set up anew.

    Raises AccountError.
    """
    password_hash = _hash_of(password)
    with database.transaction() as session:
        staff = _in_use(session, username)
        staff.password_hash = password_hash
        staff.failed_logins, staff.locked_until = 0, None
        staff.totp_secret, staff.totp_step = None, 0
        remove_sessions_of(session, staff)


def set_role(database: Database, username: str, role: StaffRole) -> None:
    """Gives an account another role; it is signed out everywhere, so that it begins anew with what it may do now.

    Raises AccountError.
    """
    with database.transaction() as session:
        staff = _in_use(session, username)
        staff.role = role
        remove_sessions_of(session, staff)


async def sign_in(database: Database, username: str, password: str, now: datetime) -> Staff | None:
    """Whose password this is. None for a wrong one, an unknown or switched-off name, and a locked account.

    The try is counted before the password is looked at: guesses made at the same time all count. Where a second
    factor is asked for, tries are forgotten only after that.
    """
    staff = await database.run(lambda session: _begin_try(account(session, username, lock=True), now))
    password_hash = staff.password_hash if staff else _NOBODY
    if not await asyncio.to_thread(_fits, password_hash, password) or staff is None:
        return None
    if staff.role not in SECOND_FACTOR:
        await database.run(lambda session: _forget_failures(session, staff.id))
    return staff


def confirm(session: Session, browser: str, code: str, new_secret: str | None, now: datetime) -> bool:
    """Whether the one-time password fits, so that the browser is signed in for good.

    `new_secret` is that of a second factor being set up: with a code of it, it holds, if there was none before.
    """
    signed_in = session.get_one(StaffSession, browser)
    staff = _begin_try(session.get(Staff, signed_in.staff_id, with_for_update=True), now)
    if staff is None or (secret := staff.totp_secret or new_secret) is None:
        return False
    step = step_of(secret, code, now)
    if step is None or step <= staff.totp_step:
        return False
    staff.totp_secret, staff.totp_step, signed_in.confirmed = secret, step, True
    _forget_failures(session, staff.id)
    return True


def _begin_try(staff: Staff | None, now: datetime) -> Staff | None:
    """The account, one more try counted; None where it is of no use now."""
    if staff is None or not staff.active or (staff.locked_until and staff.locked_until > now):
        return None
    staff.failed_logins = 1 if staff.locked_until else staff.failed_logins + 1
    staff.locked_until = now + LOCKED_FOR if staff.failed_logins >= FAILURES_ALLOWED else None
    return staff


def _forget_failures(session: Session, staff_id: int) -> None:
    staff = session.get_one(Staff, staff_id)
    staff.failed_logins, staff.locked_until = 0, None


def _in_use(session: Session, username: str) -> Staff:
    staff = account(session, username, lock=True)
    if staff is None:
        raise AccountError(
            f"There is no account {username}; check the name, or make it with `bot staff add`.",
            f"没有账号{username}，请核对用户名。",
        )
    if not staff.active:
        raise AccountError(
            f"The account {username} is switched off; make one under another name.",
            f"账号{username}已经停用，请用别的名字新建一个。",
        )
    return staff


def _hash_of(password: str) -> str:
    if len(password) < PASSWORD_AT_LEAST:
        raise AccountError(
            f"The password needs {PASSWORD_AT_LEAST} characters or more.",
            f"密码要{PASSWORD_AT_LEAST}位以上。",
        )
    return _hasher.hash(password)


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except VerifyMismatchError:
        return False
