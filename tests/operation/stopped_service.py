"""The service in a process of its own, to be told to stop.

`python -m tests.operation.stopped_service VAR_DIR SECONDS`: what is under way is given so many seconds.
"""

import sys
from pathlib import Path
from unittest.mock import Mock

import bot.app
from bot.app import Service, run
from bot.records.migrations import migrate
from bot.settings import Settings


def main() -> None:
    """Serves the public side; the assistant behind the engine takes long to load and is left out."""
    folder, bot.app.FINISH_WITHIN = Path(sys.argv[1]), float(sys.argv[2])
    settings = Settings(_env_file=None, var_dir=folder, database_url=f"sqlite:///{folder}/bot.db")
    migrate(settings.database_url)
    Service.assistant = Mock()  # type: ignore[assignment]
    bot.app.add_console_routes = Mock()
    run(settings, frozenset({"web", "actions"}))


if __name__ == "__main__":
    main()
