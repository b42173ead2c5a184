"""Numbers that an agency's export must not bring back: of persons who were forgotten, and of their applications.

What is kept of a number is its hash, encrypted like a name: it tells a number that comes again, and gives none away.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records.models import Forgotten


def keep_out(session: Session, person_id: str, application_nos: Iterable[str]) -> None:
    """Refuses the person's number from now on, and those of their applications."""
    person = _hash("person_id", person_id)
    numbers = [person, *(_hash("application_no", number) for number in application_nos)]
    session.add_all(Forgotten(person=person, number=number) for number in numbers)


def let_in(session: Session, person_id: str) -> bool:
    """Lets a forgotten person be imported again; answers whether there was one of that number."""
    theirs = [row.id for row in _all(session) if row.person == _hash("person_id", person_id)]
    session.execute(delete(Forgotten).where(Forgotten.id.in_(theirs)))
    return bool(theirs)


class KeptOut:
    """All refused numbers, read once for many rows: there are as many as people who asked to be forgotten."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._numbers = {row.number for row in _all(session)}

    def __contains__(self, record: Mapping[str, Any]) -> bool:
        """Whether the record is a forgotten person's, or of an application of theirs."""
        return bool(self._numbers) and any(
            name in record and _hash(name, record[name]) in self._numbers
            for name in ("person_id", "application_no")
        )

    def add_application(self, person_id: str, application_no: str) -> None:
        """Refuses an application that a forgotten person has made since."""
        number = _hash("application_no", application_no)
        if number not in self._numbers:
            self._numbers.add(number)
            self._session.add(Forgotten(person=_hash("person_id", person_id), number=number))


def _all(session: Session) -> Iterable[Forgotten]:
    return session.scalars(select(Forgotten))


def _hash(name: str, number: str) -> str:
    return hashlib.sha256(f"{name}:{number}".encode()).hexdigest()
