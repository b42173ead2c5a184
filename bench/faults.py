"""What breaks, under load, and what people saw of it: `python -m bench.faults [--only NAME …] [--write FILE]`.

A dozen people keep asking, slowly enough for half the machine, and send again what was refused. Meanwhile something
breaks, and is mended. Afterwards the transcript is read: each message must stand once, in order, with its answer.
Everything is on loopback; disk full is a small tmpfs, the clock is libfaketime's.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from bench.insisting import Crowd, client, wrong_in_transcript
from bench.people import say
from bench.processes import Assistant, Process, Redis, free_ports, product, running, servers, shared_product
from bench.turns import machine
from bot.settings import ROOT
from tests.postgresql import PostgresServer

PEOPLE = 12
PAUSE_SECONDS = 5.0
BEFORE_SECONDS = 8.0
SETTLE_SECONDS = 25.0
SLOW_SECONDS = 5.0
"""A turn that takes longer is not normal yet."""
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
DISK_MB = 48
KEPT = ROOT / "var" / "faults.json"


@dataclass
class Setting:
    """What a fault can get at."""

    assistant: Assistant
    folder: Path
    door: "Door"
    postgres: PostgresServer | None = None
    redis: Redis | None = None


@dataclass(frozen=True)
class Fault:
    """`happen` breaks something, waits, mends it, and may answer what those saw who did it. `alone`: where one engine
    and one service run on SQLite, as `make run` starts them; else two engines on PostgreSQL and Redis."""

    name: str
    happen: Callable[[Setting], Awaitable[str | None]]
    alone: bool = False


@dataclass
class Seen:
    """What came of one fault."""

    fault: str
    answered: int
    refused: dict[str, int]
    slowest: float
    lasted: float
    normal_after: float
    """Seconds from the beginning of the fault to the end of the last turn that was refused or slow."""
    wrong: list[str]
    told: str


# ---- the faults ------------------------------------------------------------------------------------------


async def _engine_killed(setting: Setting) -> None:
    await _again(setting.assistant.engines[0])


async def _service_killed(setting: Setting) -> None:
    await _again(setting.assistant.others[0])


async def _again(process: Process) -> None:
    await asyncio.to_thread(process.kill)
    process.start()
    await asyncio.to_thread(process.wait_until_ready)


async def _actions_hang(setting: Setting) -> None:
    async with setting.door.shut():
        await asyncio.sleep(20)


async def _database_gone(setting: Setting) -> None:
    assert setting.postgres is not None
    await asyncio.to_thread(setting.postgres.stop)
    await asyncio.sleep(30)
    await asyncio.to_thread(setting.postgres.start)


async def _redis_gone(setting: Setting) -> None:
    assert setting.redis is not None
    setting.redis.stop()
    await asyncio.sleep(20)
    await asyncio.to_thread(setting.redis.start)


async def _disk_full(setting: Setting) -> None:
    ballast = setting.folder / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while file.write(b"\0" * 4096):
            pass
    await asyncio.sleep(20)
    ballast.unlink()


async def _storm_from_one(setting: Setting) -> str:
    return await _storm(setting, ["storm"] * 300)


async def _storm_from_many(setting: Setting) -> str:
    return await _storm(setting, [f"storm-{number}" for number in range(1000)])


async def _storm(setting: Setting, senders: Sequence[str]) -> str:
    async with client() as session:
        url = setting.assistant.url
        answers = await asyncio.gather(*(say(session, url, sender, "起付线多少") for sender in senders))
    return _counted(f"{status} {'' if status == 200 else body[0].get('error')}" for status, body in answers)


async def _slow_loris(setting: Setting) -> str:
    """500 connections: a half of them never end their headers, the others never end their body."""
    port = int(setting.assistant.url.rpartition(":")[2])
    heads = b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: a\r\n", b"Content-Length: 900\r\n\r\n{"

    async def one(number: int) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(heads[0] if number % 2 else b"".join(heads))
        begun = time.monotonic()
        answer = asyncio.ensure_future(reader.read(100))
        while time.monotonic() < begun + 90 and not answer.done():
            with contextlib.suppress(OSError):
                writer.write(b"X-A: b\r\n" if number % 2 else b" ")
                await writer.drain()
            await asyncio.wait([answer], timeout=2)
        ended = "cut off" if answer.done() else "still open"
        writer.transport.abort()
        answer.cancel()
        return f"{'headers' if number % 2 else 'body'} never ended: {ended} after {time.monotonic() - begun:.0f} s"

    return _counted(await asyncio.gather(*map(one, range(500))))


async def _large_bodies(setting: Setting) -> str:
    async with client() as session:
        url, text = setting.assistant.url, "慢" * 350_000
        answers = await asyncio.gather(*(say(session, url, f"large-{number}", text) for number in range(100)))
    return _counted(f"{status} {body[0].get('error')}" for status, body in answers)


async def _clock_jumps(setting: Setting) -> None:
    for offset in ("+3600", "+0"):
        _set_clock(setting.folder, offset)
        await asyncio.sleep(20)


async def _training_killed(setting: Setting) -> str:
    """`bot train` beside the running engine, killed in the middle and started again."""
    models = setting.folder / "models"
    bot, environment = str(ROOT / ".venv/bin/bot"), os.environ | {"VAR_DIR": str(setting.folder)}
    left: list[str] = []
    for patience in (40, 600):
        training = await asyncio.create_subprocess_exec(
            bot, "train", env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            await asyncio.wait_for(training.wait(), patience)
        except TimeoutError:
            os.killpg(training.pid, signal.SIGKILL)
            left = [path.name for path in models.glob("*")]
    made = [path.name for path in models.glob("*.tar.gz")]
    return f"left by the killed one: {left or 'nothing'}; made by the next: {len(made)} model"


FAULTS = (
    Fault("one of two engines killed (−9)", _engine_killed),
    Fault("database gone for 30 s", _database_gone),
    Fault("Redis gone for 20 s", _redis_gone),
    Fault("action endpoint hangs for 20 s", _actions_hang),
    Fault("300 messages at once from one sender", _storm_from_one),
    Fault("1,000 senders at once", _storm_from_many),
    Fault("slow-loris: 500 connections for 90 s", _slow_loris),
    Fault("100 bodies of 1 MB at once", _large_bodies),
    Fault("the only engine killed (−9)", _engine_killed, alone=True),
    Fault("the only service killed (−9)", _service_killed, alone=True),
    Fault("disk full for 20 s", _disk_full, alone=True),
    Fault("clock an hour ahead for 20 s, and back", _clock_jumps, alone=True),
    Fault("training killed (−9) and started again", _training_killed, alone=True),
)


# ---- where they happen -----------------------------------------------------------------------------------


class Door:
    """Between the engines and the action endpoint: while it is shut, what comes in is heard and not passed on."""

    def __init__(self, port: int, behind: int) -> None:
        self.port = port
        self._behind = behind
        self._open = asyncio.Event()
        self._open.set()

    @asynccontextmanager
    async def shut(self) -> AsyncIterator[None]:
        self._open.clear()
        try:
            yield
        finally:
            self._open.set()

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        await asyncio.gather(self._copy(reader, inner_writer), self._copy(inner_reader, writer))

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@contextmanager
def _shared(folder: Path) -> Iterator[Setting]:
    with servers(folder) as (postgres, redis):
        assistant = shared_product(
            folder, postgres, redis.url, engines=2, services=1, MESSAGES_PER_MINUTE="30"
        )
        yield Setting(assistant, folder, _door_before(assistant), postgres, redis)


@contextmanager
def _alone(folder: Path) -> Iterator[Setting]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", folder], check=True)  # noqa: S603, S607
    try:
        assistant = product(folder, BOT_NOW="", MESSAGES_PER_MINUTE="30")
        faked = {"LD_PRELOAD": FAKETIME, "DONT_FAKE_MONOTONIC": "1", "FAKETIME_CACHE_DURATION": "1"}
        for process in assistant.processes:
            process.environment |= faked | {"FAKETIME_TIMESTAMP_FILE": str(folder / "clock")}
        _set_clock(folder, "+0")
        yield Setting(assistant, folder, _door_before(assistant))
    finally:
        subprocess.run(["umount", folder], check=True)  # noqa: S603, S607


def _set_clock(folder: Path, offset: str) -> None:
    (folder / "clock").write_text(offset)


def _door_before(assistant: Assistant) -> Door:
    """Leads the engines' calls through a door; whoever serves it finds its port in their environment."""
    assert assistant.settings is not None
    (port,) = free_ports(1)
    for engine in assistant.engines:
        engine.environment |= {"ACTION_URL": f"http://127.0.0.1:{port}/webhook"}
    return Door(port, assistant.settings.action_port)


