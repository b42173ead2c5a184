"""The chat page in a frame on an agency's site, in a real browser, over TLS as browsers demand of such cookies."""

import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from channel_fakes import FakeEngine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.async_api import Browser, Page, expect

from bot.channels.gateway import Gateway
from bot.channels.page import add_chat_page
from bot.channels.rest import add_chat_routes
from tests.browsers import WIDE, in_a_browser, look_closely, watch

pytestmark = in_a_browser


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate of our own for 127.0.0.1."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name([]), datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, *private)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest_asyncio.fixture
async def agency() -> AsyncIterator[TestServer]:
    """A site whose pages forbid styles and scripts of their own; `?chat=…` is where its script tag leads."""

    async def page(request: web.Request) -> web.Response:
        chat = request.query["chat"]
        html = (
            "<!doctype html><html lang=zh-CN><title>医保局</title><main><h1>医保局</h1></main>"
            f"<script src='{chat}/chat/embed.js' async></script>"
        )
        policy = f"default-src 'none'; script-src {chat}; frame-src {chat}; base-uri 'none'"
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    app = web.Application()
    app.router.add_get("/", page)
    async with TestServer(app) as server:
        yield server


@pytest_asyncio.fixture
async def chat(gateway: Gateway, tls: ssl.SSLContext, agency: TestServer) -> AsyncIterator[str]:
    """The address of the chat page, which that site alone may show."""

    app = web.Application()
    add_chat_routes(app, gateway)
    add_chat_page(app, (f"http://localhost:{agency.port}",))
    server = TestServer(app, scheme="https")
    await server.start_server(ssl=tls)
    yield f"https://127.0.0.1:{server.port}"
    await server.close()


@pytest_asyncio.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=WIDE, ignore_https_errors=True)
    page = await context.new_page()
    yield page
    await context.close()


async def test_one_script_tag_puts_the_assistant_into_a_site(
    page: Page, agency: TestServer, chat: str, engine: FakeEngine
) -> None:
    wrong = watch(page)
    await page.goto(f"http://localhost:{agency.port}/?chat={chat}")
    await page.get_by_role("button", name="门诊慢特病助手").click()
    frame = page.frame_locator("iframe")
    await frame.locator("#words").fill("湖南退休报多少")
    await frame.locator("#words").press("Enter")
    await expect(frame.locator(".line.assistant")).to_have_count(2)
    await page.get_by_role("button", name="收起").click()
    await expect(page.get_by_role("button", name="门诊慢特病助手")).to_be_focused()
    await page.reload()
    await page.get_by_role("button", name="门诊慢特病助手").press("Enter")
    await expect(frame.locator(".line.assistant")).to_have_count(2)  # the history is there again
    await look_closely(page)
    assert not wrong
    assert len(engine.asked) == 1


async def test_a_site_that_is_not_named_cannot_show_it(page: Page, agency: TestServer, chat: str) -> None:
    wrong = watch(page)
    await page.goto(f"http://127.0.0.1:{agency.port}/?chat={chat}")
    async with page.expect_event("console", lambda message: "frame-ancestors" in message.text):
        await page.get_by_role("button", name="门诊慢特病助手").click()
    assert len(wrong) == 1
