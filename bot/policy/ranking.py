"""Ranks what can be said by how close a question comes to the ways people ask for it.

Three voices. Likeness to single phrasings in characters (BM25 over uni- and bigrams) and, where an encoder is
at hand, in meaning (sentence vectors), both scaled to 0..1, so that a score says how well the best fits and not
only which is best. And what all phrasings together teach about which words go with which target (a ridge
regression), so that 抽查 tells more than 对认定结果, whatever the single phrasings happen to be.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Generic, TypeVar

import bm25s
import numpy as np
from numpy.typing import NDArray

from bot.policy.encoder import Encoder, Vectors
from bot.policy.kept import KeptArray
from bot.policy.reading import difference, marks

T = TypeVar("T")
Scores = NDArray[np.float64]
"""One score per phrasing."""

_MEANING = 0.55
"""Weight of sentence vectors against characters, chosen on our own questions."""
_SUPPORT = 0.3
"""Share of the next closest phrasings of the same thing in its score: one chance likeness counts for less."""
_SUPPORTERS = 3
_CONSIDERED = 240
_BM25_K1 = 1.2
_LEARNED = 0.5
"""Weight of what was learned beside likeness."""
_LEARNED_GRAMS = 1024
_RIDGE = 1.0
_THIS_CODE = Path(__file__).read_text(encoding="utf-8")
"""What was learned by other code is learned anew."""


@dataclass(frozen=True)
class Phrasing(Generic[T]):
    """One way of asking for `target`. `weight` below 1 marks weaker evidence: a restatement, a general wording."""

    text: str
    target: T
    weight: float = 1.0


@dataclass(frozen=True)
class Ranked(Generic[T]):
    """A target with the phrasing that came closest and its score: 0 is nothing in common, 1 and more certain."""

    target: T
    score: float
    phrasing: str


class Wordings:
    """Vectors and marks of the texts that people ask with, each text once however many rankings have it."""

    def __init__(self, texts: Iterable[str], encoder: Encoder | None) -> None:
        self._row = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        self.encoder = encoder
        self.vectors: Vectors | None = encoder.encode(list(self._row)) if encoder else None
        all_marks = [marks(text) for text in self._row]
        self._marks = tuple(dict.fromkeys(all_marks))
        number = {each: position for position, each in enumerate(self._marks)}
        self._marks_of = np.array([number[each] for each in all_marks], dtype=np.int_)

    def rows(self, texts: Iterable[str]) -> NDArray[np.int_]:
        """Where each text stands in `vectors` and `differences`."""
        return np.array([self._row[text] for text in texts], dtype=np.int_)

    def differences(self, question: str) -> Scores:
        """By text, what is lost because it differs from the question in something decisive."""
        asked = marks(question)
        return np.array([difference(asked, each) for each in self._marks])[self._marks_of]


class Ranking(Generic[T]):
    """Phrasings of many targets, searchable. Targets are told apart by identity; `group_of` names what a
    target is about, because what is learned of one target helps its kind. What was learned is kept in `kept`."""

    def __init__(
        self,
        phrasings: Sequence[Phrasing[T]],
        group_of: Callable[[T], str],
        wordings: Wordings,
        kept: KeptArray | None,
    ) -> None:
        self._phrasings = tuple(phrasings)
        self._wordings = wordings
        texts = [phrasing.text for phrasing in phrasings]
        self._rows = wordings.rows(texts)
        self._weights = np.array([phrasing.weight for phrasing in phrasings])
        self._characters = _Characters(texts)
        self._learned = _Learned(
            [(id(phrasing.target), group_of(phrasing.target)) for phrasing in phrasings],
            texts,
            wordings.encoder.name if wordings.encoder else "",
            lambda: self._features(texts, None if wordings.vectors is None else wordings.vectors[self._rows]),
            kept,
        )

    def rank(self, question: str) -> tuple[Ranked[T], ...]:
        """Every target the question touches, best first."""
        if not question:
            return ()
        likeness, learned = self._scores(question)
        return self._gather(likeness - self._differences(question), learned)

    def rank_following(self, question: str, previous: str, share: float) -> tuple[Ranked[T], ...]:
        """As `rank`, for a question that continues a previous one, which counts for `share` of the score."""
        here, before = self._scores(question), self._scores(previous)
        likeness, learned = ((1 - share) * new + share * old for new, old in zip(here, before, strict=True))
        return self._gather(likeness - self._differences(question), learned)

    def _scores(self, question: str) -> tuple[Scores, Scores]:
        """Likeness by phrasing, and what was learned by phrasing's target."""
        scores = self._characters.scores(question)
        known, encoder = self._wordings.vectors, self._wordings.encoder
        vectors = encoder.encode([question]) if encoder else None
        if vectors is not None and known is not None:
            meaning = np.clip(known @ vectors[0], 0, 1)[self._rows]
            scores = (1 - _MEANING) * scores + _MEANING * meaning
        return scores * self._weights, self._learned.scores(self._features([question], vectors))

    def _differences(self, question: str) -> Scores:
        """By phrasing, what is lost because it differs from the question in something decisive."""
        return self._wordings.differences(question)[self._rows]

    def _features(self, texts: Sequence[str], vectors: Vectors | None) -> Vectors:
        characters = np.stack([self._characters.features(text) for text in texts])
        return characters if vectors is None else np.hstack([characters, vectors]) * np.float32(0.5**0.5)

    def _gather(self, likeness: Scores, learned: Scores) -> tuple[Ranked[T], ...]:
        found: dict[int, list[int]] = {}
        for position in np.argsort(-likeness)[:_CONSIDERED]:
            found.setdefault(id(self._phrasings[position].target), []).append(int(position))
        ranked = [self._ranked(positions, likeness, learned) for positions in found.values()]
        return tuple(sorted(ranked, key=lambda hit: -hit.score))

    def _ranked(self, positions: list[int], likeness: Scores, learned: Scores) -> Ranked[T]:
        best = self._phrasings[positions[0]]
        support = float(likeness[positions[1 : 1 + _SUPPORTERS]].sum()) / _SUPPORTERS
        score = (1 - _SUPPORT) * float(likeness[positions[0]]) + _SUPPORT * support
        return Ranked(best.target, score + _LEARNED * float(learned[positions[0]]), best.text)


