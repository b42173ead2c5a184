"""What takes long to make is made once for all tests: a browser, the knowledge that is shipped, its answers.

Each test that needs the browser opens pages of its own, with cookies of their own.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import Browser, async_playwright, expect
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from bot.dialogue.cost import Learnt, taught
from bot.knowledge.library import Knowledge, load_knowledge
from bot.policy.library import PolicyLibrary
from bot.settings import ROOT
from tests.browsers import CHROMIUM, FLAGS, PATIENCE

# No test depends on how fast the machine is.
settings.register_profile("any_machine", deadline=None)
settings.load_profile("any_machine")


class ByFile(LoadFileScheduling):
    """Each file's tests go to one worker, and all conversations to the same: they share a running assistant."""

    def _split_scope(self, nodeid: str) -> str:
        together = "tests/conversations/"
        return together if nodeid.startswith(together) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def learnt() -> Learnt:
    """What amounts are of, as the marked sentences teach it. What was learned is kept from one run to the next."""
    return taught(ROOT / "var" / "cache")


@pytest_asyncio.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
def real_knowledge() -> Knowledge:
    """What is shipped."""
    return load_knowledge(ROOT / "knowledge")


@pytest.fixture(scope="session")
def real_library(real_knowledge: Knowledge) -> PolicyLibrary:
    """Answers from what is shipped, by characters alone. What was learned is kept from one run to the next."""
    return PolicyLibrary(real_knowledge, None, ROOT / "var" / "cache" / "by-characters")
