from tests.conftest_database import migrated_sqlite, sqlite_database  # noqa: F401
from tests.dialogue.costs import costs, parameters, recognition, talk  # noqa: F401
