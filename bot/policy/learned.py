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
from scipy.sparse import csr_matrix, hstack

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
        if not self.column:  # nothing to tell apart
            self._keep(np.zeros((features.rows, 0), dtype=np.float32), features.characters)
            return
        numbers = [self.column[label] for label in labels]

        def learn() -> NDArray[Any]:
            return _learn(described(), features.characters, numbers, weights)

        source = (_THIS_CODE, *made_from, *texts, *map(str, numbers), *map(str, weights))
        self._keep(kept.get(source, learn) if kept else learn(), features.characters)

    def scores(self, described: Described) -> NDArray[np.float64]:
        """By label's column: about -1 for a stranger, about 1 for its own."""
        by_characters = self._by_characters.weighed(described.columns, described.values)
        scores: NDArray[np.float64] = by_characters + described.axes @ self._by_meaning + self._bias
        return scores

    def _keep(self, weights: NDArray[np.float32], characters: int) -> None:
        self._by_characters = _Rows(weights[:characters])
        self._by_meaning, self._bias = weights[characters:-1].copy(), weights[-1].copy()


class _Rows:
    """Rows of weights without their zeros, which are nine tenths of them.

    Kept as scipy keeps them; for the few rows of one text its own product takes five times as long.
    """

    def __init__(self, weights: NDArray[np.float32]) -> None:
        rows = csr_matrix(weights)
        self._starts, self._columns, self._values = rows.indptr, rows.indices, rows.data
        self._width = weights.shape[1]

    def weighed(self, rows: NDArray[np.int_], by: Vectors) -> NDArray[np.float64]:
        """The sum of these rows, each times its number in `by`."""
        starts = self._starts[rows]
        sizes = self._starts[rows + 1] - starts
        ends = np.cumsum(sizes)
        places = np.repeat(starts - ends + sizes, sizes) + np.arange(sizes.sum())
        weights = self._values[places] * np.repeat(by, sizes)
        summed: NDArray[np.float64] = np.bincount(self._columns[places], weights, self._width).astype(
            np.float64
        )
        return summed


def grams(text: str) -> tuple[str, ...]:
    """A text's characters, pairs of neighbouring characters, and decisive marks, each once."""
    bare = text.replace(" ", "")
    pairs = (bare[i : i + 2] for i in range(len(bare) - 1))
    return tuple(dict.fromkeys((*bare, *pairs, *(f"<{mark}>" for mark in sorted(marks(text))))))


def _learn(
    described: Sequence[Described], characters: int, labels: Sequence[int], weights: Sequence[float]
) -> NDArray[np.float32]:
    """One column of weights for each label: a row for each character feature, each axis, and one for the bias."""
    # It takes a second to import, and is needed only when something has changed.
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
