"""Accounts and sessions, import, audit, and the state of the keys."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, get_args

from aiohttp import BodyPartReader, web

from bot.clock import SHANGHAI
from bot.console import accounts
from bot.console.accounts import AccountError
from bot.console.csv_files import csv_file
from bot.console.desk import BROWSER, FILES, ROOT, STAFF, Desk, line, text
from bot.console.imports import BusyError, Imports
from bot.console.roles import NAMES
from bot.console.sessions import IDLE_FOR
from bot.identity.keys import Keys
from bot.records import audit, people, staff
from bot.records.audit import Wanted
from bot.records.models import AuditEntry, Person, StaffRole
from bot.records.people import Reading
from bot.records.rotation import is_complete

HERE = f"{ROOT}/administration"
UPLOAD_AT_MOST = 200 * 2**20
FILES_AT_MOST = 10
CHUNK = 2**16
ERRORS_SHOWN = 100
ENTRIES_SHOWN = 100
USUAL_DAYS = 30

ACTIONS = {
    "find": "查到",
    "read": "查看档案",
    "read chat": "查看对话",
    "show phone": "查看电话",
    "issue code": "给本人查询码",
    "issue code for relative": "给家人查询码",
    "bind": "对话核对成功",
    "verify failed": "对话核对失败",
    "unbind": "解绑",
    "unlock": "解除锁定",
    "consent": "同意记住",
    "forget": "删除本人数据",
    "export": "导出",
    "import": "导入",
    "search audit": "查审计",
    "change account": "管理账号",
    "sign in": "登录",
    "sign out": "退出",
}


class AdministrationPages:
    """For administrators; what they change is audited."""

    def __init__(self, desk: Desk, keys: Keys) -> None:
        self._desk = desk
        self._keys = keys
        self._imports = Imports(desk.database)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/administration", self._accounts),
            web.post("/administration/add", self._add),
            web.post("/administration/switch-off", self._switch_off),
            web.post("/administration/password", self._password),
            web.post("/administration/end-session", self._end_session),
            web.get("/administration/import", self._import_page),
            web.post("/administration/import", self._import),
            web.get("/administration/import/errors", self._errors),
            web.get("/administration/audit", self._audit),
            web.post("/administration/audit", self._audit),
            web.get("/administration/keys", self._keys_page),
        ]

    async def _note(self, request: web.Request, action: str, why: str, person_id: str | None = None) -> None:
        reading = Reading(f"staff:{request[STAFF].username}", why, self._desk.clock())
        await self._desk.database.run(lambda session: people.audit(session, reading, action, person_id))

    # --- accounts ---------------------------------------------------------------------------------

    async def _accounts(self, request: web.Request) -> web.StreamResponse:
        return await self._accounts_page(request, problem="")

    async def _accounts_page(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        now = self._desk.clock()
        shown = {
            "accounts": await self._desk.database.run(staff.accounts),
            "sessions": await self._desk.database.run(
                lambda session: staff.open_sessions(session, now, now - IDLE_FOR)
            ),
            "here": request[BROWSER],
            "roles": NAMES,
            "now": now,
            "problem": problem,
            "password_at_least": accounts.PASSWORD_AT_LEAST,
        }
        return await self._desk.page(request, "accounts.html", shown, status=status)

    async def _add(self, request: web.Request) -> web.StreamResponse:
        form, now = await request.post(), self._desk.clock()
        username, name, password = (
            line(form.get("username")),
            line(form.get("name")),
            text(form.get("password")),
        )
        role: StaffRole = next((r for r in get_args(StaffRole) if r == form.get("role")), "clerk")
        return await self._change(
            request,
            f"新建{NAMES[role]} {username}",
            lambda: accounts.add_staff(self._desk.database, username, name, password, now, role),
        )

    async def _switch_off(self, request: web.Request) -> web.StreamResponse:
        username = line((await request.post()).get("username"))
        if username == request[STAFF].username:
            return await self._accounts_page(
                request, "不能停用自己的账号。请另一位管理员来停用。", status=400
            )
        return await self._change(
            request, f"停用 {username}", lambda: accounts.disable_staff(self._desk.database, username)
        )

    async def _password(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        username, password = line(form.get("username")), text(form.get("password"))
        return await self._change(
            request,
            f"重设密码 {username}",
            lambda: accounts.set_password(self._desk.database, username, password),
        )

    async def _change(self, request: web.Request, why: str, change: Callable[[], None]) -> web.StreamResponse:
        try:
            await asyncio.to_thread(change)
        except AccountError as refusal:
            return await self._accounts_page(request, str(refusal), status=400)
        await self._note(request, "change account", why)
        raise web.HTTPSeeOther(HERE)

    async def _end_session(self, request: web.Request) -> web.StreamResponse:
        browser = line((await request.post()).get("session"))
        await self._desk.database.run(lambda session: staff.remove_session(session, browser))
        await self._note(request, "change account", "结束一处登录")
        raise web.HTTPSeeOther(HERE)

    # --- import -----------------------------------------------------------------------------------

    async def _import_page(self, request: web.Request) -> web.StreamResponse:
        return await self._import_state(request, problem="")

    async def _import_state(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        shown = {"latest": self._imports.latest, "problem": problem, "errors_shown": ERRORS_SHOWN}
        return await self._desk.page(request, "import.html", shown, status=status)

    async def _import(self, request: web.Request) -> web.StreamResponse:
        """Keeps the files in a folder of their own while they are loaded."""
        username, now = request[STAFF].username, self._desk.clock()
        folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="import-"))
        try:
            strict = await self._receive(request, folder)
            self._imports.begin(folder, username, strict, now)
        except (_BadUploadError, BusyError) as refusal:
            await asyncio.to_thread(shutil.rmtree, folder)
            problem = "已经有一次导入在进行，请等它结束。" if isinstance(refusal, BusyError) else str(refusal)
            return await self._import_state(request, problem, status=400)
        await self._note(request, "import", "在服务台导入")
        raise web.HTTPSeeOther(f"{HERE}/import")

    async def _receive(self, request: web.Request, folder: Path) -> bool:
        """Writes the files of a form into the folder; whether nothing is to be kept if a row is wrong."""
        strict, received, files = False, 0, 0
        while (part := await request[FILES].next()) is not None:
            if not isinstance(part, BodyPartReader):
                continue
            if part.name == "strict":
                strict = bool(await part.read_chunk(CHUNK))
            if part.name != "files" or not part.filename:
                continue
            files += 1
            if files > FILES_AT_MOST:
                raise _BadUploadError(f"一次最多{FILES_AT_MOST}个文件，请分几次导入。")
            with (folder / f"{files}-{Path(part.filename).name[-80:]}").open("wb") as file:
                while chunk := await part.read_chunk(CHUNK):
                    received += len(chunk)
                    if received > UPLOAD_AT_MOST:
                        limit = UPLOAD_AT_MOST // 2**20
                        raise _BadUploadError(
                            f"文件加起来超过{limit}MB，请分几次导入，或在服务器上用 bot import。"
                        )
                    await asyncio.to_thread(file.write, chunk)
        if not files:
            raise _BadUploadError("还没有选文件。")
        return strict

    async def _errors(self, request: web.Request) -> web.StreamResponse:
        latest = self._imports.latest
        if latest is None or latest.report is None:
            raise web.HTTPSeeOther(f"{HERE}/import")
        rows = [(e.file, e.line, e.column or "", e.reason) for e in latest.report.errors]
        return csv_file("import-errors.csv", [("文件", "行", "列", "原因"), *rows])

    # --- audit ------------------------------------------------------------------------------------

    async def _audit(self, request: web.Request) -> web.StreamResponse:
        """The conditions are posted, for one of them is a person."""
        form, today = await request.post(), self._desk.today()
        asked = {name: line(form.get(name)) for name in ("person", "who", "action")}
        since = _day(form.get("since"), today - timedelta(days=USUAL_DAYS))
        until = _day(form.get("until"), today)
        page = int(number) if (number := line(form.get("page"))).isdecimal() and len(number) < 6 else 0
        found: list[AuditEntry] = []
        unknown = False
        if request.method == "POST":
            person_id = await self._person_id(asked["person"]) if asked["person"] else None
            unknown = bool(asked["person"]) and person_id is None
            wanted = Wanted(
                _midnight(since),
                _midnight(until + timedelta(days=1)),
                who=_who(asked["who"]),
                action=asked["action"] if asked["action"] in ACTIONS else None,
                person_id=person_id,
            )
            if not unknown:
                await self._note(request, "search audit", "查审计", person_id)
                found = list(
                    await self._desk.database.run(
                        lambda session: audit.entries(
                            session, wanted, page * ENTRIES_SHOWN, ENTRIES_SHOWN + 1
                        )
                    )
                )
        shown: dict[str, Any] = asked | {
            "since": since,
            "until": until,
            "page_number": page,
            "entries": found[:ENTRIES_SHOWN],
            "more": len(found) > ENTRIES_SHOWN,
            "asked": request.method == "POST",
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

    # --- keys -------------------------------------------------------------------------------------

    async def _keys_page(self, request: web.Request) -> web.StreamResponse:
        keys = self._keys.refreshed()
        shown = {
            "file": keys.file[0] if keys.file else None,
            "written": datetime.fromtimestamp(keys.file[1] / 1e9, SHANGHAI) if keys.file else None,
            "previous": keys.previous is not None,
            "complete": await self._desk.database.run(lambda session: is_complete(session, keys)),
        }
        return await self._desk.page(request, "keys.html", shown)


class _BadUploadError(Exception):
    """The files cannot be taken; the message says what to do instead."""


def _who(typed: str) -> str | None:
    """As the audit has it: an account unless it says what it is (`chat:…`, `system:…`)."""
    if not typed:
        return None
    return typed if ":" in typed else f"staff:{typed}"


def _day(field: object, otherwise: date) -> date:
    try:
        return date.fromisoformat(line(field))
    except ValueError:
        return otherwise


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
