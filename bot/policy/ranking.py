"""Ranks what can be said by how close a question comes to the ways people ask for it.

Two voices. Likeness to single phrasings in characters (BM25 over uni- and bigrams) and, where an encoder is at hand,
in meaning (sentence vectors), both scaled to 0..1, so that a score says how well the best fits and not only which is
best. And what all phrasings together teach about which words go with which target and with which topic, so that 抽查
tells more than 对认定结果, whatever the single phrasings happen to be.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log
from typing import Generic, TypeVar

import bm25s
import numpy as np
from numpy.typing import NDArray

from bot.policy.encoder import Encoder, Vectors
from bot.policy.kept import KeptArray
from bot.policy.learned import Described, Features, Learned
from bot.policy.reading import difference, marks

T = TypeVar("T")
Scores = NDArray[np.float64]
"""One score per phrasing, or per target."""

_MEANING = 0.55
"""Weight of sentence vectors against characters, chosen on our own questions."""
LIKENESS = 0.25
"""Weight of likeness beside what was learned."""
_BM25_K1 = 1.2
_QUESTIONS_KEPT = 32
"""Read questions: a turn ranks the same one several times, for several regions, and the next turn may go on with it."""


@dataclass(frozen=True)
class Phrasing(Generic[T]):
    """One way of asking for `target`. `weight` below 1 marks weaker evidence: a restatement, a general wording.

    `borrowed`: it asks about the target's topic, in words that tell nothing about this target among others.
    """

    text: str
    target: T
    weight: float = 1.0
    borrowed: bool = False


@dataclass(frozen=True)
class Ranked(Generic[T]):
    """A target with the phrasing that came closest and its score: 0 is nothing in common, 1 and more certain."""

    target: T
    score: float
    phrasing: str


@dataclass(frozen=True)
class Asked:
    """A question as all rankings see it. `meaning` (None without an encoder) is how close it comes to each text in
    meaning, `differences` what each text loses because it differs from the question in something decisive."""

    meaning: Scores | None
    differences: Scores
    described: Described


class Wordings:
    """All the texts that people ask with, each once however many rankings have it, and which topic each is about."""

    def __init__(
        self, asked_about: Sequence[tuple[str, str]], encoder: Encoder | None, kept: KeptArray | None
    ) -> None:
        """`asked_about`: text and topic (empty: none), for every pair once."""
        texts = list(dict.fromkeys(text for text, _ in asked_about))
        self._row = {text: row for row, text in enumerate(texts)}
        self.encoder = encoder
        self.vectors: Vectors | None = encoder.encode(texts) if encoder else None
        self.features = Features(texts, self.vectors)
        all_marks = [marks(text) for text in texts]
        self._marks = tuple(dict.fromkeys(all_marks))
        number = {each: position for position, each in enumerate(self._marks)}
        self._marks_of = np.array([number[each] for each in all_marks], dtype=np.int_)
        with_topic = [(text, topic) for text, topic in asked_about if topic]
        self.topics = self.learn(with_topic, [1.0] * len(with_topic), kept)
        self.read = lru_cache(_QUESTIONS_KEPT)(self._read)
        self._differing = lru_cache(_QUESTIONS_KEPT)(
            self._differing_from
        )  # many questions have the same marks, or none

    def rows(self, texts: Sequence[str]) -> NDArray[np.int_]:
        """Where each text stands in `vectors` and in what is `Asked`."""
        return np.array([self._row[text] for text in texts], dtype=np.int_)

    def learn(
        self, labelled: Sequence[tuple[str, str]], weights: Sequence[float], kept: KeptArray | None
    ) -> Learned:
        """What texts of ours teach about their labels."""
        texts = [text for text, _ in labelled]
        return Learned(
            texts,
            [label for _, label in labelled],
            weights,
            self.features,
            lambda: [self._described(text) for text in texts],
            (self.encoder.name if self.encoder else "", *self._row),
            kept,
        )

    def _read(self, question: str) -> Asked:
        vector = self.encoder.encode([question])[0] if self.encoder else None
        close = None if vector is None or self.vectors is None else np.clip(self.vectors @ vector, 0, 1)
        return Asked(close, self._differing(marks(question)), self.features.describe(question, vector))

    def _differing_from(self, asked: frozenset[str]) -> Scores:
        return np.array([difference(asked, each) for each in self._marks])[self._marks_of]

    def _described(self, text: str) -> Described:
        vector = None if self.vectors is None else self.vectors[self._row[text]]
        return self.features.describe(text, vector)


class Ranking(Generic[T]):
    """Phrasings of many targets, searchable. Targets are told apart by identity; `topic_of` names what a
    target is about (empty: nothing of its own), because what is learned of one target helps its kind."""

    def __init__(
        self,
        phrasings: Sequence[Phrasing[T]],
        topic_of: Callable[[T], str],
        wordings: Wordings,
        kept: KeptArray | None,
    ) -> None:
        """What was learned is kept in `kept`."""
        number = {id(phrasing.target): None for phrasing in phrasings}
        order = {target: position for position, target in enumerate(number)}
        self._phrasings = sorted(phrasings, key=lambda phrasing: order[id(phrasing.target)])
        texts = [phrasing.text for phrasing in self._phrasings]
        targets = [order[id(phrasing.target)] for phrasing in self._phrasings]
        self._target_of = np.array(targets, dtype=np.int_)
        self._starts = np.searchsorted(self._target_of, np.arange(len(order)))
        self._targets = [self._phrasings[start].target for start in self._starts]
        self._wordings = wordings
        self._rows = wordings.rows(texts)
        self._weights = np.array([phrasing.weight for phrasing in self._phrasings])
        self._characters = _Characters(texts)
        own = [each for each in self._phrasings if not each.borrowed]
        labelled = [(each.text, str(order[id(each.target)])) for each in own]
        self._learned = wordings.learn(labelled, [each.weight for each in own], kept)
        self._own = _columns(self._learned, (str(target) for target in range(len(order))))
        self._topics = _columns(wordings.topics, (topic_of(target) for target in self._targets))

    def rank(self, question: str) -> tuple[Ranked[T], ...]:
        """Every target, best first; none where nothing of the question was ever asked."""
        if not question:
            return ()
        likeness, learned = self._scores(question)
        if not likeness.any():
            return ()
        return self._ranked(question, likeness, learned)

    def rank_following(self, question: str, previous: str, share: float) -> tuple[Ranked[T], ...]:
        """As `rank`, for a question that continues a previous one, which counts for `share` of the score."""
        here, before = self._scores(question), self._scores(previous)
        likeness, learned = ((1 - share) * new + share * old for new, old in zip(here, before, strict=True))
        return self._ranked(question, likeness, learned)

    def _scores(self, question: str) -> tuple[Scores, Scores]:
        """Likeness by phrasing, and what was learned by target."""
        asked, likeness = self._wordings.read(question), self._characters.scores(question)
        if asked.meaning is not None:
            likeness = (1 - _MEANING) * likeness + _MEANING * asked.meaning[self._rows]
        return likeness * self._weights, self._learned_scores(asked.described)

    def _learned_scores(self, described: Described) -> Scores:
        """By target, how well the words suit it and its topic: about 0 for strangers, about 1 for their own."""
        own = np.append(self._learned.scores(described), np.nan)[self._own]
        topic = np.append(self._wordings.topics.scores(described), np.nan)[self._topics]
        own, topic = np.where(np.isnan(own), topic, own), np.where(np.isnan(topic), own, topic)
        scores: Scores = np.nan_to_num((own + topic + 2) / 4)
        return scores

    def _ranked(self, question: str, likeness: Scores, learned: Scores) -> tuple[Ranked[T], ...]:
        likeness = likeness - self._wordings.read(question).differences[self._rows]
        best = np.flatnonzero(likeness == np.maximum.reduceat(likeness, self._starts)[self._target_of])
        closest = best[np.searchsorted(best, self._starts)]  # the first of each target's
        scores = LIKENESS * likeness[closest] + (1 - LIKENESS) * learned
        return tuple(
            Ranked(self._targets[target], float(scores[target]), self._phrasings[closest[target]].text)
            for target in np.argsort(-scores, kind="stable")
        )


def _columns(learned: Learned, labels: Iterable[str]) -> NDArray[np.int_]:
    """Where each label's score stands; -1 for one that nothing was learned about."""
    return np.array([learned.column.get(label, -1) for label in labels], dtype=np.int_)


class _Characters:
    """BM25 over character uni- and bigrams, as a share of what a perfect match would score."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._size = len(texts)
        self._bm25 = bm25s.BM25(k1=_BM25_K1, b=0.4)
        self._bm25.index([_grams(text) for text in texts], show_progress=False)

    def scores(self, question: str) -> Scores:
        grams = list(dict.fromkeys(_grams(question)))
        known = [gram for gram in grams if gram in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._size)
        perfect = sum(self._rarity(gram) for gram in grams) / (1 + _BM25_K1)
        return np.clip(np.asarray(self._bm25.get_scores(known), dtype=np.float64) / perfect, 0, 1)

    def _rarity(self, gram: str) -> float:
        """BM25's inverse document frequency; an unseen gram weighs as much as the rarest."""
        column, starts = self._bm25.vocab_dict.get(gram), self._bm25.scores["indptr"]
        seen = 1 if column is None else int(starts[column + 1] - starts[column])
        return log(1 + (self._size - seen + 0.5) / (seen + 0.5))


def _grams(text: str) -> list[str]:
    text = text.replace(" ", "")
    return [*text, *(text[i : i + 2] for i in range(len(text) - 1))] or [" "]
