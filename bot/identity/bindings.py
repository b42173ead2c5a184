"""Whose data a chat may see: its own person's, and that of up to five relatives who agreed.

A binding ends when it has not been used for a while: soon, unless it was agreed that the chat is remembered.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.records import people
from bot.records.models import ChatBinding, Consent
from bot.records.people import Reading

REMEMBERED_FOR = timedelta(days=30)
NOT_REMEMBERED_FOR = timedelta(minutes=30)
RELATIVES_AT_MOST = 5


def of_chat(session: Session, chat: str, now: datetime) -> list[ChatBinding]:
    """What the chat is bound to, its own person first, then relatives as they came."""
    found = session.scalars(
        select(ChatBinding)
        .where(ChatBinding.chat == chat)
        .order_by(ChatBinding.relative, ChatBinding.bound_at)
    )
    return [binding for binding in found if _lasts(binding, now)]


def of_person(session: Session, person_id: str, now: datetime) -> list[ChatBinding]:
    """The chats that see this person's data, oldest first."""
    found = session.scalars(
        select(ChatBinding).where(ChatBinding.person_id == person_id).order_by(ChatBinding.bound_at)
    )
    return [binding for binding in found if _lasts(binding, now)]


def has_room(session: Session, chat: str, now: datetime) -> bool:
    """Whether the chat may see one more relative."""
    return sum(binding.relative for binding in of_chat(session, chat, now)) < RELATIVES_AT_MOST


def bind(session: Session, chat: str, person_id: str, relative: bool, now: datetime) -> ChatBinding:
    """Lets the chat see this person's data. A chat has one person of its own: the last one proved."""
    if not relative:
        others = [b for b in of_chat(session, chat, now) if not b.relative and b.person_id != person_id]
        unbind(session, others, Reading(f"chat:{chat}", "换人", now))
    known = session.get(ChatBinding, (chat, person_id))
    if known is not None and not known.relative:
        relative = False
    agreed = consent_of(session, chat, person_id)
    binding = session.merge(
        ChatBinding(
            chat=chat,
            person_id=person_id,
            token=secrets.token_urlsafe(12),
            channel=chat.partition(":")[0],
            relative=relative,
            remembered=agreed is not None and agreed.agreed,
            bound_at=now,
            last_used_at=now,
        )
    )
    people.audit(session, Reading(f"chat:{chat}", "核对身份", now), "bind", person_id)
    return binding


def unbind(session: Session, ended: Iterable[ChatBinding], reading: Reading) -> None:
    """Ends bindings, and the consents they were kept by."""
    for binding in ended:
        people.audit(session, reading, "unbind", binding.person_id)
        session.execute(
            delete(Consent).where(Consent.chat == binding.chat, Consent.person_id == binding.person_id)
        )
        session.delete(binding)
    session.flush()


def consent_of(session: Session, chat: str, person_id: str) -> Consent | None:
    """What was answered when the chat was asked whether it may remember this person."""
    return session.scalar(select(Consent).where(Consent.chat == chat, Consent.person_id == person_id))


def consents_of(session: Session, person_id: str) -> Sequence[Consent]:
    """What was answered about remembering this person, latest first."""
    return session.scalars(
        select(Consent).where(Consent.person_id == person_id).order_by(Consent.at.desc())
    ).all()


def note_consent(session: Session, binding: ChatBinding, question: str, agreed: bool, now: datetime) -> None:
    """Keeps the answer. A relative who did not agree is not seen any longer."""
    reading = Reading(f"chat:{binding.chat}", "同意记住" if agreed else "不同意记住", now)
    if not agreed and binding.relative:
        unbind(session, [binding], reading)
        return
    binding.remembered = agreed
    _keep(session, binding.chat, binding.person_id, question, agreed, now)
    people.audit(session, reading, "consent", binding.person_id)


def note_agreed(session: Session, chat: str, person_id: str, how: str, now: datetime) -> None:
    """Keeps that a person agreed, elsewhere, to be seen from this chat."""
    if consent_of(session, chat, person_id) is None:
        _keep(session, chat, person_id, how, True, now)


def _keep(session: Session, chat: str, person_id: str, question: str, agreed: bool, now: datetime) -> None:
    session.add(Consent(person_id=person_id, chat=chat, question=question, agreed=agreed, at=now))
    session.flush()


def lapsed(session: Session, now: datetime) -> Sequence[ChatBinding]:
    """Bindings that have ended by not being used."""
    old = session.scalars(select(ChatBinding).where(ChatBinding.last_used_at < now - NOT_REMEMBERED_FOR))
    return [binding for binding in old if not _lasts(binding, now)]


def _lasts(binding: ChatBinding, now: datetime) -> bool:
    return now - binding.last_used_at <= (REMEMBERED_FOR if binding.remembered else NOT_REMEMBERED_FOR)
