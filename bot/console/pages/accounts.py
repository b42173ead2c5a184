"""Accounts of the console, and the browsers that are signed in."""

import asyncio
from collections.abc import Callable
from typing import get_args

from aiohttp import web

from bot.console import accounts
from bot.console.accounts import AccountError
from bot.console.desk import BROWSER, ROOT, STAFF, Desk, line, text
from bot.console.roles import NAMES
from bot.console.sessions import IDLE_FOR
from bot.records import staff
from bot.records.models import StaffRole

HERE = f"{ROOT}/administration"


class AccountPages:
    """Every change is audited."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/administration", self._accounts),
            web.post("/administration/add", self._add),
            web.post("/administration/switch-off", self._switch_off),
            web.post("/administration/role", self._role),
            web.post("/administration/password", self._password),
            web.post("/administration/end-session", self._end_session),
        ]

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
        role = _role_of(form.get("role"))
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

    async def _role(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        username, role = line(form.get("username")), _role_of(form.get("role"))
        if username == request[STAFF].username:
            return await self._accounts_page(request, "不能改自己的角色。请另一位管理员来改。", status=400)
        return await self._change(
            request,
            f"改角色 {username}：{NAMES[role]}",
            lambda: accounts.set_role(self._desk.database, username, role),
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
            return await self._accounts_page(request, refusal.in_chinese, status=400)
        await self._desk.note(request, "change account", why)
        raise web.HTTPSeeOther(HERE)

    async def _end_session(self, request: web.Request) -> web.StreamResponse:
        browser = line((await request.post()).get("session"))
        await self._desk.database.run(lambda session: staff.remove_session(session, browser))
        await self._desk.note(request, "change account", "结束一处登录")
        raise web.HTTPSeeOther(HERE)


def _role_of(field: object) -> StaffRole:
    """The role that was chosen; one that does not exist is the one that may do least to others."""
    return next((role for role in get_args(StaffRole) if role == field), "clerk")
