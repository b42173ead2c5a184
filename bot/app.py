"""The service: what it is made of, and how its parts are started and stopped together."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, NoReturn

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from actions import OncePerLine, action_executor
from bot import logs, metrics
from bot.channels import ended_chats
from bot.channels.channel import Channel, OpenChannel
from bot.channels.engine_client import EngineClient
from bot.channels.gateway import Gateway
from bot.channels.limits import RateLimit
from bot.channels.page import add_chat_page
from bot.channels.pickup import PickupMessenger
from bot.channels.rest import REST, WEBCHAT, add_chat_routes
from bot.channels.telegram import open_telegram
from bot.channels.transcript import Transcript
from bot.channels.turns import SharedTurns
from bot.channels.wechat import open_wechat
from bot.channels.wecom import open_wecom
from bot.clock import SHANGHAI, Clock, clock_starting_at, system_clock
from bot.console.routes import add_console_routes
from bot.deadlines.calendar import WorkingCalendar
from bot.dialogue.application_occasions import OccasionsByStanding
from bot.dialogue.assistant import Assistant
from bot.dialogue.cost import taught
from bot.dialogue.learning import KeptQuestions
from bot.identity.keys import Keys, load_keys
from bot.identity.redaction import redact
from bot.identity.retention import sweep
from bot.knowledge.deadlines import load_calendar
from bot.knowledge.library import Knowledge, load_knowledge
from bot.knowledge.reminders import load_reminders
from bot.knowledge.unfinished import unfinished_regions
from bot.operation.edge import IDLE_SECONDS, protect
from bot.operation.probes import add_probe_routes
from bot.policy.encoder import sentence_encoder
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.records.migrations import require_newest
from bot.reminders.messenger import Messenger
from bot.reminders.planner import Planner
from bot.reminders.wording import Wording
from bot.reminders.worker import QuietHours, Worker
from bot.settings import Settings

PARTS = ("web", "actions", "reminders", "telegram")
ASK_THE_ENGINE = ("web", "telegram")
CHANNELS: tuple[OpenChannel, ...] = (open_telegram, open_wecom, open_wechat)
DELIVER_EVERY = timedelta(seconds=5)
PLAN_EVERY = timedelta(hours=1)
SWEEP_EVERY = timedelta(days=1)
TELL_ENGINE_EVERY = timedelta(minutes=1)
FINISH_WITHIN = 7.0
"""Seconds that everything under way is given at the end; whoever stops us waits ten."""
ACTION_FAILED = "对不起，我这边出了点问题，没能回答。请稍后再试，或拨打12393。"

log = structlog.get_logger(__name__)


def open_clock(settings: Settings) -> Clock:
    """The machine's clock, or the one that starts at `BOT_NOW`."""
    return clock_starting_at(settings.bot_now) if settings.bot_now else system_clock


def open_database(settings: Settings) -> Database:
    """The records, with the keys of their encrypted columns. Raises SchemaError where `bot migrate` must run first."""
    database = Database(settings.database_url, load_keys(settings))
    require_newest(database.engine)
    return database


def open_planner(settings: Settings, knowledge: Knowledge) -> Planner:
    """The reminder planner over the knowledge folder."""
    applications = OccasionsByStanding(knowledge)
    return Planner(load_reminders(settings.knowledge_dir), applications)


def open_worker(service: "Service") -> Worker:
    """The worker that delivers reminders through the service's messengers."""
    settings, knowledge = service.settings, service.knowledge
    calendar = WorkingCalendar(load_calendar(settings.knowledge_dir))
    no_day = calendar.is_public_holiday if settings.quiet_holidays else None
    return Worker(
        service.database,
        service.messengers,
        Wording(load_reminders(settings.knowledge_dir), knowledge),
        OccasionsByStanding(knowledge),
        QuietHours(settings.quiet_hours, no_day),
        service.clock,
    )


