"""Who may see and change whose records: a chat its own persons, active staff everybody; each look is audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot.identity import bindings, codes
from bot.records import chats, guards, helpline, people, staff
from bot.records.database import Database
from bot.records.models import ChatBinding, Consent, HandoffTicket, Message, Person
from bot.records.people import Reading


class NotAllowedError(Exception):
    """The staff name is unknown or switched off."""


@dataclass(frozen=True)
class Seen:
    """A person a chat may see: whose it is, or a relative of theirs. `token` stands for them in the chat."""

    token: str
    person: Person
    relative: bool


@dataclass(frozen=True)
class OpenedChat:
    """A chat that asked for a human. `person_id`: whose chat it has proved to be, if it has."""

    ticket: HandoffTicket
    person_id: str | None


@dataclass(frozen=True)
class Protection:
    """Which chats see a person's data, what was agreed to there, and how it stands with those that tried to.

    `locked_until`: nobody can prove to be this person before, except by a code.
    """

    bindings: Sequence[ChatBinding]
    consents: Sequence[Consent]
    failures: int
    locked_until: datetime | None


class Access:
    """The one door to persons' records and chats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- for chats --------------------------------------------------------------------------------

    async def persons_of_chat(
        self, chat: str, token: str | None, why: str, now: datetime
    ) -> tuple[Seen, ...]:
        """Those this chat may see, its own person first, with applications, eligibilities and subscriptions.

        `token` is `Context.person`. Nobody: not proved, undone, or too long ago.
        """

        def read(session: Session) -> tuple[Seen, ...]:
            bound = bindings.of_chat(session, chat, now)
            if token not in {binding.token for binding in bound}:
                return ()
            for binding in bound:
                binding.last_used_at = now
            reading = Reading(f"chat:{chat}", why, now)
            found = ((b, people.record_of(session, b.person_id, reading)) for b in bound)
            return tuple(Seen(binding.token, person, binding.relative) for binding, person in found if person)

        return await self._database.run(read)

    async def bindings_of_chat(
        self, chat: str, now: datetime
    ) -> tuple[Sequence[ChatBinding], Sequence[ChatBinding]]:
        """What this chat is bound to, and the other chats that see its own person."""

        def read(session: Session) -> tuple[Sequence[ChatBinding], Sequence[ChatBinding]]:
            bound = bindings.of_chat(session, chat, now)
            return bound, _elsewhere(session, bound, now)

        return await self._database.run(read)

    async def answer_consent(
        self, chat: str, token: str | None, question: str, agreed: bool, now: datetime
    ) -> str | None:
        """Keeps what was answered to whether this chat may remember the person of `token`.

        A token of somebody the chat still sees; None where there is nobody.
        """

        def note(session: Session) -> str | None:
            for binding in bindings.of_chat(session, chat, now):
                if binding.token == token and not bindings.consent_of(session, chat, binding.person_id):
                    bindings.note_consent(session, binding, question, agreed, now)
            left = bindings.of_chat(session, chat, now)
            return left[0].token if left else None

        return await self._database.run(note)

    async def unbind_chat(self, chat: str, everywhere: bool, now: datetime) -> int:
        """The chat forgets whom it sees; `everywhere`: other chats forget its own person too. How many ended."""

        def unbind(session: Session) -> int:
            bound = bindings.of_chat(session, chat, now)
            ended = [*bound, *_elsewhere(session, bound, now)] if everywhere else bound
            bindings.unbind(session, ended, Reading(f"chat:{chat}", "本人解绑", now))
            return len(ended)

        return await self._database.run(unbind)

    # --- for staff: each raises NotAllowedError ---------------------------------------------------

    async def search(self, username: str, query: str, why: str, now: datetime) -> list[Person]:
        """Persons by ID number, phone, name or application number."""

        def search(session: Session) -> list[Person]:
            return people.search(session, query, _staff_reading(session, username, why, now))

        return await self._database.run(search)

    async def record(self, username: str, person_id: str, why: str, now: datetime) -> Person | None:
        """One person with everything on record."""

        def read(session: Session) -> Person | None:
            return people.record_of(session, person_id, _staff_reading(session, username, why, now))

        return await self._database.run(read)

    async def chat(self, username: str, number: str, why: str, now: datetime) -> OpenedChat | None:
        """The chat of a ticket number."""

        def read(session: Session) -> OpenedChat | None:
            reading = _staff_reading(session, username, why, now)
            ticket = helpline.ticket_numbered(session, number)
            if ticket is None:
                return None
            bound = bindings.of_chat(session, ticket.chat, now)
            person_id = bound[0].person_id if bound else None
            people.audit(session, reading, "read chat", person_id)
            return OpenedChat(ticket, person_id)

        return await self._database.run(read)

    async def talk(
        self, username: str, person_id: str, token: str, why: str, limit: int, now: datetime
    ) -> Sequence[Message] | None:
        """The latest lines of the chat that is the person's own by the binding of this token, oldest first."""

        def read(session: Session) -> Sequence[Message] | None:
            reading = _staff_reading(session, username, why, now)
            bound = bindings.of_person(session, person_id, now)
            own = next((b for b in bound if b.token == token and not b.relative), None)
            if own is None:
                return None
            people.audit(session, reading, "read chat", person_id)
            return chats.latest_lines(session, own.chat, limit)

        return await self._database.run(read)

    async def protection(self, username: str, person_id: str, why: str, now: datetime) -> Protection:
        """How a person's data is protected."""

        def read(session: Session) -> Protection:
            _staff_reading(session, username, why, now)
            lock = guards.lock_of_person(session, person_id)
            return Protection(
                bindings=bindings.of_person(session, person_id, now),
                consents=bindings.consents_of(session, person_id),
                failures=lock.failures if lock else 0,
                locked_until=lock.locked_until if lock and lock.locked_until > now else None,
            )

        return await self._database.run(read)

    async def issue_code(
        self, username: str, person_id: str, relative: bool, why: str, now: datetime
    ) -> str | None:
        """A one-time code to read out to the person, or to a relative they agreed to. None: no such person."""

        def issue(session: Session) -> str | None:
            reading = _staff_reading(session, username, why, now)
            if session.get(Person, person_id) is None:
                return None
            people.audit(session, reading, "issue code for relative" if relative else "issue code", person_id)
            return codes.issue(session, person_id, relative, username, now)

        return await self._database.run(issue)

    async def unbind_person(self, username: str, person_id: str, token: str, why: str, now: datetime) -> None:
        """Ends the binding of this token to the person."""

        def unbind(session: Session) -> None:
            reading = _staff_reading(session, username, why, now)
            bound = bindings.of_person(session, person_id, now)
            bindings.unbind(session, [binding for binding in bound if binding.token == token], reading)

        await self._database.run(unbind)

    async def unlock(self, username: str, person_id: str, why: str, now: datetime) -> None:
        """Lets the person be proved again at once, after too many failures."""

        def unlock(session: Session) -> None:
            people.audit(session, _staff_reading(session, username, why, now), "unlock", person_id)
            guards.unlock_person(session, person_id)

        await self._database.run(unlock)


def _elsewhere(session: Session, bound: Sequence[ChatBinding], now: datetime) -> list[ChatBinding]:
    """The other chats that see the person who is the chat's own."""
    return [
        other
        for own in bound
        if not own.relative
        for other in bindings.of_person(session, own.person_id, now)
        if other.chat != own.chat
    ]


def _staff_reading(session: Session, username: str, why: str, now: datetime) -> Reading:
    known = staff.account(session, username)
    if known is None or not known.active:
        raise NotAllowedError(username)
    return Reading(f"staff:{username}", why, now)
