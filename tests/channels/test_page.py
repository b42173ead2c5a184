"""The chat page in a real browser: what a person sees, through reloads and lost connections."""

import shutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient
from channel_fakes import FakeEngine
from playwright.async_api import Page, async_playwright, expect

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"needs {CHROMIUM}"),
]

SOURCE = {"document": "湘医保发〔2022〕52号", "article": "第十三条"}
ESTIMATE: dict[str, Any] = {
    "card": "estimate",
    "fund_pays": {"low": "400.00", "high": "480.00"},
    "you_pay": {"low": "120.00", "high": "200.00"},
    "steps": [{"label": "按比例", "expression": "600 × 80%", "amount": "480.00", "citations": [SOURCE]}],
    "citations": [SOURCE],
    "warnings": ["比例是您说的。"],
}


@pytest_asyncio.fixture
async def page(web_client: TestClient[web.Request, web.Application]) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = await browser.new_page(viewport={"width": 360, "height": 740})
        page.set_default_timeout(5_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(str(web_client.make_url("/")))
        yield page
        assert not errors
        await browser.close()


async def write(page: Page, text: str) -> None:
    await page.fill("#words", text)
    await page.press("#words", "Enter")


async def test_an_estimate_shows_who_pays_its_steps_and_its_sources(page: Page, engine: FakeEngine) -> None:
    engine.say = [{"text": "您大约自付120到200元。"}, {"custom": ESTIMATE}]
    await write(page, "六百块能报多少")
    await expect(page.locator(".cost")).to_contain_text("医保支付400～480元")
    await expect(page.locator(".cost")).to_contain_text("您自付120～200元")
    await expect(page.locator(".fold ul")).to_be_hidden()
    await page.click("text=依据")
    await expect(page.locator(".fold ul")).to_have_text("湘医保发〔2022〕52号 第十三条")
    await page.click("text=怎么算的")
    await expect(page.locator(".fold ol")).to_contain_text("600 × 80% ＝ 480元")
    await expect(page.locator(".warning")).to_contain_text("比例是您说的")


async def test_a_pressed_button_reads_as_its_title_and_goes_once_used(page: Page, engine: FakeEngine) -> None:
    payload = '/inform{"region": "湖南"}'
    engine.say = [{"text": "您是哪里参保的？", "buttons": [{"title": "湖南", "payload": payload}]}]
    await write(page, "能报多少")
    await expect(page.locator(".choices button")).to_be_visible()
    engine.say = [{"text": "记下了。"}]
    await page.click(".choices button")
    await expect(page.locator(".line.you .text").last).to_have_text("湖南")
    await expect(page.locator(".line.assistant .text").last).to_have_text("记下了。")
    await expect(page.locator(".choices")).to_have_count(0)
    assert engine.texts == ["能报多少", payload]


async def test_an_answer_is_voted_on_beside_the_conversation(page: Page, engine: FakeEngine) -> None:
    engine.say = [{"text": "您大约自付120到200元。"}, {"custom": ESTIMATE}]
    await write(page, "六百块能报多少")
    no, yes = page.get_by_role("button", name="没用"), page.get_by_role("button", name="有用")
    await no.press("Enter")
    await expect(no).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#status")).to_contain_text("谢谢")
    await yes.click()
    await expect(no).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(yes).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".line")).to_have_count(3)
    assert len(engine.asked) == 1


async def test_a_vote_that_is_lost_is_not_shown_as_kept(page: Page, engine: FakeEngine) -> None:
    engine.say = [{"text": "您大约自付120到200元。"}, {"custom": ESTIMATE}]
    await write(page, "六百块能报多少")
    await page.route("**/chat/feedback", lambda route: route.abort())
    no = page.get_by_role("button", name="没用")
    await no.click()
    await expect(page.locator("#status")).to_contain_text("没有记下")
    await expect(no).to_have_attribute("aria-pressed", "false")


async def test_the_conversation_is_there_after_a_reload(page: Page) -> None:
    await write(page, "湖南退休报多少")
    await expect(page.locator(".line")).to_have_count(3)
    before = await page.locator(".line .text").all_text_contents()
    await page.reload()
    await expect(page.locator(".line")).to_have_count(3)
    assert await page.locator(".line .text").all_text_contents() == before


async def test_a_lost_answer_is_fetched_without_asking_twice(page: Page, engine: FakeEngine) -> None:
    async def lose_answer(route: Any) -> None:
        await route.fetch()
        await route.abort()

    await page.route("**/chat/messages", lose_answer, times=1)
    await write(page, "湖南退休报多少")
    await expect(page.locator("#status")).to_contain_text("自动再发")
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(page.locator(".line")).to_have_count(3)
    await expect(page.locator("#status")).to_be_empty()
    assert len(engine.asked) == 1


async def test_what_was_written_offline_survives_a_reload(page: Page, engine: FakeEngine) -> None:
    await page.route("**/chat/messages", lambda route: route.abort())
    await write(page, "湖南退休报多少")
    await expect(page.locator("#status")).to_contain_text("网络不通")
    await page.unroute("**/chat/messages")
    await page.reload()
    await expect(page.locator(".line")).to_have_count(3)
    assert engine.texts == ["湖南退休报多少"]


async def test_what_the_engine_could_not_answer_is_answered_after_a_reload(
    page: Page, engine: FakeEngine
) -> None:
    async def fail(_: dict[str, Any]) -> web.StreamResponse:
        return web.Response(status=500)

    engine.answer = fail
    await write(page, "湖南退休报多少")
    await expect(page.locator("#status")).to_contain_text("12393")
    engine.answer = None
    await page.reload()
    await expect(page.locator(".line.assistant")).to_have_count(2)
    await expect(page.locator(".line.you")).to_have_count(1)
    await expect(page.locator(".line.you .state")).to_have_count(0)
    texts = await page.locator("#log > *").all_text_contents()
    assert [text.strip()[:2] for text in texts] == ["助手", "20", "您湖", "助手"]


async def test_nothing_in_an_answer_is_read_as_markup(page: Page, engine: FakeEngine) -> None:
    engine.say = [{"text": "<img src=x onerror=alert(1)>"}]
    await write(page, "<b>您好</b>")
    await expect(page.locator(".line.assistant .text").last).to_have_text("<img src=x onerror=alert(1)>")
    await expect(page.locator("#log img, #log b")).to_have_count(0)


async def test_large_type_and_contrast_are_remembered(page: Page) -> None:
    await page.click("#large")
    await page.click("#contrast")
    await page.reload()
    await expect(page.locator("html")).to_have_class("large contrast")
    assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_everything_pressed_is_at_least_48_pixels_high(page: Page, engine: FakeEngine) -> None:
    engine.say = [
        {"text": "您自付多少？", "buttons": [{"title": "不清楚", "payload": "不清楚"}]},
        {"custom": ESTIMATE},
    ]
    await write(page, "六百块能报多少")
    await page.wait_for_selector(".cost")
    heights = await page.evaluate(
        "Array.from(document.querySelectorAll('button, summary, textarea'), e => e.offsetHeight)"
    )
    assert all(height >= 48 or height == 0 for height in heights)
