"""Finding persons and reading their records. Every reading of a person's data leaves an audit entry."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from bot.records.models import Application, AuditEntry, Person

FOUND_AT_MOST = 50


@dataclass(frozen=True)
class Reading:
    """Who reads (`staff:<username>`, `chat:<sender id>`), why, in the words shown in the audit, and when."""

    who: str
    why: str
    at: datetime


def audit(session: Session, reading: Reading, action: str, person_id: str | None) -> None:
    """Note what was done with a person's data."""
    session.add(
        AuditEntry(at=reading.at, who=reading.who, why=reading.why[:256], action=action, person_id=person_id)
    )


def record_of(session: Session, person_id: str, reading: Reading) -> Person | None:
    """A person with applications (and their events), eligibilities and subscriptions loaded."""
    person = session.scalar(
        select(Person)
        .where(Person.person_id == person_id)
        .options(
            selectinload(Person.applications),
            selectinload(Person.eligibilities),
            selectinload(Person.subscriptions),
        )
    )
    if person is not None:
        audit(session, reading, "read", person_id)
    return person


def search(session: Session, query: str, reading: Reading) -> list[Person]:
    """Persons whose ID number, phone, name or application number is exactly `query`; fifty at most."""
    fits: ColumnElement[Any] = (
        (Person.id_number_index == query)
        | (Person.phone_index == query)
        | (Person.name_index == query)
        | (Person.person_id.in_(_applicants(query)))
    )
    found = list(session.scalars(select(Person).where(fits).order_by(Person.person_id).limit(FOUND_AT_MOST)))
    for person in found:
        audit(session, reading, "find", person.person_id)
    return found


def person_by_key(session: Session, key: str) -> Person | None:
    """The person an application number or ID number belongs to, for proving who they are: nothing is shown."""
    return session.scalar(
        select(Person)
        .where((Person.id_number_index == key) | (Person.person_id.in_(_applicants(key))))
        .order_by(Person.person_id)
        .limit(1)
    )


def anybody(session: Session) -> Person | None:
    """Some person, to be compared in place of one who does not exist: nothing is shown."""
    return session.scalar(select(Person).order_by(Person.person_id).limit(1))


def count_readable(session: Session) -> int:
    """How many there are, after reading a name: with another key than it was written with, WrongKeyError."""
    session.scalar(select(Person.name).limit(1))
    return session.scalar(select(func.count()).select_from(Person)) or 0


def _applicants(application_no: str) -> Any:
    return select(Application.person_id).where(
        Application.application_no.in_({application_no, application_no.upper()})
    )
