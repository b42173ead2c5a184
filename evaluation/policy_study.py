"""What policy answers rest on: left-out ways of asking, answered with the rest, and what each part of ranking adds.

    python -m evaluation.policy_study [--share 0.12] [--out FILE]

Runs in the service's environment, without a running assistant, in some minutes. Of all ways of asking in `knowledge/`
the share is taken out wherever it stands and then asked of the region it was written for, by the whole library and by
the library with one part left out. Counted: the very same answer, one with an article in common, the same topic. Our
own phrasings are the finest distinctions we could think of: the articles are expected below the sets of questions.
"""

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

from bot.knowledge.library import Knowledge, load_knowledge
from bot.knowledge.schema import Answer
from bot.policy import ranking
from bot.policy.encoder import sentence_encoder
from bot.policy.library import PolicyLibrary
from bot.settings import ROOT

ON = date(2026, 11, 23)
"""A day on which all documents hold that ever will."""
LIKENESS = {"everything": ranking.LIKENESS, "without what is learned": 1.0, "without likeness": 0.0}
WITHOUT_VECTORS = "without sentence vectors"


@dataclass(frozen=True)
class LeftOut:
    """A way of asking that the library does not know, and what it asks for."""

    region: str
    question: str
    answer: Answer


def main() -> None:
    """Studies, prints and writes."""
    arguments = _arguments()
    knowledge = load_knowledge(ROOT / "knowledge")
    left_out = tuple(_left_out(knowledge, arguments.share))
    known = _without(knowledge, {each.question for each in left_out})
    encoder = sentence_encoder(ROOT / "var" / "cache")
    study = {}
    for variant, weight in LIKENESS.items():
        with patch.object(ranking, "LIKENESS", weight):
            study[variant] = _answered(PolicyLibrary(known, encoder), left_out)
    study[WITHOUT_VECTORS] = _answered(PolicyLibrary(known, None), left_out)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(study, ensure_ascii=False, indent=1), encoding="utf-8")
    for variant, scores in study.items():
        told = "   ".join(f"{name} {right}/{of} {right / of:.3f}" for name, (right, of) in scores.items())
        print(f"{variant:26}{told}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation.policy_study")
    parser.add_argument("--share", type=float, default=0.12, help="of all ways of asking, left out")
    parser.add_argument("--out", type=Path, default=ROOT / "var/policy-study.json")
    return parser.parse_args()


def _left_out(knowledge: Knowledge, share: float) -> Iterator[LeftOut]:
    """The same ones every time, however many others are added."""
    for name, region in knowledge.regions.items():
        for answer in region.answers:
            for question in answer.questions:
                if int(hashlib.sha256(question.encode()).hexdigest()[:8], 16) < share * 16**8:
                    yield LeftOut(name, question, answer)


def _without(knowledge: Knowledge, questions: set[str]) -> Knowledge:
    def less(answer: Answer) -> Answer:
        return answer.model_copy(
            update={"questions": tuple(each for each in answer.questions if each not in questions)}
        )

    regions = {
        name: replace(region, answers=tuple(map(less, region.answers)))
        for name, region in knowledge.regions.items()
    }
    return replace(knowledge, regions=regions)


def _answered(library: PolicyLibrary, left_out: Sequence[LeftOut]) -> dict[str, tuple[int, int]]:
    """How many are right, of how many."""
    same = article = topic = 0
    for each in left_out:
        told = library.answer(each.question, each.region, None, ON)
        region = library.knowledge.regions[each.region]
        is_same = told.answer == each.answer.answer
        same += is_same
        article += is_same or bool(
            {region.citation(cite) for cite in each.answer.citations} & {*told.citations}
        )
        topic += told.topic == each.answer.topic
    of = len(left_out)
    return {"the same answer": (same, of), "an article in common": (article, of), "the topic": (topic, of)}


if __name__ == "__main__":
    main()
