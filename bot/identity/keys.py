"""The service's secret key and the keys derived from it."""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.settings import Settings

KEY_BYTES = 32


class BadKeyError(ValueError):
    """The secret key is not 32 bytes in base64."""


@dataclass(frozen=True, repr=False)
class Keys:
    """Independent keys of 32 bytes: for encrypted columns, for their look-up indexes, for signed sessions."""

    encryption: bytes
    index: bytes
    sessions: bytes


def load_keys(settings: Settings) -> Keys:
    """Keys from the setting `SECRET_KEY`, else from `VAR_DIR/secret.key`, made if missing."""
    if settings.secret_key is not None:
        return derive_keys(_decode(settings.secret_key.get_secret_value(), "SECRET_KEY"))
    return derive_keys(_key_file(settings.var_dir / "secret.key"))


def derive_keys(secret: bytes) -> Keys:
    """The keys for each purpose, by HKDF-SHA256 from one secret."""
    return Keys(*(_derive(secret, purpose) for purpose in (b"encryption", b"index", b"sessions")))


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret)


def _key_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _decode(path.read_text(), str(path))
    except FileNotFoundError:
        pass
    # Written beside and linked into place: two processes starting at once end up with one key, whole.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode() + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return _decode(path.read_text(), str(path))


def _decode(text: str, source: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise BadKeyError(f"{source}: expected 32 bytes in base64 (make one with: openssl rand -base64 32)")
    return key
