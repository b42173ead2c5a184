"""Exact money: `Decimal` yuan, ranges with both ends, rounding, and how a figure is written."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

FEN = Decimal("0.01")
NOTHING = Decimal(0)


class Span(NamedTuple):
    """From `low` to `high`, both included; a known figure has two equal ends."""

    low: Decimal
    high: Decimal

    @classmethod
    def exactly(cls, figure: Decimal) -> "Span":
        return cls(figure, figure)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def width(self) -> Decimal:
        return self.high - self.low

    def plus(self, other: "Span") -> "Span":
        """Both ends with those of another."""
        return Span(self.low + other.low, self.high + other.high)

    def less(self, amount: Decimal) -> "Span":
        """What is left of it, never below nothing."""
        return Span(max(NOTHING, self.low - amount), max(NOTHING, self.high - amount))

    def times(self, factor: Decimal) -> "Span":
        """Both ends times a factor that is not negative."""
        return Span(self.low * factor, self.high * factor)

    def at(self, high: bool) -> Decimal:
        """One of the two ends."""
        return self.high if high else self.low


NO_MONEY = Span(NOTHING, NOTHING)


def to_fen(amount: Decimal) -> Decimal:
    """Rounded half-up to 0.01 yuan."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def plain(figure: Decimal) -> str:
    """Written as people write it: 360, 107.5, without needless zeros."""
    text = str(figure)
    if "E" in text:
        text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(amount: Span | Decimal) -> str:
    """`360 元`, `240 到 340 元`."""
    low, high = (amount.low, amount.high) if isinstance(amount, Span) else (amount, amount)
    return f"{plain(low)} 元" if low == high else f"{plain(low)} 到 {plain(high)} 元"


def percent(ratio: Span | Decimal) -> str:
    """`80%`, `80% 到 85%`."""
    low, high = (ratio.low, ratio.high) if isinstance(ratio, Span) else (ratio, ratio)
    return f"{plain(low * 100)}%" if low == high else f"{plain(low * 100)}% 到 {plain(high * 100)}%"
