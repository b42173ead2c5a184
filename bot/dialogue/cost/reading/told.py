"""What a clause tells of a case without a figure, and what in it may show that.

The names of conditions are those of `bot.knowledge.parameters.Condition`; the others are of the person, the approval,
the cap and the deductible.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeGuard, get_args

from bot.dialogue.cost.reading.signs import FIGURE, LONGEST
from bot.knowledge.parameters import Condition

Circumstance = Literal[
    "not_designated",
    "inpatient_stay",
    "no_prescription",
    "unrelated_disease",
    "review_missed",
    "disqualified",
    "nothing_spent",
    "not_approved",
    "long_prescription",
    "staying_elsewhere",
    "living_elsewhere",
    "several_diseases",
    "retired",
    "at_work",
    "cap_reached",
    "cap_open",
    "deductible_full",
    "deductible_untouched",
]

_CLAUSE = re.compile(r"[^,。;!?:\s]+")
_UP_TO_A_FIGURE = re.compile(
    r".{6,}?(?:\d(?:\.\d+)?|[一二两三四五六七八九][百千][零一二三四五六七八九十百]*)[%元块万]?钱?"
    r"(?![\d.%元块万钱月号日年个盒次岁天十百千零一二三四五六七八九])|.+"
)
"""Who dictates makes no pauses: then a figure ends what is told of it."""


_CONDITIONS = frozenset[str](get_args(Condition))


@dataclass(frozen=True)
class Clause:
    """A stretch of a text; `start` and `end` are offsets in it."""

    start: int
    end: int


@dataclass(frozen=True)
class Told:
    """A circumstance and where it is told."""

    start: int
    end: int
    circumstance: Circumstance


def is_condition(circumstance: str) -> TypeGuard[Condition]:
    """Whether rules of a region say what follows from it."""
    return circumstance in _CONDITIONS


def clauses_of(text: str) -> tuple[Clause, ...]:
    """The clauses of a text; what is said in one breath is parted after its figures."""
    return tuple(
        Clause(clause.start() + piece.start(), clause.start() + piece.end())
        for clause in _CLAUSE.finditer(text)
        for piece in _UP_TO_A_FIGURE.finditer(clause[0])
    )


def signs_of_clause(text: str, clauses: tuple[Clause, ...], index: int) -> tuple[str, ...]:
    """Everything that may show what a clause tells, each once: its characters, and those of its neighbours."""
    return tuple(dict.fromkeys(_signs(text, clauses, index)))


def _signs(text: str, clauses: tuple[Clause, ...], index: int) -> Iterator[str]:
    own = _plain(text, clauses[index])
    yield from _pieces("P", f"^{own}$", LONGEST)
    if index:
        yield from _pieces("B", _plain(text, clauses[index - 1]) + "$", 3)
    if index + 1 < len(clauses):
        yield from _pieces("A", "^" + _plain(text, clauses[index + 1]), 3)
    yield from _pieces("S", FIGURE.sub("0", text), 2)


def _plain(text: str, clause: Clause) -> str:
    return FIGURE.sub("0", text[clause.start : clause.end])


def _pieces(of: str, text: str, longest: int) -> Iterator[str]:
    for length in range(1, longest + 1):
        yield from (f"{of}{text[at : at + length]}" for at in range(len(text) - length + 1))
