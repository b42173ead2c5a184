"""Changes the model of the running engine, and changes it back if the new one does not answer.

Rasa loads a model beside the one in use and then exchanges them; turns that are under way end with the old one, and
those that come in meanwhile wait. So long as that takes less than ENGINE_TIMEOUT, nobody notices.
"""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from bot.model import model_file
from bot.settings import Settings

LOAD_SECONDS = 120.0
ASKED, INTENT = "湖南退休职工门诊慢特病报多少", "ask_policy"
"""What any model of ours understands."""


class RolloutError(Exception):
    """The model was not changed; the message says why and what is in use."""


def roll_out(settings: Settings, model: Path) -> str:
    """Puts the model into the engine; the name of the one before. Raises RolloutError, the old model back in use."""
    if not model.is_file():
        kept = ", ".join(sorted(path.name.partition(".")[0] for path in model.parent.glob("*.tar.gz")))
        raise RolloutError(f"There is no model {model.name}; there are: {kept}")
    previous = Path(str(_ask(settings, "GET", "/status")["model_file"])).name.partition(".")[0]
    try:
        _ask(settings, "PUT", "/model", {"model_file": str(model.resolve())})
        understood = _ask(settings, "POST", "/model/parse", {"text": ASKED})["intent"]["name"]
    except RolloutError:
        understood = None
    if understood == INTENT:
        return previous
    _ask(settings, "PUT", "/model", {"model_file": str(model_file(settings, previous).resolve())})
    raise RolloutError(
        f"{model.name} does not understand {ASKED} ({understood}); {previous} is in use again."
    )


def _ask(settings: Settings, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{settings.engine_url}{path}",
        json.dumps(body).encode() if body else None,
        {"Content-Type": "application/json"},
        method=method,
    )
    try:
        with urllib.request.urlopen(request, timeout=LOAD_SECONDS) as response:  # noqa: S310
            return json.loads(response.read() or b"null")
    except (urllib.error.URLError, TimeoutError, OSError) as error:
        raise RolloutError(f"The engine on port {settings.engine_port} does not take it: {error}") from error
