"""What an intent classifier sees of messages, as one sparse matrix made of parts that can be left out."""

from typing import Any, Callable, Dict, List, Sequence

import numpy as np
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.language import normalise
from bot.language.spacing import close_up
from engine.components.encoders import meaning_is_available, sentence_vectors, sounds, sounds_are_available
from engine.components.reading import MOST_READ, build, wording

PARTS = ("characters", "build", "sounds", "meaning")
_WEIGHT_OF_BUILD = 0.3
_CHARACTERS = {"analyzer": "char", "ngram_range": (1, 4), "sublinear_tf": True, "lowercase": False}
_SYLLABLES = {"token_pattern": r"\S+", "ngram_range": (1, 3), "sublinear_tf": True}


def installed_parts() -> Sequence[str]:
    """Those of `PARTS` whose packages are installed."""
    missing = set()
    if not sounds_are_available():
        missing.add("sounds")
    if not meaning_is_available():
        missing.add("meaning")
    return [part for part in PARTS if part not in missing]


class Features:
    """Learns n-grams of characters and syllables from examples; `encode` gives unit vectors of sentences.

    Entities must be found before: `reading.wording` puts marks in their place.
    """

    def __init__(
        self, parts: Sequence[str], encode: Callable[[List[str]], np.ndarray] = sentence_vectors
    ) -> None:
        self.parts = tuple(parts)
        self._encode = encode
        self._characters = TfidfVectorizer(**_CHARACTERS)
        self._syllables = TfidfVectorizer(**_SYLLABLES)
        self._build = DictVectorizer()

    def fit(self, messages: Sequence[Message]) -> "Features":
        """Learns the n-grams that the examples have."""
        wordings = _wordings(messages)
        self._characters.fit(wordings)
        self._build.fit(_builds(messages))
        if "sounds" in self.parts:
            self._syllables.fit(sounds(wordings))
        return self

    def transform(self, messages: Sequence[Message]) -> csr_matrix:
        """One row per message."""
        wordings = _wordings(messages)
        columns = {
            "characters": lambda: self._characters.transform(wordings),
            "build": lambda: self._build.transform(_builds(messages)) * _WEIGHT_OF_BUILD,
            "sounds": lambda: self._syllables.transform(sounds(wordings)),
            "meaning": lambda: csr_matrix(
                self._encode([_sentence(message.get(TEXT)) for message in messages])
            ),
        }
        return hstack([columns[part]() for part in self.parts]).tocsr()


def _sentence(text: str) -> str:
    return normalise(close_up(text[:MOST_READ]).text)


def _wordings(messages: Sequence[Message]) -> List[str]:
    return [wording(message.get(TEXT), message.get(ENTITIES, [])) for message in messages]


def _builds(messages: Sequence[Message]) -> List[Dict[str, Any]]:
    return [build(message.get(TEXT), message.get(ENTITIES, [])) for message in messages]
