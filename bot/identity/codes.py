"""One-time codes a clerk hands out: twelve digits that stand for a person, once, for a day."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.language.identifiers import luhn_fits
from bot.records.models import AccessCode

LENGTH = 12
LASTS = timedelta(hours=24)


def issue(session: Session, person_id: str, relative: bool, issued_by: str, now: datetime) -> str:
    """A new code for the person, or for a relative of whom the person told the clerk; the one before ends.

    The code itself is kept nowhere: it can be read out once.
    """
    session.execute(
        delete(AccessCode).where(AccessCode.person_id == person_id, AccessCode.relative == relative)
    )
    random = f"{secrets.randbelow(10 ** (LENGTH - 1)):0{LENGTH - 1}}"
    code = next(code for digit in range(10) if luhn_fits(code := f"{random}{digit}"))
    session.add(
        AccessCode(
            code=code, person_id=person_id, relative=relative, issued_by=issued_by, expires_at=now + LASTS
        )
    )
    return code


def redeem(session: Session, code: str, now: datetime) -> AccessCode | None:
    """What the code stands for, if it is one that is still good; from now on it is not."""
    found = session.scalar(select(AccessCode).where(AccessCode.code == code).with_for_update())
    if found is None:
        return None
    session.delete(found)
    return found if found.expires_at > now else None


def looks_like_code(number: str) -> bool:
    """Whether it has a code's length and check digit, so that mistyped ones and other numbers are told apart."""
    return len(number) == LENGTH and number.isdecimal() and luhn_fits(number)
