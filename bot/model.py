"""The trained dialogue model: named by the content it was trained from, made only when that changed."""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from bot.settings import ROOT, Settings

TRAINED_FROM = (
    "config.yml",
    "domain.yml",
    "data/jieba",
    "data/lookups",
    "data/nlu",
    "data/rules",
    "engine/components",
    "bot/language",
    "engine/requirements.lock",
)


class ModelError(Exception):
    """The dialogue model could not be trained; Rasa's own words stand above."""


def engine_python() -> Path:
    """The engine environment's interpreter."""
    return ROOT / "engine" / ".venv" / "bin" / "python"


def engine_environment(settings: Settings) -> dict[str, str]:
    """Environment variables of every engine process: where our actions are, quiet libraries."""
    return os.environ | {
        "ACTION_PORT": str(settings.action_port),
        "TRACKER_URL": settings.tracker_url or f"sqlite:///{settings.var_dir / 'trackers.db'}",
        "REDIS_URL": settings.redis_url or "",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",
        "PYTHONPATH": str(ROOT),
    }


def engine_command(settings: Settings, model: Path) -> list[str]:
    """Starts the engine with a model, reachable from this machine alone."""
    return [
        str(engine_python()), "-m", "engine", "run", "--model", str(model),
        "--interface", "127.0.0.1", "--port", str(settings.engine_port),
        "--enable-api", "--credentials", "credentials.yml",
    ]  # fmt: skip


def ensure_model(settings: Settings, console: Console) -> Path:
    """Path of the model for the present training content; trains it, visibly, if there is none yet.

    Raises `ModelError` when training fails.
    """
    name = content_hash()
    model = model_file(settings, name)
    if model.exists():
        console.print(f"Model {name} is up to date")
        return model
    console.print(f"Training model {name} (domain, data or configuration changed)")
    try:
        rasa(settings, "train", "--fixed-model-name", name, "--out", str(model.parent), patience=10)
    except subprocess.CalledProcessError:
        raise ModelError("Training failed; what Rasa said stands above.") from None
    return model


def model_file(settings: Settings, name: str) -> Path:
    """Where the model of that name is kept, once it is trained."""
    return settings.var_dir / "models" / f"{name}.tar.gz"


def rasa(settings: Settings, *arguments: str, patience: int = 0) -> None:
    """Runs one of Rasa's own commands in the engine's environment, its output shown.

    With `patience` (up to 19) it lets others go first, as `nice` does: an assistant that answers meanwhile.
    """
    subprocess.run(  # noqa: S603 - a command of our own
        ["nice", "-n", str(patience), str(engine_python()), "-m", "engine", *arguments],  # noqa: S607
        cwd=ROOT,
        env=engine_environment(settings),
        check=True,
    )


def content_hash() -> str:
    """Sixteen hex digits over everything the model depends on."""
    digest = hashlib.sha256()
    for path in _training_files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _training_files() -> Iterator[Path]:
    for name in TRAINED_FROM:
        path = ROOT / name
        if path.is_file():
            yield path
        else:
            yield from sorted(p for p in path.rglob("*") if p.suffix in {".yml", ".txt", ".py"})
