"""What in a sentence may tell of what an amount is: the characters around it, its place among the others, what those
before it are of, and what our own words for it (`roles`) say."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

from bot.language.money import Amount
from bot.language.ratios import find_ratios

NOT_BY_WORDS = "not"
"""What our words take a number for that they do not take for an amount."""
_NEAR = 14
"""Characters on each side of an amount that are looked at one by one."""
_BESIDE = 3
"""Characters right beside it that are looked at together."""
_A_CENT = Decimal("0.02")
_TEXTS_KEPT = 256
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
    yield from _both_sides(left, right, figure.by_words, seen)
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
    yield from _relations(seen)
    yield from (f"S{seen.text[at : at + 2]}" for at in range(len(seen.text) - 1))
    yield f"words={figure.by_words}"
    yield from (f"words={figure.by_words}|{sign}" for sign in near)


def _both_sides(left: str, right: str, by_words: str, seen: Seen) -> Iterator[str]:
    """What stands on both sides of it at once, and that with what the amount before it is of."""
    before = seen.earlier[-1] if seen.index else "first"
    for length in range(1, _BESIDE + 1):
        yield from (f"LR{left[-length:]}|{right[:other]}" for other in range(1, _BESIDE + 1))
        yield f"pL{before}|{left[-length:]}"
        yield f"pR{before}|{right[:length]}"
    yield f"pw={before}|{by_words}"
    if seen.index > 1:
        yield f"pp={seen.earlier[-2]}|{before}"
    for place, other in enumerate(seen.figures):
        if place != seen.index:
            yield f"ow={other.by_words}"
        if place == seen.index + 1:
            yield f"nw={other.by_words}"


def _relations(seen: Seen) -> Iterator[str]:
    """How it goes with the figures beside it: which are less, what it is the sum, the rest or a share of."""
    value = seen.figures[seen.index].amount.low
    told = [
        (figure.amount.low, role)
        for figure, role in zip(seen.figures[: seen.index], seen.earlier, strict=True)
    ]
    shares = _shares_of(seen.text)
    for other, role in told:
        yield f"cmp{role}{_compared(value, other)}"
        if value != other and any(abs(other * share - value) < _A_CENT for share in shares):
            yield f"share{role}"
        if other and value == 2 * other:
            yield f"twice{role}"
    if len(told) > 1 and value == sum(other for other, _ in told):
        yield "sum of all"
    for (one, of_one), (other, of_other) in combinations(told, 2):
        if one + other == value:
            yield from ("sum", f"sum{of_one}+{of_other}")
        if value and abs(one - other) == value:
            yield from ("rest", f"rest{of_one}-{of_other}")
    later = [figure.amount.low for figure in seen.figures[seen.index + 1 :]]
    if value in later:
        yield "told again"
    if any(sum(later[:number]) == value for number in (2, 3) if len(later) >= number):
        yield "sum of what follows"


def _compared(value: Decimal, other: Decimal) -> str:
    return "<" if value < other else "=" if value == other else ">"


@lru_cache(_TEXTS_KEPT)
def _shares_of(text: str) -> frozenset[Decimal]:
    """The shares told in a text, and what each leaves."""
    told = {ratio.value for ratio in find_ratios(text)}
    return frozenset(told | {1 - share for share in told})


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
