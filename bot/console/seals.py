"""Tokens that only the browser they were made for can use.

A form carries a proof that it is ours. An address carries a reference in place of what it is about: encrypted,
so that neither history nor a proxy's log tells who was looked up, and valid only for a short while.
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from itsdangerous import Signer

REFERENCES_LAST = timedelta(hours=2)


class Seals:
    """Makes and checks the tokens. `browser` is the hash of its cookie."""

    def __init__(self, key: bytes) -> None:
        self._forms = Signer(key, salt="console form", key_derivation="hmac", digest_method=hashlib.sha256)
        reference_key = hmac.digest(key, b"console reference", "sha256")
        self._references = Fernet(base64.urlsafe_b64encode(reference_key))

    def form_token(self, browser: str) -> str:
        """What every form of this browser sends along."""
        return self._forms.get_signature(browser).decode()

    def is_ours(self, browser: str, token: str) -> bool:
        """Whether a form came from a page we gave to this browser."""
        return self._forms.verify_signature(browser, token.encode())

    def reference(self, browser: str, kind: str, what: tuple[str, ...], now: datetime) -> str:
        """A reference to something of this kind, for use in addresses."""
        content = json.dumps([browser, kind, *what]).encode()
        return self._references.encrypt_at_time(content, int(now.timestamp())).decode()

    def referred(self, browser: str, kind: str, reference: str, now: datetime) -> tuple[str, ...] | None:
        """What the reference is to; None if it is too old, another browser's, or not ours."""
        seconds = int(REFERENCES_LAST.total_seconds())
        try:
            content = self._references.decrypt_at_time(reference, seconds, int(now.timestamp()))
        except InvalidToken:
            return None
        for_browser, of_kind, *what = json.loads(content)
        return tuple(what) if (for_browser, of_kind) == (browser, kind) else None
