"""What is asked: the question without region names, and whether it goes on with the last one."""

import re

from bot.dialogue.turn import Context, Turn
from bot.language import normalise
from bot.language.asking import asks
from bot.policy.library import PolicyLibrary
from bot.policy.reading import OPPOSITES

_WHETHER_IT_IS_COVERED = re.compile(
    r"^(?:那|这个?|我|俺|咱|他|她)*(?:能不能|可不可以|能|可以|给不给|给|算不算|算)(?:办|申请|评|纳入)?(?:个|上)?"
    r"(?:慢病|慢特病|特病|门特|门慢|大病|慢性病|门诊慢特病)?(?:不能|不|吗|么|嘛|啊|呀)*$"
)
"""能办不, 算慢病吗: what is left of a question when the disease was told before."""
_WHY = re.compile(
    r"^(这|那|这是|那是)?(为什么|为啥|凭什么|凭啥|什么原因|怎么回事|什么道理)(呢|啊|呀|这样|这么规定)*$"
)
_WHOM = re.compile(
    r"^(不懂|不明白|不清楚|弄不懂|搞不懂)?(的|了)?(那|那么)?(我|俺|咱)?(该|应该|得|要|能|可以)?(去|上|到|跟|再)?"
    r"((问|找)(谁|哪里?|哪儿|哪个(部门|单位|地方))(去|问|说)?|(哪里?|哪儿)(问|咨询|打听)(去|得到)?)(啊|呀|呢)*$"
)
_WHO_DECIDES = re.compile(
    r"^(那|那么)?(这个?|这些|这是|是|都是)*(由|归|听)?(谁|哪里?|哪个(部门|单位|地方))(来|给|说了)?(定|规定|决定|算|做主)的?(这个?|这些)?(啊|呀|呢)*$"
)
_OTHERS = re.compile(r"^(?:那|那么)?(?:别|其他|其它|另外|其余)的?.{0,4}呢$")
_REMARK = re.compile(r"[啊呀吧哦噢喔嘛]$")
_CORRECTS = re.compile(r"^(?:不对|说错|错了|不是.{1,6}是)")
CONTINUES = re.compile(rf"^(那|那么|还有|如果|要是|假如|换成|要|换|.{{1,4}}的话)|{_CORRECTS.pattern}|呢$")
LONGEST_CONTINUATION = 14
_ALONE = 0.45
"""A question that begins like a continuation fits so well alone that it is none."""
TOO_SHORT_ALONE = 4
_LONGEST_REMEMBERED = 60
_LONGEST_ADDED = 7
_TELLING = re.compile(
    r"[得了有患和还跟又也都被说俺咱妈爸娘爹她他您家老伴头太婆公奶爷]|同时|查出来?|诊断|这个?病"
    r"|人在|医保|社保|打工|务工|上班|做工|[住交子]"
)
_LONGEST_STORY = 9
_STATES = re.compile(r"\d|[一二三四五六七八九]成|对吧|没错|吧$|报|给|起付|额|比例|封顶|审|批|通过|院")
"""What is stated to be so, not told of oneself: 退休报九成."""
_WANTED = re.compile(
    r"[想要请问求帮查报怎不没唔冇未甚]|好多|还是|有[啊呀]?$|[啊吧]$|差别|流程|材料|政策|规定|比例|限额|额度|起付|封顶|复审|申请|办理|名单|电话|期限|时限"
)
"""What is wished to know, though nothing is asked."""
_BACK = re.compile(r"[回返]到?$")
_TREATED_THERE = re.compile(
    r"^(?:[那这][边里儿]|的?医院|的?药店)?(?:能|要|也|就|先|给)*"
    r"(?:看|买|拿|开药|配药|住院|透|复查|刷|报|结算|直接结|就医|化疗|打针)"
)
_APPLIES_TO_ME = re.compile(
    r"(?:管|适用|算上?|包括|覆盖)(?:不管|不)?(?:[我俺咱她他]|[我俺她他]们)(?:[妈爸爹娘]|[吗么不啊呀])*$"
)
"""管她不: what is left of whether one's own scheme is covered."""
_FILLER = re.compile(
    r"[\s，。？！,.?!不对错了参保喂哎诶嗯呢哩咧嘞啵噻啊呀吧嘛那么的地方这边省市人我是在换成要说看如果是]+"
)
_THE_SAME_THERE = re.compile(
    r"^[那这]?(?:边|头|里|儿|地方|块)?(?:呢|是不是|也|都|是|还|又)*(?:这样|一样|同样|这么(?:规定|定|办|回事|个说法))(?:规定|办|算)?"
    r"的?(?:吗|么|不|嘛|啵|吧|呀|啊)*$"
)
"""The last question, asked of another place."""


def question_of(
    turn: Turn, context: Context, elsewhere: str, outside: tuple[str, ...], library: PolicyLibrary
) -> tuple[str, str | None]:
    """The question without region names, and the one it continues where the two must be weighed together.

    `elsewhere` stands for the places that were named; `outside` are provinces that are not ours.
    """
    said = without_regions(turn, elsewhere, outside)
    if len(context.diseases) == 1 and _WHETHER_IT_IS_COVERED.match(bare_text(said)):
        return f"{context.diseases[0]}{said}", None
    if context.scheme and _APPLIES_TO_ME.search(bare_text(said)):
        return f"{context.scheme}医保 {said}", None
    previous = context.last_question
    if previous is None:
        return ("", None) if not _FILLER.sub("", said) else (said, None)
    asks_the_same = not _FILLER.sub("", said) or (
        turn.values("region") and _THE_SAME_THERE.match(bare_text(said))
    )
    if asks_the_same or asks_about_the_last(said) or _is_bare_answer(turn, context):
        return previous, None
    if (_tells_who(turn, bare_text(said)) and only_tells(turn)) or _OTHERS.match(bare_text(said)):
        return f"{previous} {said}", None
    if context.asked == "region" and turn.values("region") and _only_adds(said):
        return previous, None
    if not _goes_on(said, context, library):
        return said, None
    for one, other in OPPOSITES:
        for new, old in ((one, other), (other, one)):
            if new in said and old in previous and new not in previous:
                return previous.replace(old, new), None
    return said, previous


