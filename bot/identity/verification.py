"""Proving who is asking: a key (application or ID number), then two facts on record beside it.

The facts are asked one at a time and judged together at the end, so that a wrong fact, a right one and a number
that nobody has read alike. What was typed never leaves the database; failures are counted per chat and per key.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.identity.redaction import TOKEN, revealed
from bot.language.normalise import normalise
from bot.records import people
from bot.records.database import Database
from bot.records.fields import lookup_form
from bot.records.models import (
    ChatBinding,
    Person,
    Verification,
    VerificationLock,
    VerificationStep,
)
from bot.records.people import Reading

ATTEMPTS = 5
LOCKS = (
    timedelta(0),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=24),
)
"""How long a chat or a key rests after its first, second, … failure; the last for all further ones."""
FORGOTTEN_AFTER = timedelta(hours=24)
LASTS = timedelta(minutes=10)

_NEXT_BY_APPLICATION: dict[VerificationStep, VerificationStep] = {"phone": "birth"}
_NEXT_BY_ID: dict[VerificationStep, VerificationStep] = {"phone": "name"}
"""An ID number holds the birth date, so with it the name is the second fact."""


@dataclass(frozen=True)
class Ask:
    """Ask for this step; `again`: the last answer could not be read."""

    step: VerificationStep
    attempts_left: int
    again: bool = False


@dataclass(frozen=True)
class Verified:
    """`token` stands for the person in this chat."""

    token: str


@dataclass(frozen=True)
class Failed:
    """Something did not fit. It may be tried again after `wait`, at once when that is zero."""

    attempts_left: int
    wait: timedelta


@dataclass(frozen=True)
class Locked:
    """No trying before `until`."""

    until: datetime


Progress = Ask | Verified | Failed | Locked


class Verifier:
    """The proofs of all chats, kept in the database; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def advance(self, chat: str, text: str, now: datetime) -> Progress:
        """Take the chat's redacted text as the answer to the step it is at, or begin a proof with it."""
        return await self._database.run(lambda session: _advance(session, chat, text, now))

    async def cancel(self, chat: str) -> None:
        """Give up a proof under way."""
        await self._database.run(lambda session: _end(session, chat))

    async def unbind(self, chat: str, now: datetime) -> bool:
        """Forget whose chat this is. Whether it was known."""

        def unbind(session: Session) -> bool:
            _end(session, chat)
            binding = session.get(ChatBinding, chat)
            if binding is None:
                return False
            people.audit(session, Reading(f"chat:{chat}", "本人解绑", now), "unbind", binding.person_id)
            session.delete(binding)
            return True

        return await self._database.run(unbind)


def _advance(session: Session, chat: str, text: str, now: datetime) -> Progress:
    if until := _locked_until(session, f"chat:{chat}", now):
        _end(session, chat)
        return Locked(until)
    proof = session.get(Verification, chat)
    if proof is None or proof.expires_at <= now:
        _end(session, chat)
        session.add(Verification(chat=chat, step="key", matched=True, expires_at=now + LASTS))
        session.flush()
        return _take_key(session, session.get_one(Verification, chat), text, now, beginning=True)
    proof.expires_at = now + LASTS
    if proof.step == "key":
        return _take_key(session, proof, text, now, beginning=False)
    return _take_fact(session, proof, text, now)


def _take_key(session: Session, proof: Verification, text: str, now: datetime, beginning: bool) -> Progress:
    key = _key_in(session, proof.chat, text, now)
    attempts_left = _attempts_left(session, proof.chat, now)
    if key is None:
        return Ask("key", attempts_left, again=not beginning)
    person = people.person_by_key(session, key)
    subject = f"person:{person.person_id}" if person else f"key:{key}"
    if until := _locked_until(session, subject, now):
        _end(session, proof.chat)
        return Locked(until)
    proof.subject = subject
    proof.key_is_id = _is_id_number(key)
    proof.person_id = person.person_id if person else None
    proof.step = "phone"
    return Ask("phone", attempts_left)


def _take_fact(session: Session, proof: Verification, text: str, now: datetime) -> Progress:
    person = session.get(Person, proof.person_id) if proof.person_id else None
    given = _fact_in(session, proof.chat, proof.step, text, now)
    if given is None:
        return Ask(proof.step, _attempts_left(session, proof.chat, now), again=True)
    on_record = _fact_on_record(person, proof.step) if person else set()
    proof.matched = proof.matched and given in on_record
    following = (_NEXT_BY_ID if proof.key_is_id else _NEXT_BY_APPLICATION).get(proof.step)
    if following is not None:
        proof.step = following
        return Ask(following, _attempts_left(session, proof.chat, now))
    return _judge(session, proof, person, now)


