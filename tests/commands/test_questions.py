"""`bot questions` at the command line."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.app import open_database
from bot.cli import app
from bot.clock import system_clock
from bot.commands.common import console
from bot.records.migrations import migrate
from bot.records.models import Question
from bot.settings import Settings


@pytest.fixture(autouse=True)
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two questions asked alike, today and yesterday, and one that was voted down."""
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bot.db'}")
    monkeypatch.setattr(console, "width", 200)  # made when it was imported, whichever test did that
    migrate(Settings().database_url)
    with open_database(Settings()).transaction() as session:
        session.add(a_question("药能寄到家吗"))
        session.add(a_question("药能不能寄到家", days_ago=1))
        session.add(a_question("[b]报多少[/b]", status="fixed", unanswered=False, unhelpful=True))


def a_question(text: str, days_ago: int = 0, **changes: object) -> Question:
    fields: dict[str, object] = {
        "at": system_clock() - timedelta(days=days_ago), "line": None, "text": text, "region": "湖南",
        "topic": "ratio", "intent": "ask_policy", "confidence": 0.9, "status": "silent", "unanswered": True,
        "candidates": [],
    }  # fmt: skip
    return Question(**{**fields, **changes})


def shown(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["questions", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_groups_with_count_region_reason_and_file() -> None:
    output = shown()
    row = next(line for line in output.splitlines() if "药能寄到家吗" in line)
    assert all(part in row for part in ("2", "湖南 2", "文件没写 2", "knowledge/regions/hunan/answers.yml"))
    assert "[b]报多少[/b]" in output
    assert "Groups: 2. Questions: 3." in output


def test_since_reason_and_limit() -> None:
    assert "Groups: 1. Questions: 1." in shown("--reason", "unhelpful")
    assert "Groups: 2. Questions: 2." in shown("--since", f"{system_clock():%Y-%m-%d}")
    assert "报多少" not in shown("--limit", "1")


def test_an_unknown_reason_is_told_which_there_are() -> None:
    result = CliRunner().invoke(app, ["questions", "--reason", "nonsense"])
    assert result.exit_code == 2
    assert "not_understood" in result.output
