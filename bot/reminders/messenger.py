"""What reminders ask of a messenger. Channels implement it; reminders know no channel."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Protocol

from bot.messages import Reply


class Outcome(Enum):
    """How a push ended. `UNKNOWN`: it may have arrived (a time-out after sending)."""

    SENT = "sent"
    RETRY = "retry"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """The outcome, the provider's id of the message, and how long to wait before a retry if it said so."""

    outcome: Outcome
    message_id: str | None = None
    retry_after: timedelta | None = None
    error: str | None = None


class Messenger(Protocol):
    """Pushes a message to an address. `tells_doubles`: a second push with the same key arrives once."""

    name: str
    tells_doubles: bool

    async def push(self, address: str, message: Reply, key: str) -> Delivery:
        """Sends `message`; `key` is the same for every try of one message. Never raises for what went wrong."""
        ...
