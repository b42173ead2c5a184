"""A clerk's five errands in the console, by keyboard, at the pace of a person: `python -m bench.errands [FOLDER]`.

The pace is that of the keystroke-level model (Card, Moran, Newell 1980) for an average typist: 0.28 s a key, 1.35 s of
thinking before each step; a Chinese character is three keys, as pinyin. What the pages take is measured on top. With
a folder, a picture of each errand's end is put there.
"""

import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from scripts.demonstration import demonstration

KEY, THOUGHT = 0.28, 1.35
KEYS_PER_HANZI = 3
BOUND = 30.0


@dataclass
class Clerk:
    """Hands on the keyboard; counts its keys, and takes a person's time for them."""

    page: Page
    keys: int = 0

    def types(self, text: str) -> None:
        """Thinks, and types."""
        self._takes(sum(KEYS_PER_HANZI if re.match("[\u4e00-\u9fff]", letter) else 1 for letter in text))
        self.page.keyboard.insert_text(text)

    def enter(self) -> None:
        """Enter, and the page that comes."""
        self._takes(1, thinking=False)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def alt(self, key: str) -> None:
        """Alt and a key, and the page that comes."""
        self._takes(2)
        with self.page.expect_navigation():
            self.page.click(f"[accesskey={key}]")

    def _takes(self, keys: int, thinking: bool = True) -> None:
        self.keys += keys
        self.page.wait_for_timeout(1000 * (KEY * keys + THOUGHT * thinking))


def who_is_calling(clerk: Clerk) -> None:
    clerk.alt("c")
    clerk.types("19900000008")
    clerk.enter()
    expect(clerk.page.locator("h1")).to_have_text("演示·孙国栋")


def when_it_is_due_and_why(clerk: Clerk) -> None:
    clerk.alt("c")
    clerk.types("DEMO-SD-0002")
    clerk.enter()
    expect(clerk.page.locator("p.due")).to_contain_text("2026年11月2日")
    expect(clerk.page.locator("#telling-1")).to_contain_text("依据")


def what_600_yuan_cost(clerk: Clerk) -> None:
    clerk.alt("c")
    clerk.types("19900000001")
    clerk.enter()
    clerk.alt("m")
    clerk.types("600")
    clerk.enter()
    expect(clerk.page.locator(".result")).to_contain_text("医保最多支付 510 元")


def shandongs_objection(clerk: Clerk) -> None:
    clerk.alt("c")
    clerk.types("山东对结果有异议")
    clerk.enter()
    expect(clerk.page.locator(".region", has_text="山东")).to_contain_text("10日内")


def a_chat_taken_and_given_back(clerk: Clerk) -> None:
    clerk.alt("c")
    clerk.alt("j")
    clerk.types("您好，请说。")
    clerk.alt("g")
    clerk.alt("b")
    expect(clerk.page.locator("h1 .status")).to_have_text("已结束")


ERRANDS: dict[str, Callable[[Clerk], None]] = {
    "find who is calling": who_is_calling,
    "when the application is due, and why": when_it_is_due_and_why,
    "what 600 yuan of medicine cost this retiree": what_600_yuan_cost,
    "Shandong's objection": shandongs_objection,
    "take a chat over and give it back": a_chat_taken_and_given_back,
}


def main(pictures: Path | None) -> None:
    """Prints keys and seconds of each errand."""
    with demonstration() as shown, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        shown.say("somebody", "转人工")
        page = shown.sign_in(browser, "li")
        print("| errand | keys | seconds |\n|---|---|---|")
        for name, errand in ERRANDS.items():
            clerk, began = Clerk(page), time.monotonic()
            errand(clerk)
            seconds = time.monotonic() - began
            print(f"| {name} | {clerk.keys} | {seconds:.1f}{'' if seconds < BOUND else ' (too long)'} |")
            if pictures:
                page.screenshot(path=pictures / f"{errand.__name__}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
