"""Takes the README's pictures from a running assistant: python scripts/screenshots.py [URL]

Needs Debian's chromium. The pictures are of real answers; nothing is staged.
"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CONVERSATION = ("我湖南退休了，每个月限额360，这个月药费500，能报多少", "没用完的额度会清零吗")


def main(url: str) -> None:
    """One phone-sized picture of a conversation and one at desktop width."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, width, height in (("chat-phone", 390, 844), ("chat-desktop", 1280, 900)):
            page = browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1.5)
            page.goto(url)
            converse(page)
            page.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


def converse(page: Page) -> None:
    """Types the conversation and waits for each answer."""
    for number, said in enumerate(CONVERSATION, start=1):
        page.get_by_role("textbox").fill(said)
        page.keyboard.press("Enter")
        page.locator(".assistant").nth(number).wait_for()
        page.wait_for_timeout(700)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080")
