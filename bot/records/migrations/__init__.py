"""The database's schema, step by step (Alembic)."""

from pathlib import Path

from alembic import command
from alembic.config import Config


def migrate(database_url: str) -> None:
    """Bring the database to the newest schema; does nothing where it is already there."""
    command.upgrade(config(database_url), "head")


def config(database_url: str) -> Config:
    """Alembic's configuration for these migrations on one database."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    settings.attributes["database_url"] = database_url
    return settings
