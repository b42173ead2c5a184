"""Looking closely at pages in chromium: what axe-core finds, what runs out of sight, what the policy blocks."""

import shutil
from importlib.resources import files
from typing import Any

import pytest
from playwright.async_api import Page

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds; on a busy machine much is slow, and nothing is wrong with that."""
AXE = "axe_playwright_python"
"""The package that brings axe-core along."""

in_a_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(CHROMIUM), reason=f"needs {CHROMIUM}"),
]


def watch(page: Page) -> list[str]:
    """Is patient with the page from now on; answers the list of its scripts that fail and of what its policy blocks."""
    page.set_default_timeout(PATIENCE)
    noted: list[str] = []
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("console", lambda message: noted.append(message.text) if "Policy" in message.text else None)
    return noted


async def look_closely(page: Page) -> None:
    """Nothing wrong is found on the page with everything unfolded, and nothing runs out of sight."""
    for details in await page.locator("details").all():
        await details.evaluate("element => element.open = true")
    if not await page.evaluate("'axe' in window"):
        await page.evaluate((files(AXE) / "axe.min.js").read_text())
    found: list[Any] = await page.evaluate(
        "async () => (await axe.run()).violations.map("
        "v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(' | ')}`)"
    )
    assert not found, (page.url, found)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= (page.viewport_size or {"width": 0})["width"], (page.url, width)
