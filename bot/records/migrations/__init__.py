"""The database's schema, step by step (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.records.database import engine_for


class SchemaError(Exception):
    """The database cannot be used as it is; the message says what to do."""


def migrate(database_url: str, to: str = "head") -> None:
    """Bring the database to the newest schema, or forward or back to one step (`0006`, `base`).

    Does nothing where it is already there. Back: what only newer tables and columns hold is lost.
    """
    settings = config(database_url)
    steps = ScriptDirectory.from_config(settings)
    if to not in {"head", "base", *(step.revision for step in steps.walk_revisions())}:
        raise SchemaError(f"There is no step {to}; the newest is {steps.get_current_head()}.")
    if to == "head" or to not in _steps_up_to(steps, present(database_url)):
        command.upgrade(settings, to)
    else:
        command.downgrade(settings, to)


def present(database: Engine | str) -> str | None:
    """The step the database is at; None where it has no schema at all. Raises SchemaError where it cannot be asked."""
    engine = engine_for(database) if isinstance(database, str) else database
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
        raise SchemaError(f"The database cannot be reached (see DATABASE_URL): {said[0]}") from error
    finally:
        if isinstance(database, str):
            engine.dispose()


def require_newest(engine: Engine) -> None:
    """Raises SchemaError unless the database has the schema of this version."""
    steps = ScriptDirectory.from_config(config(str(engine.url)))
    there, newest = present(engine), steps.get_current_head()
    if there == newest:
        return
    if there is None:
        raise SchemaError("The database has no tables yet. Run `bot migrate` first.")
    if there not in {step.revision for step in steps.walk_revisions()}:
        raise SchemaError(
            f"The database is at step {there}, which this version does not know: it was made by a newer one. "
            "Start the newer version, or bring the database back with it: `bot migrate --to STEP`."
        )
    raise SchemaError(f"The database is at step {there}, and {newest} is needed. Run `bot migrate` first.")


def config(database_url: str) -> Config:
    """Alembic's configuration for these migrations on one database."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["database_url"] = database_url
    return settings


def _steps_up_to(steps: ScriptDirectory, there: str | None) -> set[str]:
    if there is None:
        return set()
    return {"base", *(step.revision for step in steps.iterate_revisions(there, "base"))}
