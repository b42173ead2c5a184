"""Proving who is asking: a key (application or ID number), then two facts on record beside it; or a clerk's code.

The facts are asked one at a time and judged together at the end, so that a wrong fact, a right one and a number
that nobody has read alike, and take as long: for a number that nobody has, somebody's facts are compared.
What was typed never leaves the database; failures are counted per chat, per key, and over all.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.identity import bindings, codes
from bot.identity.redaction import TOKEN, revealed
from bot.language.normalise import normalise
from bot.records import people
from bot.records.database import Database
from bot.records.fields import lookup_form
from bot.records.guards import ATTEMPTS
from bot.records.models import (
    ChatBinding,
    Person,
    Verification,
    VerificationLock,
    VerificationStep,
)
from bot.records.people import Reading

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

FAILURES_AN_HOUR = 100
"""So many failures over all chats look like guessing, unless twice as many proofs succeed: then all wait."""
ALL_WAIT = timedelta(minutes=10)

_NEXT_BY_APPLICATION: dict[VerificationStep, VerificationStep] = {"phone": "birth"}
_NEXT_BY_ID: dict[VerificationStep, VerificationStep] = {"phone": "name"}
"""An ID number holds the birth date, so with it the name is the second fact."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ask:
    """Ask for this step; `again`: the last answer could not be read."""

    step: VerificationStep
    attempts_left: int
    again: bool = False


@dataclass(frozen=True)
class Verified:
    """`token` stands for the person in this chat. `consent_due`: ask whether the chat may remember them."""

    token: str
    relative: bool
    consent_due: bool


@dataclass(frozen=True)
class Failed:
    """Something did not fit. It may be tried again after `wait`, at once when that is zero."""

    attempts_left: int
    wait: timedelta


@dataclass(frozen=True)
class Locked:
    """No trying before `until`."""

    until: datetime


@dataclass(frozen=True)
class Full:
    """The chat sees as many relatives as it may."""


Progress = Ask | Verified | Failed | Locked | Full


class Verifier:
    """The proofs of all chats, kept in the database; each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def advance(self, chat: str, text: str, now: datetime, relative: bool = False) -> Progress:
        """Take the chat's redacted text as the answer to the step it is at, or begin a proof with it.

        A proof that begins with `relative` adds a relative to those the chat may see.
        """
        return await self._database.run(lambda session: _advance(session, chat, text, now, relative))

    async def redeem(self, chat: str, text: str, now: datetime) -> Progress | None:
        """Use the clerk's code in the text; None where there is none, or none that is good."""

        def redeem(session: Session) -> Progress | None:
            code = _code_in(session, chat, text, now)
            if code is None or _locked_until(session, f"chat:{chat}", now):
                return None
            return _redeem(session, chat, code, now)

        return await self._database.run(redeem)

    async def cancel(self, chat: str) -> None:
        """Give up a proof under way."""
        await self._database.run(lambda session: _end(session, chat))


def _advance(session: Session, chat: str, text: str, now: datetime, relative: bool) -> Progress:
    if until := _locked_until(session, f"chat:{chat}", now):
        _end(session, chat)
        return Locked(until)
    if code := _code_in(session, chat, text, now):
        used = _redeem(session, chat, code, now)
        if used is not None:
            return used
    proof = session.get(Verification, chat)
    if proof is None or proof.expires_at <= now:
        _end(session, chat)
        if relative and not bindings.has_room(session, chat, now):
            return Full()
        proof = _begin(session, chat, relative, now)
        return _take_key(session, proof, text, now, beginning=True)
    proof.expires_at = now + LASTS
    if proof.step == "key":
        return _take_key(session, proof, text, now, beginning=False)
    return _take_fact(session, proof, text, now)


def _take_key(session: Session, proof: Verification, text: str, now: datetime, beginning: bool) -> Progress:
    key = _key_in(session, proof.chat, text, now)
    attempts_left = _attempts_left(session, proof.chat, now)
    if key is None:
        return Ask("key", attempts_left, again=not beginning)
    person, anybody = people.person_by_key(session, key), people.anybody(session)
    subject = f"person:{person.person_id}" if person else f"key:{key}"
    if until := _locked_until(session, subject, now) or _all_wait_until(session, now):
        _end(session, proof.chat)
        return Locked(until)
    compared = person or anybody
    proof.subject = subject
    proof.key_is_id = _is_id_number(key)
    proof.person_id = compared.person_id if compared else None
    proof.matched = person is not None
    proof.step = "phone"
    return Ask("phone", attempts_left)


def _redeem(session: Session, chat: str, code: str, now: datetime) -> Progress | None:
    """What follows from a code; None where it is none that is good, which counts as a failure of the chat."""
    used = codes.redeem(session, code, now)
    if used is None:
        wait = _count_failure(session, f"chat:{chat}", None, now)
        if not wait:
            return None
        _end(session, chat)
        return Failed(_attempts_left(session, chat, now), wait)
    if used.relative and not bindings.has_room(session, chat, now):
        return Full()
    if used.relative:
        bindings.note_agreed(session, chat, used.person_id, f"本人向工作人员{used.issued_by}说过同意", now)
    return _verified(session, chat, used.person_id, used.relative, now)


