"""Exact money: `Decimal` yuan, ranges with both ends, rounding, and how a figure is written."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Span:
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

    def __add__(self, other: "Span") -> "Span":
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


def to_fen(amount: Decimal) -> Decimal:
    """Rounded half-up to 0.01 yuan."""
    return amount.quantize(FEN, ROUND_HALF_UP)


def plain(figure: Decimal) -> str:
    """Written as people write it: 360, 107.5, without needless zeros."""
    text = f"{figure:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def yuan(amount: Span | Decimal) -> str:
    """`360 元`, `240 到 340 元`."""
    if isinstance(amount, Decimal):
        return f"{plain(amount)} 元"
    if amount.is_exact:
        return yuan(amount.low)
    return f"{plain(amount.low)} 到 {plain(amount.high)} 元"


def percent(ratio: Span | Decimal) -> str:
    """`80%`, `80% 到 85%`."""
    if isinstance(ratio, Decimal):
        return f"{plain(ratio * 100)}%"
    return percent(ratio.low) if ratio.is_exact else f"{percent(ratio.low)} 到 {percent(ratio.high)}"
