"""Starts what is measured, each process with a log of its own, and tells what the processes cost."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from rich.console import Console

from bench.stock.project import stock_environment, stock_model, stock_project, stock_rasa
from bot.model import engine_command, engine_environment, engine_python, ensure_model
from bot.prepare import prepare
from bot.settings import ROOT, Settings
from tests.postgresql import PostgresServer

READY_WITHIN = 600.0
NOW = "2026-11-22T10:00:00+08:00"
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Process:
    """One process in a group of its own. `ready_url` answers once it is ready."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    ready_url: str
    log: Path
    folder: Path = ROOT
    started: float = 0.0
    start_seconds: float = 0.0
    popen: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Does not wait until it is ready."""
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(  # noqa: S603 - a command of our own
                self.command,
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def wait_until_ready(self) -> None:
        """Raises RuntimeError with the end of the log where it does not come up."""
        while not answers(self.ready_url):
            late = time.monotonic() > self.started + READY_WITHIN
            if late or self.popen is None or self.popen.poll() is not None:
                raise RuntimeError(f"{self.name} did not come up:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)
        self.start_seconds = time.monotonic() - self.started

    def kill(self) -> None:
        """SIGKILL, as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what is still there after a while."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self.popen is None or self.popen.poll() is not None:
            return
        os.killpg(self.popen.pid, number)
        try:
            self.popen.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()

    @property
    def cpu_seconds(self) -> float:
        """Processor time so far, user and system."""
        numbers = self._stat("stat").rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / _TICKS

    @property
    def resident_mb(self) -> float:
        """Memory in use now."""
        return int(self._stat("statm").split()[1]) * _PAGE / 2**20

    @property
    def open_files(self) -> int:
        """Files and sockets."""
        assert self.popen is not None
        return len(os.listdir(f"/proc/{self.popen.pid}/fd"))

    @property
    def threads(self) -> int:
        """Threads of the process itself."""
        assert self.popen is not None
        return len(os.listdir(f"/proc/{self.popen.pid}/task"))

    def _stat(self, name: str) -> str:
        assert self.popen is not None
        return Path(f"/proc/{self.popen.pid}/{name}").read_text()


def answers(url: str) -> bool:
    """Whether anything but an error comes back."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_ports(count: int) -> list[int]:
    """Ports above 18000 that nobody listens on now, and that were not handed out before."""
    return list(islice(_FREE_PORTS, count))


def _free_ports() -> Iterator[int]:
    for port in range(18000 + os.getpid() % 10000, 60000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                yield port


_FREE_PORTS = _free_ports()


@contextmanager
def running(processes: Sequence[Process]) -> Iterator[None]:
    """Starts all at once, waits until they are ready, and ends them."""
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_until_ready()
        yield
    finally:
        for process in reversed(processes):
            process.stop()


@dataclass
class Assistant:
    """What is talked to: its door, and the processes behind it. `settings` are the product's."""

    url: str
    engines: list[Process]
    others: list[Process]
    settings: Settings | None = None
    more_urls: tuple[str, ...] = ()

    @property
    def processes(self) -> list[Process]:
        return [*self.others, *self.engines]


def stock(folder: Path) -> Assistant:
    """Stock Rasa and its action server."""
    port, action_port = free_ports(2)
    project = stock_project(action_port)
    model = stock_model(project)
    environment = stock_environment()
    command = ["run", "--model", str(model), "--interface", "127.0.0.1", "--port", str(port), "--enable-api"]
    engine = Process(
        "stock engine", stock_rasa(*command), environment, f"http://127.0.0.1:{port}/webhooks/rest/",
        folder / "stock.log", project,
    )  # fmt: skip
    actions = Process(
        "stock action server",
        [str(engine_python()), "-m", "rasa_sdk", "--actions", "bench.stock.actions", "--port", str(action_port)],
        environment | {"PYTHONPATH": str(ROOT)}, f"http://127.0.0.1:{action_port}/health", folder / "actions.log",
    )  # fmt: skip
    return Assistant(f"http://127.0.0.1:{port}", [engine], [actions])


