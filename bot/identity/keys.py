"""The service's secret key and the keys derived from it."""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.settings import Settings

KEY_BYTES = 32


class BadKeyError(ValueError):
    """The secret key is not 32 bytes in base64."""


@dataclass(frozen=True, repr=False)
class Keys:
    """Independent keys of 32 bytes: for encrypted columns, for their look-up indexes, for signed sessions.

    `previous` are those before the last rotation. `file` is where they were read, and when that was written.
    """

    encryption: bytes
    index: bytes
    sessions: bytes
    previous: "Keys | None" = None
    file: tuple[Path, int] | None = field(default=None, compare=False)

    def refreshed(self) -> "Keys":
        """These, or those that `bot keys rotate` has put into the file since."""
        if self.file is None:
            return self
        path, written = self.file
        return self if path.stat().st_mtime_ns == written else _keys_in(path)


def load_keys(settings: Settings) -> Keys:
    """Keys from the setting `SECRET_KEY`, else from `VAR_DIR/secret.key`, made if missing.

    Either holds one secret, or the present one and the previous one, a line (or a comma) between them.
    """
    if settings.secret_key is not None:
        return _keys_of(settings.secret_key.get_secret_value().replace(",", "\n"), "SECRET_KEY")
    path = key_file(settings)
    if not path.exists():
        _make(path)
    return _keys_in(path)


def key_file(settings: Settings) -> Path:
    """Where the secrets are kept that the setting does not give."""
    return settings.var_dir / "secret.key"


def add_secret(path: Path) -> Keys:
    """Puts a new secret into the file; the present one becomes the previous one, whose own is dropped."""
    present = path.read_text().splitlines()[0]
    draft = _draft(path, f"{_new_secret()}\n{present}\n")
    draft.replace(path)
    return _keys_in(path)


def derive_keys(secret: bytes, previous: Keys | None = None) -> Keys:
    """The keys for each purpose, by HKDF-SHA256 from one secret."""
    return Keys(
        _derive(secret, b"encryption"), _derive(secret, b"index"), _derive(secret, b"sessions"), previous
    )


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def _keys_in(path: Path) -> Keys:
    written = path.stat().st_mtime_ns  # before reading: a change in between is seen at the next look
    return replace(_keys_of(path.read_text(), str(path)), file=(path, written))


def _keys_of(text: str, source: str) -> Keys:
    present, *before = text.split()[:2] or [""]
    previous = derive_keys(_decode(before[0], source)) if before else None
    return derive_keys(_decode(present, source), previous)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and linked into place: two processes starting at once end up with one key, whole.
    draft = _draft(path, _new_secret() + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, text: str) -> Path:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    return draft


def _new_secret() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKeyError(f"{source}: expected 32 bytes in base64 (make one with: openssl rand -base64 32)")
    return key
