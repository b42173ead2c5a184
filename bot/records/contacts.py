"""Names under which chats are known where a channel's own would tell who somebody is (a WeCom user id may be a name
or a telephone number): only what writes to the channel looks behind them."""

import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot.records import outbox
from bot.records.models import Contact


def alias_of(session: Session, channel: str, address: str) -> str:
    """The name that stands for the address, always the same. What was subscribed for the address goes by it, too."""
    known = select(Contact.alias).where(Contact.channel == channel, Contact.address_index == address)
    found = session.scalar(known)
    if found is not None:
        return found
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert(Contact) if on_postgresql else sqlite.insert(Contact)
    row = {
        "alias": secrets.token_urlsafe(12),
        "channel": channel,
        "address": address,
        "address_index": address,
    }
    session.execute(insert.values(row).on_conflict_do_nothing())
    alias = session.scalars(known).one()
    outbox.readdress(session, channel, address, alias)
    return alias


def address_of(session: Session, channel: str, alias: str) -> str | None:
    """The address behind the name; None where there is none."""
    contact = session.get(Contact, alias)
    return contact.address if contact and contact.channel == channel else None
