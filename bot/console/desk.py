"""What the pages share: rendering, the form token, references in addresses, the fields of a form."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiohttp_jinja2
from aiohttp import MultipartReader, web

from bot.clock import SHANGHAI, Clock
from bot.console.roles import RIGHTS, Right
from bot.console.seals import Seals
from bot.records import helpline, people
from bot.records.database import Database
from bot.records.models import Staff
from bot.records.people import Reading

ROOT = "/console"
FOLDER = Path(__file__).parent

BROWSER = web.RequestKey("browser", str)
STAFF = web.RequestKey("staff", Staff)
FILES = web.RequestKey("files", MultipartReader)
"""The rest of a form with files, its token read."""

MENU = (
    ("home", Right.PERSONS, "", "查询", "c"),
    ("policy", Right.ANSWERS, "/policy", "政策", "z"),
    ("cost", Right.ANSWERS, "/cost", "费用", "f"),
    ("chats", Right.CHATS, "/chats", "在线对话", "h"),
    ("reminders", Right.REMINDERS, "/reminders", "没送到的提醒", "t"),
    ("questions", Right.QUESTIONS, "/questions", "没答上的问题", "w"),
    ("overview", Right.OVERVIEW, "/overview", "概览", "l"),
    ("administration", Right.ADMINISTRATION, "/administration", "管理", "u"),
)
"""Key of the page, the right it asks for, its address, its name and the key that leads there."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ReferenceEndedError(Exception):
    """What the address refers to is not known any longer."""


class Desk:
    """The database, the clock, and what makes a page of them."""

    def __init__(self, database: Database, seals: Seals, clock: Clock) -> None:
        self.database = database
        self.seals = seals
        self.clock = clock

    async def page(
        self, request: web.Request, template: str, shown: Mapping[str, Any], status: int = 200
    ) -> web.Response:
        """A page; its menu has what the account may do."""
        staff = request.get(STAFF)
        common = {
            "staff": staff,
            "menu": MENU,
            "may": RIGHTS[staff.role] if staff else frozenset(),
            "token": self.seals.form_token(request[BROWSER]),
            "waiting": await self.database.run(helpline.count_waiting) if staff else 0,
        }
        return aiohttp_jinja2.render_template(template, request, {**common, **shown}, status=status)

    async def problem(self, request: web.Request, problem: str, status: int) -> web.Response:
        """A page that says why nothing was done, and what to do."""
        return await self.page(request, "problem.html", {"problem": problem}, status=status)

    async def note(self, request: web.Request, action: str, why: str, person_id: str | None = None) -> None:
        """Puts into the audit what somebody just did."""
        reading = Reading(f"staff:{request[STAFF].username}", why, self.clock())
        await self.database.run(lambda session: people.audit(session, reading, action, person_id))

    def reference(self, request: web.Request, kind: str, *what: str) -> str:
        """What stands in an address in place of a person or a chat."""
        return self.seals.reference(request[BROWSER], kind, what, self.clock())

    def referred(self, request: web.Request, kind: str) -> tuple[str, ...]:
        """What the address refers to. Raises ReferenceEndedError."""
        reference = request.match_info["reference"]
        referred = self.seals.referred(request[BROWSER], kind, reference, self.clock())
        if referred is None:
            raise ReferenceEndedError
        return referred

    def today(self) -> date:
        """The day in Shanghai."""
        return self.clock().astimezone(SHANGHAI).date()

    def address_of_person(self, request: web.Request, person_id: str, why: str) -> str:
        """A person's page, opened for a reason."""
        return f"{ROOT}/person/{self.reference(request, 'person', person_id, why)}"


def moment(value: datetime) -> str:
    """`2026-11-22 10:00`, Shanghai."""
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def text(field: object) -> str:
    """A field as it was typed; empty for a file."""
    return field if isinstance(field, str) else ""


def lines(field: object) -> str:
    """A field of several lines: no control characters but line feeds."""
    return "".join(c for c in text(field) if c == "\n" or c.isprintable())


def line(field: object) -> str:
    """A field of one line: no control characters, no space around."""
    return lines(field).replace("\n", "").strip()
