"""What understanding rests on: cross-validation over our own utterances, and what each part of the features adds.

    engine/.venv/bin/python -m evaluation.nlu_study [--folds N] [--out FILE]

Runs in the engine's environment, without a running assistant, in some minutes. Prints, and writes as JSON:
`cross_validation` (intents right and total in all and by intent, and what is confused most often) and `ablation`
(the same for each variant of the features on each set of questions). Our own utterances are the hardest ways of
saying things we could think of, each nearly alone in its kind: cross-validation is expected below the sets.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from sklearn.model_selection import StratifiedKFold

from engine.components.encoders import sentence_vectors
from engine.components.extractors import FiguresExtractor, GazetteerExtractor
from engine.components.features import PARTS, Features
from engine.components.gazetteer import vocabulary_of
from engine.components.intent import linear_model

ROOT = Path(__file__).resolve().parents[1]
SETS = {
    "development set": ROOT / "../shared/eval/nlu.jsonl",
    "our own, to look at": ROOT / "evaluation/own/dev/nlu.jsonl",
}
WITHOUT_ENTITIES = "without marks for entities"
VARIANTS = {
    "everything": PARTS,
    **{f"without {part}": tuple(other for other in PARTS if other != part) for part in PARTS},
    WITHOUT_ENTITIES: PARTS,
    "characters alone": ("characters",),
}
_CONFUSIONS_TOLD = 25
_SEED = 0


def main() -> None:
    """Studies, prints and writes."""
    arguments = _arguments()
    examples = [example for example in load_data(str(ROOT / "data/nlu")).intent_examples if example.get(TEXT)]
    cases = {name: _cases(path) for name, path in SETS.items() if path.exists()}
    study = {
        "cross_validation": _cross_validation(_read(examples), arguments.folds),
        "ablation": {variant: _ablation(variant, examples, cases) for variant in VARIANTS},
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(study, ensure_ascii=False, indent=1), encoding="utf-8")
    _print(study)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.nlu_study")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=ROOT / "var/nlu-study.json")
    return parser.parse_args()


def _cases(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _cross_validation(examples: Sequence[Message], folds: int) -> dict[str, Any]:
    intents = np.array([example.get(INTENT) for example in examples])
    guesses = np.empty_like(intents)
    for learnt, asked in StratifiedKFold(folds, shuffle=True, random_state=_SEED).split(intents, intents):
        guess = _trained([examples[place] for place in learnt], PARTS)
        guesses[asked] = guess([examples[place] for place in asked])
    right, total = Counter(intents[guesses == intents].tolist()), Counter(intents.tolist())
    confused = Counter(
        (meant, guess)
        for meant, guess in zip(intents.tolist(), guesses.tolist(), strict=True)
        if meant != guess
    )
    return {
        "folds": folds,
        "all": [right.total(), total.total()],
        "intents": {intent: [right[intent], total[intent]] for intent in sorted(total)},
        "confusions": [[*pair, times] for pair, times in confused.most_common(_CONFUSIONS_TOLD)],
    }


def _ablation(
    variant: str, examples: Sequence[Message], cases: dict[str, list[dict[str, Any]]]
) -> dict[str, list[int]]:
    """Per set how many intents are right, and of how many."""
    seen = _unread if variant == WITHOUT_ENTITIES else _read
    guess = _trained(seen(examples), VARIANTS[variant])
    scores = {}
    for name, rows in cases.items():
        guesses = guess(seen([Message(data={TEXT: row["text"]}) for row in rows]))
        right = sum(
            answer in {row["intent"], *row.get("alt_intents", [])}
            for row, answer in zip(rows, guesses.tolist(), strict=True)
        )
        scores[name] = [right, len(rows)]
    return scores


def _trained(examples: Sequence[Message], parts: Sequence[str]) -> Any:
    """A function from messages to an array of intents. Not calibrated: that costs three more trainings, and changes how
    sure the model is, hardly ever what it puts first."""
    features = Features(parts, _remembered_vectors).fit(examples)
    model = linear_model().base_estimator
    model.fit(features.transform(examples), np.array([example.get(INTENT) for example in examples]))
    return lambda messages: model.predict(features.transform(messages))


def _unread(messages: Sequence[Message]) -> list[Message]:
    return [Message(data={TEXT: message.get(TEXT), INTENT: message.get(INTENT)}) for message in messages]


def _read(messages: Sequence[Message]) -> list[Message]:
    """Copies with the entities that the engine finds."""
    copies = _unread(messages)
    for reader in _readers():
        reader.process(copies)
    return copies


@cache
def _readers() -> tuple[GazetteerExtractor, FiguresExtractor]:
    data = load_data(str(ROOT / "data/lookups"))
    tables = [(table["name"], table["elements"]) for table in data.lookup_tables]
    return GazetteerExtractor(None, None, vocabulary_of(tables, data.entity_synonyms)), FiguresExtractor()


def _remembered_vectors(texts: Sequence[str]) -> np.ndarray:
    return np.stack([_vector(text) for text in texts])


@cache
def _vector(text: str) -> np.ndarray:
    return sentence_vectors([text])[0]


def _print(study: dict[str, Any]) -> None:
    validation = study["cross_validation"]
    print(f"Cross-validation in {validation['folds']} folds over our own utterances")
    for intent, (right, total) in [("all", validation["all"]), *validation["intents"].items()]:
        print(f"  {intent:16}{right:6}/{total:<6}{right / total:.3f}")
    print("\nWhat each part adds")
    for variant, scores in study["ablation"].items():
        told = "   ".join(
            f"{name} {right}/{total} {right / total:.3f}" for name, (right, total) in scores.items()
        )
        print(f"  {variant:28}{told}")


if __name__ == "__main__":
    main()
