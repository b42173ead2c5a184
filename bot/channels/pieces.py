"""Long texts in pieces that fit a messenger's bound, cut after sentences."""

import re
from collections.abc import Callable, Iterator

SOURCE = "依据"
"""What a line begins with that says where an answer stands."""

_SENTENCE = re.compile(r"[^。！？\n]*[。！？\n]+|[^。！？\n]+")
_WIDEST = "𠮷"


def utf16_units(text: str) -> int:
    """Its length as Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def utf8_bytes(text: str) -> int:
    """Its length as WeCom and WeChat count."""
    return len(text.encode())


def pieces(text: str, longest: int, length: Callable[[str], int]) -> list[str]:
    """The text in pieces of at most `longest` by `length`; a source stays with its sentence."""
    found = [""]
    for sentence in _with_sources(text):
        for part in _fitting(sentence, longest, length):
            if length(found[-1] + part) > longest:
                found.append("")
            found[-1] += part
    return [piece.strip() for piece in found if piece.strip()]


def _with_sources(text: str) -> list[str]:
    sentences: list[str] = []
    for sentence in _SENTENCE.findall(text):
        if sentences and sentence.lstrip().startswith(SOURCE):
            sentences[-1] += sentence
        else:
            sentences.append(sentence)
    return sentences


def _fitting(sentence: str, longest: int, length: Callable[[str], int]) -> Iterator[str]:
    if length(sentence) <= longest:
        yield sentence
        return
    size = longest // length(_WIDEST)  # fits whatever its characters are
    for start in range(0, len(sentence), size):
        yield sentence[start : start + size]
