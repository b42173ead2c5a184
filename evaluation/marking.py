"""Makes training sentences of questions that are answered right: each amount marked with what it was read as.

    python -m evaluation.marking [--data evaluation/own/dev] [--engine-url http://127.0.0.1:5005]

Runs in the service's environment beside a running engine, in a minute, and writes `data/amounts/questions.txt`, as
`bot.dialogue.cost.reading.teaching` reads it. A question whose gold figures come out was read right; one that is
refused proves nothing of its amounts, nor does a turn with a figure that nobody could place. Only of our own questions
that may be looked at, and of none that is worded nearly as one that is held: what is learnt from is no measure.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.clock import SHANGHAI
from bot.dialogue.cost import Costs
from bot.dialogue.cost.reading.amounts import amounts_in, items_in
from bot.dialogue.cost.reading.learned import AmountRoles
from bot.dialogue.cost.reading.sentence import Item, Sentence
from bot.dialogue.cost.reading.teaching import AMOUNTS, taught
from bot.dialogue.turn import Context, Mention, Turn
from bot.knowledge.parameters import load_parameters
from bot.settings import ROOT
from evaluation.client import Answer, parse
from evaluation.scoring import cost_failures

ASKED_AT = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)
"""The day on which words like 上个月 in our questions are told."""
MARKED = AMOUNTS / "questions.txt"
HELD = ROOT / "evaluation" / "own" / "held" / "cost.jsonl"
_MARK = re.compile(r"\[([^\[\]]+)\]\{\w+\}")
_FIGURES = re.compile(r"[\s\d,，。;；?？!、.:：一二两三四五六七八九十百千]+")
_FEWEST = 5


def main() -> None:
    """Reads, marks and writes."""
    arguments = _arguments()
    costs = Costs(load_parameters(ROOT / "knowledge"), taught(ROOT / "var" / "cache"))
    questions = (arguments.data / "cost.jsonl").read_text(encoding="utf-8").splitlines()
    lines = [
        line for question in questions for line in _marked(json.loads(question), costs, arguments.engine_url)
    ]
    kept = unlike(dict.fromkeys(lines), _turns_of(HELD))
    MARKED.write_text("\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} turns of {len(questions)} questions marked")


def unlike(lines: Iterable[str], held: Iterable[str]) -> list[str]:
    """The lines without those that share half of their words, as pieces of four characters, with a turn held."""
    pieces = [_pieces(text) for text in held]
    having = defaultdict[str, list[int]](list)
    for index, each in enumerate(pieces):
        for piece in each:
            having[piece].append(index)
    return [line for line in lines if not _is_like_one(_pieces(_MARK.sub(r"\1", line)), pieces, having)]


def _is_like_one(own: set[str], pieces: Sequence[set[str]], having: Mapping[str, Sequence[int]]) -> bool:
    shared = Counter(index for piece in own for index in having.get(piece, ()))
    return any(
        number >= _FEWEST and 2 * number >= min(len(own), len(pieces[index]))
        for index, number in shared.items()
    )


def _pieces(text: str) -> set[str]:
    """What of its wording can be told apart: figures and marks say nothing."""
    words = _FIGURES.sub("", text)
    return {words[at : at + 4] for at in range(len(words) - 3)}


def _turns_of(file: Path) -> list[str]:
    cases = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [text for case in cases for text in case.get("turns") or [case["question"]]]


def _marked(case: dict[str, Any], costs: Costs, engine_url: str) -> Iterator[str]:
    turns = [_turn(text, engine_url) for text in case.get("turns") or [case["question"]]]
    refused = case["gold"]["outcome"] == "cannot_compute"
    if refused or cost_failures(case, _answered(turns, costs)):
        return
    for turn in turns:
        if line := marked_line(turn, costs.learnt.roles):
            yield line


def marked_line(turn: Turn, roles: AmountRoles) -> str:
    """The turn with its amounts marked; empty where it has none, or one that is not placed or put right."""
    sentence = Sentence.of(turn, None)
    items = items_in(sentence, roles)
    placed = {item.start for item in items if item.role != "unplaced" and item.instead_of is None}
    if {amount.start for amount in amounts_in(sentence)} - placed or len(placed) < len(items):
        return ""
    line, done = "", 0
    for item in items:
        line += (
            f"{sentence.text[done : item.start]}[{sentence.text[item.start : item.end]}]{{{_label(item)}}}"
        )
        done = item.end
    return line and line + sentence.text[done:]


def _label(item: Item) -> str:
    return "limit" if item.role in ("monthly_limit", "quarterly_limit") else item.role


def _answered(turns: Sequence[Turn], costs: Costs) -> Answer:
    context, replies = Context(), ()
    for turn in turns:
        outcome = costs.estimate(turn, context)
        context, replies = outcome.context, outcome.replies
    cards = tuple(reply.card.model_dump(mode="json") for reply in replies if reply.card)
    return Answer("\n".join(reply.text for reply in replies), cards)


def _turn(text: str, engine_url: str) -> Turn:
    found = parse(engine_url, text)
    mentions = (
        Mention(e["entity"], str(e["value"]), e["start"], e["end"], text[e["start"] : e["end"]])
        for e in found["entities"]
    )
    mentions = tuple(sorted(mentions, key=lambda mention: mention.start))
    return Turn("", text, found["intent"]["name"], mentions, ASKED_AT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT / "evaluation" / "own" / "dev")
    parser.add_argument("--engine-url", default="http://127.0.0.1:5005")
    return parser.parse_args()


if __name__ == "__main__":
    main()
