"""`bot policies`: importing, listing and showing official wording, as an operator does it."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.knowledge.official_files import OfficialTextError
from bot.settings import ROOT
from tests.conftest_database import migrated_sqlite  # noqa: F401

DOCUMENT = (
    "{{key: {key}, number: 某〔2022〕5号, title: 某办法, issuer: 某局, schemes: [职工], status: in_force}}"
)
ARTICLES = """
- {article: 第一条, heading: 谁, says: 管职工。, evidence: [管职工]}
- {article: 第二条, heading: 多久, says: 当天办完。, evidence: [当天办完]}
"""
TEXT = "某〔2022〕5号\n某办法\n各县：\n第一条　本办法管职工。\n第二条　认定当天办完。\n"


@pytest.fixture
def folder(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> Path:  # noqa: F811
    """Where an operator works: a small knowledge with one document per region, and an empty database."""
    knowledge = tmp_path / "knowledge"
    for name in ("topics", "statuses", "glossary", "nation", "scope"):
        _write(knowledge / f"{name}.yml", "[]")
    _write(knowledge / "regions.yml", (ROOT / "knowledge/regions.yml").read_text(encoding="utf-8"))
    for region in ("jiangxi", "hunan", "jilin", "shandong", "neimenggu"):
        _write(knowledge / "regions" / region / "documents.yml", f"[{DOCUMENT.format(key=region)}]")
        _write(knowledge / "regions" / region / "articles.yml", ARTICLES)
        _write(knowledge / "regions" / region / "answers.yml", "answers: []")
    shutil.copy(migrated_sqlite, tmp_path / "bot.db")
    monkeypatch.setenv("KNOWLEDGE_DIR", str(knowledge))
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'bot.db'}")
    _write(tmp_path / "办法.txt", TEXT)
    return tmp_path


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _bot(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policies", *arguments])


def test_importing_says_what_it_did_and_again_that_nothing_changed(folder: Path) -> None:
    file = str(folder / "办法.txt")
    assert "hunan: added" in _bot("import", file, "--document", "hunan").output
    assert "hunan: unchanged" in _bot("import", file, "--document", "hunan").output
    _write(folder / "办法.txt", TEXT + "第二条之后没有别的。\n")
    assert "hunan: replaced" in _bot("import", file, "--document", "hunan").output


def test_the_list_shows_what_is_imported_and_what_is_missing(folder: Path) -> None:
    _bot("import", str(folder / "办法.txt"), "--document", "hunan")
    lines = {line.split()[1]: line for line in _bot("list").output.splitlines() if line.startswith("│")}
    assert "办法.txt" in lines.pop("hunan")
    assert lines
    assert all("missing" in line for line in lines.values())


def test_an_article_is_shown_as_it_was_imported(folder: Path) -> None:
    assert _bot("show", "hunan", "第一条").exit_code == 1
    _bot("import", str(folder / "办法.txt"), "--document", "hunan")
    assert _bot("show", "hunan", "第一条").output == "第一条　本办法管职工。\n"
    assert "第二条" in _bot("show", "hunan", "第九条").output


def test_another_text_is_refused_and_nothing_is_kept(folder: Path) -> None:
    _write(folder / "办法.txt", TEXT.replace("当天", "三天"))
    refused = _bot("import", str(folder / "办法.txt"), "--document", "hunan")
    assert isinstance(refused.exception, OfficialTextError)
    assert "第二条：应有“当天办完”" in str(refused.exception)
    assert _bot("show", "hunan", "第二条").exit_code == 1


def test_an_unknown_document_is_answered_with_those_there_are(folder: Path) -> None:
    refused = _bot("import", str(folder / "办法.txt"), "--document", "other")
    assert refused.exit_code == 2
    assert "hunan" in refused.output
