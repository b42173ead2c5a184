"""What a run of the questions found, as data: written as JSON, read again to compare with, told by the report."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

Span = tuple[str, int, int]
"""(type, start, end) of an entity, in characters."""

REQUIRED = {
    "intent": 0.95,
    "entity F1": 0.95,
    "answerable": 0.95,
    "compare": 0.90,
    "false_premise": 0.90,
    "followup": 0.90,
    "ambiguous_region": 0.90,
    "unanswerable": 0.97,
    "out_of_scope": 0.95,
}
"""The least share of each kind that must be right."""


@dataclass(frozen=True)
class Asked:
    """A conversation and its last answer. `wrong` says what is wrong with it; `unfounded` are figures in it that
    stand in no cited article and were not said by the person."""

    part: str
    id: str
    kind: str
    turns: tuple[str, ...]
    reply: str
    wrong: tuple[str, ...]
    unfounded: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """One utterance: the intents that are right, the one that was found, and the entities of both."""

    id: str
    text: str
    intents: tuple[str, ...]
    intent: str
    confidence: float
    expected: tuple[Span, ...]
    found: tuple[Span, ...]

    @property
    def missed(self) -> list[Span]:
        return sorted(set(self.expected) - set(self.found))

    @property
    def invented(self) -> list[Span]:
        return sorted(set(self.found) - set(self.expected))

    @property
    def right(self) -> bool:
        return self.intent in self.intents


@dataclass(frozen=True)
class Score:
    """`value` is a share of `of` questions (or the F1 of `of` entities); `required` is the least it must be."""

    part: str
    kind: str
    value: float
    of: int
    required: float | None

    @property
    def met(self) -> bool:
        return self.required is None or self.value >= self.required


@dataclass(frozen=True)
class EntityCount:
    """How often a type of entity was agreed on, missed and invented."""

    type: str
    agreed: int
    missed: int
    invented: int

    @property
    def f1(self) -> float:
        return f1(self.agreed, self.missed, self.invented)


@dataclass(frozen=True)
class Measurement:
    """One run. Only `scores` and `unfounded`, a count, are left of one whose cases are not to be seen."""

    scores: tuple[Score, ...]
    unfounded: int
    asked: tuple[Asked, ...] = ()
    understood: tuple[Understood, ...] = ()

    @classmethod
    def of(cls, asked: tuple[Asked, ...], understood: tuple[Understood, ...]) -> "Measurement":
        scores = (*_understanding_scores(understood), *_answer_scores(asked))
        return cls(scores, sum(len(case.unfounded) for case in asked), asked, understood)

    def without_cases(self) -> "Measurement":
        return Measurement(self.scores, self.unfounded)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Measurement":
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            tuple(Score(**score) for score in found["scores"]),
            found["unfounded"],
            tuple(Asked(**_tuples(case)) for case in found["asked"]),
            tuple(Understood(**_tuples(case)) for case in found["understood"]),
        )

    def verdicts(self) -> dict[str, bool]:
        """By id, whether a question was answered right, or an utterance understood with all its entities."""
        answered = {case.id: not case.wrong for case in self.asked}
        return answered | {u.id: u.right and set(u.expected) == set(u.found) for u in self.understood}


def entity_counts(understood: tuple[Understood, ...]) -> list[EntityCount]:
    """One for each type, most frequent first."""
    agreed = Counter(span[0] for u in understood for span in set(u.expected) & set(u.found))
    missed = Counter(span[0] for u in understood for span in u.missed)
    invented = Counter(span[0] for u in understood for span in u.invented)
    frequent_first = (agreed + missed + invented).most_common()
    return [EntityCount(kind, agreed[kind], missed[kind], invented[kind]) for kind, _ in frequent_first]


def f1(agreed: int, missed: int, invented: int) -> float:
    """1 where there was nothing to find and nothing was found."""
    return 2 * agreed / (2 * agreed + missed + invented) if agreed + missed + invented else 1.0


def _understanding_scores(understood: tuple[Understood, ...]) -> Iterator[Score]:
    if not understood:
        return
    right = sum(case.right for case in understood)
    yield Score("nlu", "intent", right / len(understood), len(understood), REQUIRED["intent"])
    counts = entity_counts(understood)
    agreed, missed = sum(c.agreed for c in counts), sum(c.missed for c in counts)
    value = f1(agreed, missed, sum(c.invented for c in counts))
    yield Score("nlu", "entity F1", value, agreed + missed, REQUIRED["entity F1"])


def _answer_scores(asked: tuple[Asked, ...]) -> Iterator[Score]:
    kinds = dict.fromkeys((case.part, case.kind) for case in asked)
    for part, kind in kinds:
        cases = [case for case in asked if (case.part, case.kind) == (part, kind)]
        right = sum(not case.wrong for case in cases)
        yield Score(part, kind, right / len(cases), len(cases), REQUIRED.get(kind))


def _tuples(case: dict[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that were written."""
    return {name: _tuple(value) if isinstance(value, list) else value for name, value in case.items()}


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    return tuple(_tuple(value) if isinstance(value, list) else value for value in values)