# ---- the load --------------------------------------------------------------------------------------------


async def _under_load(setting: Setting, fault: Fault) -> Seen:
    crowd, stopped = Crowd(), asyncio.Event()
    server = await asyncio.start_server(setting.door.pass_on, "127.0.0.1", setting.door.port)
    async with server, client() as session:
        names = [f"{FAULTS.index(fault)}-{number}" for number in range(PEOPLE)]
        people = [asyncio.create_task(_person(crowd, session, setting, name, stopped)) for name in names]
        await asyncio.sleep(BEFORE_SECONDS)
        begun = time.monotonic()
        told = await fault.happen(setting)
        lasted = time.monotonic() - begun
        await asyncio.sleep(SETTLE_SECONDS)
        stopped.set()
        await asyncio.gather(*people)
    assert setting.assistant.settings is not None
    later = [each for each in crowd.tries if each.at > begun]
    troubled = [each.at - begun for each in later if each.status != 200 or each.seconds > SLOW_SECONDS]
    return Seen(
        fault.name, sum(each.status == 200 for each in crowd.tries), dict(crowd.refusals), crowd.slowest, lasted,
        max(troubled, default=0.0), wrong_in_transcript(setting.assistant.settings, crowd), told or "",
    )  # fmt: skip


async def _person(
    crowd: Crowd, session: aiohttp.ClientSession, setting: Setting, sender: str, stopped: asyncio.Event
) -> None:
    urls = (setting.assistant.url,)
    await asyncio.sleep(PAUSE_SECONDS * (int(sender.rpartition("-")[2]) / PEOPLE))
    while not stopped.is_set():
        await crowd.insist(session, urls, sender)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), PAUSE_SECONDS)


