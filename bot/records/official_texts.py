"""The official wording of documents, as it was imported."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.records.models import OfficialText

Stored = Literal["added", "replaced", "unchanged"]


def store(
    session: Session, document: str, articles: Mapping[str, str], sha256: str, source: str, now: datetime
) -> Stored:
    """Keeps a document's wording in the place of what was kept before. The same file again changes nothing."""
    kept = session.get(OfficialText, document)
    if kept is None:
        kept = OfficialText(document=document)
        session.add(kept)
        done: Stored = "added"
    elif kept.sha256 == sha256 and kept.articles == articles:
        return "unchanged"
    else:
        done = "replaced"
    kept.articles, kept.sha256, kept.source, kept.imported_at = dict(articles), sha256, source, now
    return done


def official_texts(session: Session) -> Mapping[str, OfficialText]:
    """Everything imported, by the document's key."""
    return {text.document: text for text in session.scalars(select(OfficialText))}


def wordings(session: Session) -> Mapping[str, Mapping[str, str]]:
    """Document key -> article name -> wording, for every imported document."""
    return {key: text.articles for key, text in official_texts(session).items()}
