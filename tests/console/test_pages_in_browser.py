"""Every page in a real browser: axe-core finds nothing, nothing runs out of sight, and five errands by keyboard."""

import re
import shutil
from collections.abc import AsyncIterator
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient
from console_fakes import PASSWORD, START, HandClock
from playwright.async_api import Browser, Page, async_playwright, expect
from pyotp import TOTP

from bot.records import helpline
from bot.records.database import Database
from bot.records.models import AuditEntry, HandoffTicket, Message, Person, Reminder, Subscription

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
AXE = "axe_playwright_python"
"""The package that brings axe-core along."""

LONG_NAME = "阿依古丽·买买提" * 5
MIRRORED_NAME = "\u202e张\u202c\u200f三"
SCRIPT_NAME = "<script>document.title='taken'</script>"

pytest.importorskip(AXE)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"needs {CHROMIUM}"),
]


@pytest_asyncio.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


class Visit:
    """A signed-in page that is looked at closely wherever it goes."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.axe = (files(AXE) / "axe.min.js").read_text()
        self.blocked: list[str] = []
        page.set_default_timeout(20_000)
        page.on("console", self._note)

    def _note(self, message: Any) -> None:
        if "Policy" in message.text:
            self.blocked.append(message.text)

    async def sign_in(self, username: str) -> None:
        await self.page.goto(f"{self.base}/login")
        await self.page.fill("#username", username)
        await self.page.fill("#password", PASSWORD)
        await self.leave(self.page.keyboard.press("Enter"))

    async def leave(self, act: Any) -> None:
        """Does what leads to another page."""
        async with self.page.expect_navigation():
            await act

    async def alt(self, key: str) -> None:
        """Presses Alt and a key as a keyboard does; Playwright leaves out what access keys are known by."""
        devtools = await self.page.context.new_cdp_session(self.page)
        code = {"windowsVirtualKeyCode": ord(key.upper()), "code": f"Key{key.upper()}", "key": key}
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "modifiers": 1, "text": key, "unmodifiedText": key, **code}
            await devtools.send("Input.dispatchKeyEvent", event)

    async def look(self, address: str | None = None) -> None:
        """Nothing wrong is found on the page, nor out of sight, nor blocked by the policy."""
        if address is not None:
            await self.page.goto(self.base + address)
        for details in await self.page.locator("details").all():
            await details.evaluate("element => element.open = true")
        await self.page.evaluate(self.axe)
        found = await self.page.evaluate(
            "async () => (await axe.run({exclude: ['iframe']})).violations.map("
            "v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)"
        )
        assert not found, (self.page.url, found)
        width = await self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= (self.page.viewport_size or {"width": 0})["width"], (self.page.url, width)
        assert not self.blocked, (self.page.url, self.blocked)


@pytest.fixture
def base(client: TestClient[web.Request, web.Application]) -> str:
    return str(client.make_url("/console"))


@pytest.fixture
def peopled(database: Database) -> Database:
    """The demonstration's records with names of every kind, chats, a stuck reminder and an audit."""
    with database.transaction() as session:
        for number, name in enumerate((LONG_NAME, MIRRORED_NAME, SCRIPT_NAME), start=1):
            session.get_one(Person, f"DEMO-P0{number}").name = name
        session.get_one(Person, "DEMO-P04").name = "重名"
        session.get_one(Person, "DEMO-P05").name = "重名"
        cards: tuple[dict[str, Any], ...] = (
            {"card": "policy_answer", "topic": "deductible", "status": "fixed"},
            {"card": "estimate", "fund_pays": "306.00"},
            {"card": "fallback", "reason": "not_understood"},
        )
        for number, card in enumerate(cards):
            chat = f"webchat:{number}"
            session.add(Message(chat=chat, channel="webchat", direction="in", at=START, text="转人工"))
            session.add(
                Message(chat=chat, channel="webchat", direction="out", at=START, text="好的。", card=card)
            )
            session.add(
                HandoffTicket(
                    number=f"1122-000{number}",
                    chat=chat,
                    channel="webchat",
                    state="waiting",
                    opened_at=START,
                    note="下午方便" if number else None,
                )
            )
        session.add(
            Reminder(
                kind="review_due",
                person_id="DEMO-P01",
                disease="高血压",
                deadline=date(2026, 12, 1),
                lead_days=30,
                channel="telegram",
                address="9",
                due_at=START,
                not_before=START,
                state="dead",
                last_error="对方屏蔽了机器人",
            )
        )
        session.add(
            Subscription(
                person_id="DEMO-P01",
                channel="telegram",
                address="9",
                consent_at=START,
                unreachable_since=START,
            )
        )
        session.add(AuditEntry(at=START, who="staff:li", action="read", why="x" * 200, person_id="DEMO-P01"))
    return database