class Service:
    """Everything one process of the service holds, each thing made when first used; `parts` are what it runs."""

    def __init__(self, settings: Settings, parts: frozenset[str] = frozenset(PARTS)) -> None:
        self.settings = settings
        self.parts = parts
        self.stopping = False
        self.clock = open_clock(settings)

    @cached_property
    def keys(self) -> Keys:
        return load_keys(self.settings)

    @cached_property
    def database(self) -> Database:
        return Database(self.settings.database_url, self.keys)

    @cached_property
    def knowledge(self) -> Knowledge:
        for folder, left in unfinished_regions(self.settings.knowledge_dir).items():
            log.warning("region left out: its files still say todo", region=folder, left_to_write=left)
        return load_knowledge(self.settings.knowledge_dir)

    @cached_property
    def assistant(self) -> Assistant:
        cache = self.settings.var_dir / "cache"
        library = PolicyLibrary(self.knowledge, sentence_encoder(cache), cache)
        questions = KeptQuestions(self.database, timedelta(days=self.settings.questions_kept_days))
        hours = self.settings.office_hours
        learnt = taught(cache)
        return Assistant(self.knowledge, library, self.database, self.clock, questions, learnt, hours)

    @cached_property
    def engine(self) -> EngineClient:
        return EngineClient(self.settings.engines, self.settings.engine_timeout)

    @cached_property
    def transcript(self) -> Transcript:
        return Transcript(self.database)

    @cached_property
    def gateway(self) -> Gateway:
        limit = RateLimit(self.settings.messages_per_minute)
        turns = SharedTurns(self.database)
        return Gateway(self.engine, self.transcript, redact, self.clock, limit, turns)

    @cached_property
    def channels(self) -> list[Channel]:
        """Those that are set up."""
        opened = (open_channel(self.settings, self.gateway, self.database) for open_channel in CHANNELS)
        return [channel for channel in opened if channel is not None]

    @cached_property
    def messengers(self) -> dict[str, Messenger]:
        pages = [PickupMessenger(channel, self.transcript, self.clock) for channel in (WEBCHAT, REST)]
        return {messenger.name: messenger for messenger in (*pages, *self.channels)}

    async def health(self) -> tuple[bool, dict[str, Any]]:
        """Whether every needed part answers, and each part's state."""
        engine, database = await asyncio.gather(self.engine.healthy(), self.database.answers())
        parts: dict[str, Any] = {
            "engine": _state(engine),
            "actions": _state(True),
            "database": _state(database),
            "reminders": _state(True),
        }
        if self.settings.bot_now:
            parts["clock"] = self.clock().isoformat(timespec="seconds")
        return database and (engine or self.parts.isdisjoint(ASK_THE_ENGINE)), parts

    async def ready(self) -> tuple[bool, dict[str, Any]]:
        """Whether new turns may come here, and each part's state: `stopping` once we were told to stop."""
        up, parts = await self.health()
        return up and not self.stopping, parts | {"service": "stopping" if self.stopping else "up"}


def _state(up: bool) -> str:
    return "up" if up else "down"


def web_app(service: Service) -> web.Application:
    """The public side: chat interface, chat page, health and metrics, console."""
    app = web.Application()
    add_chat_routes(app, service.gateway)
    add_chat_page(app, service.settings.embedding_sites, service.settings.demo)
    add_probe_routes(app, service)
    ours = set(app.router.resources())
    for channel in service.channels:
        channel.add_routes(app)
    # All messages of a messenger come from its few servers, and each of them is signed.
    signed = {resource.canonical for resource in app.router.resources() if resource not in ours}
    protect(app, service.settings.trusted_proxies, RateLimit(service.settings.requests_per_minute), signed)
    add_console_routes(
        app, service.database, service.assistant, service.keys, service.clock, service.messengers
    )
    return app


def probe_app(service: Service) -> web.Application:
    """What an operator's programs ask of a process without the public side."""
    app = web.Application()
    add_probe_routes(app, service)
    return app


def action_app(service: Service) -> web.Application:
    """The action endpoint, for the engine alone: rasa-sdk's executor behind one route."""
    actions = OncePerLine(action_executor(service.assistant))

    async def run_action(request: web.Request) -> web.Response:
        call = await request.json()
        sent = _metadata(call)
        with logs.same_turn(sent), metrics.STAGE_SECONDS.labels("action").time():
            try:
                result = await actions.run(call, sent.get("line"))
            except Exception:
                log.exception("action_failed")
                return web.json_response({"events": [], "responses": [{"text": ACTION_FAILED}]})
            return web.json_response(result.model_dump() if result else None)

    app = web.Application(client_max_size=16 * 1024**2)
    app.router.add_post("/webhook", run_action)
    return app


def _metadata(call: dict[str, Any]) -> dict[str, Any]:
    """What the gateway sent along with the message that the action answers."""
    return call["tracker"].get("latest_message", {}).get("metadata") or {}


