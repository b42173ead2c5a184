"""Notices a figure that a question takes for granted and the document does not: 不是30天，是10日."""

import re

from bot.knowledge.figures import Figure, figures

_TAKEN_FOR_GRANTED = re.compile(
    r"是吗|对吗|对吧|是吧|对不对|对不|是不是|就行|就可以|听说|听人|说是|有人说|没错|不是.+吗|吧$"
)
_SAME_KIND = {"workday": "day"}


def correction(question: str, answer: str) -> str:
    """A sentence that puts the question's figure right by the answer's; empty where there is nothing to correct.

    Only figures with a unit are compared, kind by kind, and only in a question that asks for assent.
    """
    if not _TAKEN_FOR_GRANTED.search(question):
        return ""
    right = _by_kind(answer)
    for kind, claimed in _by_kind(question).items():
        stated = right.get(kind, [])
        if stated and not {f.value for f in claimed} & {f.value for f in stated}:
            correct = "、".join(dict.fromkeys(f.text for f in stated))
            return f"不是{claimed[0].text}，是{correct}"
    return ""


def _by_kind(text: str) -> dict[str, list[Figure]]:
    found: dict[str, list[Figure]] = {}
    for figure in figures(text):
        if figure.kind not in (None, "count", "level", "year"):
            found.setdefault(_SAME_KIND.get(figure.kind, figure.kind), []).append(figure)
    return found
