"""One browser for all tests that need one; each opens pages of its own, with cookies of their own."""

from collections.abc import AsyncIterator

import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, async_playwright, expect

from tests.browsers import CHROMIUM, FLAGS, PATIENCE

# No test depends on how fast the machine is.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()
