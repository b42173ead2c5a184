"""What all channels that send do alike: try again where an answer surely did not arrive."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from bot import metrics
from bot.reminders.messenger import Delivery, Outcome

TRIES = 3
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)

BROKEN = "系统出了故障，您刚才的话可能没有收到。请过一两分钟再发；急事请打12393医保热线。"

log = structlog.get_logger(__name__)


async def insist(channel: str, send: Callable[[], Awaitable[Delivery]]) -> None:
    """Sends an answer, and tries again a few times where it surely did not arrive."""
    for _ in range(TRIES):
        with metrics.STAGE_SECONDS.labels("channel").time():
            delivery = await send()
        if delivery.outcome is not Outcome.RETRY:
            break
        wait = FIRST_WAIT if delivery.retry_after is None else delivery.retry_after
        await asyncio.sleep(min(wait, LONGEST_WAIT).total_seconds())
    if delivery.outcome is not Outcome.SENT:
        log.warning("reply", channel=channel, outcome=delivery.outcome.value, kind=delivery.error)
