"""What in a sentence may tell of what an amount is: the characters around it, its place among the others, what those
before it are of, and what our own words for it (`roles`) say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language.money import Amount

NOT_BY_WORDS = "not"
"""What our words take a number for that they do not take for an amount."""
_NEAR = 14
"""Characters on each side of an amount that are looked at one by one."""
LONGEST = 4
"""Characters of the longest pieces of text that are learnt."""
FIGURE = re.compile(r"\d+(?:\.\d+)?")
_ENDS = re.compile(r"[,。;!?\s]")


@dataclass(frozen=True)
class Figure:
    """A number in a sentence that is or may be an amount. `by_words`: what our words take it for."""

    amount: Amount
    by_words: str


@dataclass(frozen=True)
class Seen:
    """One of a sentence's figures, `earlier` being what those before it are of."""

    text: str
    figures: Sequence[Figure]
    index: int
    earlier: Sequence[str | None]


def signs_of(seen: Seen) -> tuple[str, ...]:
    """Everything that may tell of what an amount is, each once."""
    return tuple(dict.fromkeys(_signs(seen)))


def _signs(seen: Seen) -> Iterator[str]:
    figure = seen.figures[seen.index]
    start, end = figure.amount.start, figure.amount.end
    left = FIGURE.sub("0", seen.text[max(0, start - _NEAR) : start])
    right = FIGURE.sub("0", seen.text[end : end + _NEAR])
    clause_before, clause_after = _ENDS.split(left)[-1], _ENDS.split(right)[0]
    near: list[str] = []
    for length in range(1, LONGEST + 1):
        for at in range(len(left) - length + 1):
            piece, away = left[at : at + length], len(left) - at - length
            yield f"L{piece}"
            if away <= 4:
                yield f"Ln:{piece}"
            if away <= 1:
                near.append(f"L{away}:{piece}")
        for at in range(len(right) - length + 1):
            piece = right[at : at + length]
            yield f"R{piece}"
            if at <= 4:
                yield f"Rn:{piece}"
            if at <= 1:
                near.append(f"R{at}:{piece}")
    for side, clause in (("cl", clause_before), ("cr", clause_after)):
        yield f"{side}={clause}"
        for length in range(1, LONGEST):
            yield from (f"{side}{clause[at : at + length]}" for at in range(len(clause) - length + 1))
    yield from near
    yield from _place(seen)
    yield from (f"S{seen.text[at : at + 2]}" for at in range(len(seen.text) - 1))
    yield f"words={figure.by_words}"
    yield from (f"words={figure.by_words}|{sign}" for sign in near)


def _place(seen: Seen) -> Iterator[str]:
    """Where it stands among the other amounts, and how large it is beside them."""
    index, earlier = seen.index, seen.earlier
    value = seen.figures[index].amount.low
    values = [figure.amount.low for figure in seen.figures]
    if index:
        between = FIGURE.sub(
            "0", seen.text[seen.figures[index - 1].amount.end : seen.figures[index].amount.start]
        )
        yield f"between={between}" if len(between) < 8 else "between=much"
        yield f"prev={earlier[-1]}"
        yield f"prev={earlier[-1]}{between[-2:]}"
        yield from (f"had={role}" for role in set(earlier))
    else:
        yield "first"
    if index + 1 == len(values):
        yield "last"
    yield f"count={min(len(values), 4)}"
    yield f"index={min(index, 3)}"
    yield f"places={len(str(int(abs(value))))}"
    if value % 10:
        yield "odd"
    if value % 100 == 0:
        yield "hundreds"
    if value % 1:
        yield "fraction"
    if len(values) > 1:
        if value == max(values):
            yield "largest"
        if value == min(values):
            yield "smallest"
