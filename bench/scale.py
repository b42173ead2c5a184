"""Several engines and service processes on one PostgreSQL and one Redis, while some are killed and come back.

    .venv/bin/python -m bench.scale [--engines 1 2 4] [--write docs/bench-scale.md]

People send numbered messages to any service process, the next one before the last is answered; where one is refused or
lost they send it again under the same id, as messengers do. Afterwards the transcript is read: in each chat every
message must stand once, in order, each followed by its own answer.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bench.people import POLICY, Talk, say, talk
from bench.processes import Assistant, Process, running, servers, shared_product
from bench.turns import machine
from bot.identity.keys import load_keys
from bot.records.database import Database
from bot.records.models import Message

SERVICES = 2
CHATS = 8
MESSAGES = 12
MANY = 64
AGAIN_SECONDS = 1.0
GIVE_UP_SECONDS = 240.0


@dataclass
class Outcome:
    """What came of one run. `wrong` says of each chat what does not stand as it should."""

    engines: int
    quiet: Talk
    refused: int
    wrong: list[str]
    longest: float
    resident: float


def main() -> None:
    """Runs, prints and writes."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale")
    parser.add_argument("--engines", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    outcomes = [_run(engines) for engines in arguments.engines]
    report = _report(outcomes)
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")


def _run(engines: int) -> Outcome:
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as (postgres, redis):
        assistant = shared_product(Path(name), postgres, redis.url, engines, SERVICES)
        urls = (assistant.url, *assistant.more_urls)
        with running(assistant.processes):
            quiet = asyncio.run(talk(urls, POLICY, MANY, 2, (), lambda n: f"quiet-{n}"))
            refused, longest = asyncio.run(_under_fire(assistant, urls))
            resident = sum(engine.resident_mb for engine in assistant.engines) / engines
        return Outcome(engines, quiet, refused, _wrong(assistant), longest, resident)


async def _under_fire(assistant: Assistant, urls: Sequence[str]) -> tuple[int, float]:
    """How often somebody had to send again, and how long the slowest message took altogether."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        chats = asyncio.gather(*(_chat(session, urls, f"fire-{number}") for number in range(CHATS)))
        await asyncio.sleep(2)
        await _replace(assistant.engines[-1])
        if len(assistant.others) > 1:
            await _replace(assistant.others[-1])
        ended = await chats
    return sum(again for again, _ in ended), max(longest for _, longest in ended)


async def _replace(process: Process) -> None:
    """Kills a process in mid-turn, and starts it again, as its supervisor would."""
    await asyncio.to_thread(process.kill)
    process.start()
    await asyncio.to_thread(process.wait_until_ready)


async def _chat(session: aiohttp.ClientSession, urls: Sequence[str], sender: str) -> tuple[int, float]:
    sent = []
    for number in range(MESSAGES):
        sent.append(asyncio.create_task(_until_answered(session, urls, sender, number)))
        # The next one goes out while this one is being answered, but not before it was heard.
        await asyncio.wait(sent[-1:], timeout=0.5)
        if len(sent) > 1:
            await asyncio.wait(sent[:-1])
    ended = await asyncio.gather(*sent)
    return sum(again for again, _ in ended), max(seconds for _, seconds in ended)


async def _until_answered(
    session: aiohttp.ClientSession, urls: Sequence[str], sender: str, number: int
) -> tuple[int, float]:
    begun, again = time.monotonic(), 0
    text = f"{POLICY[number % len(POLICY)]} {number}"
    while True:
        url = urls[(number + again) % len(urls)]
        status, _ = await say(session, url, sender, text, message_id=f"m{number}")
        if status == 200:
            return again, time.monotonic() - begun
        if time.monotonic() > begun + GIVE_UP_SECONDS:
            return again, float("inf")
        again += 1
        await asyncio.sleep(AGAIN_SECONDS)


def _wrong(assistant: Assistant) -> list[str]:
    assert assistant.settings is not None
    database = Database(assistant.settings.database_url, load_keys(assistant.settings))
    wrong = []
    with database.transaction() as session:
        for number in range(CHATS):
            chat = f"rest:fire-{number}"
            lines = session.scalars(select(Message).where(Message.chat == chat).order_by(Message.id)).all()
            heard = [line for line in lines if line.direction == "in"]
            if [line.source_id for line in heard] != [f"m{n}" for n in range(MESSAGES)]:
                wrong.append(f"{chat}: heard {[line.source_id for line in heard]}")
            for line in heard:
                answered = [a for a in lines if (a.source_id or "").startswith(f"answer:{line.id}:")]
                ids = sorted((a.source_id or "") for a in answered)
                if not ids or len(ids) != len(set(ids)):
                    wrong.append(f"{chat}: {line.source_id} has the answers {ids}")
            follows = [a.source_id for a in lines if a.direction == "out"]
            order = [int((source or "").split(":")[1]) for source in follows]
            if order != sorted(order):
                wrong.append(f"{chat}: answers out of order")
    database.close()
    return wrong


def _report(outcomes: Sequence[Outcome]) -> str:
    lines = [
        "# Several engines",
        "",
        f"Measured on {time.strftime('%Y-%m-%d')} by `python -m bench.scale` on {machine()}: {SERVICES} service"
        " processes,"
        f" one PostgreSQL, one Redis. First {MANY} people ask policy questions, undisturbed; then {CHATS} chats of"
        f" {MESSAGES} messages go on while an engine and a service process are killed (−9) and started again. All"
        " processes share the machine, so more engines are not more turns here; what is shown is that nothing is lost.",
        "",
        "| engines | turns/s | p50 ms | p95 ms | sent again | slowest message, s | lost, doubled or out of order"
        " | MB per engine |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for each in outcomes:
        quiet = (
            f"{each.quiet.per_second:.1f} | {each.quiet.percentile(50):.0f} | {each.quiet.percentile(95):.0f}"
        )
        wrong = "; ".join(each.wrong) or "none"
        lines.append(
            f"| {each.engines} | {quiet} | {each.refused} | {each.longest:.0f} | {wrong} | {each.resident:.0f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
