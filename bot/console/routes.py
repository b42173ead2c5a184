"""The helpline's console: its pages under /console, rendered on the server. Without scripts they are complete but
for looking by themselves for something new (htmx) and the copy buttons (console.js).

What is typed travels in POST bodies, never in an address; a person's page is found by a sealed reference.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

import aiohttp_jinja2
import structlog
from aiohttp import BodyPartReader, web
from aiohttp.typedefs import Middleware
from jinja2 import FileSystemLoader, StrictUndefined

from bot.clock import SHANGHAI, Clock
from bot.console import sessions
from bot.console.desk import (
    BROWSER,
    FILES,
    FOLDER,
    ROOT,
    STAFF,
    Desk,
    Handler,
    ReferenceEndedError,
    moment,
    text,
)
from bot.console.pages.accounts import AccountPages
from bot.console.pages.audit import AuditPages
from bot.console.pages.chats import ChatPages
from bot.console.pages.cost import CostPages
from bot.console.pages.imports import ImportPages
from bot.console.pages.keys import KeyPages
from bot.console.pages.overview import OverviewPages
from bot.console.pages.persons import PersonPages
from bot.console.pages.policy import PolicyPages, QuestionPages
from bot.console.pages.reminders import ReminderPages
from bot.console.pages.signing_in import COOKIE, LOGIN, SECOND_FACTOR, SigningInPages
from bot.console.persons import PersonViews
from bot.console.policy import topic_name
from bot.console.roles import RIGHTS, Right
from bot.console.seals import Seals
from bot.dialogue.assistant import Assistant
from bot.dialogue.deadline import say_date, say_range
from bot.identity.access import Access
from bot.identity.keys import Keys
from bot.knowledge.helpline import load_helpline
from bot.knowledge.parameters import load_parameters
from bot.messages import say_places
from bot.policy.library import PolicyLibrary
from bot.records.database import Database
from bot.reminders.messenger import Messenger
from bot.rules.money import yuan

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

NOT_OURS = "没有提交：这一页打开太久了，或者不是从本系统打开的。请返回上一页，刷新后再试。"
NOT_ALLOWED = "您的账号没有打开这一页的权限。需要的话，请找系统管理员。"
REFERENCE_ENDED = "这个链接已经过期。请回到首页重新查询。"

LONGEST_TOKEN = 256

log = structlog.get_logger(__name__)


def add_console_routes(
    app: web.Application,
    database: Database,
    assistant: Assistant,
    keys: Keys,
    clock: Clock,
    messengers: Mapping[str, Messenger],
) -> None:
    """Serves the console under /console. `messengers` by channel: for answers to chats that do not poll."""
    desk, access = Desk(database, Seals(keys.sessions), clock), Access(database)
    console = web.Application(middlewares=[_guarded, _known_browser(desk)])
    _set_up_templates(console, assistant.library)
    signing_in = SigningInPages(desk)
    policy = PolicyPages(desk, assistant.library)
    at_hand, topics = load_helpline(assistant.knowledge.folder), assistant.knowledge.topics
    known = (topics[each] for each in at_hand.frequent_topics if each in topics)
    frequent = {topic.name: topic.questions[0] if topic.questions else topic.name for topic in known}
    persons = PersonPages(desk, access, PersonViews(assistant), policy.look_up, frequent)
    pages: list[tuple[Right, Iterable[web.RouteDef]]] = [
        (Right.NONE, signing_in.routes()),
        (Right.PERSONS, persons.routes()),
        (Right.ANSWERS, policy.routes()),
        (Right.ANSWERS, CostPages(desk, load_parameters(assistant.knowledge.folder)).routes()),
        (Right.QUESTIONS, QuestionPages(desk, assistant.library, assistant.questions).routes()),
        (Right.REMINDERS, ReminderPages(desk).routes()),
        (Right.OVERVIEW, OverviewPages(desk, assistant.knowledge).routes()),
        (Right.ADMINISTRATION, AccountPages(desk).routes()),
        (Right.ADMINISTRATION, ImportPages(desk).routes()),
        (Right.ADMINISTRATION, AuditPages(desk).routes()),
        (Right.ADMINISTRATION, KeyPages(desk, keys).routes()),
        (Right.CHATS, ChatPages(desk, access, messengers, at_hand).routes()),
    ]
    for name in ("console.css", "console.js", "htmx.min.js"):
        console.router.add_get(f"/{name}", _file(name))
    console.router.add_routes(signing_in.open_routes())
    for right, routes in pages:
        for route in routes:
            console.router.add_route(route.method, route.path, _signed_in(desk, right, route.handler))
    app.add_subapp(ROOT, console)


def _signed_in(desk: Desk, right: Right, handler: Handler) -> Handler:
    """The handler, for signed-in staff who have the right."""

    async def handle(request: web.Request) -> web.StreamResponse:
        browser, by_hand, now = request[BROWSER], not _is_automatic(request), desk.clock()
        signed_in = await desk.database.run(
            lambda session: sessions.signed_in(session, browser, now, by_hand)
        )
        if signed_in is None:
            if _is_automatic(request):  # the whole page goes there, not a piece of it
                return web.Response(headers={"HX-Redirect": LOGIN})
            raise web.HTTPSeeOther(LOGIN)
        staff = request[STAFF] = signed_in.staff
        if not signed_in.confirmed and right is not Right.NONE:
            raise web.HTTPSeeOther(SECOND_FACTOR)
        if right not in RIGHTS[staff.role]:
            if request.path == ROOT:
                raise web.HTTPSeeOther(f"{ROOT}/overview")
            return await desk.problem(request, NOT_ALLOWED, status=403)
        try:
            return await handler(request)
        except ReferenceEndedError:
            return await desk.problem(request, REFERENCE_ENDED, status=404)

    return handle


def _known_browser(desk: Desk) -> Middleware:
    """Knows the browser by its cookie, and takes only forms that we gave to it."""

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        secret = request.cookies.get(COOKIE, "")
        browser = request[BROWSER] = sessions.hash_of(secret)
        if request.method == "POST":
            token = await _form_token(request)
            if not secret or not desk.seals.is_ours(browser, token):
                return await desk.problem(request, NOT_OURS, status=403)
        return await handler(request)

    return handle


async def _form_token(request: web.Request) -> str:
    """What proves that a form is ours. In one with files it comes first; they are left for whoever may have them."""
    if request.content_type != "multipart/form-data":
        return text((await request.post()).get("token"))
    reader = request[FILES] = await request.multipart()
    first = await reader.next()
    if not isinstance(first, BodyPartReader) or first.name != "token":
        return ""
    return (await first.read_chunk(LONGEST_TOKEN)).decode(errors="replace")


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer carries the headers; what went wrong unexpectedly is one sentence."""
    try:
        response = await handler(request)
    except web.HTTPException as known:
        known.headers.update(HEADERS)
        raise
    except Exception:
        route = request.match_info.route.resource
        log.exception("console_failed", route=route.canonical if route else None)
        response = web.Response(status=500, text="系统出了故障，刚才的操作可能没有完成。请过一会儿再试。")
    response.headers.update(HEADERS)
    return response


