"""Structured logs, one JSON object a line. Nothing personal: texts of chats are never logged."""

import logging

import structlog


def configure_logs(level: str) -> None:
    """Sends our logs and those of the libraries to standard error, at `level` and above."""
    logging.basicConfig(level=level, format="%(message)s")
    for chatty in ("httpx", "httpcore", "apscheduler", "telegram", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
    )
