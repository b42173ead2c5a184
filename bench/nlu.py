"""How long understanding takes, ours beside stock DIET with character n-grams: same data, same machine, same run.

    engine/.venv/bin/python -m bench.nlu [--epochs N] [--write docs/bench-nlu.md]

Trains both, parses every utterance of the evaluation data with each, in turns, and prints milliseconds per message
for every component and in total, the accuracy of both, and the time of training.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from rasa.core.agent import Agent
from rasa.model_training import train_nlu
from rasa.shared.utils.io import read_yaml_file, write_yaml

ROOT = Path(__file__).resolve().parents[1]
GOAL = 2.0  # ours takes at most this many times what DIET takes


@dataclass
class Contender:
    """A trained pipeline; `milliseconds` of each message, by component and in total."""

    name: str
    agent: Agent
    training_seconds: float
    milliseconds: dict[str, list[float]]
    right: int = 0

    def watch_components(self) -> None:
        """From now on every component notes how long it takes."""
        for node in self.agent.processor.graph_runner._instantiated_nodes.values():
            if node._fn_name == "process":
                node._fn = self._timed(node._component_class.__name__, node._fn)

    def parse(self, case: dict[str, Any]) -> None:
        """Understands one utterance."""
        begun = time.perf_counter()
        understood = asyncio.run(self.agent.parse_message(case["text"]))
        self._note("in total", begun)
        self.right += understood["intent"]["name"] in {case["intent"], *case.get("alt_intents", [])}

    def _timed(self, name: str, process: Any) -> Any:
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter()
            try:
                return process(*arguments, **named)
            finally:
                self._note(name, begun)

        return timed

    def _note(self, name: str, begun: float) -> None:
        self.milliseconds[name].append(1000 * (time.perf_counter() - begun))


def main() -> None:
    """Trains, measures, prints and writes."""
    arguments = _arguments()
    cases = [json.loads(line) for line in arguments.data.read_text("utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as folder:
        contenders = [
            _trained(name, pipeline, Path(folder)) for name, pipeline in _pipelines(arguments.epochs).items()
        ]
    for contender in contenders:
        contender.parse(cases[0])  # dictionaries load on first use
        contender.right = 0
        contender.milliseconds.clear()
        contender.watch_components()
    for case in cases:
        for contender in contenders:
            contender.parse(case)
    report = _report(contenders, len(cases), arguments.epochs)
    print(report)
    if arguments.write:
        arguments.write.write_text(report, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.nlu")
    parser.add_argument("--data", type=Path, default=ROOT / "evaluation/own/dev/nlu.jsonl")
    parser.add_argument("--epochs", type=int, default=20, help="of DIET; its default is 300")
    parser.add_argument("--write", type=Path, help="where to write the table")
    return parser.parse_args()


def _pipelines(epochs: int) -> dict[str, list[dict[str, Any]]]:
    return {
        "ours": read_yaml_file(ROOT / "config.yml")["pipeline"],
        "DIET": [
            {"name": "JiebaTokenizer"},
            {"name": "CountVectorsFeaturizer"},
            {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
            {"name": "DIETClassifier", "epochs": epochs, "random_seed": 0},
        ],
    }


def _trained(name: str, pipeline: Sequence[dict[str, Any]], folder: Path) -> Contender:
    config = folder / f"{name}.yml"
    write_yaml({"recipe": "default.v1", "language": "zh", "pipeline": list(pipeline)}, config)
    begun = time.perf_counter()
    model = train_nlu(str(config), str(ROOT / "data"), str(folder), fixed_model_name=name)
    seconds = time.perf_counter() - begun
    return Contender(name, Agent.load(model), seconds, defaultdict(list))


def _report(contenders: Sequence[Contender], messages: int, epochs: int) -> str:
    lines = [
        "# Understanding beside stock DIET",
        "",
        f"Measured on {time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, by `python -m bench.nlu`: {messages}"
        " utterances parsed by both, in turns. DIET is Rasa's own with JiebaTokenizer and CountVectorsFeaturizer"
        f" (words; char_wb 1-4), trained on the same data for {epochs} epochs.",
        "",
        "| pipeline | component | median ms | 95th percentile ms |",
        "|---|---|---|---|",
    ]
    for contender in contenders:
        for component, values in contender.milliseconds.items():
            ninety_fifth = statistics.quantiles(values, n=20)[-1]
            lines.append(
                f"| {contender.name} | {component} | {statistics.median(values):.2f} | {ninety_fifth:.2f} |"
            )
    ours, diet = (statistics.median(contender.milliseconds["in total"]) for contender in contenders)
    lines += [
        "",
        f"Ours takes **{ours / diet:.2f} times** what DIET takes (goal: at most {GOAL:g}).",
        "",
        "| pipeline | intents right | training |",
        "|---|---|---|",
    ]
    lines += [
        f"| {contender.name} | {contender.right / messages:.3f} | {contender.training_seconds:.0f} s |"
        for contender in contenders
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
