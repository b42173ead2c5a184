from tests.conftest_database import (  # noqa: F401
    database,
    migrated_postgres,
    migrated_sqlite,
    postgres,
    postgres_server,
    sqlite_database,
)
