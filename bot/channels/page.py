"""The chat page, whose browser is known by a cookie, and the script that puts it into an agency's site.

The page has chats of its own, found by an unguessable HttpOnly cookie: what was said in a chat is shown to the browser
that said it. In a frame on another site the cookie is that site's own (partitioned), which takes TLS.
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "web"
COOKIE = "chat"
COOKIE_SECONDS = 180 * 24 * 3600
_COOKIE_VALUE = re.compile(r"[A-Za-z0-9_-]{32}")
_DEMO = "<!--demo-->"
"""Stands in the page where a demonstration says that it is one."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_chat_page(app: web.Application, embedded_by: Sequence[str] = (), demo: bool = False) -> None:
    """Adds the page at `/` and its files. `embedded_by` are the origins whose pages may show it in a frame."""
    headers = _headers(embedded_by)
    page = (FOLDER / "index.html").read_text(encoding="utf-8").replace(_DEMO, "演示数据。" if demo else "")

    async def show(request: web.Request) -> web.StreamResponse:
        # A cache on the way must never hand one browser's cookie to another.
        response = web.Response(
            text=page, content_type="text/html", headers={**headers, "Cache-Control": "no-store"}
        )
        sender = sender_of(request) or secrets.token_urlsafe(24)
        response.headers["Set-Cookie"] = _cookie(sender, request.secure, bool(embedded_by))
        return response

    app.router.add_get("/", show)
    for name in ("chat.css", "chat.js", "icon.svg", "embed.js"):
        app.router.add_get(f"/chat/{name}", _file(name, headers))


def sender_of(request: web.Request) -> str | None:
    """Whose chat the browser's is; None where it brings no cookie of ours."""
    cookie = request.cookies.get(COOKIE, "")
    return cookie if _COOKIE_VALUE.fullmatch(cookie) else None


def _cookie(sender: str, secure: bool, in_frames: bool) -> str:
    """The header's value; written here, because Python's own cookies know `Partitioned` from 3.14 on only."""
    where = "SameSite=None; Partitioned" if secure and in_frames else "SameSite=Lax"
    return f"{COOKIE}={sender}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; {where}{'; Secure' if secure else ''}"


def _headers(embedded_by: Sequence[str]) -> dict[str, str]:
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors " + (" ".join(embedded_by) or "'none'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


def _file(name: str, headers: dict[str, str]) -> Handler:
    async def serve(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / name, headers=headers)

    return serve
