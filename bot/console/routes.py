"""The helpline's console: its pages under /console, rendered here and complete without any script.

What is typed travels in POST bodies, never in an address; a person's page is found by a sealed reference.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import structlog
from aiohttp import web
from jinja2 import FileSystemLoader, StrictUndefined

from bot.channels.limits import RateLimit
from bot.channels.rest import REST, WEBCHAT
from bot.clock import SHANGHAI, Clock
from bot.console import chats, sessions
from bot.console.accounts import sign_in
from bot.console.chats import LINES_SHOWN, BadAnswerError, NotYoursError
from bot.console.persons import REMINDERS_SHOWN, PersonViews, identity_of
from bot.console.policy import NOTHING, PolicyView, is_question, look_up, topic_name
from bot.console.seals import Seals
from bot.dialogue.assistant import Assistant
from bot.dialogue.deadline import say_date, say_range
from bot.dialogue.learning import REASONS, reason_labels
from bot.identity.access import Access, OpenedChat
from bot.identity.keys import Keys
from bot.messages import Reply
from bot.records import guards, helpline, outbox
from bot.records.database import Database
from bot.records.models import Message, Person, Staff
from bot.records.official_texts import wordings
from bot.records.people import FOUND_AT_MOST
from bot.reminders.messenger import Messenger, Outcome

ROOT = "/console"
COOKIE = "console"
FOLDER = Path(__file__).parent
SIGN_INS_PER_MINUTE = 20
FETCHING = (WEBCHAT, REST)  # channels that come for the lines of their chats by themselves
LONGEST_QUERY = 200
GROUPS_SHOWN = 100
WORDINGS_SHOWN = 20
LONGEST_WHY = 100
USUAL_WHY = "来电人本人在线咨询"
WHY_ATTACKED = "核对身份失败次数过多，查看情况"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

WRONG_SIGN_IN = "用户名或密码不对，或者账号暂时锁定。连续输错5次，账号会锁定15分钟。"
NOT_OURS = "没有提交：这一页打开太久了，或者不是从本系统打开的。请返回上一页，刷新后再试。"
REFERENCE_ENDED = "这个链接已经过期。请回到首页重新查询。"

BROWSER = web.RequestKey("browser", str)
STAFF = web.RequestKey("staff", Staff)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

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
    console = _Console(database, assistant, Seals(keys.sessions), clock, messengers)
    app.add_subapp(ROOT, console.app())


class _ReferenceEnded(Exception):
    """What the address refers to is not known any longer."""


class _Console:
    def __init__(
        self,
        database: Database,
        assistant: Assistant,
        seals: Seals,
        clock: Clock,
        messengers: Mapping[str, Messenger],
    ) -> None:
        self._database = database
        self._access = Access(database)
        self._library = assistant.library
        self._kept = assistant.questions
        self._persons = PersonViews(assistant)
        self._seals = seals
        self._clock = clock
        self._messengers = messengers
        self._sign_ins = RateLimit(SIGN_INS_PER_MINUTE, lambda: clock().timestamp())

    def app(self) -> web.Application:
        app = web.Application(middlewares=[_guarded, self._known_browser])
        aiohttp_jinja2.setup(
            app,
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            filters=[*_FILTERS.items(), ("topic", partial(topic_name, self._library))],
        )
        app.router.add_get("/console.css", _css)
        app.router.add_get("/login", self._login_page)
        app.router.add_post("/login", self._login)
        app.router.add_post("/logout", self._logout)
        app.router.add_get("", self._home)
        app.router.add_post("/search", self._search)
        app.router.add_get("/person/{reference}", self._person)
        app.router.add_post("/person/{reference}/code", self._issue_code)
        app.router.add_post("/person/{reference}/unbind", self._unbind)
        app.router.add_post("/person/{reference}/unlock", self._unlock)
        app.router.add_get("/policy", self._policy_page)
        app.router.add_post("/policy", self._policy)
        app.router.add_get("/questions", self._questions)
        app.router.add_get("/chats", self._chats)
        app.router.add_get("/chats/{number}", self._chat)
        app.router.add_get("/chats/lines/{reference}", self._lines)
        app.router.add_post("/chats/{number}/take", self._take)
        app.router.add_post("/chats/{number}/say", self._say)
        app.router.add_post("/chats/{number}/hand-back", self._hand_back)
        return app

    # ---- who is there ----------------------------------------------------------------------------------

    @web.middleware
    async def _known_browser(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Lets only signed-in staff in, and only forms that are ours; the login page is for everybody."""
        if request.path == f"{ROOT}/console.css":
            return await handler(request)
        secret = request.cookies.get(COOKIE, "")
        browser = request[BROWSER] = sessions.hash_of(secret)
        if request.method == "POST":
            form = await request.post()
            if not secret or not self._seals.is_ours(browser, _text(form.get("token"))):
                return await self._page(request, "problem.html", {"problem": NOT_OURS}, status=403)
        if request.path == f"{ROOT}/login":
            return await handler(request)
        by_hand, now = not _is_automatic(request), self._clock()
        staff = await self._database.run(
            lambda session: sessions.staff_of(session, browser, now, by_hand) if secret else None
        )
        if staff is None:
            raise web.HTTPSeeOther(f"{ROOT}/login")
        request[STAFF] = staff
        try:
            return await handler(request)
        except _ReferenceEnded:
            return await self._page(request, "problem.html", {"problem": REFERENCE_ENDED}, status=404)

    async def _login_page(self, request: web.Request) -> web.StreamResponse:
        return await self._ask_to_sign_in(request, problem="")

    async def _ask_to_sign_in(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        secret = request.cookies.get(COOKIE) or sessions.new_secret()
        request[BROWSER] = sessions.hash_of(secret)
        page = await self._page(request, "login.html", {"problem": problem}, status=status)
        _give_cookie(request, page, secret)
        return page

    async def _login(self, request: web.Request) -> web.StreamResponse:
        if wait := self._sign_ins.take(request.remote or ""):
            return await self._ask_to_sign_in(request, f"登录太频繁，请等{wait}秒再试。", status=429)
        form, now = await request.post(), self._clock()
        username, password = _line(form.get("username")), _text(form.get("password"))
        staff = await sign_in(self._database, username, password, now)
        if staff is None:
            return await self._ask_to_sign_in(request, WRONG_SIGN_IN, status=401)
        secret = sessions.new_secret()  # never the one the browser had before it was signed in
        await self._database.run(
            lambda session: sessions.open_session(session, staff, sessions.hash_of(secret), now)
        )
        response = web.Response(status=303, headers={"Location": ROOT})
        _give_cookie(request, response, secret)
        return response

    async def _logout(self, request: web.Request) -> web.StreamResponse:
        browser, staff, now = request[BROWSER], request[STAFF], self._clock()
        await self._database.run(lambda session: sessions.end_session(session, staff, browser, now))
        raise web.HTTPSeeOther(f"{ROOT}/login")

    # ---- persons ---------------------------------------------------------------------------------------

    async def _home(self, request: web.Request) -> web.StreamResponse:
        now = self._clock()
        alert = await self._database.run(lambda session: guards.alert(session, now))
        attacked = [self._address_of(request, person_id, WHY_ATTACKED) for person_id in alert.persons]
        shown = {"query": "", "why": USUAL_WHY, "found": None, "locked": alert.locked, "attacked": attacked}
        return await self._page(request, "home.html", shown)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        """Persons; if there are none and the text reads as a question, what the policy says to it."""
        form = await request.post()
        query, why = _line(form.get("query"))[:LONGEST_QUERY], _line(form.get("why"))[:LONGEST_WHY]
        if not query:
            raise web.HTTPSeeOther(ROOT)
        if not why:
            return await self._page(
                request, "home.html", {"query": query, "why": "", "found": None}, status=400
            )
        found = await self._access.search(request[STAFF].username, query, why, self._clock())
        if len(found) == 1:
            raise web.HTTPSeeOther(self._address_of(request, found[0].person_id, why))
        asks = not found and is_question(query)
        policy = await self._look_up(query, None) if asks else NOTHING
        rows = [(identity_of(p), self._address_of(request, p.person_id, why)) for p in found]
        shown = {"query": query, "why": why, "found": rows, "at_most": FOUND_AT_MOST, "policy": policy}
        return await self._page(request, "home.html", shown)

    async def _person(self, request: web.Request) -> web.StreamResponse:
        return await self._person_page(request, *self._referred_person(request))

    async def _person_page(
        self, request: web.Request, person_id: str, why: str, code: str | None = None
    ) -> web.Response:
        """The person's page; with a one-time code that was just made, which is shown this once."""
        username, now = request[STAFF].username, self._clock()
        person = await self._access.record(username, person_id, why, now)
        if person is None:
            return await self._page(request, "problem.html", {"problem": "没有这个人的记录。"}, status=404)
        shown = {
            "view": await self._view_of(person),
            "protection": await self._access.protection(username, person_id, why, now),
            "here": self._address_of(request, person_id, why),
            "why": why,
            "code": code,
        }
        return await self._page(request, "person.html", shown)

    async def _issue_code(self, request: web.Request) -> web.StreamResponse:
        (person_id, why), form = self._referred_person(request), await request.post()
        code = await self._access.issue_code(
            request[STAFF].username, person_id, "relative" in form, why, self._clock()
        )
        return await self._person_page(request, person_id, why, code)

    async def _unbind(self, request: web.Request) -> web.StreamResponse:
        (person_id, why), form = self._referred_person(request), await request.post()
        binding = _line(form.get("binding"))
        await self._access.unbind_person(request[STAFF].username, person_id, binding, why, self._clock())
        raise web.HTTPSeeOther(self._address_of(request, person_id, why))

    async def _unlock(self, request: web.Request) -> web.StreamResponse:
        person_id, why = self._referred_person(request)
        await self._access.unlock(request[STAFF].username, person_id, why, self._clock())
        raise web.HTTPSeeOther(self._address_of(request, person_id, why))

    def _referred_person(self, request: web.Request) -> tuple[str, str]:
        """Person and reason that the address refers to. Raises _ReferenceEnded."""
        reference = request.match_info["reference"]
        referred = self._seals.referred(request[BROWSER], "person", reference, self._clock())
        if referred is None:
            raise _ReferenceEnded
        person_id, why = referred
        return person_id, why

    async def _view_of(self, person: Person) -> Any:
        reminders = await self._database.run(
            lambda session: outbox.reminders_of(session, person.person_id, REMINDERS_SHOWN)
        )
        return self._persons.of(person, reminders, self._today())

    def _address_of(self, request: web.Request, person_id: str, why: str) -> str:
        reference = self._seals.reference(request[BROWSER], "person", (person_id, why), self._clock())
        return f"{ROOT}/person/{reference}"

    # ---- policy ----------------------------------------------------------------------------------------

    async def _policy_page(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, "policy.html", self._policy_form("", "") | {"policy": None})

    async def _policy(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        question, region = _line(form.get("question"))[:LONGEST_QUERY], _line(form.get("region"))
        if region not in self._library.knowledge.regions:
            region = ""
        policy = await self._look_up(question, region or None) if question else None
        return await self._page(
            request, "policy.html", self._policy_form(question, region) | {"policy": policy}
        )

    async def _look_up(self, question: str, region: str | None) -> PolicyView:
        texts = await self._database.run(wordings)
        return look_up(self._library, texts, question, region, self._today())

    def _policy_form(self, question: str, region: str) -> dict[str, Any]:
        return {"question": question, "region": region, "regions": tuple(self._library.knowledge.regions)}

    # ---- questions that were not answered well ---------------------------------------------------------

    async def _questions(self, request: web.Request) -> web.StreamResponse:
        asked = request.query.get("reason", "")
        reason = asked if asked in REASONS else ""
        groups = await asyncio.to_thread(
            self._kept.groups, self._clock(), self._library.encoder, reason=reason or None
        )
        shown = {
            "groups": groups[:GROUPS_SHOWN],
            "others_shown": WORDINGS_SHOWN,
            "reason": reason,
            "reasons": {"": "全部"} | reason_labels(self._library.knowledge.statuses),
            "statuses": self._library.knowledge.statuses,
        }
        return await self._page(request, "questions.html", shown)

    # ---- chats -----------------------------------------------------------------------------------------

    async def _chats(self, request: web.Request) -> web.StreamResponse:
        tickets = await self._database.run(helpline.waiting)
        return await self._page(request, "chats.html", {"tickets": tickets, "now": self._clock()})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        problem = UNDELIVERED if "undelivered" in request.query else ""
        return await self._chat_page(request, problem)

    async def _chat_page(
        self, request: web.Request, problem: str, draft: str = "", status: int = 200
    ) -> web.Response:
        number, staff, now = request.match_info["number"], request[STAFF], self._clock()
        chat = await self._access.chat(staff.username, number, _why_of_chat(number), now)
        if chat is None:
            return await self._page(request, "problem.html", {"problem": "没有这个排队号。"}, status=404)
        shown = {
            "ticket": chat.ticket,
            "mine": chat.ticket.state == "open" and chat.ticket.staff_id == staff.id,
            "reachable": chat.ticket.channel in (*FETCHING, *self._messengers),
            "slow": chat.ticket.channel == REST,
            "lines": self._address_of_lines(request, chat),
            "person": self._address_of_chats_person(request, chat),
            "problem": problem,
            "draft": draft,
        }
        return await self._page(request, "chat.html", shown, status=status)

    def _address_of_lines(self, request: web.Request, chat: OpenedChat) -> str:
        """The pane that fetches itself again. Only who opened the chat, which was audited, has its address."""
        reference = self._seals.reference(request[BROWSER], "chat", (chat.ticket.number,), self._clock())
        return f"{ROOT}/chats/lines/{reference}"

    def _address_of_chats_person(self, request: web.Request, chat: OpenedChat) -> str | None:
        if chat.person_id is None:
            return None
        return self._address_of(request, chat.person_id, _why_of_chat(chat.ticket.number))

    async def _lines(self, request: web.Request) -> web.StreamResponse:
        reference = request.match_info["reference"]
        referred = self._seals.referred(request[BROWSER], "chat", reference, self._clock())
        if referred is None:
            return await self._page(request, "lines.html", {"lines": None})
        (number,) = referred
        lines = await self._database.run(lambda session: helpline.latest_lines(session, number, LINES_SHOWN))
        return await self._page(request, "lines.html", {"lines": lines})

    async def _take(self, request: web.Request) -> web.StreamResponse:
        return await self._speak(request, chats.take)

    async def _say(self, request: web.Request) -> web.StreamResponse:
        text = _lines((await request.post()).get("text"))
        return await self._speak(
            request, lambda s, number, staff, now: chats.say(s, number, text, staff, now), draft=text
        )

    async def _hand_back(self, request: web.Request) -> web.StreamResponse:
        return await self._speak(request, chats.hand_back)

    async def _speak(
        self,
        request: web.Request,
        act: Callable[[Any, str, Staff, datetime], Message | None],
        draft: str = "",
    ) -> web.StreamResponse:
        """Does something to a chat, sends the line it adds, and shows the chat again."""
        number, staff, now = request.match_info["number"], request[STAFF], self._clock()
        try:
            line = await self._database.run(lambda session: act(session, number, staff, now))
        except (NotYoursError, BadAnswerError) as refusal:
            return await self._chat_page(request, str(refusal), draft, status=400)
        sent = line is None or await self._push(line)
        raise web.HTTPSeeOther(f"{ROOT}/chats/{number}" + ("" if sent else "?undelivered"))

    async def _push(self, line: Message) -> bool:
        """Whether the line reaches the person: some channels fetch it, other channels are pushed to."""
        if line.channel in FETCHING:
            return True
        messenger = self._messengers.get(line.channel)
        if messenger is None:
            return False
        address, key = line.chat.partition(":")[2], f"staff:{line.id}"
        delivery = await messenger.push(address, Reply(line.text), key)
        if delivery.outcome is not Outcome.SENT:
            log.warning("staff_line_not_delivered", channel=line.channel, outcome=delivery.outcome.value)
            return False
        await self._database.run(lambda session: chats.mark_delivered(session, line.id))
        return True

    # ---- pages -----------------------------------------------------------------------------------------

    async def _page(
        self, request: web.Request, template: str, shown: Mapping[str, Any], status: int = 200
    ) -> web.Response:
        staff = request.get(STAFF)
        common = {
            "staff": staff,
            "token": self._seals.form_token(request[BROWSER]),
            "waiting": await self._database.run(helpline.count_waiting) if staff else 0,
        }
        return aiohttp_jinja2.render_template(template, request, {**common, **shown}, status=status)

    def _today(self) -> date:
        return self._clock().astimezone(SHANGHAI).date()


UNDELIVERED = "刚才这条没有送到对方的聊天软件里。请打电话告诉对方，或稍后再发一次。"

_CHANNELS = {"webchat": "网页", "telegram": "Telegram", "rest": "程序接口"}


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


def _why_of_chat(number: str) -> str:
    """What the audit says of readings that belong to a chat."""
    return f"在线对话{number}"


def _is_automatic(request: web.Request) -> bool:
    """Whether the browser asked by itself, to look for something new."""
    return "auto" in request.query or request.path.startswith(f"{ROOT}/chats/lines/")


def _give_cookie(request: web.Request, response: web.Response, secret: str) -> None:
    response.set_cookie(COOKIE, secret, path=ROOT, httponly=True, samesite="Lax", secure=request.secure)


async def _css(_request: web.Request) -> web.StreamResponse:
    return web.FileResponse(FOLDER / "console.css")


def _text(field: object) -> str:
    return field if isinstance(field, str) else ""


def _line(field: object) -> str:
    """A field of one line: no control characters, no space around."""
    return _lines(field).replace("\n", "").strip()


def _lines(field: object) -> str:
    """A field of several lines: no control characters but line feeds."""
    return "".join(c for c in _text(field) if c == "\n" or c.isprintable())


def _day(day: date | datetime) -> str:
    return say_date(day.astimezone(SHANGHAI).date() if isinstance(day, datetime) else day)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _channel(name: str) -> str:
    return _CHANNELS.get(name, name)


_FILTERS: Mapping[str, Callable[..., str]] = {
    "day": _day,
    "moment": _moment,
    "range": say_range,
    "channel": _channel,
}
