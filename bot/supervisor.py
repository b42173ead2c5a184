"""`make run`: brings everything up, in order, visibly, and takes it all down again on Ctrl-C."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from bot.model import engine_command, engine_environment, ensure_model
from bot.settings import ROOT, Settings

READY_WITHIN = 180.0  # seconds; the engine alone takes about 20 on two cores
STOP_WITHIN = 10.0
RESTARTS_ALLOWED = 5


class StartError(Exception):
    """Something in the way of starting; the message says what to do."""


@dataclass
class Child:
    """One process of ours, in a process group of its own so that nothing of it is left behind."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    restarts: int = field(default=0)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - a command of our own
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """SIGTERM, then SIGKILL for what is still there after `STOP_WITHIN` seconds."""
        if self.process is None:
            return
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return


def up(settings: Settings, prepare: Callable[[Settings, Console], str]) -> None:
    """Trains if needed, prepares the database, starts engine and service, waits, and watches them.

    `prepare` migrates and fills the database and answers what a newcomer may try.
    Raises `StartError` with what to do when a port is taken or a part does not come up.
    """
    console = Console()
    for name, port in _ports(settings).items():
        _require_free(name, port)
    what_to_try = prepare(settings, console)
    model = ensure_model(settings, console)
    children = [_engine(settings, model), _service(settings)]
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # ignored under nohup, on purpose
            signal.signal(number, _interrupt)
    try:
        started = time.monotonic()
        for child in children:
            child.start()
        _wait_until_ready(settings, children, console)
        console.print(f"\n[bold green]Ready[/] after {time.monotonic() - started:.0f} s\n")
        console.print(what_to_try)
        console.print("\nLogs: " + ", ".join(str(child.log) for child in children))
        console.print("Ctrl-C stops everything.")
        _watch(children, console)
    except KeyboardInterrupt:
        console.print("\nStopping …")
    finally:
        for child in reversed(children):
            child.stop()


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _ports(settings: Settings) -> dict[str, int]:
    return {
        "PORT": settings.port,
        "ENGINE_PORT": settings.engine_port,
        "ACTION_PORT": settings.action_port,
    }


def _require_free(variable: str, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StartError(
                f"Port {port} is taken (is another `make run` going on?). "
                f"Stop that one, or choose another port: {variable}={port + 1} make run"
            ) from None


def _engine(settings: Settings, model: Path) -> Child:
    log = settings.var_dir / "log" / "engine.log"
    return Child("engine", engine_command(settings, model), engine_environment(settings), log)


def _service(settings: Settings) -> Child:
    command = [str(ROOT / ".venv" / "bin" / "bot"), "serve"]
    return Child("service", command, dict(os.environ), settings.var_dir / "log" / "service.log")


def _wait_until_ready(settings: Settings, children: Sequence[Child], console: Console) -> None:
    deadline = time.monotonic() + READY_WITHIN
    started = time.monotonic()
    with console.status("Starting engine and service …") as status:
        while not _answers(f"http://127.0.0.1:{settings.port}/health"):
            for child in children:
                if not child.alive:
                    raise StartError(f"The {child.name} stopped while starting; see {child.log}")
            if time.monotonic() > deadline:
                raise StartError(f"Not ready after {READY_WITHIN:.0f} s; see {settings.var_dir / 'log'}")
            status.update(f"Starting engine and service … {time.monotonic() - started:.0f} s")
            time.sleep(0.5)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _watch(children: Sequence[Child], console: Console) -> None:
    while True:
        time.sleep(1)
        for child in children:
            if child.alive:
                continue
            if child.restarts == RESTARTS_ALLOWED:
                raise StartError(f"The {child.name} keeps stopping; see {child.log}")
            child.restarts += 1
            console.print(f"[yellow]The {child.name} stopped; starting it again ({child.log})[/]")
            child.start()
