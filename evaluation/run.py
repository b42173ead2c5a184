"""Asks the running assistant every question of a folder, and judges what comes back."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from rich.progress import track

from evaluation.client import Answer, converse, parse
from evaluation.founded import Sources
from evaluation.measurement import Asked, Understood
from evaluation.scoring import cost_failures, entity_spans, policy_failures, status_failures

Case = dict[str, Any]

CONVERSATIONS: dict[str, tuple[str, Callable[[Case, Answer], list[str]]]] = {
    "policy": ("policy_qa.jsonl", policy_failures),
    "cost": ("cost.jsonl", cost_failures),
    "status": ("status.jsonl", status_failures),
}
PARTS = (*CONVERSATIONS, "nlu")


def ask(part: str, folder: Path, url: str, sources: Sources) -> Iterator[Asked]:
    """Puts each question of one part in a chat of its own, after what came before it."""
    file, failures_of = CONVERSATIONS[part]
    for case in _cases(folder / file):
        turns = tuple(case.get("turns") or [*case.get("context_turns", []), case["question"]])
        answer = converse(url, turns)
        yield Asked(
            part=part,
            id=case["id"],
            kind=case.get("kind") or case["gold"].get("outcome") or part,
            turns=turns,
            reply=answer.text,
            wrong=tuple(failures_of(case, answer)),
            unfounded=sources.unfounded(turns, answer),
        )


def understand(folder: Path, engine_url: str) -> Iterator[Understood]:
    """Has the engine parse each utterance."""
    for case in _cases(folder / "nlu.jsonl"):
        found = parse(engine_url, case["text"])
        yield Understood(
            id=case["id"],
            text=case["text"],
            intents=(case["intent"], *case.get("alt_intents", [])),
            intent=found["intent"]["name"],
            confidence=found["intent"]["confidence"],
            expected=tuple(sorted(entity_spans(case["entities"]))),
            found=tuple(sorted(entity_spans(found["entities"]))),
        )


def _cases(path: Path) -> Iterable[Case]:
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return track(cases, description=path.stem)
