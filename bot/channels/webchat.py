"""Pushes to the chat page: a line in the chat's transcript, which the page fetches."""

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.channels.gateway import chat_id
from bot.channels.rest import WEBCHAT
from bot.clock import Clock
from bot.messages import Reply
from bot.records.database import Database
from bot.records.models import Message
from bot.reminders.messenger import Delivery, Outcome


class WebChatMessenger:
    """`address` is the browser's chat cookie: the part of the chat's name after `webchat:`."""

    name = WEBCHAT
    tells_doubles = True

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Adds the message to the chat, once for every `key`."""
        chat, source_id = chat_id(WEBCHAT, address), f"push:{key}"

        def add(session: Session) -> int:
            known = select(Message.id).where(Message.chat == chat, Message.source_id == source_id)
            if (line := session.scalar(known)) is not None:
                return line
            row = Message(
                chat=chat,
                channel=WEBCHAT,
                direction="out",
                at=self._clock(),
                text=message.text,
                buttons=[{"title": b.title, "payload": b.payload} for b in message.buttons] or None,
                card=message.card.model_dump(mode="json") if message.card else None,
                source_id=source_id,
                delivered=False,
            )
            session.add(row)
            session.flush()
            return row.id

        try:
            line = await self._database.run(add)
        except SQLAlchemyError as error:
            return Delivery(Outcome.RETRY, error=type(error).__name__)
        return Delivery(Outcome.SENT, message_id=str(line))
