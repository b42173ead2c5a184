"""What a turn tells of the person it is about, whatever it asks for."""

import re
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.turn import Context, Mention, Turn

_PERSON_RIGHT_AFTER = re.compile(
    r"的?(?:老师|老?(?:职工|师傅|教师|医生|护士|工人|干部|嗲嗲?|大爷|大妈|大叔|阿姨|顾客|病人|患者|同志))"
)
_PERSON_JUST_BEFORE = re.compile(r"[我俺咱他她爸妈爹娘爷奶公婆伴](?!们)[^，,。？?！!\s吗么]{0,8}$")
_AT_WORK_MYSELF = re.compile(r"我(?:自己)?(?:还|也|正|都)*在?(?:上着?班|职|岗)[^。;；]{0,12}我自己")
"""Of oneself, whatever is told of others: 老伴退休了我还在岗，说的是我自己."""
_RETIRED_OR_NOT = re.compile(
    r"退没退|退不退休|退(?:休|了)+(?:还是|或者?)(?:没|在职|上班|在岗)|(?:在职|在岗|上班)的?(?:还是|或者?)(?:已经|都)?退|退休了?没(?!有退)(?:退|[,，。?？]|$)"
)
_NOT_SO_YET = re.compile(
    r"算不|是不是|是否|不知|不晓|不清|要是|如果|假如|若|万一|快|等|没|还差|将|准备|要不|打算|想"
)
_WORKPLACE = re.compile(r"(?:厂|局|校|公司|单位|矿|铁路|供销社|粮站|车队|商店)(?:里|上)?$")
_PAUSES = re.compile(r"[,，。;；、!！?？\s]")
_ABOUT_ONESELF = ("region", "scheme", "employment")
_SINCE = re.compile(r"了?(?:以后|之后|以前|之前|后|前|的呢|呢)")


def with_what_was_said(turn: Turn, context: Context) -> Context:
    """Diseases, and the employment of the person it is about, are kept whatever the errand is."""
    return replace(
        context,
        diseases=turn.values("disease") or context.diseases,
        employment=_own_employment(turn) or context.employment,
    )


def _own_employment(turn: Turn) -> str | None:
    """The employment told of a person (我是湘潭退休的, 俺妈退休了), or all that was said; none where both are compared,
    it is only imagined (要是我退休) or still to come."""
    employments = turn.values("employment")
    if _RETIRED_OR_NOT.search(turn.text):
        return None
    if _AT_WORK_MYSELF.search(turn.text):
        return "在职"
    if len(employments) != 1:
        return employments[0] if employments and turn.intent == "inform" else None
    mention = next(m for m in turn.mentions if m.entity == "employment")
    before, after = turn.text[: mention.start], turn.text[mention.end :]
    named = _PERSON_JUST_BEFORE.search(before) or _PERSON_RIGHT_AFTER.match(after)
    of_a_person = named or _is_a_clause(turn, mention) or (_WORKPLACE.search(before) and after[:1] == "的")
    led_by = _PAUSES.split(before)[-1]
    told = of_a_person and not _NOT_SO_YET.search(led_by) and not _SINCE.match(after)
    return employments[0] if told or turn.intent == "inform" else None


def _is_a_clause(turn: Turn, mention: Mention) -> bool:
    """Whether the mention, with the place and scheme at most, is a clause of its own: 湖南益阳,退休,想问…"""
    pauses = [0, *(m.end() for m in _PAUSES.finditer(turn.text)), len(turn.text) + 1]
    begin, end = next((a, b - 1) for a, b in pairwise(pauses) if a <= mention.start < b)
    told = sum(
        m.end - m.start for m in turn.mentions if begin <= m.start < end and m.entity in _ABOUT_ONESELF
    )
    return (begin, end) != (0, len(turn.text)) and end - begin - told <= 1
