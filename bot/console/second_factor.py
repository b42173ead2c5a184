"""One-time passwords of administrators (TOTP, RFC 6238): a code of six digits every half-minute."""

import hmac
from datetime import datetime

import segno
from pyotp import TOTP, random_base32

ISSUER = "慢特病服务台"
DRIFT = (0, -1, 1)
"""Half-minutes by which a telephone's clock may be off."""


def new_secret() -> str:
    """A secret to be put into an authenticator, base32."""
    return random_base32()


def enrolment_link(secret: str, username: str) -> str:
    """The `otpauth:` address that authenticators understand."""
    return TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def qr_code(link: str) -> str:
    """The link as a QR code for a telephone's camera: a picture as a `data:` address, drawn here."""
    return segno.make_qr(link).svg_data_uri(scale=4, border=3, light="#fff")


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The number of the half-minute that a code belongs to; None where it is wrong or too old.

    A code is good once: whoever accepts it remembers its number, and accepts only higher ones afterwards.
    """
    totp = TOTP(secret)
    for drift in DRIFT:
        if hmac.compare_digest(totp.at(now, counter_offset=drift).encode(), code.encode()):
            return totp.timecode(now) + drift
    return None
