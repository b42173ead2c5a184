"""What all the ways of asking teach together about which words go with which answer.

Linear support vector machines, one class against the rest, over a text's characters and, where an encoder is at hand,
its sentence vector. They are learnt by scikit-learn once for a state of the knowledge, and applied in numpy.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.policy.encoder import Vectors
from bot.policy.kept import KeptArray
from bot.policy.reading import marks

_AXES = 128
"""Of a sentence vector's 512; more of them are slower to learn from and tell no more."""
_PENALTY = 0.5
_TOLERANCE = 0.1
_THIS_CODE = Path(__file__).read_text(encoding="utf-8")
"""What was learned by other code is learned anew."""


@dataclass(frozen=True)
class Described:
    """A text's features: columns of characters with their values (together of length one), and its vector's axes."""

    columns: NDArray[np.int_]
    values: Vectors
    axes: Vectors


class Features:
    """Describes texts by which characters, pairs of characters and decisive marks stand in them, the rarer the
    more, and by the main axes of their sentence vectors."""

    def __init__(self, texts: Sequence[str], vectors: Vectors | None) -> None:
        frequency = Counter(gram for text in texts for gram in grams(text))
        self._column = {gram: column for column, gram in enumerate(frequency)}
        self._rarity = np.array(
            [1 + log((1 + len(texts)) / (1 + seen)) for seen in frequency.values()], dtype=np.float32
        )
        self.characters = len(frequency)
        self._middle = np.zeros(0, dtype=np.float32)
        self._main_axes = np.zeros((0, 0), dtype=np.float32)
        if vectors is not None:
            self._middle = vectors.mean(axis=0)
            _, axes = np.linalg.eigh(np.cov((vectors - self._middle).T))
            self._main_axes = axes[:, ::-1][:, :_AXES].astype(np.float32)
        self.rows = self.characters + self._main_axes.shape[1] + 1

    def describe(self, text: str, vector: Vectors | None) -> Described:
        """`vector` is the text's own; None where there is no encoder."""
        found = [self._column[gram] for gram in grams(text) if gram in self._column]
        columns = np.array(found, dtype=np.int_)
        values = self._rarity[columns]
        values = values / max(float(np.linalg.norm(values)), 1e-9)
        axes = np.zeros(0, dtype=np.float32)
        if vector is not None:
            axes = ((vector - self._middle) @ self._main_axes).astype(np.float32)
        return Described(columns, values, axes)


class Learned:
    """Which label a text suits, learnt from texts that have one.

    `made_from` names whatever the texts' descriptions depend on; `described` is asked for only where the same was
    not learnt before and kept.
    """

    def __init__(
        self,
        texts: Sequence[str],
        labels: Sequence[str],
        weights: Sequence[float],
        features: Features,
        described: Callable[[], Sequence[Described]],
        made_from: Sequence[str],
        kept: KeptArray | None,
    ) -> None:
        different = tuple(dict.fromkeys(labels))
        self.column = {label: column for column, label in enumerate(different)} if len(different) > 1 else {}
        self._characters = features.characters
        if not self.column:  # nothing to tell apart
            self._weights = np.zeros((features.rows, 0), dtype=np.float32)
            return
        numbers = [self.column[label] for label in labels]

        def learn() -> NDArray[Any]:
            return _learn(described(), features.characters, numbers, weights)

        source = (_THIS_CODE, *made_from, *texts, *map(str, numbers), *map(str, weights))
        self._weights = kept.get(source, learn) if kept else learn()

    def scores(self, described: Described) -> NDArray[np.float32]:
        """By label's column: about -1 for a stranger, about 1 for its own."""
        weights = self._weights
        by_characters = weights[described.columns].T @ described.values
        by_meaning = weights[self._characters : -1].T @ described.axes
        scores: NDArray[np.float32] = by_characters + by_meaning + weights[-1]
        return scores


def grams(text: str) -> tuple[str, ...]:
    """A text's characters, pairs of neighbouring characters, and decisive marks, each once."""
    bare = text.replace(" ", "")
    pairs = (bare[i : i + 2] for i in range(len(bare) - 1))
    return tuple(dict.fromkeys((*bare, *pairs, *(f"<{mark}>" for mark in sorted(marks(text))))))


def _learn(
    described: Sequence[Described], characters: int, labels: Sequence[int], weights: Sequence[float]
) -> NDArray[np.float32]:
    """One column of weights for each label: a row for each character feature, each axis, and one for the bias."""
    # They take a second to import, and are needed only when something has changed.
    from scipy.sparse import csr_matrix, hstack
    from sklearn.svm import LinearSVC

    ends = np.cumsum([0, *(len(each.columns) for each in described)])
    by_characters = csr_matrix(
        (
            np.concatenate([each.values for each in described]),
            np.concatenate([each.columns for each in described]),
            ends,
        ),
        shape=(len(described), characters),
    )
    rows = hstack([by_characters, csr_matrix(np.stack([each.axes for each in described]))], format="csr")
    machine = LinearSVC(C=_PENALTY, tol=_TOLERANCE, random_state=0)
    machine.fit(rows, labels, sample_weight=weights)
    coefficients, bias = machine.coef_, machine.intercept_
    if len(machine.classes_) == 2:  # one row says which of the two
        coefficients, bias = np.vstack([-coefficients, coefficients]), np.concatenate([-bias, bias])
    return np.vstack([coefficients.T, bias]).astype(np.float32)