@dataclass(frozen=True)
class _Site:
    app: Callable[[Service], web.Application]
    host: str
    port: int


@contextlib.asynccontextmanager
async def _serving(service: Service, site: _Site) -> AsyncIterator[None]:
    runner = web.AppRunner(
        site.app(service), access_log=None, shutdown_timeout=FINISH_WITHIN, keepalive_timeout=IDLE_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, site.host, site.port).start()
        yield
    finally:
        await runner.cleanup()


def _scheduler() -> AsyncIOScheduler:
    return AsyncIOScheduler(timezone=SHANGHAI, job_defaults={"coalesce": True, "misfire_grace_time": None})


@contextlib.asynccontextmanager
async def _keeping_engine_forgetful(service: Service) -> AsyncIterator[None]:
    scheduler, parties = _scheduler(), (service.database, service.engine)
    scheduler.add_job(ended_chats.tell_engine, "interval", parties, seconds=TELL_ENGINE_EVERY.total_seconds())
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)


@contextlib.asynccontextmanager
async def _reminding(service: Service) -> AsyncIterator[None]:
    planner, worker = open_planner(service.settings, service.knowledge), open_worker(service)

    async def plan() -> None:
        await service.database.run(lambda session: planner.run(session, service.clock()))

    async def forget_what_ended() -> None:
        days = service.settings.transcript_days
        await service.database.run(lambda session: sweep(session, service.clock(), days))

    scheduler = _scheduler()
    await plan()
    await forget_what_ended()
    scheduler.add_job(forget_what_ended, "interval", seconds=SWEEP_EVERY.total_seconds())
    scheduler.add_job(plan, "interval", seconds=PLAN_EVERY.total_seconds())
    scheduler.add_job(worker.run_once, "interval", seconds=DELIVER_EVERY.total_seconds())
    scheduler.start()
    try:
        yield
    finally:
        await worker.stop(FINISH_WITHIN / 2)
        scheduler.shutdown(wait=False)


async def serve(settings: Settings, parts: frozenset[str]) -> None:
    """Runs the parts until SIGTERM or SIGINT; what is under way is finished first, within ten seconds."""
    service = Service(settings, parts)
    require_newest(service.database.engine)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with contextlib.AsyncExitStack() as behind:  # what turns under way still need: it goes last
        behind.push_async_callback(service.engine.close)
        if "actions" in parts:
            site = _Site(action_app, "127.0.0.1", settings.action_port)
            await behind.enter_async_context(_serving(service, site))
        async with _together(_faces(service)):
            log.info("serving", parts=sorted(parts), port=settings.port)
            await stopped.wait()
            service.stopping = True
            log.info("stopping", turns=service.gateway.turns_under_way)
    log.info("stopped")


def _faces(service: Service) -> Iterator[AbstractAsyncContextManager[None]]:
    """What takes something up."""
    settings, parts = service.settings, service.parts
    if "web" in parts:
        yield _serving(service, _Site(web_app, settings.host, settings.port))
        yield _keeping_engine_forgetful(service)
    elif settings.metrics_port is not None:
        yield _serving(service, _Site(probe_app, "127.0.0.1", settings.metrics_port))
    for channel in service.channels:
        if channel.part in parts:
            yield channel.listening()
    if "reminders" in parts:
        yield _reminding(service)


@contextlib.asynccontextmanager
async def _together(faces: Iterable[AbstractAsyncContextManager[None]]) -> AsyncIterator[None]:
    """Opens one after the other, and closes all at once: together they have `FINISH_WITHIN` seconds."""
    opened: list[AbstractAsyncContextManager[None]] = []
    try:
        for face in faces:
            await face.__aenter__()
            opened.append(face)
        yield
    finally:
        closing = [asyncio.ensure_future(face.__aexit__(None, None, None)) for face in opened]
        done, late = await asyncio.wait(closing, timeout=FINISH_WITHIN) if closing else (set(), set())
        for task in late:
            task.cancel()
        for task in done:
            if error := task.exception():
                log.error("not_closed_well", exc_info=error)
        if late:
            log.warning("stopped_late", faces=len(late))


def run(settings: Settings, parts: frozenset[str]) -> NoReturn:
    """`bot serve`: until told to stop; ends the process."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # each connection is an open file
    logs.configure_logs(settings.log_level)
    asyncio.run(serve(settings, parts))
    # All is closed and written. Python would go on to take a gigabyte of knowledge apart, piece by piece, for seconds.
    os._exit(0)
