"""Brings a question into the documents' words: 门槛费 reads 起付线, 报消 reads 报销, 報銷 reads 报销."""

import re
from collections.abc import Iterable

from bot.knowledge.schema import Term
from bot.language import normalise

_SHORTEST_REPAIRED = 3
_NOISE = re.compile(
    r"请问一?下?|麻烦问?一?下?|你好|您好|我?想问一?下?|问一?下|谢谢|[\s,，。.?？!！、~…：:;；]+"
)

OPPOSITES = (
    ("慢病", "特病"),
    ("门慢", "门特"),
    ("在职", "退休"),
    ("职工", "居民"),
    ("一类", "二类"),
    ("Ⅰ类", "Ⅱ类"),
    ("I类", "II类"),
    ("省内", "跨省"),
    ("线上", "线下"),
    ("高血压", "糖尿病"),
    ("一级", "二级"),
    ("二级", "三级"),
    ("一级", "三级"),
)
"""Words that are close in every other sense and decide which rule is asked for."""


def opposed(one: str, other: str) -> bool:
    """Whether two read texts differ in such a word: the one says 慢病, the other 特病."""
    one, other = one.replace("慢特病", ""), other.replace("慢特病", "")
    for first, second in (*OPPOSITES, *((b, a) for a, b in OPPOSITES)):
        if first in one and second not in one and second in other and first not in other:
            return True
    return False


class Reader:
    """Reads questions with the glossary's help."""

    def __init__(self, glossary: tuple[Term, ...], left_out: Iterable[str]) -> None:
        """`left_out`: names of regions and documents, which say where to look and not what is asked."""
        names = "|".join(re.escape(normalise(name).lower()) for name in left_out)
        self._left_out = re.compile(f"({names})(省|自治区|文件?)?")
        self._term_of = {word: term.term for term in glossary for word in (*term.also, *term.typos)}
        self._term_of |= {term.term: term.term for term in glossary}
        words = sorted(map(re.escape, self._term_of), key=len, reverse=True)
        self._words = re.compile("|".join(words))
        self._long_terms = tuple(t.term for t in glossary if len(t.term) >= _SHORTEST_REPAIRED)

    def read(self, text: str) -> str:
        """The text in simplified characters, statutory terms in place of what people call them, no courtesies."""
        plain = _NOISE.sub(" ", self._left_out.sub(" ", normalise(text).lower())).strip()
        return self._words.sub(lambda found: self._term_of[found.group()], self._repair(plain))

    def _repair(self, text: str) -> str:
        """Restores a term in which one character has slipped (起负线), unless the words there are known ones."""
        for term in self._long_terms:
            for start in range(len(text) - len(term) + 1):
                window = text[start : start + len(term)]
                slips = sum(a != b for a, b in zip(window, term, strict=True))
                if slips == 1 and not self._words.search(window):
                    text = text[:start] + term + text[start + len(term) :]
        return text
