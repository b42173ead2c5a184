"""Column types: encrypted text, look-up indexes over it, money, moments.

Personal values are encrypted by AES-GCM, so that two equal values differ on disk; beside each stands a keyed
hash (HMAC-SHA256) to find it by. The keys come with the database: `Database` hangs them on its dialect, the
one object that SQLAlchemy hands to every column type.
"""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Protocol, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, LargeBinary, String, func, type_coerce
from sqlalchemy.types import TypeDecorator

_NONCE = 12
_KEY_ID = 4


class FieldKeys(Protocol):
    """Two independent keys of 32 bytes: one encrypts columns, one makes their look-up indexes.

    `previous` are those before a rotation: what they wrote is still read and found.
    """

    @property
    def encryption(self) -> bytes: ...

    @property
    def index(self) -> bytes: ...

    @property
    def previous(self) -> "FieldKeys | None": ...

    def refreshed(self) -> "FieldKeys":
        """The keys as they are now: others once they were rotated."""
        ...


class WrongKeyError(ValueError):
    """A value was written with another key, or has been changed."""


class _Ciphers:
    """Present and previous keys, made ready once."""

    def __init__(self, keys: FieldKeys) -> None:
        known = [keys, keys.previous or keys]
        self.present = key_id(keys)
        self.by_id = {key_id(each): AESGCM(each.encryption) for each in known}
        self.indexes = tuple(each.index for each in known)


def key_id(keys: FieldKeys) -> bytes:
    """What an encrypted value begins with: tells the key it was written with."""
    return hashlib.sha256(b"key id" + keys.encryption).digest()[:_KEY_ID]


def use_keys(dialect: Dialect, keys: FieldKeys) -> None:
    """Give the encrypted columns of one engine their keys."""
    dialect.field_ciphers = _Ciphers(keys)  # type: ignore[attr-defined]


def _ciphers(dialect: Dialect) -> _Ciphers:
    ciphers: _Ciphers = dialect.field_ciphers  # type: ignore[attr-defined]
    return ciphers


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
        ciphers, nonce = _ciphers(dialect), os.urandom(_NONCE)
        sealed = ciphers.by_id[ciphers.present].encrypt(nonce, value.encode(), self.purpose.encode())
        return ciphers.present + nonce + sealed

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        cipher = _ciphers(dialect).by_id.get(value[:_KEY_ID])
        if cipher is None:
            raise WrongKeyError(
                "the database was written with another secret key; set the key it was made with"
            )
        try:
            nonce, sealed = value[_KEY_ID : _KEY_ID + _NONCE], value[_KEY_ID + _NONCE :]
            return cipher.decrypt(nonce, sealed, self.purpose.encode()).decode()
        except InvalidTag as error:
            raise WrongKeyError("an encrypted value has been changed outside this program") from error


def not_written_with(column: ColumnElement[str], keys: FieldKeys) -> ColumnElement[bool]:
    """Whether an `Encrypted` column holds a value of another key; null where it holds none."""
    return func.substr(type_coerce(column, LargeBinary), 1, _KEY_ID) != key_id(keys)


@dataclass(frozen=True)
class _LookedFor:
    """A value on the right side of `==`, to be hashed by the present (0) or the previous (1) key."""

    value: str
    key: int


class BlindIndex(TypeDecorator[str]):
    """Keyed hash of a value, to compare by: `Person.phone_index == "13800000000"` hashes the right side.

    Written with the plain value, read back as the hash. What was written before a rotation is found too.
    """

    impl = String(64)
    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[str]):
        def __eq__(self, other: Any) -> ColumnElement[bool]:  # type: ignore[override]
            found = self.in_([_LookedFor(other, 0), _LookedFor(other, 1)])
            return cast(ColumnElement[bool], found)

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: str | _LookedFor | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        sought = value if isinstance(value, _LookedFor) else _LookedFor(value, 0)
        message = f"{self.purpose}:{lookup_form(sought.value)}".encode()
        return hmac.digest(_ciphers(dialect).indexes[sought.key], message, hashlib.sha256).hex()

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
