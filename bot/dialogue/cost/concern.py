"""Whether a turn is about a sum of one's own or about the rule: "600能报多少" against "湖南退休报多少"."""

import re
from dataclasses import replace

from bot.dialogue.cost.reading.changes import NOT_KNOWN
from bot.dialogue.turn import Turn
from bot.language import normalise
from bot.language.asking import asks

_ASKS_FOR_A_SUM = re.compile(
    r"报|返|付|担|掏|贴|出多少|算|负担|自费|自付|拿回|[给退][我俺他她]?(?:得|回)*(?:多少|几|好多)|(?:还|能)给(?:不|吗|么|嘛|[?。]?$)"
)
_ASKS_TO_COMPUTE = re.compile(
    r"算|(?<!评)估|大概|花|负担|自己.{0,4}[掏出付]|(?:[我俺咱他她]|[爸妈爹娘爷奶伴])[^,，。]{0,4}(?:药费|药钱|费用)(?:的事情?)?[。!]?$"
)
_ASKS_FOR_THE_DEDUCTIBLE = re.compile(r"先(?:自己|个人|得|要)*.{0,2}[掏付垫出]|起付|门槛")
_TELLS_A_COST = re.compile(
    r"药费|药钱|这[次回趟]|花|[买拿配抓]了|费用|总共|一共|吃|开了|限额|门诊费|检查费|透析费"
)
_WHETHER_BEYOND = re.compile(r"超(?:了|过|出|支)?.{0,6}(?:限额|额度|封顶|上限)")
_TO_GIVE_BACK = re.compile(r"吐|追(?:回|缴|讨)|退(?:回|还|钱|款|出)")
_INPATIENT_COST = re.compile(
    r"住[了过]?[^,，。;]{0,4}院(?!期间)[^,，。;报比\d%]{0,10}?(?<![起合共自支])[花用交付费]"
)
_CONFIRMS = re.compile(
    r"(?:对吧|对吗|对不对|没错吧|是吧|是真的吗|真的吗|有这事吗)[?。!]?$|还能[^,，。]{0,6}[用留攒]"
)
_SPENT = re.compile(r"花|药费|药钱|[买拿开配]了|费用|发票|总共|一共|这[次回趟]")
_OUTPATIENT = re.compile(r"门诊|慢|药店|[买拿开配]药|特病|门特|限额")
_HOW_MUCH = re.compile(r"多少|(?<!好)几|怎么算|咋算")
_WANTS_A_SUM = re.compile(
    rf"{_HOW_MUCH.pattern}|好多(?!年|天|次)|算[算一下]|(?:给|来)算[。?]?$|(?:帮|替|给[我俺咱他她])[我俺咱他她忙]?算|(?<!评)估|大概|金额|合计"
)
_ASKS_WHETHER = re.compile(
    r"[吗么?]|[不没][啊呀嘛]?$|(.)[没不]\1|不作?[数行]|是不是|是否|能不能|算不算|还是|怎|咋|什么|啥|哪|谁|凭"
)


_SUM_FORGOTTEN = re.compile(rf"花了?(?:多少|几多|好多)钱?[^,，。;]{{0,4}}{NOT_KNOWN}")
_WHETHER_IT_COUNTS = re.compile(
    r"算不算|[算包]不?[在进]|在不在|属不属|归不归|包不包|进不进|走得了|走不走得了|管不管"
)


def asks_for_a_sum(text: str) -> bool:
    """Whether it is asked what comes of an amount, if one is told."""
    written = normalise(text)
    return bool(_ASKS_FOR_A_SUM.search(written)) and not _is_no_sum(written)


def tells_a_cost(turn: Turn) -> bool:
    """Whether an amount is told and called a cost, or is all that is told."""
    if not turn.values("amount"):
        return False
    words = "".join(m.text for m in turn.mentions if m.entity == "amount")
    return bool(_TELLS_A_COST.search(normalise(turn.text))) or turn.text.strip(" 。.,，吧呢啊") == words


def has_forgotten_the_sum(turn: Turn) -> bool:
    """Whether it is said that nobody knows what was spent (花多少忘了): then we ask for that."""
    return bool(_SUM_FORGOTTEN.search(normalise(turn.text)))


def without_amounts(turn: Turn) -> Turn:
    """The turn without its sums: 为什么超过的不报 asks for the rule, whatever the sum was."""
    text = turn.text
    for mention in sorted(turn.mentions, key=lambda m: -m.start):
        if mention.entity == "amount":
            text = text[: mention.start] + text[mention.end :]
    return replace(turn, text=text, mentions=())


def is_for_inpatient_care(turn: Turn) -> bool:
    """Whether what was spent was spent as an inpatient (住院做支架花了五万): no cost of ours."""
    text = normalise(turn.text)
    return bool(_INPATIENT_COST.search(text)) and not _OUTPATIENT.search(text)


def asks_for_the_rule(turn: Turn) -> bool:
    """Whether what sounds like a sum asks for the rule: no amount is told, or what is asked is only how far it is
    beyond a limit or what must be given back, or what a person pays before anything is paid."""
    text = normalise(turn.text)
    if turn.values("amount"):
        about_a_sum = _ASKS_FOR_A_SUM.search(text) or _TELLS_A_COST.search(text)
        return _is_no_sum(text) or (not about_a_sum and asks(text))
    return not _ASKS_TO_COMPUTE.search(text) or bool(_ASKS_FOR_THE_DEDUCTIBLE.search(text))


def asks_beside_a_sum(turn: Turn) -> bool:
    """Whether a sum is told but not asked for, and something else is: 这盒钙片四十块 走得了特病不."""
    text = normalise(turn.text)
    return bool(turn.values("amount") and _ASKS_WHETHER.search(text)) and not _WANTS_A_SUM.search(text)


def asks_whether_it_counts(turn: Turn) -> bool:
    """Whether what is asked beside a sum is if the thing itself is covered: 搭了条毛巾二十块 算不算在里头."""
    return asks_beside_a_sum(turn) and bool(_WHETHER_IT_COUNTS.search(normalise(turn.text)))


def _is_no_sum(text: str) -> bool:
    """Whether the amount is no cost to be shared: how far one is beyond a limit, what must be given back, a figure
    to be confirmed (一年封顶五千 没错吧), what is left of a limit (还剩两百 下月还能用吗)."""
    if _TO_GIVE_BACK.search(text):
        return True
    confirms = _CONFIRMS.search(text) and not _SPENT.search(text)
    return bool(_WHETHER_BEYOND.search(text) or confirms) and not _HOW_MUCH.search(text)
