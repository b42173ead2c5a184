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

from bench.insisting import Crowd, client, wrong_in_transcript
from bench.people import POLICY, Talk, talk
from bench.processes import Assistant, Process, running, servers, shared_product
from bench.turns import machine
from tests.postgresql import PostgresServer

SERVICES = 2
CHATS = 8
MESSAGES = 12
MANY = 64


@dataclass
class Outcome:
    """What came of one run. `wrong` says of each chat what does not stand as it should."""

    engines: int
    quiet: Talk
    costs: dict[str, float]
    """Milliseconds of processor time for a turn, by kind of process."""
    crowd: Crowd
    wrong: list[str]
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
            asyncio.run(talk(urls, POLICY, 4 * engines, 3, (), lambda n: f"warm-{n}"))
            measured = {"engines": assistant.engines, "services": assistant.others, "PostgreSQL": [postgres]}
            spent = {name: _cpu_seconds(processes) for name, processes in measured.items()}
            quiet = asyncio.run(talk(urls, POLICY, MANY, 2, (), lambda n: f"quiet-{n}"))
            costs = {
                name: 1000 * (_cpu_seconds(processes) - spent[name]) / len(quiet.seconds)
                for name, processes in measured.items()
            }
            crowd = asyncio.run(_under_fire(assistant, urls))
            resident = sum(engine.resident_mb for engine in assistant.engines) / engines
        assert assistant.settings is not None
        wrong = wrong_in_transcript(assistant.settings, crowd)
        return Outcome(engines, quiet, costs, crowd, wrong, resident)


def _cpu_seconds(processes: Sequence[Process | PostgresServer]) -> float:
    return sum(process.cpu_seconds for process in processes)


async def _under_fire(assistant: Assistant, urls: Sequence[str]) -> Crowd:
    crowd = Crowd()
    async with client() as session:
        chats = asyncio.gather(*(_chat(crowd, session, urls, f"fire-{number}") for number in range(CHATS)))
        await asyncio.sleep(2)
        await _replace(assistant.engines[-1])
        if len(assistant.others) > 1:
            await _replace(assistant.others[-1])
        await chats
    return crowd


async def _replace(process: Process) -> None:
    """Kills a process in mid-turn, and starts it again, as its supervisor would."""
    await asyncio.to_thread(process.kill)
    process.start()
    await asyncio.to_thread(process.wait_until_ready)


async def _chat(crowd: Crowd, session: aiohttp.ClientSession, urls: Sequence[str], sender: str) -> None:
    sent: list[asyncio.Task[None]] = []
    for _ in range(MESSAGES):
        sent.append(asyncio.create_task(crowd.insist(session, urls, sender)))
        # The next one goes out while this one is being answered, but not before it was heard.
        await asyncio.wait(sent[-1:], timeout=0.5)
        if len(sent) > 1:
            await asyncio.wait(sent[:-1])
    await asyncio.gather(*sent)


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
        "| engines | turns/s | p50 ms | p95 ms | processor ms a turn: engines | services | PostgreSQL | MB per engine"
        " | sent again | slowest message, s | lost, doubled or out of order |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for each in outcomes:
        quiet = (
            f"{each.quiet.per_second:.1f} | {each.quiet.percentile(50):.0f} | {each.quiet.percentile(95):.0f}"
        )
        costs = " | ".join(f"{cost:.1f}" for cost in each.costs.values())
        again, slowest = each.crowd.refusals.total(), each.crowd.slowest
        wrong = "; ".join(each.wrong) or "none"
        lines.append(
            f"| {each.engines} | {quiet} | {costs} | {each.resident:.0f} | {again} | {slowest:.0f} | {wrong} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
