"""What Rasa makes of the buttons that stand in domain.yml."""

import json
import urllib.request
import uuid

import pytest
from conftest import Running


@pytest.mark.engine
def test_region_buttons_are_no_templates_with_blanks(running: Running) -> None:
    body = json.dumps({"sender": uuid.uuid4().hex, "message": "你好"}).encode()
    request = urllib.request.Request(
        f"{running.url}/webhooks/rest/webhook", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        buttons = json.load(response)[0]["buttons"]
    assert {"title": "湖南", "payload": '/inform{"region": "湖南"}'} in buttons
    assert "interpolat" not in (running.var / "engine.log").read_text()
