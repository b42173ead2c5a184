"""Pushes to chats that come and fetch: a line in the transcript, which the page or the next answer brings."""

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.gateway import chat_id
from bot.channels.transcript import Transcript
from bot.clock import Clock
from bot.messages import Reply
from bot.reminders.messenger import Delivery, Outcome


class PickupMessenger:
    """`address` is the part of the chat's name after the channel: the page's cookie, or a REST client's sender."""

    tells_doubles = True

    def __init__(self, name: str, transcript: Transcript, clock: Clock) -> None:
        self.name = name
        self._transcript = transcript
        self._clock = clock

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Adds the message to the chat, once for every `key`."""
        chat = chat_id(self.name, address)
        try:
            line = await self._transcript.push(chat, self.name, message, key, self._clock())
        except SQLAlchemyError as error:
            return Delivery(Outcome.RETRY, error=type(error).__name__)
        return Delivery(Outcome.SENT, message_id=str(line))
