"""The stock assistant's project, made from ours: the same intents and rules, every action of ours an empty one.

Of our examples it learns a sample, for few epochs: DIET takes minutes of processor time for each epoch over all.
What a turn takes depends on neither the epochs nor the number of examples; the words that only the others use make the
stock model a little smaller, and so, if anything, faster.
"""

import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.model import engine_python
from bot.settings import ROOT

HERE = Path(__file__).parent
KEPT = ROOT / "var" / "stock"
CANNED = ("greet", "goodbye", "thanks", "help", "chitchat")
EMPTY = "action_empty"
EXAMPLES = 100
"""Of each intent, at most."""
EPOCHS = 5
"""Of Rasa's default of 100."""

_yaml = YAML(typ="safe", pure=True)
_yaml.default_flow_style = False


def stock_project(action_port: int) -> Path:
    """The folder of the project, written anew."""
    folder = KEPT / "project"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "data", folder / "data", ignore=shutil.ignore_patterns("nlu"))
    _write(folder / "data/nlu.yml", _examples())
    config = _read(HERE / "config.yml")
    for part in (*config["pipeline"], *config["policies"]):
        if "epochs" in part:
            part["epochs"] = EPOCHS
    rules = _read(ROOT / "data/rules/turns.yml")
    for rule in rules["rules"]:
        intent, action = rule["steps"]
        action["action"] = f"utter_{intent['intent']}" if intent["intent"] in CANNED else EMPTY
    domain = _read(ROOT / "domain.yml")
    _write(folder / "config.yml", config)
    _write(folder / "data/rules/turns.yml", rules)
    shutil.copy(HERE / "stories.yml", folder / "data/stories.yml")
    _write(folder / "domain.yml", domain | {"actions": [EMPTY]})
    _write(folder / "credentials.yml", {"rest": None})
    _write(folder / "endpoints.yml", {"action_endpoint": {"url": f"http://127.0.0.1:{action_port}/webhook"}})
    return folder


def stock_model(project: Path) -> Path:
    """The project's model, trained if there is none yet of the same content; `seconds_of` it says how long."""
    model = KEPT / f"{_content(project)}.tar.gz"
    if not model.exists():
        begun = time.monotonic()
        command = ["train", "--fixed-model-name", model.name.removesuffix(".tar.gz"), "--out", str(KEPT)]
        subprocess.run(stock_rasa(*command), cwd=project, env=stock_environment(), check=True)  # noqa: S603
        seconds_of(model).write_text(f"{time.monotonic() - begun:.0f}")
    return model


def seconds_of(model: Path) -> Path:
    """The file that says how many seconds the training took."""
    return model.with_suffix(".seconds")


def stock_rasa(*arguments: str) -> list[str]:
    """The command line of stock Rasa, without our launcher."""
    return [str(engine_python()), "-m", "rasa", *arguments]


def stock_environment() -> dict[str, str]:
    """As anybody would start it, but quiet."""
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    return os.environ | quiet


def _examples() -> dict[str, Any]:
    """Every so many of each intent's examples."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for group in _read(path)["nlu"]:
            found.setdefault(group["intent"], []).extend(group["examples"].splitlines())
    taken = {intent: lines[:: -(-len(lines) // EXAMPLES)] for intent, lines in found.items()}
    groups = [{"intent": intent, "examples": "\n".join(lines)} for intent, lines in taken.items()]
    return {"version": "3.1", "nlu": groups}


def _content(project: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(project.rglob("*.yml")):
        if path.name != "endpoints.yml":
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _read(path: Path) -> Any:
    return _yaml.load(path.read_text(encoding="utf-8"))


def _write(path: Path, content: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        _yaml.dump(content, file)
