"""`make eval`: runs a set of questions against the running assistant and reports every kind and every failure.

    python -m evaluation [--data DIR] [--url URL] [--engine-url URL] [--out FILE] [--only policy|cost|status|nlu]

`DIR` holds policy_qa.jsonl, cost.jsonl, status.jsonl and nlu.jsonl. The assistant must be up (`make run`).
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluation.client import Answer, converse, parse
from evaluation.scoring import cost_failures, entity_spans, policy_failures, status_failures

Case = dict[str, Any]


def main() -> None:
    arguments = _arguments()
    report: dict[str, Any] = {}
    if arguments.only in (None, "nlu"):
        report["nlu"] = _nlu(arguments)
    conversations: dict[str, tuple[str, Callable[[Case, Answer], list[str]]]] = {
        "policy": ("policy_qa.jsonl", policy_failures),
        "cost": ("cost.jsonl", cost_failures),
        "status": ("status.jsonl", status_failures),
    }
    for name, (file, failures_of) in conversations.items():
        if arguments.only in (None, name):
            report[name] = _conversations(arguments, file, failures_of)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, ensure_ascii=False, indent=1))
    _print(report)
    print(f"\nEvery failure with its reply: {arguments.out}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation")
    parser.add_argument("--data", type=Path, default=Path("../shared/eval"))
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--engine-url", default="http://127.0.0.1:5005")
    parser.add_argument("--out", type=Path, default=Path("results/evaluation.json"))
    parser.add_argument("--only", choices=["policy", "cost", "status", "nlu"])
    return parser.parse_args()


def _cases(path: Path) -> list[Case]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def _conversations(
    arguments: argparse.Namespace, file: str, failures_of: Callable[[Case, Answer], list[str]]
) -> dict[str, Any]:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    failed = []
    for case in _cases(arguments.data / file):
        kind = case.get("kind") or case["gold"].get("outcome") or "all"
        turns = case.get("turns") or [*case.get("context_turns", []), case["question"]]
        answer = converse(arguments.url, turns)
        failures = failures_of(case, answer)
        total[kind] += 1
        right[kind] += not failures
        if failures:
            failed.append(
                {"id": case["id"], "kind": kind, "turns": turns, "wrong": failures, "reply": answer.text}
            )
    return {"scores": {kind: [right[kind], total[kind]] for kind in total}, "failed": failed}


def _nlu(arguments: argparse.Namespace) -> dict[str, Any]:
    intents_right, found, expected, agreed = 0, 0, 0, 0
    failed = []
    per_type: defaultdict[str, Counter[str]] = defaultdict(Counter)
    cases = _cases(arguments.data / "nlu.jsonl")
    for case in cases:
        understood = parse(arguments.engine_url, case["text"])
        intent = understood["intent"]["name"]
        right = intent in {case["intent"], *case.get("alt_intents", [])}
        gold, given = entity_spans(case["entities"]), entity_spans(understood["entities"])
        intents_right += right
        expected, found, agreed = expected + len(gold), found + len(given), agreed + len(gold & given)
        for kind, _, _ in gold - given:
            per_type[kind]["missed"] += 1
        for kind, _, _ in given - gold:
            per_type[kind]["invented"] += 1
        if not right or gold != given:
            failed.append(
                {
                    "id": case["id"],
                    "text": case["text"],
                    "intent": [case["intent"], intent, round(understood["intent"]["confidence"], 2)],
                    "missed": sorted(gold - given),
                    "invented": sorted(given - gold),
                }
            )
    f1 = 2 * agreed / (expected + found) if expected + found else 1.0
    scores = {"intent": [intents_right, len(cases)], "entity_f1": round(f1, 3)}
    return {"scores": scores, "entity_errors": {k: dict(v) for k, v in per_type.items()}, "failed": failed}


def _print(report: dict[str, Any]) -> None:
    for part, result in report.items():
        print(f"\n{part}")
        for kind, score in result["scores"].items():
            if isinstance(score, list):
                print(f"  {kind:18} {score[0]:4}/{score[1]:<4} {score[0] / score[1]:.3f}")
            else:
                print(f"  {kind:18} {score:.3f}")


if __name__ == "__main__":
    main()
