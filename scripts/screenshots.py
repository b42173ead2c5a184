"""Takes the pictures of README and docs from a demonstration that it starts: `make screenshots`.

Needs Debian's chromium and fonts-noto-cjk. The pictures are of real answers over fictional records; nothing is staged.
"""

from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.demonstration import Demonstration, demonstration

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CONVERSATION = ("我湖南退休了，每个月限额360，这个月药费500，能报多少", "没用完的额度会清零吗")
ASKED = (
    "湖南退休报多少", "江西起付线多少", "山东认定要几天", "高血压怎么申请", "要带什么材料", "对结果不服怎么办",
    "湖南和江西的起付线有什么不同", "我湖南退休，每月限额360，这个月药费500，能报多少", "药能寄到家吗",
    "今天天气怎么样", "吉林复审多久一次", "内蒙古报多少", "转人工",
)  # fmt: skip


def main() -> None:
    """Every picture."""
    with demonstration() as shown, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for number, said in enumerate(ASKED):
            shown.say(f"somebody-{number}", said)
        _chat(browser, shown, "chat-phone", 390, 844)
        _chat(browser, shown, "chat-desktop", 1280, 900)
        _chat(browser, shown, "chat-contrast", 390, 844, switches=("#large", "#contrast"))
        _console(shown.sign_in(browser, "li"), shown)
        _administration(shown.sign_in(browser, "wu"), shown)
        browser.close()


def _chat(
    browser: Browser, shown: Demonstration, name: str, width: int, height: int, switches: tuple[str, ...] = ()
) -> None:
    """A conversation on the chat page."""
    page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
    page.goto(shown.url)
    for switch in switches:
        page.click(switch)
    for number, said in enumerate(CONVERSATION, start=1):
        page.fill("#words", said)
        page.press("#words", "Enter")
        page.locator(".assistant").nth(number).wait_for()
    page.wait_for_timeout(700)
    _take(page, name)


def _console(page: Page, shown: Demonstration) -> None:
    """What a clerk sees."""
    _take(page, "console-first")
    _send(page, "#query", "DEMO-SD-0002")
    _take(page, "console-person")
    page.goto(f"{shown.url}/console/policy")
    _send(page, "#question", "起付线是多少")
    _take(page, "console-policy")
    page.goto(f"{shown.url}/console")
    _send(page, "#query", "19900000001")
    with page.expect_navigation():
        page.click("[accesskey=m]")
    page.fill('[id="monthly_limit.0"]', "360")
    _send(page, '[id="amount.0"]', "600")
    _take(page, "console-cost")
    page.goto(f"{shown.url}/console/chats")
    with page.expect_navigation():
        page.click("button[accesskey=j]")
    _take(page, "console-chat")
    page.goto(f"{shown.url}/console/questions")
    with page.expect_navigation():
        page.click("text=写答案 >> nth=0")
    _take(page, "console-write")


def _administration(page: Page, shown: Demonstration) -> None:
    """What an administrator sees."""
    page.goto(f"{shown.url}/console/overview")
    _take(page, "console-overview")
    page.goto(f"{shown.url}/console/administration")
    _take(page, "console-accounts")


def _send(page: Page, field: str, text: str) -> None:
    page.fill(field, text)
    with page.expect_navigation():
        page.press(field, "Enter")


def _take(page: Page, name: str) -> None:
    page.screenshot(path=IMAGES / f"{name}.png")


if __name__ == "__main__":
    main()
