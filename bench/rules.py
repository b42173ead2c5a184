"""How fast and how exact the rule module is, alone and beside OpenFisca-Core on the same rule in the same run.

    python -m venv bench/.venv
    bench/.venv/bin/pip install --require-hashes -r bench/openfisca-requirements.txt
    python -m bench.rules

OpenFisca-Core is AGPL: it is never a dependency, lives in an environment of its own and is talked to through
files. Times are processor time of one core, best of several runs, so that a busy machine disturbs little.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np

from bot.knowledge.parameters import Fixed, RegionParameters, load_parameters
from bot.rules.batch import Batch, Fen, settle
from bot.rules.case import Case, Employment
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.settings import ROOT

DAY = date(2026, 11, 22)
RUNS = 7
PART = 50_000
"""Rows settled at once, as in bot/commands/estimate_file.py."""
SIZES = (1_000, 10_000, 100_000, 1_000_000)
LARGEST_COST, LARGEST_LIMIT, LARGEST_EXTRA = 200_000_00, 5_000_00, 100_00
"""Fen. Costs up to 200,000 yuan, where seven digits of a single-precision number no longer reach the fen."""

Groups = tuple[tuple[Employment, slice | np.ndarray], ...]
"""Which of the people are of which employment."""

THEIRS = ROOT / "bench/.venv/bin/python"


@dataclass(frozen=True)
class People:
    """Columns in fen; the first half is in work, the second retired."""

    amount: Fen
    monthly_limit: Fen
    extra_limit: Fen
    retired: np.ndarray

    @classmethod
    def drawn(cls, count: int) -> "People":
        chance = np.random.default_rng(20261122)
        return cls(
            chance.integers(1, LARGEST_COST, count),
            chance.integers(1, LARGEST_LIMIT, count),
            chance.integers(0, LARGEST_EXTRA, count, endpoint=True),
            np.arange(count) >= count // 2,
        )

    def grouped(self) -> Groups:
        """As `bot estimate` settles a file: those who are alike stand together, a part of the file at a time."""
        half, count = len(self.amount) // 2, len(self.amount)
        bounds: tuple[tuple[Employment, int, int], ...] = (("在职", 0, half), ("退休", half, count))
        return tuple(
            (employment, slice(start, min(start + PART, end)))
            for employment, begin, end in bounds
            for start in range(begin, end, PART)
        )

    def picked_out(self) -> Groups:
        """As they would be picked out of a mixed column."""
        return (("在职", ~self.retired), ("退休", self.retired))


@dataclass(frozen=True)
class Comparison:
    """Seconds of processor time, and how many of the people came out wrong by a fen or more."""

    count: int
    ours: float
    ours_picking: float
    theirs: float
    their_formulas: float
    our_errors: int
    their_errors: int


def best(run: Callable[[], object], times: int = RUNS) -> float:
    """Seconds of processor time of the fastest run."""
    seconds = []
    for _ in range(times):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return min(seconds)


def single(parameters: RegionParameters) -> float:
    """Seconds for one estimate with all its steps, citations and remarks."""
    case = Case(
        region="湖南",
        scheme="职工",
        employment="退休",
        amount=Span.exactly(Decimal("580.35")),
        monthly_limit=Decimal(360),
    )
    return best(lambda: [estimate(case, parameters, DAY) for _ in range(20)], times=500) / 20


def settled(people: People, groups: Groups, parameters: RegionParameters) -> Fen:
    """What the fund pays for everybody, those in work and the retired each as one batch."""
    fund = np.empty_like(people.amount)
    for employment, chosen in groups:
        figures = {name: getattr(people, name)[chosen] for name in ("amount", "monthly_limit", "extra_limit")}
        like = Case(
            region="湖南",
            employment=employment,
            amount=Span.exactly(Decimal(1)),
            monthly_limit=Decimal(1),
            extra_limit=Decimal(0),
            conditions=frozenset({"several_diseases"}),
        )
        fund[chosen] = settle(Batch(like, figures), parameters, DAY).fund_pays[0]
    return fund


def by_hand(people: People, ratios: dict[str, Decimal]) -> list[int]:
    """The same in whole numbers, case by case: what both are judged by."""
    columns = (people.amount, people.monthly_limit, people.extra_limit, people.retired)
    return [
        int(
            (min(amount, limit + extra) * ratios["retired" if retired else "working"]).quantize(
                Decimal(1), ROUND_HALF_UP
            )
        )
        for amount, limit, extra, retired in zip(*(column.tolist() for column in columns), strict=True)
    ]


def compared(count: int, parameters: RegionParameters) -> Comparison:
    people, ratios = People.drawn(count), ratios_of(parameters)
    right = np.array(by_hand(people, ratios))
    ours = settled(people, people.grouped(), parameters)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for column in ("amount", "monthly_limit", "extra_limit"):
            np.save(folder / f"{column}.npy", getattr(people, column) / 100)
        np.save(folder / "retired.npy", people.retired)
        (folder / "ratios.json").write_text(
            json.dumps({name: float(ratio) for name, ratio in ratios.items()})
        )
        script = ROOT / "bench/openfisca_rule.py"
        said = subprocess.run([THEIRS, script, folder], capture_output=True, check=True, timeout=300).stdout  # noqa: S603
        theirs = np.load(folder / "fund.npy")
    seconds = json.loads(said)
    return Comparison(
        count,
        best(lambda: settled(people, people.grouped(), parameters)),
        best(lambda: settled(people, people.picked_out(), parameters)),
        seconds["whole"],
        seconds["formulas"],
        int((ours != right).sum()),
        int((np.rint(theirs.astype(np.float64) * 100) != right).sum()),
    )


def ratios_of(parameters: RegionParameters) -> dict[str, Decimal]:
    names = {"在职": "working", "退休": "retired"}
    entries = ((names[entry.whom], entry.state) for entry in parameters.ratio.entries)
    return {name: state.value for name, state in entries if isinstance(state, Fixed)}


def main() -> None:
    hunan = load_parameters(ROOT / "knowledge")["湖南"]
    print(f"one estimate with its trace: {single(hunan) * 1e6:.0f} µs")
    if not THEIRS.exists():
        sys.exit(f"OpenFisca-Core is not installed; see the head of {Path(__file__).name}")
    print(
        "| cases | ours, M/s | picking out | OpenFisca | its formulas | times as fast | ours wrong | its wrong |"
    )
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for count in SIZES:
        c = compared(count, hunan)
        speeds = [count / s / 1e6 for s in (c.ours, c.ours_picking, c.theirs, c.their_formulas)]
        times = f"{c.theirs / c.ours:.1f} ({c.their_formulas / c.ours:.1f})"
        wrong = f"{c.our_errors} | {c.their_errors:,} ({c.their_errors / count:.1%})"
        print(f"| {count:,} | {' | '.join(f'{speed:.1f}' for speed in speeds)} | {times} | {wrong} |")


if __name__ == "__main__":
    main()
