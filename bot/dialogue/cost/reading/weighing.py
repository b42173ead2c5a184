"""Whether an amount is what our words take it for, or what marked sentences teach that it is."""

import re
from dataclasses import replace

from bot.dialogue.cost.reading.amount_words import OF_A_CLASS, OF_QUESTION
from bot.dialogue.cost.reading.around import Around
from bot.dialogue.cost.reading.earlier import COUNTED_UP
from bot.dialogue.cost.reading.learned import Judged
from bot.dialogue.cost.reading.roles import limit_by_period
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence

_ALL_ASKED = re.compile(
    r"(?:一共|总共|合计|拢共|加起来|合起来|一起|一块儿?|两[次笔回张趟]|[三四几][次笔回张趟])[^,。;\d]{0,8}[报给]"
)
"""What was spent before is asked about, too."""
BY_PERIOD: frozenset[Role] = frozenset({"limit", "monthly_limit", "quarterly_limit"})
SURE = 0.35
_SURE_OF_AN_ASIDE = 0.5
_SURE_OF_ITSELF = 0.85
_BEYOND_DOUBT = 1.0
_SURER_THAN_A_GUESS = 0.2
"""By so much the role that was learnt must lead, to be believed before what our words say; to take for an aside what
they call a cost, or a part of it; where they say that nobody can know, so that whether it is summed at all would rest
on what was learnt alone; and where they place nothing, and it is told to be of something else about the same cost."""
UNJUDGED = Judged[Role](None, 0.0)
"""Of an amount that words took for none until another was found beside it."""
_WORKED_OUT: frozenset[tuple[Role, Role | None]] = frozenset(
    {
        ("used", "cost"),  # spent before the one that is asked about
        ("cost", "used"),  # the only one asked about
        ("limit", "cost"),  # of each of several people: 我限额180她220
        ("monthly_limit", "cost"),
        ("aside", "quota_left"),
        ("aside", "deductible_left"),
        ("aside", "over_limit"),
        ("aside", "used"),
        ("unused_before", "quota_left"),
        ("deductible_met", "deductible"),  # 扣了500,不对,是600
        ("aside", "limit"),  # of the disease, beside that of a drug paid separately
    }
)
"""What the amounts together say is not what one of them seems to be of."""
_OPEN: frozenset[tuple[Role, Role | None]] = frozenset(
    {
        ("aside", "extra_limit"),  # asked about and not told: 会不会再添80
        ("unused_before", "cost"),
        ("unused_before", "limit"),  # as are those that tell what was left: 6月限额剩200
        ("deductible_met", "limit"),  # words that tell what was paid are plain: 把260交清了
        ("examination", "excluded"),  # no document settles whether it is paid for
        ("examination", "aside"),
    }
)
"""What is open is not settled by what it sounds like."""
_IS_OF_A_CLASS = re.compile(r"[元块]?钱?的?是[甲乙]类")
"""Of each class a part of the cost is told."""
_NO_COST_OF_THIS = re.compile(r"[元块]?钱?(?:是[两三四五六2-6](?:个月|[次回趟])|超[了出过]的|乘以?|×|\*)")
"""620是两个月的; 拿900乘75%."""
_WAS_PAID = ("报了", "给报了", "报销了")
"""Right after another amount: 头一次180报了144."""
_IS_THE_LIMIT = re.compile(r"[元块]?钱?[才就]?是(?:每?月)?(?:限额|额度|定额)(?![里内之])")
_DRUGS_BOUGHT = re.compile(
    r"…[元块]?钱?的?药(?:[,。;]|$)|[拿买吃用配抓][^,。;\d]{0,3}…[元块]?钱?的[^,。;\d]{0,3}药|…[元块]?钱?(?:来|去)?[开买拿吃配抓]药"
)
"""每月拿230块的药 is spent, and no limit."""
_BACK_TO_IT = re.compile(r"[元块]?钱?的?那[个笔次回](?:价|数)?来")
_OF_THE_QUARTER = re.compile(r"把[^,。;\d]{0,3}(?:季度?|三个月)的?(?:额度|限额)?$")
"""4月就把二季度900用完了: what a long prescription took at once."""
_SENT_TO_ME = re.compile(r"[元块]?钱?(?:打|发|转|汇)(?:给|到|进|在)?[我俺]")
"""能把221打我卡上不: what somebody hopes to get."""
_ON_A_BILL = re.compile(
    r"(?:单子|发票|小票|账单)[上里面]*(?:写的?|打的?)?是?$|(?:药店|商店|定点店|药房|医院|社区|卫生[院室所]|诊所|门诊)[里的]?[,\s]*$"
)
"""定点店 320块, 单子上是960: what was spent."""
_A_MONTH = re.compile(r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月(?!底|初|末|中)")
_SPENT = re.compile(r"[花用]了$")
_WAGES = re.compile(r"[元块]?钱?的?工[钱资]")
_ALSO_SPENT = re.compile(r"也(?:是)?[花用买拿开]了?$")
_OF_ITS_OWN = re.compile(r"单列[^,。;\d]{0,4}(?:限额|额度)[^,。;\d]{0,3}$")
_LESS = re.compile(r"(?:优惠|减免|便宜|抹)(?:掉|去)?了?$")
_COUNTS_ANYWAY = re.compile(r"单价(?:是|为)?…|…[元块]?钱?,(?:剩下?|其余|余下)的?(?:都|全)?是")
"""药是300,剩下的是检查; 单价65买了四盒: of what was spent."""
_IN_THE_CATALOGUE = re.compile(r"[元块]?钱?的?(?:都|也|全)?在(?:医保)?(?:目录|范围|政策)[里内]")
_REALLY_PAID = re.compile(r"实[收付](?:是|了)?$")
_MAY_STILL_PAY = re.compile(r"再(?:能|可以)?给?[我俺他她]?(?:支?付|报|出|给)(?:个)?$")
_NOTHING_ELSE = re.compile(
    r"(?:大概|差不多|大约|约|可能|应该|好像|就|是|有|嗯|哦|呃|那|我|吧|呢|啊|呀|了|的|样子|左右|上下|多|来|[元块]钱?|整|[,。.!?\s])*"
)
_IN_OR_OUT: frozenset[Role] = frozenset({"aside", "cost"})
"""Whether it is part of the bill at all, and nothing of why not."""
NO_COST: frozenset[Role] = frozenset({"aside", "excluded"})


def weighed(item: Item, told: Judged[Role], by_words: str, sentence: Sentence) -> Item | None:
    """The amount with the role that was learnt, None where it is none; what puts another right, what is only asked
    about and what follows from the others is left as words have it. `by_words`: what they take it for, had we asked
    nothing."""
    answers = sentence.asked is not None and OF_QUESTION.get(sentence.asked) == item.role
    taken_for_the_cost = item.role == "cost" and told.label and told.label not in NO_COST
    asked_for = answers and (not taken_for_the_cost or _is_alone(item, sentence))
    least = _SURER_THAN_A_GUESS if answers and by_words.endswith("?") else _how_sure(item, told.label)
    if (
        asked_for
        or told.lead < least
        or item.instead_of is not None
        or (item.role, told.label) in _OPEN
        or _is_worked_out(item, told, sentence)
        or _is_told_plainly(item, told.label)
    ):
        return item
    if told.label is None:
        return None
    if told.label == "limit":
        if item.role in BY_PERIOD:
            return item
        return replace(item, role=limit_by_period(Around(item.before, item.after), sentence), placed=True)
    return item if item.role == told.label else replace(item, role=told.label, placed=True)


def _is_worked_out(item: Item, told: Judged[Role], sentence: Sentence) -> bool:
    """Whether its role follows from the others, or from what is asked about them."""
    both = (item.role, told.label)
    if both == ("cost", "used") and (_ALL_ASKED.search(sentence.text) or _is_a_month_s(item, sentence)):
        return True
    if not item.weighed:
        return False
    counted_up = item.role == "deductible_met" and COUNTED_UP.search(sentence.text, item.end)
    unsure = both == ("aside", "annual_cap") and told.lead < _BEYOND_DOUBT
    return bool(both in _WORKED_OUT or counted_up or unsure)


def _is_a_month_s(item: Item, sentence: Sentence) -> bool:
    """Whether it is what one of several months cost, each of which has its own limit: 四月用掉100,五月花了500."""
    return bool(_A_MONTH.search(item.before)) and len(set(_A_MONTH.findall(sentence.text))) > 1


def _is_told_plainly(item: Item, label: Role | None) -> bool:
    """Whether the words right beside it leave no doubt, whatever else it sounds like."""
    if item.because and label in _IN_OR_OUT:
        return True
    if label == "over_limit" and _SPENT.search(item.before):
        return True  # 8月超了用了400
    if item.role == "used":
        return label == "claimed" and item.before in _WAS_PAID
    if item.role in BY_PERIOD:
        return bool(_IS_THE_LIMIT.match(item.after) or _OF_ITS_OWN.search(item.before))
    if item.role == "aside":
        after = (_NO_COST_OF_THIS, _SENT_TO_ME, _WAGES)
        return bool(_OF_THE_QUARTER.search(item.before) or any(words.match(item.after) for words in after))
    if item.role == "returned":
        return bool(_LESS.search(item.before))
    if item.role == "quota_left":
        return bool(_MAY_STILL_PAY.search(item.before))
    if item.role != "cost":
        return False
    if label in NO_COST and _ALSO_SPENT.search(item.before):
        return True  # 我妈也花了300
    if label in NO_COST and _IN_THE_CATALOGUE.match(item.after):
        return True
    if _REALLY_PAID.search(item.before) or (
        label == "aside" and _COUNTS_ANYWAY.search(f"{item.before}…{item.after}")
    ):
        return True
    if label == "aside" and _ON_A_BILL.search(item.before) and not item.weighed:
        return True
    if label == "limit":
        return bool(_ON_A_BILL.search(item.before) or _DRUGS_BOUGHT.search(f"{item.before}…{item.after}"))
    return bool(_BACK_TO_IT.match(item.after)) or (label in NO_COST and _is_of_a_class(item))


def _is_of_a_class(item: Item) -> bool:
    return bool(OF_A_CLASS.search(item.before) or _IS_OF_A_CLASS.match(item.after))


def _is_alone(item: Item, sentence: Sentence) -> bool:
    """Whether nothing is told but a figure: 350, 大概350吧."""
    text = sentence.text
    return bool(_NOTHING_ELSE.fullmatch(text[: item.start]) and _NOTHING_ELSE.fullmatch(text[item.end :]))


def _how_sure(item: Item, label: Role | None) -> float:
    if item.role == "unplaced":
        return _SURE_OF_ITSELF
    if item.role in ("cost", "excluded") and label == "aside":
        return _SURE_OF_AN_ASIDE
    a_guess = item.role == "cost" and not item.placed
    return _SURER_THAN_A_GUESS if a_guess and label and label not in NO_COST else SURE
