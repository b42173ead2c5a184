from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401
