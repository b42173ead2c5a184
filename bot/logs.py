"""Structured logs: one JSON object a line, or readable lines on a terminal; each turn's lines carry its id.

Nothing personal: texts of chats and addresses of people are never logged, and what looks like an ID number or a
phone in the words of an error is taken out.
"""

import logging
import re
import secrets
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars, merge_contextvars
from structlog.typing import Processor

from bot.language.identifiers import find_identifiers

TURN = "turn"
_TURN_ID = re.compile(r"[0-9a-f]{16}")
_CHATTY = ("httpx", "httpcore", "apscheduler", "telegram", "asyncio")
_WORDS_OF_OTHERS = ("event", "exception")


@contextmanager
def turn(channel: str) -> Iterator[None]:
    """A turn's lines meanwhile carry its new id and the channel; within a turn nothing changes."""
    if turn_id() is not None:
        yield
        return
    with bound_contextvars(**{TURN: secrets.token_hex(8)}, channel=channel):
        yield


@contextmanager
def same_turn(metadata: Mapping[str, Any]) -> Iterator[None]:
    """Goes on with the turn whose id came back in a message's metadata, if there is one."""
    told = metadata.get(TURN)
    if not isinstance(told, str) or not _TURN_ID.fullmatch(told):
        yield
        return
    with bound_contextvars(**{TURN: told}):
        yield


def turn_id() -> str | None:
    """Sixteen hex digits, within a turn."""
    return get_contextvars().get(TURN)


def configure_logs(level: str) -> None:
    """Sends our logs and those of the libraries to standard error, at `level` and above."""
    on_terminal = sys.stderr.isatty()
    common: list[Processor] = [
        merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if on_terminal else "iso", utc=not on_terminal),
        structlog.processors.format_exc_info,  # never with the values of variables: those are what people wrote
        without_identifiers,
    ]
    written: Processor = (
        structlog.dev.ConsoleRenderer()
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.raiseExceptions = False  # a line that cannot be written would be printed raw
    for chatty in _CHATTY:
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*common, written],
        logger_factory=structlog.PrintLoggerFactory(_Unfailing(sys.stderr)),  # type: ignore[arg-type]
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
    )


class _Unfailing:
    """A stream to which a line that cannot be written, because the disk is full, is lost; what it tells of goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def without_identifiers(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Takes ID numbers and phones out of the words that others wrote: a library's message, an error's."""
    for key in _WORDS_OF_OTHERS:
        if isinstance(words := line.get(key), str):
            line[key] = _blanked(words)
    return line


def _blanked(words: str) -> str:
    for found in reversed(find_identifiers(words)):
        if found.kind != "application_no":
            words = f"{words[: found.start]}〔…〕{words[found.end :]}"
    return words