def product(folder: Path, **more: str) -> Assistant:
    """The product as `make run` starts it: one engine, one service, SQLite. `more` are settings, empty ones unset."""
    engine_port, port, action_port = free_ports(3)
    settings = _settings(folder, engine_port, port, action_port, more)
    return Assistant(f"http://127.0.0.1:{port}", [_engine(settings, 0)], [_service(settings, 0)], settings)


def shared_product(
    folder: Path, postgres: PostgresServer, redis_url: str, engines: int, services: int, **more: str
) -> Assistant:
    """Several engines and services on one PostgreSQL and one Redis."""
    ports = free_ports(engines + 2 * services)
    engine_ports, service_ports = ports[:engines], ports[engines:]
    shared = more | {
        "DATABASE_URL": postgres.new_database("records"),
        "TRACKER_URL": postgres.new_database("trackers").replace("+psycopg:", "+psycopg2:"),
        "REDIS_URL": redis_url,
        "ENGINE_URLS": ",".join(f"http://127.0.0.1:{port}" for port in engine_ports),
    }
    of_services = [
        _settings(folder, engine_ports[0], service_ports[2 * n], service_ports[2 * n + 1], shared)
        for n in range(services)
    ]
    of_engines = [
        of_services[n % services].model_copy(update={"engine_port": port})
        for n, port in enumerate(engine_ports)
    ]
    urls = [f"http://127.0.0.1:{settings.port}" for settings in of_services]
    return Assistant(
        urls[0],
        [_engine(settings, n) for n, settings in enumerate(of_engines)],
        [_service(settings, n, with_reminders=n == 0) for n, settings in enumerate(of_services)],
        of_services[0],
        tuple(urls[1:]),
    )


def _settings(
    folder: Path, engine_port: int, port: int, action_port: int, more: Mapping[str, str]
) -> Settings:
    told = {
        "engine_port": engine_port,
        "port": port,
        "action_port": action_port,
        "var_dir": folder,
        "database_url": f"sqlite:///{folder}/bot.db",
        "bot_now": NOW,
        "messages_per_minute": 1_000_000,
        "requests_per_minute": 10_000_000,
        "quiet_hours": "03:00-03:01",
        "log_level": "WARNING",
    }
    told |= {name.lower(): value for name, value in more.items()}
    return Settings(**{name: value for name, value in told.items() if value})


def _environment(settings: Settings) -> dict[str, str]:
    told = {name.upper(): str(value) for name, value in settings.model_dump(exclude_unset=True).items()}
    told["ENGINE_URLS"] = ",".join(settings.engine_urls)
    return os.environ | told


def _engine(settings: Settings, number: int) -> Process:
    model = ensure_model(Settings(var_dir=ROOT / "var"), Console(quiet=True))
    door = f"http://127.0.0.1:{settings.engine_port}/webhooks/rest/"
    log = settings.var_dir / f"engine-{number}.log"
    environment = _environment(settings) | {
        name: value for name, value in engine_environment(settings).items() if os.environ.get(name) != value
    }
    return Process(f"engine {number}", engine_command(settings, model), environment, door, log)


def _service(settings: Settings, number: int, with_reminders: bool = True) -> Process:
    cache = settings.var_dir / "cache"
    if not cache.exists() and (ROOT / "var/cache").exists():
        cache.symlink_to(ROOT / "var/cache")  # what a second start finds
    command = [str(ROOT / ".venv/bin/bot"), "serve"]
    if number == 0:
        prepare(settings, Console(quiet=True))
    if not with_reminders:
        command += ["--only", "web", "--only", "actions"]
    url = f"http://127.0.0.1:{settings.port}/health"
    return Process(
        f"service {number}", command, _environment(settings), url, settings.var_dir / f"service-{number}.log"
    )


@contextmanager
def servers(folder: Path) -> Iterator[tuple[PostgresServer, "Redis"]]:
    """A PostgreSQL and a Redis of our own."""
    with ExitStack() as stack:
        postgres = PostgresServer("-c max_connections=300")
        postgres.start()
        stack.callback(postgres.remove)
        redis = Redis(folder)
        redis.start()
        stack.callback(redis.stop)
        yield postgres, redis


class Redis:
    """A Redis server that can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        (self.port,) = free_ports(1)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            self._folder,
        ]
        self._popen = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)

    def stop(self) -> None:
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()
