"""Finding who is calling, and a person's page."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.console.desk import ROOT, STAFF, Desk, line
from bot.console.persons import REMINDERS_SHOWN, PersonViews, identity_of
from bot.console.policy import NOTHING, PolicyView, is_question
from bot.identity.access import Access
from bot.records import guards, outbox
from bot.records.people import FOUND_AT_MOST

LONGEST_QUERY = 200
LONGEST_WHY = 100
USUAL_WHY = "来电人本人在线咨询"
WHY_ATTACKED = "核对身份失败次数过多，查看情况"

LookUp = Callable[[str], Awaitable[PolicyView]]
"""What the policy says to a question, all regions side by side."""


class PersonPages:
    """`look_up` answers what was typed into the search box and names nobody."""

    def __init__(self, desk: Desk, access: Access, views: PersonViews, look_up: LookUp) -> None:
        self._desk = desk
        self._access = access
        self._views = views
        self._look_up = look_up

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("", self._home),
            web.post("/search", self._search),
            web.get("/person/{reference}", self._person),
            web.post("/person/{reference}/code", self._issue_code),
            web.post("/person/{reference}/unbind", self._unbind),
            web.post("/person/{reference}/unlock", self._unlock),
        ]

    async def _home(self, request: web.Request) -> web.StreamResponse:
        now = self._desk.clock()
        alert = await self._desk.database.run(lambda session: guards.alert(session, now))
        attacked = [self._desk.address_of_person(request, who, WHY_ATTACKED) for who in alert.persons]
        shown = {"query": "", "why": USUAL_WHY, "found": None, "locked": alert.locked, "attacked": attacked}
        return await self._desk.page(request, "home.html", shown)

    async def _search(self, request: web.Request) -> web.StreamResponse:
        """Persons; if there are none and the text reads as a question, what the policy says to it."""
        form = await request.post()
        query, why = line(form.get("query"))[:LONGEST_QUERY], line(form.get("why"))[:LONGEST_WHY]
        if not query:
            raise web.HTTPSeeOther(ROOT)
        if not why:
            refused = {"query": query, "why": "", "found": None}
            return await self._desk.page(request, "home.html", refused, status=400)
        found = await self._access.search(request[STAFF].username, query, why, self._desk.clock())
        if len(found) == 1:
            raise web.HTTPSeeOther(self._desk.address_of_person(request, found[0].person_id, why))
        policy = await self._look_up(query) if not found and is_question(query) else NOTHING
        rows = [(identity_of(p), self._desk.address_of_person(request, p.person_id, why)) for p in found]
        shown = {"query": query, "why": why, "found": rows, "at_most": FOUND_AT_MOST, "policy": policy}
        return await self._desk.page(request, "home.html", shown)

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
        shown = {
            "view": self._views.of(person, reminders, self._desk.today()),
            "protection": await self._access.protection(username, person_id, why, now),
            "here": self._desk.address_of_person(request, person_id, why),
            "why": why,
            "code": code,
        }
        return await self._desk.page(request, "person.html", shown)

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
