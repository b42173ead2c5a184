"""What an amount is of, as learnt from sentences in which people marked it (`data/amounts`).

A linear support vector machine, one role against the rest, over the signs in a sentence. What our own words say
(`roles`) is one sign among many, so that a sentence nobody thought of is read by what it has in common with those
that are marked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import get_args
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.dialogue.cost.reading.sentence import Role
from bot.dialogue.cost.reading.signs import Seen, signs_of

_COLUMNS = 2**17
"""Signs are told apart by a hash of so many values, so that no list of them needs to be kept."""
_PENALTY = 0.05

ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True)
class Judged:
    """The role that suits best, None where the figure is no amount at all, and by how much it leads."""

    role: Role | None
    lead: float


class AmountRoles:
    """Weights of a column for each role and one for "no amount"; of a row for each sign and one for the bias."""

    def __init__(self, weights: NDArray[np.float32]) -> None:
        self._weights = weights

    def judge(self, seen: Seen) -> Judged:
        scores = self._weights[columns_of(seen)].sum(axis=0) + self._weights[-1]
        second, best = np.argsort(scores)[-2:]
        role = ROLES[best] if best < len(ROLES) else None
        return Judged(role, float(scores[best] - scores[second]))


def columns_of(seen: Seen) -> NDArray[np.int_]:
    """Where the signs of a figure stand."""
    found = {crc32(sign.encode()) % _COLUMNS for sign in signs_of(seen)}
    return np.fromiter(found, dtype=np.int_, count=len(found))


def learn(examples: Iterable[tuple[Seen, Role | None]]) -> NDArray[np.float32]:
    """The weights that tell these figures' roles apart."""
    # It takes a second to import, and is needed only when something has changed.
    from sklearn.svm import LinearSVC

    columns, labels = [], []
    for seen, role in examples:
        columns.append(columns_of(seen))
        labels.append(len(ROLES) if role is None else ROLES.index(role))
    ends = np.cumsum([0, *map(len, columns)])
    signs = csr_matrix(
        (np.ones(ends[-1], dtype=np.float32), np.concatenate(columns), ends), shape=(len(columns), _COLUMNS)
    )
    machine = LinearSVC(C=_PENALTY, random_state=0).fit(signs, labels)
    weights = np.full((_COLUMNS + 1, len(ROLES) + 1), 0, dtype=np.float32)
    weights[-1] = -np.inf  # what no sentence shows is never told
    weights[:-1, machine.classes_] = machine.coef_.T
    weights[-1, machine.classes_] = machine.intercept_
    return weights