def _is_automatic(request: web.Request) -> bool:
    """Whether a piece of the page asked by itself, to look for something new."""
    return "HX-Request" in request.headers


def _file(name: str) -> Handler:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / name)

    return serve


def _set_up_templates(console: web.Application, library: PolicyLibrary) -> None:
    aiohttp_jinja2.setup(
        console,
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=[*_FILTERS.items(), ("topic", partial(topic_name, library))],
    )


def _day(day: date | datetime) -> str:
    return say_date(day.astimezone(SHANGHAI).date() if isinstance(day, datetime) else day)


_CHANNELS = {
    "webchat": "网页",
    "telegram": "Telegram",
    "rest": "程序接口",
    "wecom": "企业微信",
    "wechat": "公众号",
}


def _channel(name: str) -> str:
    return _CHANNELS.get(name, name)


def _minutes(waited: timedelta) -> str:
    """`7分钟`, `2小时05分`."""
    hours, minutes = divmod(max(0, int(waited.total_seconds() // 60)), 60)
    return f"{hours}小时{minutes:02}分" if hours else f"{minutes}分钟"


_FILTERS: Mapping[str, Callable[..., str]] = {
    "day": _day,
    "moment": moment,
    "minutes": _minutes,
    "range": say_range,
    "channel": _channel,
    "yuan": yuan,
    "places": say_places,
}
