"""Brings a question into the documents' words: 门槛费 reads 起付线, 报消 reads 报销, 報銷 reads 报销."""

import re
from collections.abc import Iterable, Iterator

from bot.knowledge.schema import Term
from bot.language import normalise

_SHORTEST_REPAIRED = 3
_NOISE = re.compile(
    r"请问一?下?|麻烦问?一?下?|你好|您好|(我就?|就)?想(问|打听|了解|知道)(一?下)?|问一?下|打听(一下|个事儿?)?|请教(一下)?|谢谢|"
    r"(你|您)?(跟|给|帮)(你|您|我)?(说说|说|讲讲|讲)啊?|(我们|俺们|咱们|我|俺|咱)?(这|那)(边|头|儿|块儿|嘎达|旮旯)的?|"
    r"[\s,，。.?？!！、~…：:;；]+"
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

_CONDITIONS = {
    "没有处方": (
        r"(没有?|没得|无|冇|不用|不要|不凭|没开|不开|缺)(医生|医师|大夫)?(的|开的?|给?开)?(处方|方子|药方|药单)"
        r"|(处方|方子|药方)(都|也)?(没有?|没得|冇)"
    ),
    "没过药师": r"药师|审方",
    "多种病": (
        r"(两|2|多|几|俩|三|3)(种|个|样)(以上|及以上)?的?(慢特病|慢病|特病|病|Ⅱ类|二类)|俩病|几样病|第二[个种]病"
        r"|还有(个)?(高血压|糖尿病|冠心病|心脏病|别的病|其他病)|同时(患|得|有|办)|多病|又有|又得|再加一?[个种]"
    ),
    "非定点": r"非定点|没挂.{0,4}医保|没(有)?(刷|开通)医保|小诊所|私人诊所|黑诊所",
    "住院期间": r"住院(期间|时|的时候|[那这].{0,3}天|当中|中|里)|住进.{0,3}院|住着院|住进?院了|正住院",
    "过期": r"过期|超期|逾期|过了(期|日子|时间)|忘(了|记)|错过|没(及时|按时|赶上)|晚了",
    "没通过": r"没(有)?(通过|批|过|给过|评上)|不(通过|批|给批|合格|服|满意|认可)|被(拒|退回|驳回|刷)|异议|申诉|复核",
    "作假": r"假|伪造|冒名|冒用|骗|套取|作弊|造病历|编(病历|材料)",
    "卖药": r"(转|倒|拿去|再)卖|卖(药|掉|给)",
    "超限额": r"超(了|过|出|支)?.{0,4}(限额|额度|封顶|上限)|(限额|额度|封顶线?)(用|花)?(完|光|超)",
    "外省": r"跨省|外省|省外|出省|别的省|其他省|异省|外地",
    "举报": r"举报|投诉|揭发",
    "没达标": r"(没有?|未|不)(达到?|够|满足)(标准|门槛|条件|上)?|够不上|不够(格|上)|没到(标准|慢特病)|达不到",
    "拓展病种": r"拓展",
    "目录外": r"(目录|单子|名单)[里上]?(之外|以外|外|没有|没得|没了)",
    "进目录": r"(进|入|收进|列进|纳入).{0,8}(目录|范围|单子|名单)|(目录|范围|单子|名单).{0,4}(条件|门槛)",
    "指什么": r"指病种目录|指(的是)?什么|是什么意思|什么叫|算什么病",
    "复审期间": r"复审(的|那段|这段)?(期间|过程|时候|当中|中|时)|正在复审|等复审",
}
_EITHER = tuple(dict.fromkeys(word for pair in OPPOSITES for word in pair))
_OPPOSED = 0.2
_UNLIKE = 0.1


def marks(text: str) -> frozenset[str]:
    """What decides which rule a read text asks for: words that have an opposite, and conditions."""
    bare = text.replace("慢特病", "")
    conditions = (name for name, words in _CONDITIONS.items() if re.search(words, text))
    return frozenset(word for word in _EITHER if word in bare) | frozenset(conditions)


def difference(asked: frozenset[str], phrasing: frozenset[str]) -> float:
    """What likeness loses where the marks differ: likeness must not decide between opposites, nor between
    a thing and the same thing under a condition (药店买药, 没有处方去药店买药)."""
    opposed = any(
        one in asked and other not in asked and other in phrasing and one not in phrasing
        for pair in OPPOSITES
        for one, other in (pair, pair[::-1])
    )
    return _OPPOSED * opposed + _UNLIKE * len((asked ^ phrasing) & _CONDITIONS.keys())


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
        long_terms = [t.term for t in glossary if len(t.term) >= _SHORTEST_REPAIRED]
        self._slipped = {but_one: term for term in long_terms for but_one in _with_a_gap(term)}
        self._halves = {half for term in long_terms for half in _halves(term)}
        self._lengths = tuple(sorted({len(term) for term in self._slipped.values()}, reverse=True))

    def read(self, text: str) -> str:
        """The text in simplified characters, statutory terms in place of what people call them, no courtesies."""
        plain = _NOISE.sub(" ", self._left_out.sub(" ", normalise(text).lower())).strip()
        return self._words.sub(lambda found: self._term_of[found.group()], self._repair(plain))

    def _repair(self, text: str) -> str:
        """Restores a term in which one character has slipped (起负线), unless the words there are known ones."""
        for length in self._lengths:
            for start in range(len(text) - length + 1):
                window = text[start : start + length]
                if not any(half in self._halves for half in _halves(window)):
                    continue  # one slip leaves one half as it was
                term = next((self._slipped[gap] for gap in _with_a_gap(window) if gap in self._slipped), None)
                if term and term != window and not self._words.search(window):
                    text = text[:start] + term + text[start + length :]
        return text


def _halves(word: str) -> tuple[str, str]:
    middle = len(word) // 2
    return word[:middle], word[middle:]


def _with_a_gap(word: str) -> Iterator[str]:
    """The word with each of its characters left open in turn."""
    for position in range(len(word)):
        yield f"{word[:position]}_{word[position + 1 :]}"