def _judge(session: Session, proof: Verification, person: Person | None, now: datetime) -> Progress:
    chat, subject = proof.chat, proof.subject or ""
    until = _locked_until(session, subject, now)
    _end(session, chat)
    if until:  # another chat was at the same person meanwhile
        return Locked(until)
    if not proof.matched or person is None:
        wait = max(_count_failure(session, f"chat:{chat}", now), _count_failure(session, subject, now))
        if person is not None:
            people.audit(session, Reading(f"chat:{chat}", "核对身份", now), "verify failed", person.person_id)
        return Failed(_attempts_left(session, chat, now), wait)
    for counted in (f"chat:{chat}", subject):
        if lock := _lock(session, counted):
            session.delete(lock)
    return Verified(_bind(session, chat, person, now))


def _bind(session: Session, chat: str, person: Person, now: datetime) -> str:
    token = secrets.token_urlsafe(12)
    session.merge(
        ChatBinding(
            chat=chat,
            person_id=person.person_id,
            token=token,
            channel=chat.partition(":")[0],
            bound_at=now,
            last_used_at=now,
        )
    )
    people.audit(session, Reading(f"chat:{chat}", "核对身份", now), "bind", person.person_id)
    return token


def _end(session: Session, chat: str) -> None:
    session.execute(delete(Verification).where(Verification.chat == chat))


# --- what was typed -------------------------------------------------------------------------------

_APPLICATION_NO = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9/\-]*\d)[A-Za-z0-9]+(?:[-/][A-Za-z0-9]+)*")
_LEAST_KEY = 5


def _key_in(session: Session, chat: str, text: str, now: datetime) -> str | None:
    """An ID number where there is one, else an application number."""
    values = revealed(session, chat, text, now)
    for kind, value in values:
        if kind == "id_number":
            return value
    written = normalise(TOKEN.sub(" ", text))
    candidates = _APPLICATION_NO.findall(written) + [v for kind, v in values if kind in ("card", "digits")]
    return max((c for c in candidates if len(c) >= _LEAST_KEY and not _day(c)), key=len, default=None)


def _is_id_number(key: str) -> bool:
    return re.fullmatch(r"\d{17}[\dX]", lookup_form(key)) is not None


def _fact_in(session: Session, chat: str, step: VerificationStep, text: str, now: datetime) -> str | None:
    """The fact in the form `_fact_on_record` has it; None where the text holds none."""
    values = revealed(session, chat, text, now)
    if step == "name":
        return next((lookup_form(value) for kind, value in values if kind == "name"), None)
    if step == "phone":
        digits = [_arabic(value) for kind, value in values if kind in ("digits", "phone")]
        return next((d[-4:] for d in digits if len(d) in (4, 11) and d.isdecimal()), None)
    return next((d for kind, value in values if kind == "digits" and (d := _day(value))), None)


def _fact_on_record(person: Person, step: VerificationStep) -> set[str]:
    if step == "name":
        return {lookup_form(person.name)}
    if step == "phone":
        return {person.phone[-4:]} if person.phone else set()
    return {person.id_number[6:14]}


_CHINESE_DIGITS = str.maketrans("零〇一二三四五六七八九幺", "001234567891")


def _arabic(written: str) -> str:
    return re.sub(r"[\s.\-/]", "", written.translate(_CHINESE_DIGITS)).upper()


def _day(written: str) -> str | None:
    """`YYYYMMDD` of a date written 1952年3月14日, 1952.3.14, 19520314 or 一九五二年三月十四日."""
    solid = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", _arabic(written))
    parts = solid.groups() if solid else re.findall(r"[0-9零〇一二三四五六七八九十廿]+", written)
    if len(parts) != 3:
        return None
    year, month, day = _arabic(parts[0]), _small_number(parts[1]), _small_number(parts[2])
    try:
        return date(int(year), month, day).strftime("%Y%m%d") if len(year) == 4 else None
    except ValueError:
        return None


def _small_number(written: str) -> int:
    """1 to 31 in digits or Chinese numerals; 0 where it is neither."""
    tens, ten, ones = written.replace("廿", "二十").partition("十")
    if not ten:
        digits = _arabic(written)
        return int(digits) if digits.isdecimal() else 0
    return int(_arabic(tens) or 1) * 10 + int(_arabic(ones) or 0)


# --- failures -------------------------------------------------------------------------------------


def _lock(session: Session, subject: str) -> VerificationLock | None:
    return session.scalar(select(VerificationLock).where(VerificationLock.subject == subject))


def _locked_until(session: Session, subject: str, now: datetime) -> datetime | None:
    lock = _lock(session, subject)
    return lock.locked_until if lock and lock.locked_until > now else None


def _failures(session: Session, subject: str, now: datetime) -> int:
    lock = _lock(session, subject)
    return lock.failures if lock and lock.last_failed_at > now - FORGOTTEN_AFTER else 0


def _attempts_left(session: Session, chat: str, now: datetime) -> int:
    return max(0, ATTEMPTS - _failures(session, f"chat:{chat}", now))


def _count_failure(session: Session, subject: str, now: datetime) -> timedelta:
    failures = _failures(session, subject, now) + 1
    wait = LOCKS[min(failures, len(LOCKS)) - 1]
    lock = _lock(session, subject)
    if lock is None:
        lock = VerificationLock(subject=subject)
        session.add(lock)
    lock.failures, lock.last_failed_at, lock.locked_until = failures, now, now + wait
    return wait
