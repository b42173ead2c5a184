"""What is learnt from sentences in which people marked what they tell: of what an amount is (`data/amounts`), and what
a clause tells of the case (`data/circumstances`).

Linear support vector machines, one label against the rest, over the signs in a sentence. What our own words say
(`roles`) is one sign among many, so that a sentence nobody thought of is read by what it has in common with those
that are marked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, get_args
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from bot.dialogue.cost.person import UNPAID
from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.cost.reading.sentence import Role
from bot.dialogue.cost.reading.signs import Seen, signs_of
from bot.dialogue.cost.reading.told import Circumstance, Told, clauses_of, signs_of_clause

_COLUMNS = 2**17
"""Signs are told apart by a hash of so many values, so that no list of them needs to be kept."""
_PENALTY = 0.03
_TELLS = 0.35
_TELLS_THAT_NOTHING_IS_PAID = 0.7
"""By so much what a clause tells must lead; by more, where nothing would be paid for it."""
_NOTHING_IS_PAID = UNPAID | {"review_missed", "disqualified", "nothing_spent", "not_approved", "cap_reached"}

_MAY_BE_WONDERED = frozenset[Circumstance](
    {"deductible_full", "deductible_untouched", "cap_open", "cap_reached"}
)
"""What a clause does not tell that says it is not known: 起付线多少真记不清了."""
_NOT_KNOWN = re.compile(NOT_KNOWN)
_NEVER_WITHOUT: Mapping[Circumstance, re.Pattern[str]] = {
    "not_designated": re.compile("定点|医保|[店网牌签]|诊所|药房"),
    "inpatient_stay": re.compile("[住院床]|病房"),
    "no_prescription": re.compile("[方单]|医生|大夫|自己"),
    "review_missed": re.compile("[没忘未错晚迟超误漏]|过(?:了|期)|断"),
    "not_approved": re.compile("[批办评证审交]|申请|认定|资格|复核|结果"),
    "disqualified": re.compile("[停除消退撤销废踢]|没[有能]?[过通]|终止|收[了回走]"),
    "nothing_spent": re.compile("[没冇未零0空不]"),
    "cap_reached": re.compile("[完光满顶超爆尽没净干]"),
    "long_prescription": re.compile("[长季周]|[两三四六2-6]个月|一次|一下|一口气"),
}
"""Words of which one stands in every clause that tells it: where nothing is punctuated much else is alike."""

_NEVER_WITH: Mapping[Circumstance, re.Pattern[str]] = {
    "not_designated": re.compile("(?<!非)(?<!不是)定点(?:医院|药店|机构|药房)?[^,。;]{0,3}没(?:有)?[联连]"),
    "no_prescription": re.compile("长(?:期)?处方"),
    "several_diseases": re.compile("们[两俩]|两个?人|两口子|[夫婆]妻"),
    "retired": re.compile("[药货票][^,。;]{0,4}退|退(?:货|款|药|回|钱)|回了?[个一]?电话"),
    "not_approved": re.compile("(?<![没未不])(?:审核|审批|认定)(?:都|已|已经)?通过(?!的?前)"),
}
"""Words of which none stands in a clause that tells it: 医生没开长处方."""

ROLES: tuple[Role, ...] = get_args(Role)
CIRCUMSTANCES: tuple[Circumstance, ...] = get_args(Circumstance)

Weights = NDArray[np.float32]
"""Of a column for each label and one for "none of them"; of a row for each sign and one for the bias."""

_L = TypeVar("_L")


@dataclass(frozen=True)
class Judged(Generic[_L]):
    """The label that suits best, None where none does, and by how much it leads."""

    label: _L | None
    lead: float


@dataclass(frozen=True)
class AmountRoles:
    """What amounts are of; None of a figure that is no amount at all."""

    weights: Weights

    def judge(self, seen: Seen) -> Judged[Role]:
        return _judge(self.weights, signs_of(seen), ROLES)


@dataclass(frozen=True)
class Circumstances:
    """What clauses tell."""

    weights: Weights

    def told_in(self, text: str) -> tuple[Told, ...]:
        """What a text tells without a figure, clause by clause."""
        clauses = clauses_of(text)
        told = []
        for index, clause in enumerate(clauses):
            judged = _judge(self.weights, signs_of_clause(text, clauses, index), CIRCUMSTANCES)
            least = _TELLS_THAT_NOTHING_IS_PAID if judged.label in _NOTHING_IS_PAID else _TELLS
            if (
                judged.label
                and judged.lead >= least
                and not (
                    judged.label in _MAY_BE_WONDERED and _NOT_KNOWN.search(text[clause.start : clause.end])
                )
                and _may_tell(judged.label, text[clause.start : clause.end])
            ):
                told.append(Told(clause.start, clause.end, judged.label))
        return tuple(told)


def _may_tell(circumstance: Circumstance, clause: str) -> bool:
    with_it, without = _NEVER_WITHOUT.get(circumstance), _NEVER_WITH.get(circumstance)
    return (with_it is None or with_it.search(clause) is not None) and not (
        without and without.search(clause)
    )


@dataclass(frozen=True, eq=False)
class Learnt:
    """All that marked sentences teach of reading a cost."""

    roles: AmountRoles
    circumstances: Circumstances


def learn(examples: Iterable[tuple[Sequence[str], _L | None]], labels: Sequence[_L]) -> Weights:
    """The weights that tell the labels of these signs apart."""
    # It takes a second to import, and is needed only when something has changed.
    from sklearn.svm import LinearSVC

    columns, classes = [], []
    for signs, label in examples:
        columns.append(_columns_of(signs))
        classes.append(len(labels) if label is None else labels.index(label))
    ends = np.cumsum([0, *map(len, columns)])
    matrix = csr_matrix(
        (np.ones(ends[-1], dtype=np.float32), np.concatenate(columns), ends), shape=(len(columns), _COLUMNS)
    )
    machine = LinearSVC(C=_PENALTY, random_state=0).fit(matrix, classes)
    weights = np.full((_COLUMNS + 1, len(labels) + 1), 0, dtype=np.float32)
    weights[-1] = -np.inf  # what no sentence shows is never told
    weights[:-1, machine.classes_] = machine.coef_.T
    weights[-1, machine.classes_] = machine.intercept_
    return weights


def _judge(weights: Weights, signs: Sequence[str], labels: Sequence[_L]) -> Judged[_L]:
    scores = weights[_columns_of(signs)].sum(axis=0) + weights[-1]
    second, best = np.argsort(scores)[-2:]
    return Judged(labels[best] if best < len(labels) else None, float(scores[best] - scores[second]))


def _columns_of(signs: Sequence[str]) -> NDArray[np.int_]:
    found = {crc32(sign.encode()) % _COLUMNS for sign in signs}
    return np.fromiter(found, dtype=np.int_, count=len(found))
