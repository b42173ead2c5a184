"""Official wording: how two are compared, and how one is shown."""

import re
import unicodedata
from collections.abc import Mapping

Articles = Mapping[str, str]
"""Article name -> its wording, in the document's order."""

_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "。": ".", "、": ",", "﹣": "-", "—": "-"})
_MARKUP = re.compile(r"\*\*|^[^\S\n#]*#*[^\S\n]*(?:- +)?|[^\S\n]+$", re.MULTILINE)


def plain(text: str) -> str:
    """The text without the differences that nobody sees: full width, soft hyphens and other invisible signs."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def fold(text: str) -> str:
    """The text for comparing: white space, emphasis and the shape of punctuation do not matter either."""
    return "".join(plain(text).translate(_QUOTES).split()).replace("*", "")


def readable(wording: str) -> str:
    """The wording for people: as it stands, without marks of layout and empty lines."""
    return re.sub(r"\n{2,}", "\n", _MARKUP.sub("", wording)).strip()
