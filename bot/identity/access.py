"""Who may see whose records: a chat its own person, active staff everybody; each look is audited."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.records import helpline, people, staff
from bot.records.database import Database
from bot.records.models import ChatBinding, HandoffTicket, Person
from bot.records.people import Reading

BINDING_LASTS = timedelta(days=30)
"""A chat that was not used for so long has to prove again whose it is."""


class NotAllowedError(Exception):
    """The staff name is unknown or switched off."""


@dataclass(frozen=True)
class OpenedChat:
    """A chat that asked for a human. `person_id`: whose chat it has proved to be, if it has."""

    ticket: HandoffTicket
    person_id: str | None


class Access:
    """The one door to persons' records and chats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person_of_chat(self, chat: str, token: str | None, why: str, now: datetime) -> Person | None:
        """The person this chat has proved to be, with applications, eligibilities and subscriptions loaded.

        `token` is `Context.person`. None: not proved, undone, or too long ago.
        """

        def read(session: Session) -> Person | None:
            binding = _binding(session, chat, now)
            if binding is None or binding.token != token:
                return None
            binding.last_used_at = now
            return people.record_of(session, binding.person_id, Reading(f"chat:{chat}", why, now))

        return await self._database.run(read)

    async def search(self, username: str, query: str, why: str, now: datetime) -> list[Person]:
        """For staff: persons by ID number, phone, name or application number. Raises NotAllowedError."""

        def search(session: Session) -> list[Person]:
            return people.search(session, query, _staff_reading(session, username, why, now))

        return await self._database.run(search)

    async def record(self, username: str, person_id: str, why: str, now: datetime) -> Person | None:
        """For staff: one person with everything on record. Raises NotAllowedError."""

        def read(session: Session) -> Person | None:
            return people.record_of(session, person_id, _staff_reading(session, username, why, now))

        return await self._database.run(read)

    async def chat(self, username: str, number: str, why: str, now: datetime) -> OpenedChat | None:
        """For staff: the chat of a ticket number. Raises NotAllowedError."""

        def read(session: Session) -> OpenedChat | None:
            reading = _staff_reading(session, username, why, now)
            ticket = helpline.ticket_numbered(session, number)
            if ticket is None:
                return None
            binding = _binding(session, ticket.chat, now)
            person_id = binding.person_id if binding else None
            people.audit(session, reading, "read chat", person_id)
            return OpenedChat(ticket, person_id)

        return await self._database.run(read)


def _binding(session: Session, chat: str, now: datetime) -> ChatBinding | None:
    binding = session.get(ChatBinding, chat)
    if binding is None or binding.last_used_at < now - BINDING_LASTS:
        return None
    return binding


def _staff_reading(session: Session, username: str, why: str, now: datetime) -> Reading:
    known = staff.account(session, username)
    if known is None or not known.active:
        raise NotAllowedError(username)
    return Reading(f"staff:{username}", why, now)