SIZES = [(360, 740), (1280, 900)]


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_a_clerks_pages(
    chromium: Browser, base: str, peopled: Database, width: int, height: int
) -> None:
    visit = Visit(await chromium.new_page(viewport={"width": width, "height": height}), base)
    page = visit.page
    await visit.look("/login")
    await visit.sign_in("li")
    await visit.look()
    for name in ("重名", SCRIPT_NAME, MIRRORED_NAME, LONG_NAME, "退休人员报销比例是多少", "没有这个人"):
        await page.goto(base)
        await page.evaluate("name => document.querySelector('#query').value = name", name)
        await visit.leave(page.press("#query", "Enter"))
        await visit.look()
    assert await page.title() != "taken"
    await visit.look("/policy")
    await visit.look("/cost")
    await page.select_option("#region", "湖南")
    await visit.leave(page.click("button[accesskey=g]"))
    await page.fill('[id="amount.0"]', "600")
    await page.fill('[id="monthly_limit.0"]', "360")
    await visit.leave(page.click("button[accesskey=j]"))
    await page.fill('[id="amount.1"]', "六百")
    await visit.leave(page.press('[id="amount.1"]', "Enter"))
    await visit.look()
    await page.fill('[id="amount.1"]', "800")
    await visit.leave(page.press('[id="amount.1"]', "Enter"))
    await visit.look()
    async with page.context.expect_page() as opened:
        await page.click("button[accesskey=p]")
    sheet = Visit(await opened.value, base)
    await sheet.page.wait_for_load_state()
    await sheet.look()
    await visit.look("/chats")
    await visit.leave(page.click("button[accesskey=j]"))
    await visit.leave(page.click("button[name=block] >> nth=0"))
    await visit.look()
    await visit.look(str(await page.get_attribute("iframe", "src")).removeprefix("/console"))
    for address in ("/reminders", "/questions", "/overview", "/chats/0000-0000"):
        await visit.look(address)


@pytest.mark.parametrize(("width", "height"), SIZES)
async def test_an_administrators_pages(
    chromium: Browser, base: str, peopled: Database, clock: HandClock, width: int, height: int
) -> None:
    visit = Visit(await chromium.new_page(viewport={"width": width, "height": height}), base)
    page = visit.page
    await visit.sign_in("wu")
    await visit.look()
    secret = re.search(r"secret=([A-Z2-7]+)", await page.content())
    assert secret
    await page.fill("#code", TOTP(secret[1]).at(clock()))
    await visit.leave(page.keyboard.press("Enter"))
    for address in ("/overview", "/administration", "/administration/import", "/administration/keys"):
        await visit.look(address)
    await page.goto(f"{base}/administration/import")
    content = "人员编号,姓名,证件号码,手机号,参保地,险种\nP-9,九,not an id,,湖南,居民\n".encode()
    await page.set_input_files("#files", [{"name": "人员.csv", "mimeType": "text/csv", "buffer": content}])
    await visit.leave(page.click("main form button"))
    await expect(page.locator(".wrong li")).to_have_count(1)
    await visit.look()
    await page.goto(f"{base}/administration/audit")
    await visit.leave(page.click("main form button >> nth=0"))
    await visit.look()


async def test_five_errands_by_keyboard_alone(chromium: Browser, base: str, peopled: Database) -> None:
    visit = Visit(await chromium.new_page(viewport={"width": 1280, "height": 900}), base)
    page, keys = visit.page, visit.page.keyboard
    await visit.sign_in("li")

    await expect(
        page.locator("#query")
    ).to_be_focused()  # who is calling, when the application is due, and why
    await keys.type("DEMO-SD-0002")
    await visit.leave(keys.press("Enter"))
    await expect(page.locator(".timeline .due").first).to_be_visible()
    await expect(page.locator(".basis").first).to_contain_text("第")

    await visit.leave(visit.alt("f"))  # what 600 yuan of medicine costs this retiree
    await expect(page.locator('[id="amount.0"]')).to_be_focused()
    await visit.alt("s")
    await expect(page.locator("#region")).to_be_focused()
    await page.select_option("#region", "湖南")
    await visit.leave(visit.alt("g"))
    await keys.type("600")
    await page.focus('input[name="employment.0"]:checked')
    await keys.press("ArrowRight")
    await keys.press("ArrowRight")
    await page.focus('[id="monthly_limit.0"]')
    await keys.type("360")
    await visit.leave(keys.press("Enter"))
    await expect(page.locator(".short")).to_have_text("医保支付 306 元，自付 294 元")
    assert (await page.locator(".short").bounding_box() or {"y": 900})["y"] < 900

    await visit.leave(visit.alt("z"))  # Shandong's objection
    await keys.type("对认定结果有异议怎么办")
    await visit.leave(keys.press("Enter"))
    await expect(page.locator(".region", has_text="山东")).to_be_visible()

    await visit.leave(visit.alt("h"))  # a chat, taken and given back
    await visit.leave(visit.alt("j"))
    await expect(page.locator("#text")).to_be_focused()
    await keys.type("您好，请说。")
    await visit.leave(visit.alt("g"))
    await visit.leave(visit.alt("b"))
    await expect(page.locator("h1 .status")).to_have_text("已结束")


async def test_a_second_tab_a_double_submit_and_the_back_button(
    chromium: Browser, base: str, peopled: Database
) -> None:
    context = await chromium.new_context()
    one = Visit(await context.new_page(), base)
    await one.sign_in("li")
    await one.page.goto(f"{base}/chats/1122-0000")
    other = Visit(await context.new_page(), base)
    await other.page.goto(f"{base}/chats/1122-0000")
    await one.leave(one.page.click("button[accesskey=j]"))
    await other.leave(other.page.click("button[accesskey=j]"))  # taken by the same clerk already: no harm
    await expect(other.page.locator("h1 .status")).to_have_text("您在接")
    await one.page.fill("#text", "请稍等。")
    await one.page.evaluate(
        "() => { const b = document.querySelector('[accesskey=g]'); b.click(); b.click(); }"
    )
    await expect(one.page.locator("#text")).to_have_value("")
    with peopled.transaction() as session:
        said = [line.text for line in helpline.latest_lines(session, "1122-0000", 10)]
    assert said.count("请稍等。") == 1
    await one.leave(one.page.click("button[accesskey=b]"))
    await one.page.go_back()
    await expect(one.page.locator("h1 .status")).to_have_text("已结束")  # not what was kept of it
    await other.page.goto(base)
    await other.leave(other.page.click("text=退出"))
    await one.page.goto(f"{base}/chats")
    assert one.page.url == f"{base}/login"
