"""What an analyst is told when a knowledge file is wrong."""

from pathlib import Path

import pytest

from bot.knowledge.files import KnowledgeError, read_yaml
from bot.knowledge.schema import Answers, Topic


def _write(folder: Path, text: str) -> Path:
    path = folder / "file.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml_1_2_keeps_no_a_word(tmp_path: Path) -> None:
    assert read_yaml(
        _write(tmp_path, "[{id: no, name: 012}]".replace("012", "'012'")), tuple[Topic, ...]
    ) == (Topic(id="no", name="012"),)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("answers:\n  - topic: ratio\n    topic: limit\n", 3, "两次"),
        ("answers:\n  - topic: ratio\n    status: sure\n    answer: 好\n", 3, "fixed"),
        ("answers:\n  - topic: ratio\n    status: fixed\n    anwser: 好\n", 2, "缺少"),
        ("answers: [\n", 2, "YAML"),
    ],
)
def test_an_error_names_line_and_expectation(tmp_path: Path, text: str, line: int, expected: str) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(KnowledgeError, match=expected) as caught:
        read_yaml(path, Answers)
    assert caught.value.line == line
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="没有这个文件"):
        read_yaml(tmp_path / "absent.yml", Answers)
