"""An array that takes long to compute, kept on disk for as long as what it was computed from is the same."""

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray


class KeptArray:
    """One array in one file. Several processes may use it at once; absent or spoilt, it is computed."""

    def __init__(self, file: Path) -> None:
        """`file` ends in .npz."""
        self._file = file

    def get(self, made_from: Iterable[str], compute: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        """The array, computed only if it was last made from something else."""
        digest = hashlib.sha256()
        for part in made_from:
            digest.update(f"{len(part)}:{part}".encode())
        key = digest.hexdigest()
        kept = self._read(key)
        if kept is None:
            kept = compute()
            self._write(key, kept)
        return kept

    def _read(self, key: str) -> NDArray[Any] | None:
        try:
            with np.load(self._file, allow_pickle=False) as stored:
                array: NDArray[Any] | None = stored["array"] if stored["key"].item() == key else None
                return array
        except (OSError, ValueError, KeyError, BadZipFile):
            return None

    def _write(self, key: str, array: NDArray[Any]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(f".{os.getpid()}.npz")
        np.savez(draft, key=np.array(key), array=array)
        draft.replace(self._file)
