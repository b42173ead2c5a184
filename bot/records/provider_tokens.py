"""Access tokens that messengers' providers give out for a while: kept for all workers, renewed by one of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.records.database import insert_new
from bot.records.models import ProviderToken

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed; until then the old one is used."""
RENEWAL_TAKES = timedelta(seconds=30)


@dataclass(frozen=True, repr=False)
class Look:
    """The token, if one is good; `renew`: it is this worker's turn to get a new one."""

    token: str | None
    renew: bool


def look(session: Session, account: str, refused: str | None, now: datetime) -> Look:
    """What there is for the account; `refused` is a token that the provider does not take any more."""
    row = _row(session, account)
    left = row.expires_at - now if row.expires_at else timedelta(0)
    token = row.token if row.token != refused and left > timedelta(0) else None
    others_turn = row.renewing_until is not None and row.renewing_until > now
    if others_turn or (token and left > EARLY):
        return Look(token, renew=False)
    row.renewing_until = now + RENEWAL_TAKES
    return Look(token, renew=True)


def keep(session: Session, account: str, token: str, expires_at: datetime) -> None:
    """Notes the new token."""
    row = _row(session, account)
    row.token, row.expires_at, row.renewing_until = token, expires_at, None


def give_up(session: Session, account: str) -> None:
    """Lets another worker try."""
    _row(session, account).renewing_until = None


def _row(session: Session, account: str) -> ProviderToken:
    """The account's row, held until the end of the transaction."""
    session.execute(insert_new(session, ProviderToken).values(account=account).on_conflict_do_nothing())
    return session.get_one(ProviderToken, account, with_for_update=True)
