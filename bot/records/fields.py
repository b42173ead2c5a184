"""Column types: encrypted text, look-up indexes over it, money, moments.

Personal values are encrypted by AES-GCM, so that two equal values differ on disk; beside each stands a keyed
hash (HMAC-SHA256) to find it by. The keys come with the database: `Database` hangs them on its dialect, the
one object that SQLAlchemy hands to every column type.
"""

import hashlib
import hmac
import os
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator

_NONCE = 12
_KEY_ID = 4


class FieldKeys(Protocol):
    """Two independent keys of 32 bytes: one encrypts columns, one makes their look-up indexes."""

    @property
    def encryption(self) -> bytes: ...

    @property
    def index(self) -> bytes: ...


class WrongKeyError(ValueError):
    """A value was written with another key, or has been changed."""


def use_keys(dialect: Dialect, keys: FieldKeys) -> None:
    """Give the encrypted columns of one engine their keys."""
    dialect.field_keys = keys  # type: ignore[attr-defined]


def _keys(dialect: Dialect) -> FieldKeys:
    keys: FieldKeys = dialect.field_keys  # type: ignore[attr-defined]
    return keys


def lookup_form(text: str) -> str:
    """The form under which a value is indexed: NFKC, upper case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


class Encrypted(TypeDecorator[str]):
    """Text as key id (4 bytes) + nonce (12) + AES-GCM ciphertext. `purpose` ties the value to its column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        key = _keys(dialect).encryption
        nonce = os.urandom(_NONCE)
        return _key_id(key) + nonce + AESGCM(key).encrypt(nonce, value.encode(), self.purpose.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        key = _keys(dialect).encryption
        key_id, nonce, sealed = value[:_KEY_ID], value[_KEY_ID : _KEY_ID + _NONCE], value[_KEY_ID + _NONCE :]
        if key_id != _key_id(key):
            raise WrongKeyError(
                "the database was written with another secret key; set the key it was made with"
            )
        try:
            return AESGCM(key).decrypt(nonce, sealed, self.purpose.encode()).decode()
        except InvalidTag as error:
            raise WrongKeyError("an encrypted value has been changed outside this program") from error


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:_KEY_ID]


class BlindIndex(TypeDecorator[str]):
    """Keyed hash of a value, to compare by: `Person.phone_index == "13800000000"` hashes the right side.

    Written with the plain value, read back as the hash.
    """

    impl = String(64)
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        message = f"{self.purpose}:{lookup_form(value)}".encode()
        return hmac.new(_keys(dialect).index, message, hashlib.sha256).hexdigest()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value


class Money(TypeDecorator[Decimal]):
    """Yuan as Decimal with two decimals, stored as whole fen."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        fen = value * 100
        if fen != fen.to_integral_value():
            raise ValueError("an amount of money has at most two decimals")
        return int(fen)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class Moment(TypeDecorator[datetime]):
    """An aware time; kept and read back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
