"""What an operator's programs ask: `/health` (is what is needed up?), `/ready` (may traffic come here?) and `/metrics`
(what is counted).

`/metrics` names nobody, but tells how a helpline is doing: it is answered to whoever shows METRICS_TOKEN; where none
is set, to programs on this machine alone, and never through a proxy.
"""

import asyncio
import hmac
import time
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from bot import metrics
from bot.operation.edge import from_this_machine
from bot.records import helpline, outbox
from bot.records.database import UnreachableError

if TYPE_CHECKING:
    from bot.app import Service

COUNT_EVERY_SECONDS = 10.0

log = structlog.get_logger(__name__)


def add_probe_routes(app: web.Application, service: "Service") -> None:
    """Adds `/health`, `/ready` and `/metrics`."""
    counted_at = -COUNT_EVERY_SECONDS

    async def health(_request: web.Request) -> web.Response:
        return _told(*await service.health())

    async def ready(_request: web.Request) -> web.Response:
        return _told(*await service.ready())

    async def show(request: web.Request) -> web.Response:
        if not _may_see_metrics(request, service):
            raise web.HTTPNotFound
        nonlocal counted_at
        if time.monotonic() - counted_at >= COUNT_EVERY_SECONDS:
            counted_at = time.monotonic()
            await _count_what_waits(service)
        return web.Response(body=metrics.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app.router.add_get("/health", health)
    app.router.add_get("/ready", ready)
    app.router.add_get("/metrics", show)


def _told(up: bool, parts: dict[str, Any]) -> web.Response:
    return web.json_response(parts, status=200 if up else 503, headers={"Cache-Control": "no-store"})


def _may_see_metrics(request: web.Request, service: "Service") -> bool:
    token = service.settings.metrics_token
    if token is None:
        return from_this_machine(request)
    expected = f"Bearer {token.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected.encode())


async def _count_what_waits(service: "Service") -> None:
    metrics.TURNS_IN_FLIGHT.set(service.gateway.turns_under_way)
    metrics.QUEUE_DEPTH.labels("turns").set(service.gateway.turns_waiting)
    metrics.TASKS.set(len(asyncio.all_tasks()))
    now = service.clock()
    try:
        reminders, chats = await service.database.run(
            lambda session: (outbox.standing(session, now), helpline.count_waiting(session))
        )
    except (UnreachableError, SQLAlchemyError) as error:
        log.warning("not_counted", kind=type(error).__name__)
        return
    for state, number in reminders.by_state.items():
        metrics.REMINDERS.labels(state).set(number)
    metrics.QUEUE_DEPTH.labels("reminders_due").set(reminders.due)
    metrics.QUEUE_DEPTH.labels("chats_for_staff").set(chats)
