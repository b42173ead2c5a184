"""Signatures and encryption of what Tencent's servers hand in, for WeCom and official accounts alike.

As WeCom's 加解密方案说明 and the official accounts' 消息加解密说明 have it: SHA-1 over the sorted parts; AES-256-CBC,
the initialisation vector being the key's first 16 bytes, PKCS#7 over blocks of 32 bytes; inside are 16 random bytes,
the message's length (4 bytes, big-endian), the message, and whom it is for.
"""

import hashlib
import hmac
from base64 import b64decode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK_BITS = 32 * 8
_RANDOM, _LENGTH = 16, 4


class ForgedError(Exception):
    """It was not signed or sealed with our token and key, or not for us."""


class Envelope:
    """`token` and `aes_key` (EncodingAESKey, 43 characters) are set in Tencent's console; `receiver` is our corp id
    or app id."""

    def __init__(self, token: str, aes_key: str, receiver: str) -> None:
        self._token = token
        self._key = b64decode(f"{aes_key}=")
        self._receiver = receiver.encode()

    def check(self, signature: str, *parts: str) -> None:
        """Raises ForgedError unless the parts (time stamp, nonce and what is sealed) are signed so."""
        expected = hashlib.sha1("".join(sorted((self._token, *parts))).encode()).hexdigest()  # noqa: S324 - theirs
        if not hmac.compare_digest(expected.encode(), signature.encode()):
            raise ForgedError

    def open(self, sealed: str) -> str:
        """The message inside. Raises ForgedError."""
        try:
            decryptor = Cipher(AES(self._key), CBC(self._key[: AES.block_size // 8])).decryptor()
            unpadder = PKCS7(BLOCK_BITS).unpadder()
            padded = decryptor.update(b64decode(sealed, validate=True)) + decryptor.finalize()
            inside = (unpadder.update(padded) + unpadder.finalize())[_RANDOM:]
            end = _LENGTH + int.from_bytes(inside[:_LENGTH])
            message, receiver = inside[_LENGTH:end].decode(), inside[end:]
        except ValueError as error:
            raise ForgedError from error
        if receiver != self._receiver:
            raise ForgedError
        return message
