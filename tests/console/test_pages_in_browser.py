"""Every page in a real browser: axe-core finds nothing, nothing runs out of sight, and five errands by keyboard."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from console_fakes import PASSWORD, START, HandClock
from playwright.async_api import Browser, Page, expect
from pyotp import TOTP
from sqlalchemy import insert

from bot.identity import bindings
from bot.records import helpline
from bot.records.database import Database
from bot.records.models import AuditEntry, HandoffTicket, Message, Person, Question, Reminder, Subscription
from tests.browsers import NARROW, WIDE, in_a_browser, look_closely, watch

pytestmark = in_a_browser

LONG_NAME = "阿依古丽·买买提" * 5
MIRRORED_NAME = "\u202e张\u202c\u200f三"
SCRIPT_NAME = "<script>document.title='taken'</script>"


class Visit:
    """A signed-in page that is looked at closely wherever it goes."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.wrong = watch(page)

    async def sign_in(self, username: str) -> None:
        await self.page.goto(f"{self.base}/login")
        await self.page.fill("#username", username)
        await self.page.fill("#password", PASSWORD)
        await self.leave(self.page.keyboard.press("Enter"))

    async def leave(self, act: Any) -> None:
        """Does what leads to another page, and waits until it is painted: what is pressed before that is lost."""
        async with self.page.expect_navigation():
            await act
        await self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

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
        await look_closely(self.page)
        assert not self.wrong, (self.page.url, self.wrong)


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
        bound = bindings.bind(session, "webchat:0", "DEMO-P08", False, START)
        bindings.note_consent(session, bound, "要记住您吗？", True, START)
        session.add(
            Question(
                at=START, text="药能寄到家吗", region="湖南", topic="ratio", intent="ask_policy", confidence=0.9,
                status="silent", unanswered=True, candidates=[],
            )
        )  # fmt: skip
        session.add(AuditEntry(at=START, who="staff:li", action="read", why="x" * 200, person_id="DEMO-P01"))
    return database


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_clerks_pages(chromium: Browser, base: str, peopled: Database, size: Any) -> None:
    visit = Visit(await chromium.new_page(viewport=size), base)
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
    for address in ("/reminders", "/questions", "/overview", "/chats/0000-0000"):
        await visit.look(address)
    await page.goto(f"{base}/questions")
    await visit.leave(page.click("text=写答案 >> nth=0"))
    await visit.look()
    await page.goto(base)
    await page.fill("#query", "DEMO-SD-0002")
    await visit.leave(page.press("#query", "Enter"))
    await visit.leave(page.click("text=看对话"))
    await visit.look()


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_an_administrators_pages(
    chromium: Browser, base: str, peopled: Database, clock: HandClock, size: Any
) -> None:
    visit = Visit(await chromium.new_page(viewport=size), base)
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
    visit = Visit(await chromium.new_page(viewport=WIDE), base)
    page, keys = visit.page, visit.page.keyboard
    await visit.sign_in("li")

    await expect(page.locator("#query")).to_be_focused()
    await keys.type("DEMO-SD-0002")  # who is calling, when the application is due, and why
    await visit.leave(keys.press("Enter"))
    await expect(page.locator("p.due")).to_have_text("最晚办结日 2026年11月2日")
    await expect(page.locator("#telling-1")).to_contain_text("依据：鲁医保中心发〔2024〕24号")
    assert (await page.locator("p.due").bounding_box() or {"y": 900})["y"] < 900

    await visit.leave(visit.alt("v"))  # Shandong's objection
    await expect(page.locator("#question")).to_be_focused()
    await keys.type("对结果有异议")
    await visit.leave(keys.press("Enter"))
    await expect(page.locator(".region")).to_contain_text("10日内")
    await expect(page.locator(".region", has_text="山东")).to_have_count(1)

    await visit.leave(visit.alt("c"))  # what 600 yuan of medicine costs this retiree
    await keys.type("19900000001")
    await visit.leave(keys.press("Enter"))
    await visit.leave(visit.alt("m"))
    await expect(page.locator('[id="amount.0"]')).to_be_focused()
    await keys.type("600")
    await visit.leave(keys.press("Enter"))
    said = page.locator(".result .problem")
    await expect(said).to_contain_text(
        "医保最多支付 510 元"
    )  # no limit is on record, so it is said what is certain
    assert (await said.bounding_box() or {"y": 900})["y"] < 900

    await visit.leave(visit.alt("c"))  # a chat, taken and given back
    await visit.leave(visit.alt("j"))
    await expect(page.locator("#text")).to_be_focused()
    await keys.type("您好，请说。")
    await visit.leave(visit.alt("g"))
    await visit.leave(visit.alt("b"))
    await expect(page.locator("h1 .status")).to_have_text("已结束")


