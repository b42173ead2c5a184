"""Names under which chats are known where a channel's own would tell who somebody is (a WeCom user id may be a name
or a telephone number): only what writes to the channel looks behind them."""

import secrets

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from bot.records import outbox
from bot.records.database import insert_new
from bot.records.models import ChatBinding, Contact, Subscription


def alias_of(session: Session, channel: str, address: str) -> str:
    """The name that stands for the address, always the same. What was subscribed for the address goes by it, too."""
    known = select(Contact.alias).where(Contact.channel == channel, Contact.address_index == address)
    found = session.scalar(known)
    if found is not None:
        return found
    row = {
        "alias": secrets.token_urlsafe(12),
        "channel": channel,
        "address": address,
        "address_index": address,
    }
    session.execute(insert_new(session, Contact).values(row).on_conflict_do_nothing())
    alias = session.scalars(known).one()
    outbox.readdress(session, channel, address, alias)
    return alias


def address_of(session: Session, channel: str, alias: str) -> str | None:
    """The address behind the name; None where there is none."""
    contact = session.get(Contact, alias)
    return contact.address if contact and contact.channel == channel else None


def drop_unused(session: Session, chat: str) -> None:
    """Forgets the address behind a chat's name, unless the chat still sees somebody or somebody is reminded there."""
    channel, _, alias = chat.partition(":")
    seen = exists().where(ChatBinding.chat == chat)
    reminded = exists().where(Subscription.channel == channel, Subscription.address == alias)
    theirs = (Contact.alias == alias, Contact.channel == channel)
    session.execute(delete(Contact).where(*theirs, ~seen, ~reminded))
