"""The console in a real browser: by keyboard alone, on a desk and on a phone, with nothing the policy blocks."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient
from console_fakes import PASSWORD, START
from playwright.async_api import Page, async_playwright, expect

from bot.records import helpline
from bot.records.database import Database

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"needs {CHROMIUM}"),
]


@pytest_asyncio.fixture
async def page(client: TestClient[web.Request, web.Application]) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1280, "height": 800})
        page.set_default_timeout(15_000)
        blocked: list[str] = []
        page.on("console", lambda message: blocked.append(message.text) if "Policy" in message.text else None)
        await page.goto(str(client.make_url("/console")))
        await expect(page.locator("#username")).to_be_focused()
        await page.keyboard.type("li")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.locator("#query")).to_be_focused()
        yield page
        assert not blocked
        await browser.close()


async def test_from_search_to_policy_and_back_without_a_mouse(page: Page) -> None:
    await page.keyboard.type("DEMO-SD-0002")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("演示·孙国栋")
    await page.press("[accesskey=z]", "Enter")
    await expect(page.locator("#question")).to_be_focused()
    await page.keyboard.type("起付线是多少")
    await page.keyboard.press("Enter")
    await expect(page.locator(".region")).to_have_count(5)
    tops = await page.locator(".region").evaluate_all("all => all.map(e => e.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    await page.press("[accesskey=c]", "Enter")
    await expect(page.locator("#query")).to_be_focused()


async def test_a_chat_is_answered_from_the_keyboard(page: Page, database: Database) -> None:
    with database.transaction() as session:
        helpline.open_ticket(session, "webchat:someone", "webchat", None, START)
    await page.press("[accesskey=h]", "Enter")
    await page.wait_for_selector("text=对方要求人工")
    await page.press("[accesskey=j]", "Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("您好，请说。")
    await page.press("[accesskey=g]", "Enter")
    await expect(page.frame_locator("iframe").locator(".staff p").last).to_have_text("您好，请说。")
    await page.press("[accesskey=b]", "Enter")
    await expect(page.locator("h1 .status")).to_have_text("已结束")


async def test_on_a_phone_nothing_runs_out_of_sight(page: Page) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    for query in ("DEMO-SD-0004", "退休人员报销比例是多少"):
        await page.fill("#query", query)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("article")
        assert await page.evaluate("document.documentElement.scrollWidth") == 360
        await page.click("text=查询 >> nth=0")
