"""The real engine and the real service, started once for all conversations, on ports of their own.

`ASSISTANT_URL=http://127.0.0.1:8080 pytest -m engine tests/conversations` talks to one that runs already, with
`BOT_NOW` and the demonstration records; what looks behind its door is then skipped.
"""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.model import engine_environment, engine_python, ensure_model
from bot.prepare import prepare
from bot.settings import ROOT, Settings

READY_WITHIN = 300
NOW = "2026-11-22T10:00:00+08:00"


@dataclass(frozen=True)
class Running:
    """An assistant whose clock starts at `NOW`, with the demonstration records. `var` holds its logs."""

    url: str
    engine_url: str
    settings: Settings
    var: Path


@pytest.fixture(scope="session")
def assistant_url(request: pytest.FixtureRequest) -> str:
    """Address of the assistant to talk to."""
    return os.environ.get("ASSISTANT_URL") or request.getfixturevalue("running").url


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Our own assistant, started and stopped here."""
    if "ASSISTANT_URL" in os.environ:
        pytest.skip("looks behind the assistant's door; unset ASSISTANT_URL")
    var = tmp_path_factory.mktemp("var")
    port, engine_port, action_port = _free_ports(3)
    environment = os.environ | {
        "PORT": str(port),
        "ENGINE_PORT": str(engine_port),
        "ACTION_PORT": str(action_port),
        "DATABASE_URL": f"sqlite:///{var / 'bot.db'}",
        "VAR_DIR": str(var),
        "BOT_NOW": NOW,
        "MESSAGES_PER_MINUTE": "10000",
        "QUIET_HOURS": "03:00-03:01",
    }
    told: dict[str, Any] = {
        n.lower(): v for n, v in environment.items() if n.lower() in Settings.model_fields
    }
    settings = Settings(**told)
    # The model is kept with the working tree, named by its content: a test run trains only what changed.
    model = ensure_model(Settings(var_dir=ROOT / "var"), Console())
    # So are the vectors and what is learnt from the knowledge.
    (ROOT / "var" / "cache").mkdir(parents=True, exist_ok=True)
    (var / "cache").symlink_to(ROOT / "var" / "cache")
    prepare(settings, Console(quiet=True))
    engine = [
        str(engine_python()), "-m", "engine", "run", "--model", str(model), "--interface", "127.0.0.1",
        "--port", str(engine_port), "--enable-api", "--credentials", "credentials.yml",
    ]  # fmt: skip
    service = [str(ROOT / ".venv" / "bin" / "bot"), "serve"]
    url = f"http://127.0.0.1:{port}"
    started = [
        _start(engine, engine_environment(settings), var / "engine.log"),
        _start(service, environment, var / "service.log"),
    ]
    try:
        _wait_until_ready(url, started, var)
        yield Running(url, f"http://127.0.0.1:{engine_port}", settings, var)
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _start(command: list[str], environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
        )


def _wait_until_ready(url: str, started: list[subprocess.Popen[bytes]], var: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in started):
            break
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    logs = "\n".join(log.read_text()[-3000:] for log in sorted(var.glob("*.log")))
    pytest.fail(f"engine and service did not come up:\n{logs}")
