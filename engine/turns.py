"""A turn as the engine goes through it: one id in all its log lines, and an answer that is whole or none."""

import logging
import traceback
from typing import Any, Dict, List, Optional

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from structlog.contextvars import bound_contextvars, get_contextvars

TURN = "turn"
"""Under this name the service sends a turn's id along with the message."""

log = structlog.get_logger(__name__)


def answer_whole_or_not_at_all() -> None:
    """Replaces `Agent.handle_message`: the same, but where it fails nothing of the answer is said.

    What was said before the failure would be remembered by nobody: the tracker is saved last. The service takes an
    empty answer for none. Rasa's channel would log what the person wrote, too.
    """
    handle = Agent.handle_message

    async def handle_message(agent: Agent, message: UserMessage) -> Optional[List[Dict[str, Any]]]:
        with bound_contextvars(**{TURN: (message.metadata or {}).get(TURN)}):
            try:
                return await handle(agent, message)
            except Exception:
                # The traceback without variables: those hold what people wrote.
                log.error("turn_failed", why=traceback.format_exc())
                message.output_channel.messages.clear()
                return None

    Agent.handle_message = handle_message


def name_turns_in_log_lines() -> None:
    """The lines of loggers that know nothing of structlog begin with the turn's id, as well."""
    make = logging.getLogRecordFactory()

    def record(*arguments: Any, **named: Any) -> logging.LogRecord:
        made = make(*arguments, **named)
        turn = get_contextvars().get(TURN)
        if turn is not None and turn not in str(made.msg):
            made.msg = f"turn={turn} {made.msg}"
        return made

    logging.setLogRecordFactory(record)
