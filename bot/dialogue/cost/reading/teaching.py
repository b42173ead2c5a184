"""Sentences in which people marked what each amount is of, and what is learnt from them.

A line of a file is one turn of a chat: `湘潭退休，限额[400]{limit}，药费[385.5]{cost}`. What is not marked is
no amount.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

from bot import language
from bot.clock import SHANGHAI
from bot.dialogue.cost.reading.amounts import amounts_in, by_words, figures_in, possible_in
from bot.dialogue.cost.reading.learned import AmountRoles, learn
from bot.dialogue.cost.reading.sentence import Role, Sentence
from bot.dialogue.cost.reading.signs import Figure, Seen
from bot.dialogue.turn import Mention, Turn
from bot.policy.kept import KeptArray
from bot.settings import ROOT

MARKED = ROOT / "data" / "amounts"
_MARK = re.compile(r"\[(?P<numeral>[^\[\]]+)\]\{(?P<role>\w+)\}")
_ROLES: Mapping[str, Role] = {role: role for role in get_args(Role)}
_SOME_DAY = datetime(2026, 6, 15, tzinfo=SHANGHAI)  # no role hangs on it
_READ_BY = (Path(__file__).parent, Path(language.__file__).parent)
"""What is learnt is learnt anew where code in these folders changed: it tells what a sentence shows."""


class MarkError(ValueError):
    """A mark that names no role; the line stands in it."""


def taught_roles(cache: Path | None) -> AmountRoles:
    """What the marked sentences teach; kept in the folder `cache`, since learning takes some ten seconds."""
    lines = marked_lines()
    code = (file.read_text(encoding="utf-8") for folder in _READ_BY for file in sorted(folder.glob("*.py")))
    kept = KeptArray(cache / "amount-roles.npz") if cache else None
    examples = (example for line in lines for example in examples_in(line))
    return AmountRoles(kept.get((*lines, *code), lambda: learn(examples)) if kept else learn(examples))


def marked_lines() -> list[str]:
    """All marked sentences, those of one file after the other."""
    files = sorted(MARKED.glob("*.txt"))
    return [line for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]


def examples_in(line: str) -> Iterator[tuple[Seen, Role | None]]:
    """Each figure of a marked line with its role, None where it is no amount.

    Raises `MarkError` where a mark names no role.
    """
    sentence = _sentence(line)
    amounts = amounts_in(sentence)
    figures = figures_in(by_words(sentence, amounts), possible_in(sentence, amounts))
    roles = [_role_of(figure, sentence.turn.mentions) for figure in figures]
    for index, role in enumerate(roles):
        yield Seen(sentence.text, figures, index, roles[:index]), role


def _sentence(line: str) -> Sentence:
    """The line without its marks, which are mentions of its turn."""
    text, marks, done = "", [], 0
    for mark in _MARK.finditer(line):
        if mark["role"] not in _ROLES:
            raise MarkError(f"{mark['role']!r} is no role: {line}")
        text += line[done : mark.start()]
        marks.append(
            Mention("role", mark["role"], len(text), len(text) + len(mark["numeral"]), mark["numeral"])
        )
        text, done = text + mark["numeral"], mark.end()
    return Sentence.of(Turn("", text + line[done:], "", tuple(marks), _SOME_DAY), None)


def _role_of(figure: Figure, marks: Sequence[Mention]) -> Role | None:
    at = figure.amount
    return next((_ROLES[m.value] for m in marks if m.start < at.end and at.start < m.end), None)
