"""Reads one YAML file of `knowledge/` and says in plain words what is wrong with it."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

T = TypeVar("T")

_EXPECTED = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项，请检查拼写",
    "string_type": "应为文字（像数字的文字要加引号）",
    "literal_error": "应为以下之一：{expected}",
    "tuple_type": "应为列表",
    "list_type": "应为列表",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "date_type": "应为日期，如 2024-01-01",
    "date_parsing": "应为日期，如 2024-01-01",
    "date_from_datetime_parsing": "应为日期，如 2024-01-01",
    "decimal_parsing": '应为数，写成文字以免误差，如 "0.80"',
    "decimal_type": '应为数，写成文字以免误差，如 "0.80"',
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "too_short": "至少要有 {min_length} 项",
    "model_type": "应为由“键: 值”组成的一条记录",
    "model_attributes_type": "应为由“键: 值”组成的一条记录",
    "dict_type": "应为由“键: 值”组成的一条记录",
}


class KnowledgeError(Exception):
    """A knowledge file cannot be used. The message names file, line, key and what is expected."""

    def __init__(self, file: Path, line: int | None, key: str, expected: str) -> None:
        self.file, self.line, self.key, self.expected = file, line, key, expected
        place = f"{file}" + (f" 第{line}行" if line else "") + (f" {key}" if key else "")
        super().__init__(f"{place}：{expected}")


def read_yaml(path: Path, model: type[T] | TypeAdapter[T]) -> T:
    """The file's content as `model`: a pydantic model, any annotation, or a `TypeAdapter`.

    YAML 1.2 (`no` is a word), duplicate keys rejected. Raises `KnowledgeError` for the first thing wrong.
    """
    adapter = model if isinstance(model, TypeAdapter) else TypeAdapter(model)
    try:
        return adapter.validate_python(_parse_quickly(path))
    except ValidationError as error:
        raise _slip(path, _parse(path), error.errors()[0]) from error


def slips(path: Path, model: type[T]) -> list[KnowledgeError]:
    """Everything that keeps `read_yaml` from reading the file."""
    try:
        tree = _parse(path)
        TypeAdapter(model).validate_python(tree)
    except KnowledgeError as error:
        return [error]
    except ValidationError as error:
        found = error.errors()
        return [_slip(path, tree, details) for details in found if not _follows(details, found)]
    return []


def _follows(details: ErrorDetails, others: list[ErrorDetails]) -> bool:
    """Whether it is only said because something inside is wrong."""
    place = details["loc"]
    return any(other["loc"][: len(place)] == place and len(other["loc"]) > len(place) for other in others)


def _slip(path: Path, tree: Any, details: ErrorDetails) -> KnowledgeError:
    template = _EXPECTED.get(details["type"], details["msg"].removeprefix("Value error, "))
    known = details["type"] in _EXPECTED
    expected = template.format_map(details.get("ctx", {})) if known else template
    unsaid = details["type"] == "missing" or isinstance(details["input"], dict | list)
    given = "" if unsaid else f"（现在是：{str(details['input'])[:60]}）"
    location = tuple(details["loc"])
    return KnowledgeError(path, _line(tree, location), _dotted(location), expected + given)


def _parse_quickly(path: Path) -> Any:
    """As `_parse`, in a sixth of the time, but without the lines: the parser in C, where it is installed."""
    try:
        return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, YAMLError):  # it is stricter, too: not everything it refuses is wrong
        return _parse(path)


def _parse(path: Path) -> Any:
    try:
        return YAML(typ="rt", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KnowledgeError(path, None, "", "没有这个文件") from error
    except UnicodeDecodeError as error:
        raise KnowledgeError(path, None, "", "文件编码应为 UTF-8") from error
    except DuplicateKeyError as error:
        raise KnowledgeError(path, _mark_line(error), "", "同一个键写了两次") from error
    except MarkedYAMLError as error:
        raise KnowledgeError(path, _mark_line(error), "", f"YAML 写法有误：{error.problem}") from error


def _mark_line(error: MarkedYAMLError) -> int | None:
    return error.problem_mark.line + 1 if error.problem_mark else None


def _line(tree: Any, location: tuple[str | int, ...]) -> int | None:
    """Line (from 1) of the deepest part of `location` that the file really has."""
    line: int | None = None
    for part in location:
        if isinstance(tree, CommentedMap) and part in tree:
            line = tree.lc.value(part)[0] + 1
        elif isinstance(tree, CommentedSeq) and isinstance(part, int) and part < len(tree):
            line = tree.lc.item(part)[0] + 1
        elif isinstance(tree, CommentedMap | CommentedSeq):
            continue
        else:
            break
        tree = tree[part]
    return line


def _dotted(location: tuple[str | int, ...]) -> str:
    """`answers` `3` `topic` as `answers[4].topic`: an analyst counts from one."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return text.lstrip(".")
