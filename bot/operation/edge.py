"""The edge of the public side: who is asking, how often, for how long, and what every answer carries.

TLS ends at a proxy before us. What a proxy says about the caller is believed only from the TRUSTED_PROXIES.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import structlog
from aiohttp import StreamReader, web
from aiohttp.typedefs import Middleware

from bot.channels.limits import RateLimit

BODY_SECONDS = 30.0
"""A body must have arrived by then; a proxy that buffers hands even large ones over at once."""
IDLE_SECONDS = 75.0
"""Connections without a whole request head are closed then. Longer than proxies keep theirs: they close first."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Where a page has none of its own."""
HSTS = "max-age=31536000"
SCHEME = web.RequestKey("scheme", str)
"""How the caller reached the proxy."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FORWARDED = "X-Forwarded-For"
_IPV6_HOME = 64  # bits that one household or company has to itself

log = structlog.get_logger(__name__)


def protect(
    app: web.Application, trusted: Sequence[Network], limit: RateLimit, unlimited: Collection[str] = ()
) -> None:
    """Sets the edge up for an application. `unlimited` are routes whose callers prove themselves otherwise."""
    app.middlewares.extend([_known_caller(trusted), _not_too_often(limit, unlimited), _body_in_time])
    app.on_response_prepare.append(_with_headers)


def from_this_machine(request: web.Request) -> bool:
    """Whether a program on this machine asks on its own behalf, and no proxy for somebody else."""
    address = _address(request.remote)
    return address is not None and address.is_loopback and _FORWARDED not in request.headers


def _known_caller(trusted: Sequence[Network]) -> Middleware:
    """Finds the caller's address and scheme in what trusted proxies say. Besides them only this machine may call."""

    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        peer = _address(request.remote)
        if peer is None or not _is_in(peer, trusted):
            if peer is None or not peer.is_loopback:
                raise web.HTTPForbidden(text="Only through the proxy (TRUSTED_PROXIES).")
            if _FORWARDED in request.headers:
                log.warning("proxy_not_trusted", set="TRUSTED_PROXIES")
            return await handler(request)
        # Each proxy adds at the right end whom it heard; the first we do not trust is the caller.
        heard = [
            _address(part.strip()) for part in ",".join(request.headers.getall(_FORWARDED, ())).split(",")
        ]
        caller = next((a for a in reversed(heard) if a is None or not _is_in(a, trusted)), peer) or peer
        scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else "http"
        request[SCHEME] = scheme
        return await handler(request.clone(remote=str(caller), scheme=scheme))

    return handle


def _not_too_often(limit: RateLimit, unlimited: Collection[str]) -> Middleware:
    @web.middleware
    async def handle(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        if from_this_machine(request) or (resource is not None and resource.canonical in unlimited):
            return await handler(request)
        if wait := limit.take(_home(request.remote)):
            sentence = f"请求太多了。请等{wait}秒再试。"
            return web.json_response({"error": sentence}, status=429, headers={"Retry-After": str(wait)})
        return await handler(request)

    return handle


@web.middleware
async def _body_in_time(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.can_read_body:
        return await handler(request)
    timer = asyncio.get_running_loop().call_later(BODY_SECONDS, _give_up, request.content)
    try:
        return await handler(request)
    finally:
        timer.cancel()


def _give_up(body: StreamReader) -> None:
    if not body.is_eof():
        body.set_exception(
            web.HTTPRequestTimeout(
                text='{"error": "内容没有及时传完，请再发一次。"}', content_type="application/json"
            )
        )


async def _with_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.get(SCHEME) == "https":
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers["Server"] = "assistant"


def _home(remote: str | None) -> str:
    """The address; of IPv6 the part that a household has to itself."""
    address = _address(remote)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _IPV6_HOME), strict=False))
    return str(address)


def _address(written: str | None) -> Address | None:
    """Also `[::1]:443` and `10.0.0.1:443`, as some proxies write them; None where it is none."""
    text = (written or "").strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
