"""Finding who is calling, and a person's page."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from bot.console.chats import LINES_SHOWN
from bot.console.desk import ROOT, STAFF, Desk, line
from bot.console.persons import REMINDERS_SHOWN, PersonViews, identity_of
from bot.console.policy import NOTHING, PolicyView, is_question
from bot.identity.access import Access
from bot.records import guards, helpline, outbox
from bot.records.people import FOUND_AT_MOST

LONGEST_QUERY = 200
LONGEST_WHY = 100
CALLERS = {
    "self": ("本人来电", "来电人本人在线咨询"),
    "relative": ("家属来电，本人同意", "家属代为咨询，本人同意"),
    "nobody": ("没有来电", ""),
}
"""Who is on the line: as the form says it, and as the audit does; where nobody is, a reason is asked for."""
WHY_ATTACKED = "核对身份失败次数过多，查看情况"

WAITING_SHOWN = 5

LookUp = Callable[[str], Awaitable[PolicyView]]
"""What the policy says to a question, all regions side by side."""


class PersonPages:
    """`look_up` answers what was typed into the search box and names nobody.

    `frequent` are the questions that callers ask most, by the names of their topics.
    """

    def __init__(
        self, desk: Desk, access: Access, views: PersonViews, look_up: LookUp, frequent: Mapping[str, str]
    ) -> None:
        self._desk = desk
        self._frequent = frequent
        self._access = access
        self._views = views
        self._look_up = look_up

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("", self._home),
            web.post("/search", self._search),
            web.get("/person/{reference}", self._person),
            web.get("/talk/{reference}", self._talk),
            web.post("/person/{reference}/code", self._issue_code),
            web.post("/person/{reference}/unbind", self._unbind),
            web.post("/person/{reference}/unlock", self._unlock),
        ]

    async def _home(self, request: web.Request) -> web.StreamResponse:
        now = self._desk.clock()
        alert = await self._desk.database.run(lambda session: guards.alert(session, now))
        attacked = [self._desk.address_of_person(request, who, WHY_ATTACKED) for who in alert.persons]
        waiting = await self._desk.database.run(lambda session: helpline.waiting(session, WAITING_SHOWN))
        at_hand = {"locked": alert.locked, "attacked": attacked, "tickets": waiting, "now": now}
        return await self._home_page(request, "", "self", "", at_hand=at_hand)

    async def _home_page(
        self, request: web.Request, query: str, caller: str, because: str, status: int = 200, **more: Any
    ) -> web.Response:
        """The search box as it was filled in, and below it what was found, or else what is `at_hand`."""
        shown = {
            "query": query,
            "caller": caller,
            "because": because,
            "callers": {key: name for key, (name, _) in CALLERS.items()},
            "found": None,
            "at_hand": None,
            "frequent": self._frequent,
            "problem": "",
        }
        return await self._desk.page(request, "home.html", shown | more, status=status)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        """Persons; if there are none and the text reads as a question, what the policy says to it."""
        form = await request.post()
        query, because = line(form.get("query"))[:LONGEST_QUERY], line(form.get("because"))[:LONGEST_WHY]
        caller = line(form.get("caller"))
        if not query:
            raise web.HTTPSeeOther(ROOT)
        why = CALLERS[caller][1] if caller in CALLERS else ""
        why = why or because
        if not why:
            problem = "没有人来电时查看档案，请写明原因再查询。"
            return await self._home_page(request, query, "nobody", "", problem=problem, status=400)
        found = await self._access.search(request[STAFF].username, query, why, self._desk.clock())
        if len(found) == 1:
            raise web.HTTPSeeOther(self._desk.address_of_person(request, found[0].person_id, why))
        policy = await self._look_up(query) if not found and is_question(query) else NOTHING
        rows = [(identity_of(p), self._desk.address_of_person(request, p.person_id, why)) for p in found]
        return await self._home_page(
            request, query, caller, because, found=rows, at_most=FOUND_AT_MOST, policy=policy
        )

    async def _person(self, request: web.Request) -> web.StreamResponse:
        return await self._person_page(request, *self._referred(request))

    async def _person_page(
        self, request: web.Request, person_id: str, why: str, code: str | None = None
    ) -> web.Response:
        """The person's page; with a one-time code that was just made, which is shown this once."""
        username, now = request[STAFF].username, self._desk.clock()
        person = await self._access.record(username, person_id, why, now)
        if person is None:
            return await self._desk.problem(request, "没有这个人的记录。", status=404)
        reminders = await self._desk.database.run(
            lambda session: outbox.reminders_of(session, person_id, REMINDERS_SHOWN)
        )
        protection = await self._access.protection(username, person_id, why, now)
        shown = {
            "view": self._views.of(person, reminders, self._desk.today()),
            "protection": protection,
            "talks": {
                binding.token: self._desk.reference(request, "talk", person_id, binding.token, why)
                for binding in protection.bindings
                if not binding.relative
            },
            "here": self._desk.address_of_person(request, person_id, why),
            "why": why,
            "code": code,
        }
        return await self._desk.page(request, "person.html", shown)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """What was said in a chat that has proved to be the person's own; read, not answered."""
        person_id, token, why = self._desk.referred(request, "talk")
        said = await self._access.talk(
            request[STAFF].username, person_id, token, why, LINES_SHOWN, self._desk.clock()
        )
        if said is None:
            return await self._desk.problem(request, "这个对话已经不能查到这个人了。", status=404)
        shown = {"lines": said, "person": self._desk.address_of_person(request, person_id, why)}
        return await self._desk.page(request, "talk.html", shown)

    async def _issue_code(self, request: web.Request) -> web.StreamResponse:
        (person_id, why), form = self._referred(request), await request.post()
        code = await self._access.issue_code(
            request[STAFF].username, person_id, "relative" in form, why, self._desk.clock()
        )
        return await self._person_page(request, person_id, why, code)

    async def _unbind(self, request: web.Request) -> web.StreamResponse:
        (person_id, why), form = self._referred(request), await request.post()
        binding = line(form.get("binding"))
        await self._access.unbind_person(request[STAFF].username, person_id, binding, why, self._desk.clock())
        raise web.HTTPSeeOther(self._desk.address_of_person(request, person_id, why))

    async def _unlock(self, request: web.Request) -> web.StreamResponse:
        person_id, why = self._referred(request)
        await self._access.unlock(request[STAFF].username, person_id, why, self._desk.clock())
        raise web.HTTPSeeOther(self._desk.address_of_person(request, person_id, why))

    def _referred(self, request: web.Request) -> tuple[str, str]:
        person_id, why = self._desk.referred(request, "person")
        return person_id, why
