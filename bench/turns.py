"""A turn of the product beside a turn of stock Rasa with an empty custom action: same data, machine and run.

    .venv/bin/python -m bench.turns [--write docs/bench-turns.md]      (`make bench`)

Both talk in alternation, so that what else the machine does falls on both. Latencies are a client's; the product's
include redaction, transcript, database, understanding, retrieval; stock Rasa keeps its trackers in memory and does
nothing in its action.
"""

import argparse
import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.people import PROOF, TURNS, Talk, say, talk
from bench.processes import Assistant, product, running, stock
from bench.stock.project import EPOCHS, EXAMPLES, seconds_of, stock_model, stock_project

PEOPLE = {1: 20, 8: 4, 64: 1}
"""How many talk at once, and how many turns each of them has in one round."""
ROUNDS = 2


@dataclass
class Contender:
    """An assistant with what was measured of it, by kind of turn and number of people."""

    name: str
    assistant: Assistant
    talks: dict[tuple[str, int], Talk] = field(default_factory=dict)
    engine_cpu: dict[str, float] = field(default_factory=dict)
    """Milliseconds of the engine's processor time for a turn."""

    def round(self, kind: str, people: int, turns: int, number: int) -> None:
        """Lets people talk once more."""
        before = PROOF if kind == "status" and self.name == "product" else ()
        name = f"{kind}-{people}-{number}"
        engine = self.assistant.engines[0]
        url = (self.assistant.url,)
        if before:
            asyncio.run(talk(url, TURNS[kind], people, 0, before, lambda n: f"{name}-{n}"))
        spent = engine.cpu_seconds
        done = asyncio.run(talk(url, TURNS[kind], people, turns, (), lambda n: f"{name}-{n}"))
        self.engine_cpu[kind] = 1000 * (engine.cpu_seconds - spent) / max(1, len(done.seconds))
        total = self.talks.setdefault((kind, people), Talk())
        total += done


def main() -> None:
    """Measures, prints and writes."""
    parser = argparse.ArgumentParser(prog="python -m bench.turns")
    parser.add_argument("--write", type=Path, help="where to write the tables")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs, ours = Contender("stock", stock(folder)), Contender("product", product(folder))
        with running(theirs.assistant.processes), running(ours.assistant.processes):
            _measure(theirs, ours)
            report = _report(theirs, ours, asyncio.run(_shares(ours.assistant)))
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")


def _measure(*contenders: Contender) -> None:
    for contender in contenders:
        contender.round("policy", 4, 5, 0)  # warms up what is made on first use
        contender.talks.clear()
    for people, turns in PEOPLE.items():
        for kind in TURNS:
            for number in range(1, ROUNDS + 1):
                for contender in contenders:
                    contender.round(kind, people, turns, number)


async def _shares(assistant: Assistant) -> dict[str, float]:
    """Median milliseconds that gateway and action endpoint add to a canned turn, one person at a time."""
    settings = assistant.settings
    assert settings is not None
    call = {
        "next_action": "action_make_small_talk",
        "sender_id": "x",
        "version": "3.6.21",
        "domain": {},
        "tracker": {
            "sender_id": "x",
            "slots": {},
            "latest_message": {
                "text": "谢谢",
                "intent": {"name": "thanks", "confidence": 1.0},
                "entities": [],
            },
            "events": [],
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        },
    }
    through, straight, action = [], [], []
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            begun = time.perf_counter()
            await say(session, assistant.url, "share", "谢谢")
            through.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            await say(session, settings.engine_url, "rest:straight", "谢谢")
            straight.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            async with session.post(
                f"http://127.0.0.1:{settings.action_port}/webhook", json=call
            ) as response:
                assert (await response.json())["responses"][0].get("response") == "utter_thanks"
            action.append(time.perf_counter() - begun)
    middle = [1000 * sorted(values)[len(values) // 2] for values in (through, straight, action)]
    return {"gateway": middle[0] - middle[1], "action endpoint": middle[2]}


def _report(theirs: Contender, ours: Contender, shares: dict[str, float]) -> str:
    lines = [
        "# A turn beside stock Rasa",
        "",
        f"Measured on {time.strftime('%Y-%m-%d')} by `make bench` on {machine()}. Stock is Rasa 3.6.21 with its default"
        " pipeline and policies, JiebaTokenizer, a sample of our data, and an SDK action server whose action does"
        " nothing. Both talk in alternation. Milliseconds; ratio is product / stock.",
        "",
        "| turn | people | stock p50 | p95 | p99 | product p50 | p95 | p99 | ratio p50 | stock turns/s | product"
        " | ratio |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind in TURNS:
        for people in PEOPLE:
            one, two = theirs.talks[kind, people], ours.talks[kind, people]
            cells = [f"{each.percentile(share):.0f}" for each in (one, two) for share in (50, 95, 99)]
            ratio = two.percentile(50) / one.percentile(50)
            speed = f"{one.per_second:.1f} | {two.per_second:.1f} | {two.per_second / one.per_second:.2f}"
            lines.append(f"| {kind} | {people} | {' | '.join(cells)} | **{ratio:.2f}** | {speed} |")
    failed = {each.name: sum(len(done.failed) for done in each.talks.values()) for each in (theirs, ours)}
    lines += ["", f"Not answered: {failed['stock']} of stock, {failed['product']} of the product.", ""]
    lines += [
        "| engine's processor time for a turn, ms, 64 people | stock | product | turns per process, ratio |"
    ]
    lines += ["|---|---|---|---|"]
    for kind in TURNS:
        one, two = theirs.engine_cpu[kind], ours.engine_cpu[kind]
        lines.append(f"| {kind} | {one:.1f} | {two:.1f} | **{one / two:.2f}** |")
    lines += ["", "| process | resident MB | start, s |", "|---|---|---|"]
    for contender in (theirs, ours):
        for process in contender.assistant.processes:
            name = process.name if contender is theirs else f"product {process.name}"
            lines.append(f"| {name} | {process.resident_mb:.0f} | {process.start_seconds:.0f} |")
    lines += [
        "",
        f"Gateway and action endpoint add {sum(shares.values()):.1f} ms to a canned turn (p50, one person): ",
    ]
    lines[-1] += ", ".join(f"{name} {value:.1f}" for name, value in shares.items()) + "."
    trained = seconds_of(stock_model(stock_project(0))).read_text()
    lines += [
        "",
        f"Training the stock model took {trained} s, on at most {EXAMPLES} examples of each intent and for {EPOCHS} of"
        " its 100 epochs: what a turn takes depends on neither, and how often it is right is not measured here.",
    ]
    return "\n".join(lines) + "\n"


def machine() -> str:
    """What this was measured on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown processor",
    )
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GB, load {os.getloadavg()[0]:.1f} at the end"


if __name__ == "__main__":
    main()
