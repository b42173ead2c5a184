"""Looking up who did what with whose data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from aiohttp import web

from bot.clock import SHANGHAI
from bot.console.desk import Desk, line
from bot.records import audit, people
from bot.records.audit import Wanted
from bot.records.models import AuditEntry, Person

ENTRIES_SHOWN = 100
USUAL_DAYS = 30
EARLIEST = date(2020, 1, 1)
"""Before this service was written."""
LONGEST_PAGE = 5

ACTIONS = {
    "find": "查到",
    "read": "查看档案",
    "read chat": "查看对话",
    "show phone": "查看电话",
    "issue code": "给本人查询码",
    "issue code for relative": "给家人查询码",
    "bind": "对话核对成功",
    "verify failed": "对话核对失败",
    "verify locked": "核对失败次数过多，已锁定",
    "unbind": "解绑",
    "unlock": "解除锁定",
    "consent": "同意记住",
    "forget": "删除本人数据",
    "readmit": "允许重新导入",
    "export": "导出",
    "import": "导入",
    "search audit": "查审计",
    "change account": "管理账号",
    "sign in": "登录",
    "sign out": "退出",
}


@dataclass(frozen=True)
class _Asked:
    """The conditions as they were typed; `page` counts from 0."""

    person: str
    who: str
    action: str
    since: date
    until: date
    page: int

    def wanted(self, person_id: str | None) -> Wanted:
        """What to look for; a name without a colon is an account's."""
        who = self.who if ":" in self.who else f"staff:{self.who}"
        return Wanted(
            _midnight(self.since),
            _midnight(self.until + timedelta(days=1)),
            who=who if self.who else None,
            action=self.action if self.action in ACTIONS else None,
            person_id=person_id,
        )


class AuditPages:
    """A search is audited itself."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/administration/audit", self._empty),
            web.post("/administration/audit", self._searched),
        ]

    async def _empty(self, request: web.Request) -> web.StreamResponse:
        return await self._page(request, self._asked({}), found=None)

    async def _searched(self, request: web.Request) -> web.StreamResponse:
        """The conditions are posted, for one of them is a person."""
        asked = self._asked(await request.post())
        person_id = await self._person_id(asked.person) if asked.person else None
        if asked.person and person_id is None:
            return await self._page(request, asked, found=None, unknown=True)
        await self._desk.note(request, "search audit", "查审计", person_id)
        wanted, skip = asked.wanted(person_id), asked.page * ENTRIES_SHOWN
        found = await self._desk.database.run(
            lambda session: audit.entries(session, wanted, skip, ENTRIES_SHOWN + 1)
        )
        return await self._page(request, asked, found)

    def _asked(self, form: Mapping[str, object]) -> _Asked:
        """What was typed; days that are none, or nobody's, become the last month."""
        today, page = self._desk.today(), line(form.get("page"))
        return _Asked(
            person=line(form.get("person")),
            who=line(form.get("who")),
            action=line(form.get("action")),
            since=max(_day(form.get("since"), today - timedelta(days=USUAL_DAYS)), EARLIEST),
            until=min(_day(form.get("until"), today), today),
            page=int(page) if page.isdecimal() and len(page) <= LONGEST_PAGE else 0,
        )

    async def _page(
        self,
        request: web.Request,
        asked: _Asked,
        found: Sequence[AuditEntry] | None,
        unknown: bool = False,
    ) -> web.Response:
        """`found` is None where nothing was looked for; one more than is shown tells that there is another page."""
        shown = {
            "asked": asked,
            "searched": found is not None,
            "entries": (found or ())[:ENTRIES_SHOWN],
            "more": len(found or ()) > ENTRIES_SHOWN,
            "unknown": unknown,
            "actions": ACTIONS,
        }
        return await self._desk.page(request, "audit.html", shown)

    async def _person_id(self, key: str) -> str | None:
        """Whose records a number leads to: the agency's own, of an application, or of an ID card."""
        database = self._desk.database
        if await database.run(lambda session: session.get(Person, key)):
            return key
        person = await database.run(lambda session: people.person_by_key(session, key))
        return person.person_id if person else None


def _day(field: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(line(field))
    except ValueError:
        return otherwise


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
