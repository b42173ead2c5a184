"""Signing in, with a second factor where the role asks for one, and out."""

from aiohttp import web

from bot.channels.limits import RateLimit
from bot.console import accounts, second_factor, sessions
from bot.console.desk import BROWSER, ROOT, STAFF, Desk, line, text

COOKIE = "console"
LOGIN = f"{ROOT}/login"
SECOND_FACTOR = f"{ROOT}/second-factor"
SIGN_INS_PER_MINUTE = 20

WRONG_SIGN_IN = "用户名或密码不对，或者账号暂时锁定。连续输错5次，账号会锁定15分钟。"
WRONG_CODE = "验证码不对、已经用过，或者账号暂时锁定。请等下一个验证码再试；连续输错会锁定15分钟。"


class SigningInPages:
    """For everybody; the second factor's page for who has signed in with the password."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sign_ins = RateLimit(SIGN_INS_PER_MINUTE, lambda: desk.clock().timestamp())

    def open_routes(self) -> list[web.RouteDef]:
        """Those that nobody needs to be signed in for."""
        return [web.get("/login", self._login_page), web.post("/login", self._login)]

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/logout", self._logout),
            web.get("/second-factor", self._code_page),
            web.post("/second-factor", self._confirm),
        ]

    async def _login_page(self, request: web.Request) -> web.StreamResponse:
        return await self._ask_to_sign_in(request, problem="")

    async def _ask_to_sign_in(self, request: web.Request, problem: str, status: int = 200) -> web.Response:
        secret = request.cookies.get(COOKIE) or sessions.new_secret()
        request[BROWSER] = sessions.hash_of(secret)
        page = await self._desk.page(request, "login.html", {"problem": problem}, status=status)
        _give_cookie(request, page, secret)
        return page

    async def _login(self, request: web.Request) -> web.StreamResponse:
        if wait := self._sign_ins.take(request.remote or ""):
            return await self._ask_to_sign_in(request, f"登录太频繁，请等{wait}秒再试。", status=429)
        form, now = await request.post(), self._desk.clock()
        username, password = line(form.get("username")), text(form.get("password"))
        staff = await accounts.sign_in(self._desk.database, username, password, now)
        if staff is None:
            return await self._ask_to_sign_in(request, WRONG_SIGN_IN, status=401)
        secret = sessions.new_secret()  # never the one the browser had before it was signed in
        await self._desk.database.run(
            lambda session: sessions.open_session(session, staff, sessions.hash_of(secret), now)
        )
        response = web.Response(status=303, headers={"Location": ROOT})
        _give_cookie(request, response, secret)
        return response

    async def _code_page(self, request: web.Request) -> web.StreamResponse:
        return await self._ask_for_code(request, second_factor.new_secret(), problem="")

    async def _ask_for_code(
        self, request: web.Request, secret: str, problem: str, status: int = 200
    ) -> web.Response:
        """Asks for a code; with a secret to set the authenticator up, where there is none yet."""
        staff, setup = request[STAFF], None
        if staff.totp_secret is None:
            link = second_factor.enrolment_link(secret, staff.username)
            setup = {
                "secret": secret,
                "link": link,
                "picture": second_factor.qr_code(link),
                "sealed": self._desk.reference(request, "totp", secret),
            }
        shown = {"setup": setup, "problem": problem, "menu": ()}
        return await self._desk.page(request, "second_factor.html", shown, status=status)

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        form, browser, now = await request.post(), request[BROWSER], self._desk.clock()
        sealed = self._desk.seals.referred(browser, "totp", text(form.get("setup")), now)
        secret, code = sealed[0] if sealed else None, "".join(text(form.get("code")).split())
        confirmed = await self._desk.database.run(
            lambda session: accounts.confirm(session, browser, code, secret, now)
        )
        if not confirmed:
            return await self._ask_for_code(
                request, secret or second_factor.new_secret(), WRONG_CODE, status=401
            )
        raise web.HTTPSeeOther(ROOT)

    async def _logout(self, request: web.Request) -> web.StreamResponse:
        browser, staff, now = request[BROWSER], request[STAFF], self._desk.clock()
        await self._desk.database.run(lambda session: sessions.end_session(session, staff, browser, now))
        raise web.HTTPSeeOther(LOGIN)


def _give_cookie(request: web.Request, response: web.Response, secret: str) -> None:
    response.set_cookie(COOKIE, secret, path=ROOT, httponly=True, samesite="Lax", secure=request.secure)