class _Learned:
    """Ridge regression from a question's features to the target and to its group, one half each.

    `features` of all `texts` are computed only where what was learned is not kept from an earlier start.
    """

    def __init__(
        self,
        targets: Sequence[tuple[int, str]],
        texts: Sequence[str],
        encoder: str,
        features: Callable[[], Vectors],
        kept: KeptArray | None,
    ) -> None:
        ids = {target: column for column, target in enumerate(dict.fromkeys(target for target, _ in targets))}
        groups = {group: column for column, group in enumerate(dict.fromkeys(group for _, group in targets))}
        self._target = np.array([ids[target] for target, _ in targets])
        self._group = len(ids) + np.array([groups[group] for _, group in targets])
        made_from = (_THIS_CODE, encoder, *texts, *map(str, self._target), *map(str, self._group))
        self._weights = (
            kept.get(made_from, lambda: self._learn(features())) if kept else self._learn(features())
        )

    def _learn(self, features: Vectors) -> Vectors:
        wanted = np.zeros((len(features), int(self._group.max()) + 1), dtype=np.float32)
        rows = np.arange(len(features))
        wanted[rows, self._target] = wanted[rows, self._group] = 0.5
        covariance = features.T @ features + _RIDGE * np.eye(features.shape[1], dtype=np.float32)
        learned: Vectors = np.linalg.solve(covariance, features.T @ wanted)
        return learned

    def scores(self, features: Vectors) -> Scores:
        """By phrasing, how well the features suit its target: about 0 for strangers, about 1 for their own."""
        by_column = (features @ self._weights)[0]
        return np.asarray(by_column[self._target] + by_column[self._group], dtype=np.float64)


class _Characters:
    """BM25 over character uni- and bigrams, as a share of what a perfect match would score."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [_grams(text) for text in texts]
        self._size = len(texts)
        self._frequency = Counter(gram for grams in tokens for gram in set(grams))
        self._rarity_of = {gram: self._rarity(gram) for gram in self._frequency}
        self._bm25 = bm25s.BM25(k1=_BM25_K1, b=0.4)
        self._bm25.index(tokens, show_progress=False)

    def scores(self, question: str) -> Scores:
        grams = list(dict.fromkeys(_grams(question)))
        known = [gram for gram in grams if gram in self._frequency]
        if not known:
            return np.zeros(self._size)
        perfect = sum(self._rarity(gram) for gram in grams) / (1 + _BM25_K1)
        return np.clip(np.asarray(self._bm25.get_scores(known), dtype=np.float64) / perfect, 0, 1)

    def features(self, text: str) -> Vectors:
        """The text's grams, weighted by rarity, folded into a vector of length one."""
        folded = np.zeros(_LEARNED_GRAMS, dtype=np.float32)
        for gram in set(_grams(text)):
            folded[zlib.crc32(gram.encode()) % _LEARNED_GRAMS] += self._rarity_of.get(gram) or self._rarity(
                gram
            )
        return folded / max(float(np.linalg.norm(folded)), 1e-9)

    def _rarity(self, gram: str) -> float:
        """BM25's inverse document frequency; an unseen gram weighs as much as the rarest."""
        seen = max(self._frequency[gram], 1)
        return log(1 + (self._size - seen + 0.5) / (seen + 0.5))


def _grams(text: str) -> list[str]:
    text = text.replace(" ", "")
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))] or [" "]