async def test_what_is_new_comes_by_itself(
    chromium: Browser, base: str, peopled: Database, clock: HandClock
) -> None:
    visit = Visit(await chromium.new_page(), base)
    page = visit.page
    await visit.sign_in("li")
    await expect(page.locator("#waiting")).to_have_text("3个等待")
    await page.goto(f"{base}/chats/1122-0000")
    await visit.leave(page.click("button[accesskey=j]"))
    await page.fill("#text", "写到一半")
    with peopled.transaction() as session:
        session.add(Message(chat="webchat:0", channel="webchat", direction="in", at=START, text="还在吗"))
    await page.evaluate("htmx.trigger('#said', 'every')")  # the time for it has come
    await expect(page.locator("#said li.in p").last).to_have_text("还在吗")
    await page.evaluate("htmx.trigger('#waiting', 'every')")
    await expect(page.locator("#waiting")).to_have_text("2个等待")
    await expect(page.locator("#text")).to_have_value("写到一半")
    clock.pass_by(timedelta(minutes=31))
    await visit.leave(page.evaluate("htmx.trigger('#said', 'every')"))
    assert page.url == f"{base}/login"
    assert not visit.wrong


async def test_a_form_sent_after_the_session_ended_leads_to_the_login(
    chromium: Browser, base: str, clock: HandClock
) -> None:
    visit = Visit(await chromium.new_page(), base)
    await visit.sign_in("li")
    clock.pass_by(timedelta(minutes=31))
    await visit.page.fill("#query", "DEMO-SD-0002")
    await visit.leave(visit.page.press("#query", "Enter"))
    assert visit.page.url == f"{base}/login"


async def test_an_answer_is_copied_as_text(chromium: Browser, base: str) -> None:
    context = await chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    visit = Visit(await context.new_page(), base)
    await visit.sign_in("li")
    await visit.page.goto(f"{base}/policy?region=湖南")
    await visit.page.fill("#question", "退休报多少")
    await visit.leave(visit.page.press("#question", "Enter"))
    await visit.page.click("text=复制成文字")
    await expect(visit.page.locator("text=已复制")).to_be_visible()
    copied = await visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("湖南：退休人员报85%")
    assert "湘医保发〔2022〕52号" in copied
    assert "2027年12月31日" in copied


async def test_ten_thousand_of_everything(chromium: Browser, base: str, peopled: Database) -> None:
    many = range(10_000)
    waits = [
        {"number": f"x{n}", "chat": f"rest:{n}", "channel": "rest", "state": "waiting", "opened_at": START}
        for n in many
    ]
    said = [
        {"chat": "webchat:0", "channel": "webchat", "direction": "in", "at": START, "text": f"第{n}句"}
        for n in many
    ]
    with peopled.transaction() as session:
        session.execute(insert(HandoffTicket), waits)
        session.execute(insert(Message), said)
    visit = Visit(await chromium.new_page(viewport=NARROW), base)
    await visit.sign_in("li")
    await expect(visit.page.locator(".wait")).to_have_count(5)
    await visit.look("/chats")
    await expect(visit.page.locator("tbody tr")).to_have_count(100)
    await expect(visit.page.locator("#line h2").first).to_have_text("等人工（10003）")
    await visit.look("/chats/1122-0000")
    await expect(visit.page.locator("#said li")).to_have_count(200)


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