def _only_adds(said: str) -> bool:
    """Whether beside the region that we asked for hardly anything is said, and nothing asked: 白山的,我替她问."""
    return len(bare_text(said)) <= _LONGEST_ADDED and not asks(said)


def to_remember(turn: Turn, last: str | None, question: str, previous: str | None) -> str:
    """What a next turn in few words goes on with: a question that only continued another, with that other; after
    what asks nothing (我妈是居民, 各市自己定啊) still the last question."""
    if last and (only_tells(turn) or _only_remarks(turn.text)):
        return last
    together = f"{previous} {question}" if previous else question
    return together if len(together) <= _LONGEST_REMEMBERED else question


def _only_remarks(text: str) -> bool:
    return bool(_REMARK.search(bare_text(text))) and not asks(text)


def only_tells(turn: Turn) -> bool:
    """Whether a turn says who is asking and asks nothing: 俺是济宁的，得了糖尿病和高血压."""
    return bool(turn.mentions) and not _FILLER.sub("", _TELLING.sub("", _without_mentions(turn)))


def _without_mentions(turn: Turn) -> str:
    rest = turn.text
    for mention in sorted(turn.mentions, key=lambda m: -m.start):
        rest = rest[: mention.start] + rest[mention.end :]
    return rest


def introduces(turn: Turn) -> bool:
    """Whether somebody only says who and where they are: 你好,我是衡阳退休的."""
    told = turn.intent in ("inform", "greet") and turn.values("region") and not turn.values("amount")
    rest = "".join(_without_mentions(turn).split())
    in_few_words = len(bare_text(rest)) <= _LONGEST_STORY and not _STATES.search(rest)
    return bool(told and in_few_words and not asks(turn.text)) or only_tells(turn)


def only_states(turn: Turn) -> bool:
    """Whether something is told of somebody's case, and nothing asked: 我是湖南的，有高血压，办了慢特病."""
    return bool(turn.mentions) and not asks(turn.text) and not _WANTED.search(turn.text)


def _tells_who(turn: Turn, bare: str) -> bool:
    """Whether it is said where, or just how, somebody is insured; 居民呢 puts one word for another."""
    stated = not (bare.endswith("呢") or _CORRECTS.search(bare))
    return bool(turn.values("region") or (stated and (turn.values("scheme") or turn.values("employment"))))


def _is_bare_answer(turn: Turn, context: Context) -> bool:
    """Whether the turn only gives what we asked for: a region, in whatever words."""
    return context.asked == "region" and turn.intent == "inform"


def is_continuation(said: str) -> bool:
    bare = bare_text(said)
    if len(bare) <= TOO_SHORT_ALONE:
        return True
    return len(bare) <= LONGEST_CONTINUATION and bool(CONTINUES.search(bare))


def _goes_on(said: str, context: Context, library: PolicyLibrary) -> bool:
    """Whether a few words go on with the last question: they are no question of their own, or begin like a
    continuation and do not surely fit something alone (要公立的是吧, but not 要是没通过怎么办)."""
    bare = bare_text(said)
    if len(bare) <= TOO_SHORT_ALONE or bare.endswith("呢") or _CORRECTS.search(bare):
        return len(bare) <= LONGEST_CONTINUATION
    if len(bare) > LONGEST_CONTINUATION:
        return False
    alone = library.closeness(said, context.region)
    return alone < _ALONE if CONTINUES.search(bare) else not library.fits(said, context.region)


def without_regions(turn: Turn, instead: str = "", outside: tuple[str, ...] = ()) -> str:
    """The text with `instead` in the place of every region; where one goes back to is where one is insured, and one of
    the provinces `outside` that one is treated in is 外省."""
    text = turn.text
    for mention in sorted(turn.mentions, key=lambda m: -m.start):
        if mention.entity == "region" and mention.text == text[mention.start : mention.end]:
            before, after = text[: mention.start], text[mention.end :]
            if mention.value.partition("/")[0] in outside and _TREATED_THERE.match(after):
                named = "外省"
            else:
                named = "参保地" if not instead and _BACK.search(before) else instead
            text = f"{before}{named}{after}"
    return text.strip(" ，。,")


def bare_text(text: str) -> str:
    return re.sub(r"[\s，。？！,.?!、]+", "", normalise(text))


def asks_why(text: str) -> bool:
    """Whether all that is asked is why the last answer is so."""
    return _WHY.match(bare_text(text)) is not None


def asks_about_the_last(text: str) -> bool:
    return asks_why(text) or asks_whom(text) or asks_who_decides(text)


def asks_who_decides(text: str) -> bool:
    return _WHO_DECIDES.match(bare_text(text)) is not None


def asks_whom(text: str) -> bool:
    """Whether all that is asked is who can say more."""
    return _WHOM.match(bare_text(text)) is not None