def _counted(outcomes: Sequence[str] | Iterator[str]) -> str:
    return "; ".join(f"{count} × {outcome.strip()}" for outcome, count in Counter(outcomes).most_common())


# ---- what is said of it ----------------------------------------------------------------------------------


def main() -> None:
    """Lets things break, prints and writes."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults")
    parser.add_argument("--only", nargs="+", default=[""], help="words from the names of the faults wanted")
    parser.add_argument("--write", type=Path, help="where to write the table of all faults seen so far")
    arguments = parser.parse_args()
    wanted = [fault for fault in FAULTS if any(words in fault.name for words in arguments.only)]
    for place, alone in ((_shared, False), (_alone, True)):
        faults = [fault for fault in wanted if fault.alone is alone]
        if not faults:
            continue
        with (
            tempfile.TemporaryDirectory() as name,
            place(Path(name)) as setting,
            running(setting.assistant.processes),
        ):
            for fault in faults:
                _keep(asyncio.run(_under_load(setting, fault)))
    report = _report()
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")


def _keep(seen: Seen) -> None:
    print(seen, flush=True)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    KEPT.write_text(json.dumps(kept | {seen.fault: asdict(seen)}, ensure_ascii=False, indent=1))


def _report() -> str:
    kept = json.loads(KEPT.read_text())
    lines = [
        "# Faults",
        "",
        f"Measured on {time.strftime('%Y-%m-%d')} by `python -m bench.faults` on {machine()}. {PEOPLE} people ask a"
        f" policy question every {PAUSE_SECONDS:.0f} s or so and send again, under the same id, what was not answered,"
        " as messengers do. The first faults meet two engines and a service on PostgreSQL and Redis; those marked *"
        " what `make run` starts, one engine and one service on SQLite. Lost would be a message that does not stand"
        " in the transcript once, in order, with its answer.",
        "",
        "| fault | lasted, s | normal again, s after its beginning | slowest answer, s, all sendings together"
        " | answered | instead of an answer people saw | lost, doubled, out of order |",
        "|---|---|---|---|---|---|---|",
    ]
    for fault in FAULTS:
        if fault.name not in kept:
            continue
        seen = Seen(**kept[fault.name])
        refused = "; ".join(f"{count} × {words}" for words, count in seen.refused.items()) or "nothing"
        told = f"; those who did it: {seen.told}" if seen.told else ""
        name = f"{fault.name}*" if fault.alone else fault.name
        times = f"{seen.lasted:.0f} | {seen.normal_after:.0f} | {seen.slowest:.0f}"
        wrong = "; ".join(seen.wrong) or "none"
        lines.append(f"| {name} | {times} | {seen.answered} | {refused}{told} | {wrong} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
