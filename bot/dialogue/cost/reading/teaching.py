"""Sentences in which people marked what they tell, and what is learnt from them.

A line of a file is one turn of a chat. In `data/amounts` every amount is marked with what it is of:
`湘潭退休，限额[400]{limit}，药费[385.5]{cost}`; what is not marked is no amount. In `data/circumstances` the words that
tell something of the case without a figure are: `[人家刷不了医保卡]{not_designated}，花了120`; what is not marked tells
nothing of the kind.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

from bot import language
from bot.clock import SHANGHAI
from bot.dialogue.cost.reading.amounts import amounts_in, by_words, figures_in, possible_in
from bot.dialogue.cost.reading.learned import (
    CIRCUMSTANCES,
    ROLES,
    AmountRoles,
    Circumstances,
    Learnt,
    Weights,
    learn,
)
from bot.dialogue.cost.reading.sentence import Role, Sentence
from bot.dialogue.cost.reading.signs import Figure, Seen, signs_of
from bot.dialogue.cost.reading.told import Circumstance, Clause, clauses_of, signs_of_clause
from bot.dialogue.turn import Mention, Turn
from bot.policy.kept import KeptArray
from bot.settings import ROOT

AMOUNTS, TOLD = ROOT / "data" / "amounts", ROOT / "data" / "circumstances"
_MARK = re.compile(r"\[(?P<text>[^\[\]]+)\]\{(?P<label>\w+)\}")
_MARKED = "mark"
_ROLES: Mapping[str, Role] = {role: role for role in ROLES}
_CIRCUMSTANCES: Mapping[str, Circumstance] = {name: name for name in get_args(Circumstance)}
_SOME_DAY = datetime(2026, 6, 15, tzinfo=SHANGHAI)  # no label hangs on it
_READ_BY = (Path(__file__).parent, Path(language.__file__).parent)
"""What is learnt is learnt anew where code in these folders changed: it tells what a sentence shows."""


class MarkError(ValueError):
    """A mark that names nothing known; the line stands in it."""


def taught(cache: Path | None) -> Learnt:
    """What the marked sentences teach; kept in the folder `cache`, since learning takes some ten seconds."""
    code = [file.read_text(encoding="utf-8") for folder in _READ_BY for file in sorted(folder.glob("*.py"))]
    of_amounts, of_cases = marked_lines(AMOUNTS), marked_lines(TOLD)
    return Learnt(
        AmountRoles(_kept(cache, "amount-roles", of_amounts, code, _learn_roles)),
        Circumstances(_kept(cache, "circumstances", of_cases, code, _learn_circumstances)),
    )


def marked_lines(folder: Path) -> list[str]:
    """All marked sentences of a folder, those of one file after the other."""
    files = sorted(folder.glob("*.txt"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]


def examples_in(line: str) -> Iterator[tuple[Seen, Role | None]]:
    """Each figure of a marked line with its role, None where it is no amount.

    Raises `MarkError` where a mark names no role.
    """
    sentence = _sentence(line, _ROLES)
    amounts = amounts_in(sentence)
    figures = figures_in(by_words(sentence, amounts), possible_in(sentence, amounts))
    roles = [_role_of(figure, _marks(sentence)) for figure in figures]
    for index, role in enumerate(roles):
        yield Seen(sentence.text, figures, index, roles[:index]), role


def clauses_in(line: str) -> Iterator[tuple[tuple[str, ...], Circumstance | None]]:
    """The signs of each clause of a marked line with what it tells, None where that is nothing.

    Raises `MarkError` where a mark names no circumstance.
    """
    sentence = _sentence(line, _CIRCUMSTANCES)
    clauses = clauses_of(sentence.text)
    for index, clause in enumerate(clauses):
        told = _circumstance_of(clause, _marks(sentence))
        yield signs_of_clause(sentence.text, clauses, index), told


def _learn_roles(lines: Sequence[str]) -> Weights:
    return learn(((signs_of(seen), role) for line in lines for seen, role in examples_in(line)), ROLES)


def _learn_circumstances(lines: Sequence[str]) -> Weights:
    return learn((clause for line in lines for clause in clauses_in(line)), CIRCUMSTANCES)


def _kept(
    cache: Path | None,
    name: str,
    lines: Sequence[str],
    code: Sequence[str],
    learn_from: Callable[[Sequence[str]], Weights],
) -> Weights:
    kept = KeptArray(cache / f"{name}.npz") if cache else None
    return kept.get((*lines, *code), lambda: learn_from(lines)) if kept else learn_from(lines)


def _sentence(line: str, known: Mapping[str, object]) -> Sentence:
    """The line without its marks, which are mentions of its turn."""
    text, marks, done = "", [], 0
    for mark in _MARK.finditer(line):
        if mark["label"] not in known:
            raise MarkError(f"{mark['label']!r} is unknown: {line}")
        text += line[done : mark.start()]
        end = len(text) + len(mark["text"])
        marks.append(Mention(_MARKED, mark["label"], len(text), end, mark["text"]))
        text, done = text + mark["text"], mark.end()
    return Sentence.of(Turn("", text + line[done:], "", tuple(marks), _SOME_DAY), None)


def _marks(sentence: Sentence) -> list[Mention]:
    return [mention for mention in sentence.turn.mentions if mention.entity == _MARKED]


def _role_of(figure: Figure, marks: Sequence[Mention]) -> Role | None:
    at = figure.amount
    return next((_ROLES[m.value] for m in marks if m.start < at.end and at.start < m.end), None)


def _circumstance_of(clause: Clause, marks: Sequence[Mention]) -> Circumstance | None:
    """That of which at least half is told in the clause, or which fills half of it."""
    for mark in marks:
        shared = min(mark.end, clause.end) - max(mark.start, clause.start)
        if 2 * shared >= min(mark.end - mark.start, clause.end - clause.start):
            return _CIRCUMSTANCES[mark.value]
    return None
