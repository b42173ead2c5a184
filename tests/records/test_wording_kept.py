"""Official wording in the database: kept once, replaced by a new version."""

from datetime import UTC, datetime, timedelta

from bot.records.database import Database
from bot.records.official_texts import official_texts, store, wordings

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ARTICLES = {"第二条": "乙。\n", "第十条": "癸。\n", "第一条": "甲。\n"}


def _store(database: Database, articles: dict[str, str], sha256: str, now: datetime) -> str:
    with database.transaction() as session:
        return store(session, "some", articles, sha256, "办法.txt", now)


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    assert _store(database, ARTICLES, "a" * 64, NOW) == "added"
    assert _store(database, ARTICLES, "a" * 64, LATER) == "unchanged"
    with database.transaction() as session:
        kept = official_texts(session)["some"]
    assert (kept.imported_at, kept.source, kept.sha256) == (NOW, "办法.txt", "a" * 64)


def test_a_new_version_replaces_the_old_one(database: Database) -> None:
    _store(database, ARTICLES, "a" * 64, NOW)
    assert _store(database, {"第一条": "新的。"}, "b" * 64, LATER) == "replaced"
    with database.transaction() as session:
        assert wordings(session) == {"some": {"第一条": "新的。"}}
        assert official_texts(session)["some"].imported_at == LATER


def test_articles_keep_the_documents_order(database: Database) -> None:
    _store(database, ARTICLES, "a" * 64, NOW)
    with database.transaction() as session:
        assert list(wordings(session)["some"]) == list(ARTICLES)
