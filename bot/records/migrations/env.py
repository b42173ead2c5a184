"""Alembic's entry: runs the migrations on the database it was handed, in one transaction."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

from bot.records.database import engine_for
from bot.records.models import Base


def _schema_type(_kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Migrations name the stored type, not our wrappers, so that they stay true when those change."""
    implementation = getattr(item, "impl_instance", None)
    if implementation is None:
        return False
    return "sa." + repr(implementation)


engine = engine_for(context.config.attributes["database_url"])
with engine.begin() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=_schema_type,
        render_as_batch=connection.dialect.name == "sqlite",
        transactional_ddl=True,
    )
    if connection.dialect.name == "postgresql":  # services that start together take turns, as SQLite's do
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('migrations'))"))
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
