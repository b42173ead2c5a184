"""Keeping spans apart: of two that overlap, the one that came first in order of preference stays."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Span(Protocol):
    """Anything with a place in the text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Span)


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Whether `span` shares a character with any of `others`."""
    return any(span.start < other.end and other.start < span.end for other in others)


def without_overlaps(by_preference: Iterable[S]) -> list[S]:
    """The spans that stay, in text order."""
    kept: list[S] = []
    for span in by_preference:
        if not overlaps(span, kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
