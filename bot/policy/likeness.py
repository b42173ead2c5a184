"""Puts questions together that ask nearly the same."""

from collections import Counter
from collections.abc import Sequence
from math import log

import numpy as np

from bot.language import normalise
from bot.policy.encoder import Encoder, Vectors

_ALIKE = 0.45
_ALIKE_BY_CHARACTERS = 0.35
"""From this likeness on two questions belong together; chosen by reading the groups of our own questions."""
_MEANING = 0.5


def group_alike(texts: Sequence[str], encoder: Encoder | None) -> list[list[int]]:
    """Positions of the texts, each in exactly one group; groups and their members are in the texts' order.

    A text joins the group whose first text is most like it, or opens one of its own.
    """
    likeness, enough = _likeness(texts, encoder), _ALIKE if encoder else _ALIKE_BY_CHARACTERS
    groups: list[list[int]] = []
    for position in range(len(texts)):
        closest = max(groups, key=lambda group: likeness[group[0], position], default=None)
        if closest is not None and likeness[closest[0], position] >= enough:
            closest.append(position)
        else:
            groups.append([position])
    return groups


def _likeness(texts: Sequence[str], encoder: Encoder | None) -> Vectors:
    """How alike each two texts are, 0..1: in characters, and in meaning where there is an encoder."""
    characters = _characters(texts)
    alike: Vectors = characters @ characters.T
    if encoder is None or not texts:
        return alike
    # One by one: an encoder with a cache keeps nothing of single texts, and people's questions must not be kept.
    meaning = np.stack([encoder.encode([text])[0] for text in texts])
    both: Vectors = (1 - _MEANING) * alike + _MEANING * (meaning @ meaning.T)
    return both


def _characters(texts: Sequence[str]) -> Vectors:
    """A row of length one for each text: its characters and pairs of them, those that few texts have weigh most."""
    grams = [_grams(text) for text in texts]
    spread = Counter(gram for found in grams for gram in found)
    columns = {gram: column for column, gram in enumerate(spread)}
    rows = np.zeros((len(texts), len(columns)), dtype=np.float32)
    for row, found in zip(rows, grams, strict=True):
        for gram in found:
            row[columns[gram]] = log(1 + len(texts) / spread[gram])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def _grams(text: str) -> frozenset[str]:
    plain = normalise(text).lower() or "？"
    return frozenset((*plain, *(plain[i : i + 2] for i in range(len(plain) - 1))))
