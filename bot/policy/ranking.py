"""Ranks what can be said by how close a question comes to the ways people ask for it.

Two voices: character uni- and bigrams (BM25) and, where an encoder is at hand, sentence vectors. Both are
scaled to 0..1, so that a score says how well the best fits and not only which is best.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

import bm25s
import numpy as np
from numpy.typing import NDArray

from bot.policy.encoder import Encoder, Vectors

T = TypeVar("T")

_MEANING = 0.55
"""Weight of sentence vectors against characters, chosen on our own questions."""
_SUPPORT = 0.3
"""Share of the next closest phrasings of the same thing in its score: one chance likeness counts for less."""
_SUPPORTERS = 3
_CONSIDERED = 80
_BM25_K1 = 1.2


@dataclass(frozen=True)
class Phrasing(Generic[T]):
    """One way of asking for `target`. `weight` below 1 marks weaker evidence: a restatement, a general wording."""

    text: str
    target: T
    weight: float = 1.0


@dataclass(frozen=True)
class Ranked(Generic[T]):
    """A target with its score (0..1) and the phrasing that came closest."""

    target: T
    score: float
    phrasing: str


class Ranking(Generic[T]):
    """Phrasings of many targets, searchable. Targets are told apart by identity."""

    def __init__(self, phrasings: Sequence[Phrasing[T]], encoder: Encoder | None) -> None:
        self._phrasings = tuple(phrasings)
        self._encoder = encoder
        texts = [phrasing.text for phrasing in phrasings]
        self._weights = np.array([phrasing.weight for phrasing in phrasings])
        self._characters = _Characters(texts)
        self._vectors: Vectors | None = encoder.encode(texts) if encoder else None

    def rank(self, question: str) -> tuple[Ranked[T], ...]:
        """Every target the question touches, best first."""
        if not question:
            return ()
        return self._gather(self._scores(question))

    def rank_following(self, question: str, previous: str, share: float) -> tuple[Ranked[T], ...]:
        """As `rank`, for a question that continues a previous one, which counts for `share` of the score."""
        scores = (1 - share) * self._scores(question) + share * self._scores(previous)
        return self._gather(scores)

    def _scores(self, question: str) -> NDArray[np.float64]:
        scores = self._characters.scores(question)
        if self._encoder is not None and self._vectors is not None:
            meaning = np.clip(self._vectors @ self._encoder.encode([question])[0], 0, 1)
            scores = (1 - _MEANING) * scores + _MEANING * meaning
        weighted: NDArray[np.float64] = scores * self._weights
        return weighted

    def _gather(self, scores: NDArray[np.float64]) -> tuple[Ranked[T], ...]:
        found: dict[int, list[int]] = {}
        for position in np.argsort(-scores)[:_CONSIDERED]:
            found.setdefault(id(self._phrasings[position].target), []).append(int(position))
        ranked = [self._ranked(positions, scores) for positions in found.values()]
        return tuple(sorted(ranked, key=lambda hit: -hit.score))

    def _ranked(self, positions: list[int], scores: NDArray[np.float64]) -> Ranked[T]:
        best = self._phrasings[positions[0]]
        support = float(scores[positions[1 : 1 + _SUPPORTERS]].sum()) / _SUPPORTERS
        score = (1 - _SUPPORT) * float(scores[positions[0]]) + _SUPPORT * support
        return Ranked(best.target, score, best.text)


class _Characters:
    """BM25 over character uni- and bigrams, as a share of what a perfect match would score."""

    def __init__(self, texts: Sequence[str]) -> None:
        tokens = [_grams(text) for text in texts]
        self._size = len(texts)
        self._frequency = Counter(gram for grams in tokens for gram in set(grams))
        self._bm25 = bm25s.BM25(k1=_BM25_K1, b=0.4)
        self._bm25.index(tokens, show_progress=False)

    def scores(self, question: str) -> NDArray[np.float64]:
        grams = list(dict.fromkeys(_grams(question)))
        known = [gram for gram in grams if gram in self._frequency]
        if not known:
            return np.zeros(self._size)
        perfect = sum(self._rarity(gram) for gram in grams) / (1 + _BM25_K1)
        return np.clip(np.asarray(self._bm25.get_scores(known), dtype=np.float64) / perfect, 0, 1)

    def _rarity(self, gram: str) -> float:
        """BM25's inverse document frequency; an unseen gram weighs as much as the rarest."""
        seen = max(self._frequency[gram], 1)
        return log(1 + (self._size - seen + 0.5) / (seen + 0.5))


def _grams(text: str) -> list[str]:
    text = text.replace(" ", "")
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))] or [" "]
