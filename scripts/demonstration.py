"""A demonstration to take pictures of and to measure: the whole assistant on a database of its own, in November 2026.

The ports and the trained model are those of the settings; what was there before is left alone.
"""

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page
from pyotp import TOTP

from bot.app import open_database
from bot.console.accounts import add_staff
from bot.settings import ROOT, Settings

NOW = "2026-11-22T10:00:00+08:00"
PASSWORD = "only for demonstrations"  # noqa: S105  (of a database that is deleted again)
READY_WITHIN = 900


@dataclass(frozen=True)
class Demonstration:
    """`url` is where it runs; it has a clerk, `li`, and an administrator, `wu`."""

    url: str

    def now(self) -> datetime:
        """What its clock says."""
        return datetime.fromisoformat(json.load(self._open("/health"))["clock"])

    def say(self, sender: str, message: str) -> None:
        """Says something to the assistant, as a program does."""
        body = json.dumps({"sender": sender, "message": message}).encode()
        self._open("/webhooks/rest/webhook", body).read()

    def sign_in(self, browser: Browser, username: str, width: int = 1280, height: int = 900) -> Page:
        """A page of the console, signed in."""
        page = browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", device_scale_factor=1.5
        ).new_page()
        page.goto(f"{self.url}/console/login")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        if page.url.endswith("/second-factor"):
            secret = "".join((page.locator(".secret code").text_content() or "").split())
            page.fill("#code", TOTP(secret).at(self.now()))
            with page.expect_navigation():
                page.keyboard.press("Enter")
        return page

    def _open(self, path: str, body: bytes | None = None) -> urllib.request.addinfourl:
        request = urllib.request.Request(  # noqa: S310  (loopback)
            self.url + path, data=body, headers={"Content-Type": "application/json"}
        )
        answer: urllib.request.addinfourl = urllib.request.urlopen(request, timeout=60)  # noqa: S310
        return answer


@contextmanager
def demonstration() -> Iterator[Demonstration]:
    """Starts everything, and takes it down again."""
    with tempfile.TemporaryDirectory() as folder:
        database_url = f"sqlite:///{folder}/demonstration.db"
        settings = Settings(database_url=database_url)
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "BOT_NOW": NOW,
            "MESSAGES_PER_MINUTE": "600",
        }
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            running = subprocess.Popen(  # noqa: S603  (our own)
                [ROOT / ".venv" / "bin" / "bot", "up"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
            )
        try:
            shown = Demonstration(f"http://127.0.0.1:{settings.port}")
            _wait_for(shown, running, log)
            database = open_database(settings)
            add_staff(database, "li", "李敏", PASSWORD, shown.now())
            add_staff(database, "wu", "吴磊", PASSWORD, shown.now(), "administrator")
            database.close()
            yield shown
        finally:
            running.terminate()
            running.wait()


def _wait_for(shown: Demonstration, running: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(READY_WITHIN):
        if running.poll() is not None:
            raise SystemExit(log.read_text())
        try:
            shown.now()
        except (urllib.error.URLError, OSError):
            time.sleep(1)
        else:
            return
    raise SystemExit(f"Not ready after {READY_WITHIN} seconds:\n{log.read_text()}")
