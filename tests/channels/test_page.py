"""The chat page in a real browser: what a person sees, through reloads and lost connections."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient
from channel_fakes import FakeEngine
from playwright.async_api import Browser, Page, Route, expect

from bot.channels.page import FOLDER
from tests.browsers import NARROW, WIDE, in_a_browser, look_closely, watch

pytestmark = in_a_browser

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
async def page(
    chromium: Browser, web_client: TestClient[web.Request, web.Application]
) -> AsyncIterator[Page]:
    context = await chromium.new_context(viewport=NARROW)
    page = await context.new_page()
    wrong = watch(page)
    await page.goto(str(web_client.make_url("/")))
    yield page
    await context.close()
    assert not wrong


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


ANSWERS: list[dict[str, Any]] = [
    {"text": "您自付多少？", "buttons": [{"title": "不清楚", "payload": "不清楚"}]},
    {"text": "您大约自付120到200元。", "custom": ESTIMATE},
    {
        "text": "退休人员报85%。",
        "custom": {"card": "policy_answer", "status": "fixed", "citations": [SOURCE]},
    },
    {
        "text": "您的申请正在审核。",
        "custom": {
            "card": "application",
            "events": [{"state": "提交", "on": "2026-11-09"}],
            "citations": [SOURCE],
        },
    },
    {"text": "已为您登记转人工，排队号是1122-0001。", "custom": {"card": "handoff", "ticket": "1122-0001"}},
]


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_axe_finds_nothing_whatever_is_switched(page: Page, engine: FakeEngine, size: Any) -> None:
    await page.set_viewport_size(size)
    await page.wait_for_selector("#welcome .chips")
    await look_closely(page)
    engine.say = ANSWERS
    await write(page, "六百块能报多少")
    await page.wait_for_selector(".cost")
    for switch in ("#large", "#contrast", "#large", None):  # every combination of the two
        await look_closely(page)
        if switch:
            await page.click(switch)


async def test_text_is_20_pixels_and_larger(page: Page, engine: FakeEngine) -> None:
    engine.say = ANSWERS
    await write(page, "六百块能报多少")
    await page.wait_for_selector(".cost")
    sizes = await page.evaluate(
        "Array.from("
        "document.querySelectorAll('.text, .choices button, #words, #composer button, .cost dd, .fold summary'),"
        " e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 20


def test_the_page_is_light_before_pictures() -> None:
    raw = [(FOLDER / name).read_bytes() for name in ("index.html", "chat.css", "chat.js", "icon.svg")]
    assert sum(map(len, raw)) < 60_000
    assert sum(len(gzip.compress(each)) for each in raw) < 15_000


async def test_dots_are_there_while_an_answer_is_on_its_way(page: Page, engine: FakeEngine) -> None:
    arrived = asyncio.Event()

    async def answer(body: dict[str, Any]) -> web.StreamResponse:
        await arrived.wait()
        return web.json_response([{"recipient_id": body["sender"], "text": "报85%。"}])

    engine.answer = answer
    await write(page, "退休报多少")
    await expect(page.locator(".typing")).to_be_visible()
    await expect(page.locator("#status")).to_contain_text("正在查")
    arrived.set()
    await expect(page.locator(".line.assistant .text").last).to_have_text("报85%。")
    await expect(page.locator(".typing")).to_have_count(0)


async def test_what_is_written_while_the_line_is_cut_arrives_once_and_in_order(
    page: Page, engine: FakeEngine
) -> None:
    await page.context.set_offline(True)
    await write(page, "湖南退休报多少")
    await expect(page.locator("#status")).to_contain_text("网络不通")
    await write(page, "在职呢")
    await page.context.set_offline(False)
    await expect(page.locator(".line.assistant")).to_have_count(3)
    await expect(page.locator(".line.you")).to_have_count(2)
    assert engine.texts == ["湖南退休报多少", "在职呢"]


async def test_by_keyboard_alone(page: Page, engine: FakeEngine) -> None:
    await page.focus("#words")
    await page.keyboard.type("六百块能报多少")
    engine.say = ANSWERS[1:2]
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".cost")
    await page.focus("#log")
    await page.keyboard.press("Tab")  # what can be unfolded, in the order it is read
    await page.keyboard.press("Enter")
    await expect(page.locator(".fold ol")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".fold ul")).to_be_visible()
    await page.focus("#words")
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("#human")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".line.you .text").last).to_have_text("转人工")


async def test_nothing_is_written_before_the_page_can_send_it(page: Page, engine: FakeEngine) -> None:
    on_its_way = asyncio.Event()

    async def slowly(route: Route) -> None:
        await on_its_way.wait()
        await route.continue_()

    await page.route("**/chat/chat.js", slowly)
    await page.reload(wait_until="commit")
    for control in ("#words", "#composer button", "#human"):
        await expect(page.locator(control)).to_be_disabled()
    on_its_way.set()
    await write(page, "能报多少")
    await expect(page.locator(".line.assistant")).to_have_count(2)
    assert len(engine.asked) == 1


async def test_another_tab_shows_the_same_conversation(page: Page) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await write(page, "湖南退休报多少")
    await expect(page.locator(".line")).to_have_count(3)
    await other.reload()
    await expect(other.locator(".line")).to_have_count(3)
    await other.go_back()
    await other.go_forward()
    await expect(other.locator(".line")).to_have_count(3)


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