def _take_fact(session: Session, proof: Verification, text: str, now: datetime) -> Progress:
    person = session.get(Person, proof.person_id) if proof.person_id else None
    given = _fact_in(session, proof.chat, proof.step, text, now)
    if given is None:
        return Ask(proof.step, _attempts_left(session, proof.chat, now), again=True)
    fits = given in (_fact_on_record(person, proof.step) if person else set())
    proof.matched = fits and proof.matched
    following = (_NEXT_BY_ID if proof.key_is_id else _NEXT_BY_APPLICATION).get(proof.step)
    if following is not None:
        proof.step = following
        return Ask(following, _attempts_left(session, proof.chat, now))
    return _judge(session, proof, now)


def _judge(session: Session, proof: Verification, now: datetime) -> Progress:
    _one_at_a_time(session)
    chat, subject = proof.chat, proof.subject or ""
    person_id = proof.person_id if subject == f"person:{proof.person_id}" else None
    until = _locked_until(session, subject, now) or _all_wait_until(session, now)
    _end(session, chat)
    if until:  # other chats were guessing meanwhile
        return Locked(until)
    if not proof.matched or person_id is None:
        waits = (
            _count_failure(session, f"chat:{chat}", None, now),
            _count_failure(session, subject, person_id, now),
        )
        people.audit(session, Reading(f"chat:{chat}", "核对身份", now), "verify failed", person_id)
        if not max(waits):  # it begins again at once: what is typed now is still an answer to us
            _begin(session, chat, proof.relative, now)
        return Failed(_attempts_left(session, chat, now), max(waits))
    for counted in (f"chat:{chat}", subject):
        if lock := _lock(session, counted):
            session.delete(lock)
    return _verified(session, chat, person_id, proof.relative, now)


def _verified(session: Session, chat: str, person_id: str, relative: bool, now: datetime) -> Verified:
    _end(session, chat)
    binding: ChatBinding = bindings.bind(session, chat, person_id, relative, now)
    asked = bindings.consent_of(session, chat, person_id) is not None
    return Verified(binding.token, binding.relative, consent_due=not asked)


def _begin(session: Session, chat: str, relative: bool, now: datetime) -> Verification:
    proof = Verification(chat=chat, step="key", matched=True, relative=relative, expires_at=now + LASTS)
    session.add(proof)
    session.flush()
    return proof


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


def _code_in(session: Session, chat: str, text: str, now: datetime) -> str | None:
    numbers = (_arabic(value) for _kind, value in revealed(session, chat, text, now))
    return next((number for number in numbers if codes.looks_like_code(number)), None)


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


def _one_at_a_time(session: Session) -> None:
    """Proofs are judged one after the other: guesses made at the same moment are counted like all others."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext("verification"))))


def _lock(session: Session, subject: str) -> VerificationLock | None:
    return session.scalar(select(VerificationLock).where(VerificationLock.subject == subject))


def _locked_until(session: Session, subject: str, now: datetime) -> datetime | None:
    lock = _lock(session, subject)
    return lock.locked_until if lock and lock.locked_until > now else None


def _all_wait_until(session: Session, now: datetime) -> datetime | None:
    """Until when nobody may prove anything, because somebody is guessing everywhere."""
    an_hour_ago = now - timedelta(hours=1)
    recent = select(func.sum(VerificationLock.failures)).where(VerificationLock.last_failed_at > an_hour_ago)
    failed = (session.scalar(recent) or 0) / 2  # each failure counts for the chat and for the key
    if failed < FAILURES_AN_HOUR:
        return None
    bound = select(func.count()).select_from(ChatBinding).where(ChatBinding.bound_at > an_hour_ago)
    return now + ALL_WAIT if failed > 2 * (session.scalar(bound) or 0) else None


def _failures(session: Session, subject: str, now: datetime) -> int:
    lock = _lock(session, subject)
    return lock.failures if lock and lock.last_failed_at > now - FORGOTTEN_AFTER else 0


def _attempts_left(session: Session, chat: str, now: datetime) -> int:
    return max(0, ATTEMPTS - _failures(session, f"chat:{chat}", now))


def _count_failure(session: Session, subject: str, person_id: str | None, now: datetime) -> timedelta:
    """How long the subject rests now. `person_id`: whose data the guesses were after, for the staff to see."""
    failures = _failures(session, subject, now) + 1
    wait = LOCKS[min(failures, len(LOCKS)) - 1]
    lock = _lock(session, subject)
    if lock is None:
        lock = VerificationLock(subject=subject, person_id=person_id)
        session.add(lock)
    lock.failures, lock.last_failed_at, lock.locked_until = failures, now, now + wait
    if failures == ATTEMPTS:
        log.warning(
            "verification_locked", subject=subject.partition(":")[0], until=lock.locked_until.isoformat()
        )
        people.audit(
            session, Reading("system:verification", "核对失败次数过多", now), "verify locked", person_id
        )
    session.flush()
    return wait
