"""Twenty minutes at half of what one engine and one service carry, and whether anything grows meanwhile.

    .venv/bin/python -m bench.soak [--minutes 20] [--write docs/soak.md]

People come, ask a dozen things and go; each is new, so that whatever is kept of a chat adds up. The picture is put
beside the page, under images/.
"""

import argparse
import asyncio
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from matplotlib.figure import Figure

from bench.insisting import client
from bench.people import CANNED, COST, POLICY, Talk, say, talk
from bench.processes import Assistant, product, running
from bench.turns import machine

TURNS_EACH = 12
PEOPLE_FOR_CAPACITY = 8
WARM_TURNS = 40
SAMPLE_EVERY = 10.0  # seconds
PICTURE = "images/soak.svg"
SAID = tuple(
    text for trio in zip(POLICY, COST * len(POLICY), CANNED * len(POLICY), strict=False) for text in trio
)


@dataclass(frozen=True)
class Sample:
    """One process at one moment: minutes since the beginning, MB, open files, threads, tasks (of the service)."""

    process: str
    minute: float
    resident: float
    files: int
    threads: int
    tasks: int


def main() -> None:
    """Runs, prints and writes."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak")
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        assistant = product(Path(name))
        with running(assistant.processes):
            warm = asyncio.run(
                talk((assistant.url,), SAID, PEOPLE_FOR_CAPACITY, WARM_TURNS, (), lambda n: f"warm-{n}")
            )
            rate = warm.per_second / 2
            talked, samples = asyncio.run(_soak(assistant, rate, 60 * arguments.minutes))
    report = _report(warm.per_second, talked, samples)
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")
        _draw(samples, arguments.write.parent / PICTURE)


async def _soak(assistant: Assistant, rate: float, seconds: float) -> tuple[Talk, list[Sample]]:
    """A new person every so often, so that all of them together say `rate` things a second."""
    talked, begun = Talk(), time.monotonic()
    sampling = asyncio.create_task(_sample(assistant, seconds))
    people: set[asyncio.Task[None]] = set()
    for number in count():
        due = begun + number * TURNS_EACH / rate
        if due > begun + seconds:
            break
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        person = asyncio.create_task(_person(assistant.url, f"soak-{number}", talked))
        people.add(person)
        person.add_done_callback(people.discard)
    await asyncio.gather(*people)
    talked.wall = time.monotonic() - begun
    return talked, await sampling


async def _person(url: str, sender: str, talked: Talk) -> None:
    async with client() as session:
        for turn in range(TURNS_EACH):
            begun = time.perf_counter()
            status, messages = await say(session, url, sender, SAID[(turn + len(talked.seconds)) % len(SAID)])
            if status == 200:
                talked.seconds.append(time.perf_counter() - begun)
            else:
                talked.failed.append(f"{status} {messages}")


async def _sample(assistant: Assistant, seconds: float) -> list[Sample]:
    """Also while it grows quiet again, for a minute after the end."""
    samples: list[Sample] = []
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < seconds + 60:
        tasks = await asyncio.to_thread(_tasks, assistant.url)
        for process in assistant.processes:
            of_service = tasks if process.name.startswith("service") else 0
            samples.append(
                Sample(
                    process.name,
                    now / 60,
                    process.resident_mb,
                    process.open_files,
                    process.threads,
                    of_service,
                )
            )
        await asyncio.sleep(SAMPLE_EVERY)
    return samples


def _tasks(url: str) -> int:
    with urllib.request.urlopen(f"{url}/metrics", timeout=20) as answer:  # noqa: S310 - our own loopback address
        found = re.search(r"^bot_tasks (\S+)", answer.read().decode(), re.M)
    return int(float(found.group(1))) if found else 0


def _report(capacity: float, talked: Talk, samples: Sequence[Sample]) -> str:
    lines = [
        "# Twenty minutes at half the capacity",
        "",
        f"Measured on {time.strftime('%Y-%m-%d')} by `python -m bench.soak` on {machine()}. One engine and one service"
        f" on SQLite gave {PEOPLE_FOR_CAPACITY} people, who say the next thing as soon as they are answered,"
        f" {capacity:.1f} turns a second. Then, for {talked.wall / 60:.0f} minutes, {talked.per_second:.1f} a second:"
        f" a new chat every {TURNS_EACH} turns; policy, cost and small talk; {len(talked.seconds)} turns in all,"
        f" p50 {talked.percentile(50):.0f} ms, p99 {talked.percentile(99):.0f} ms, not answered {len(talked.failed)}.",
        "",
        f"![memory, open files and tasks over time]({PICTURE})",
        "",
        "| process | | minute 2 | middle | end | after a quiet minute |",
        "|---|---|---|---|---|---|",
    ]
    for process, of_process in _by_process(samples):
        last = of_process[-1].minute - 1
        moments = [_at(of_process, minute) for minute in (2, last / 2, last)] + [of_process[-1]]
        for what in ("resident", "files", "threads", "tasks"):
            values = " | ".join(f"{getattr(moment, what):.0f}" for moment in moments)
            lines.append(f"| {process} | {'resident MB' if what == 'resident' else what} | {values} |")
    return "\n".join(lines) + "\n"


def _draw(samples: Sequence[Sample], path: Path) -> None:
    figure = Figure(figsize=(9, 7), layout="constrained")
    axes = figure.subplots(3, 1, sharex=True)
    for process, of_process in _by_process(samples):
        minutes = [sample.minute for sample in of_process]
        axes[0].plot(minutes, [sample.resident for sample in of_process], label=process)
        axes[1].plot(minutes, [sample.files for sample in of_process], label=process)
        axes[2].plot(minutes, [sample.tasks or sample.threads for sample in of_process], label=process)
    for axis, title in zip(
        axes, ("resident MB", "open files", "tasks (service), threads (engine)"), strict=True
    ):
        axis.set_title(title, loc="left", fontsize=10)
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[0].legend()
    axes[-1].set_xlabel("minutes")
    figure.savefig(path)


def _by_process(samples: Sequence[Sample]) -> Iterator[tuple[str, list[Sample]]]:
    for process in dict.fromkeys(sample.process for sample in samples):
        yield process, [sample for sample in samples if sample.process == process]


def _at(samples: Sequence[Sample], minute: float) -> Sample:
    return min(samples, key=lambda sample: abs(sample.minute - minute))


if __name__ == "__main__":
    main()
