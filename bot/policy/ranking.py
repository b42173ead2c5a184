"""Ranks what can be said by how close a question comes to the ways people ask for it.

Three voices. Likeness to single phrasings in characters (BM25 over uni- and bigrams) and, where an encoder is
at hand, in meaning (sentence vectors), both scaled to 0..1, so that a score says how well the best fits and not
only which is best. And what all phrasings together teach about which words go with which target (a ridge
regression), so that 抽查 tells more than 对认定结果, whatever the single phrasings happen to be.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from typing import Generic, TypeVar

import bm25s
import numpy as np
from numpy.typing import NDArray

from bot.policy.encoder import Encoder, Vectors
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


class Ranking(Generic[T]):
    """Phrasings of many targets, searchable. Targets are told apart by identity; `group_of` names what a
    target is about, because what is learned of one target helps its kind."""

    def __init__(
        self, phrasings: Sequence[Phrasing[T]], group_of: Callable[[T], str], encoder: Encoder | None
    ) -> None:
        self._marks = [marks(phrasing.text) for phrasing in phrasings]
        self._phrasings = tuple(phrasings)
        self._encoder = encoder
        texts = [phrasing.text for phrasing in phrasings]
        self._weights = np.array([phrasing.weight for phrasing in phrasings])
        self._characters = _Characters(texts)
        self._vectors: Vectors | None = encoder.encode(texts) if encoder else None
        targets = [(id(phrasing.target), group_of(phrasing.target)) for phrasing in phrasings]
        self._learned = _Learned(self._features(texts, self._vectors), targets)

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
        vectors = self._encoder.encode([question]) if self._encoder else None
        if vectors is not None and self._vectors is not None:
            scores = (1 - _MEANING) * scores + _MEANING * np.clip(self._vectors @ vectors[0], 0, 1)
        return scores * self._weights, self._learned.scores(self._features([question], vectors))

    def _differences(self, question: str) -> Scores:
        """By phrasing, what is lost because it differs from the question in something decisive."""
        asked = marks(question)
        by_marks = {each: difference(asked, each) for each in set(self._marks)}
        return np.array([by_marks[each] for each in self._marks])

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
    """Ridge regression from a question's features to the target and to its group, one half each."""

    def __init__(self, features: Vectors, targets: Sequence[tuple[int, str]]) -> None:
        ids = {target: column for column, target in enumerate(dict.fromkeys(target for target, _ in targets))}
        groups = {group: column for column, group in enumerate(dict.fromkeys(group for _, group in targets))}
        self._target = np.array([ids[target] for target, _ in targets])
        self._group = len(ids) + np.array([groups[group] for _, group in targets])
        wanted = np.zeros((len(targets), len(ids) + len(groups)), dtype=np.float32)
        rows = np.arange(len(targets))
        wanted[rows, self._target] = wanted[rows, self._group] = 0.5
        covariance = features.T @ features + _RIDGE * np.eye(features.shape[1], dtype=np.float32)
        self._weights = np.linalg.solve(covariance, features.T @ wanted)

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
            folded[zlib.crc32(gram.encode()) % _LEARNED_GRAMS] += self._rarity(gram)
        return folded / max(float(np.linalg.norm(folded)), 1e-9)

    def _rarity(self, gram: str) -> float:
        """BM25's inverse document frequency; an unseen gram weighs as much as the rarest."""
        seen = max(self._frequency[gram], 1)
        return log(1 + (self._size - seen + 0.5) / (seen + 0.5))


def _grams(text: str) -> list[str]:
    text = text.replace(" ", "")
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))] or [" "]
