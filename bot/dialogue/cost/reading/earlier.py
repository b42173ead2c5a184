"""What was spent or paid before the cost that is asked about, and how often."""

import re
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.cost.reading.again import of_another_month
from bot.dialogue.cost.reading.changes import corrects
from bot.dialogue.cost.reading.roles import JUST_BEFORE, LIMITS, is_paid_of
from bot.dialogue.cost.reading.sentence import Item, Role, Sentence
from bot.language.numerals import to_decimal

_TAKEN = re.compile(r"[用吃花拿买开][了掉去]*$")
_USED_UP = re.compile(r"[用抵花][掉了去过]+$")
_AND_PAID = re.compile(
    r"^[元块]?钱?的?药?[,(]?(?:[那当][次回趟笔时]|那张)?(?:医保)?(?:才|只|就|已经?|给|实际|一共|总共)*报(?:销)?了$"
)
_EARLIER_TIMES = re.compile(
    r"(?:前|上|头)(?:面|头)?(?:[一两二三四五几]?[次回趟])[^,。;\d]{0,8}$|(?:之前|先前|早先|前几天|上旬|月初)[^,。;\d]{0,14}$|(?:已经|[报用]过)[^,。;\d]{0,10}$|用[掉去]$|(?:到(?:现在|如今|目前|上个?月)|今年起付[^,。;\d]{0,3}以上)[^,。;\d]{0,8}$"
)
_ONLY_BEFORE = re.compile(r"(?:上[次回趟]|前[面头次]|之前)[^,。;\d]{0,4}$")
_FIRST_TIME = re.compile(r"头一[次回趟]")
_THIS_TIME = re.compile(r"[这本][次回趟]|今天|刚才|现在")
_THIS_ONE_ASKED = re.compile(
    r"(?:今天|这)[这那]?一?[笔次回趟张单]子?[^,。;\d]{0,5}(?:[报付给]|出(?:多少|几))"
)
_HOW_MUCH_MORE = re.compile(r"还[能可剩有]")
_USED_OF_IT = re.compile(r"[用花][掉去了]*$")
_ONLY_LEFT = re.compile(r"[只就才][^,。;\d]{0,2}剩")
_ONLY_THIS_ONE = re.compile(
    r"[就只单光][^,。;\d]{0,3}这一?[次回趟针笔张][^,。;\d]{0,3}[,]?[^,。;\d]{0,3}[报付给]"
)
_SPENT_THIS_MONTH = re.compile(r"(?:这个?月|本月|这[次回])[^,。;\d]{0,3}花[掉去]了?$")
_APPROVAL = re.compile(r"批下|批的|批准|认定|审核通过|通过的|办下来")
_BOUGHT_FIRST = re.compile(
    r"(?:先|已经|早就)[^,。;\d]{0,3}[买拿花垫开][了的]$|(?:上旬|中旬|月初)[^,。;\d]{0,2}[买拿花开]了?$"
)
_MONTH_NUMBER = re.compile(r"(?<![\d.])(?:1[0-2]|[1-9])(?=[月、])|十[一二]?(?=月)|[一二三四五六七八九](?=月)")
_ALL_ASKED = re.compile(r"一共|总共|合计|[加合凑]起来|拢共|统共|累计|[合加凑]在?到?一[块起]")
_THE_LAST_ASKED = re.compile(
    r"(?:月[底末]|下旬|下半月|下午|晚上|后[面来一]|最后|第二)的?[这那]?[笔次回趟][^,。;\d]{0,5}[报付给]"
)
ASKED_DAY = re.compile(
    r"(\d{1,2}号|[一二三四五六七八九十]{1,3}号|今[天儿]|昨[天儿]|前[天儿]|明天|后天|月[初中底末]|[上中下]旬|上午|下午|晚上)个?(?:[这那]?(?:一?[次回趟笔])?[^,。;\d]{0,5}(?:[报付给]|[出拿](?:多少|几|好多))|[这那]一?[次回趟笔][^,。;]{0,12}[,。?]?报(?:多少|几|好多))"
)
_TIMES_EACH = re.compile(
    r"(\d{1,2}|[两二三四五六七八九十]{1,2})(?:[次回趟][^,。;\d]{0,3},?(?:都|各|均|每次|每回)|个月,?(?:每个?月|月月|个个月))"
    r"(?:都|各|均|是|要|得|花|用|报|付|扣)*[了掉]*$|(?:正好|刚好|就是|共)([两二三四五六])个$|([两二三四])个(?:病种?)?(?:各|都|每个|一个|一样)[^,。;\d]{0,3}加了?$"
)
BEFORE_IT_CAME = re.compile(
    r"(?:批|复核|认定|审核|通过|办)(?:下来|完|好)?(?:的)?(?:以前|之前|前(?![头面]))[^,。;\d]{0,4}[花买拿开]了?$"
)
_SEVERAL_DISEASES = re.compile(r"([两二三])[个样种](?:慢|特)?(?:性)?病")
_EACH_COST = re.compile(r"药?[费钱]?(?:也|都|又)*各(?:自|花|用|买|拿|开|是)+了?$")
_SEVERAL_TIMES = re.compile(r"(?:这个?月|本月|这[几两三四])[^,。;\d]{0,4}[次回趟](?:分别|各|是)?用了$")
_ASKS_FOR_IT = re.compile(r"(?<!还能)(?<!还可以)(?<!还)[报给付出掏退补](?:销)?(?:得?了|我|得)?(?:多少|几)")
_NOTHING_WAS_PAID = re.compile(
    r"(?:都|全|一分)(?:也|都)?没(?:有|给|能)*报(?:销)?(?:[着到上成过]|下来|(?=[,。;]|$))"
)
COUNTED_UP = re.compile(f"{ASKED_DAY.pattern}|{_NOTHING_WAS_PAID.pattern}")
"""After costs that have counted up to a deductible: what is asked about alone, or that nothing was paid of them."""
_EACH_ASKED = re.compile(r"[两三四][回次趟笔张](?:合|加|凑|一共|总共?|[统拢]共|一起|一块|拢)")
_SPENT_BEFORE = re.compile(
    r"(?:前面|前头|之前|已经?|累计|到现在|陆续|零零[碎散]|今年[^,。;报用]{0,4}垫|[上前][一两二三四五几]?[回次趟]|头[一两]?[回次趟])[^,。;报用]{0,8}$"
)


def paid_before(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "花了5000报了4000,这次…": what was paid of an earlier cost uses up a cap, the cost itself a limit on costs."""
    costs, roles = [item for item in items if item.role == "cost"], {item.role for item in items}
    told: list[Item] = []
    for item in items:
        cost = told[-1] if told else None
        paid = item.role == "used" and _AND_PAID.search(item.before)
        if cost and paid and cost.role in ("cost", "used") and costs and costs[-1] is not cost:
            told[-1:] = _used_up(cost, item, roles)
        else:
            told.append(item)
    return told


def _used_up(cost: Item, paid: Item, roles: set[Role]) -> tuple[Item, Item]:
    """Which of the two counts; where nobody said what the limit bounds, one or the other."""
    if roles & {"monthly_limit", "quarterly_limit"}:
        return replace(cost, role="used"), replace(paid, role="aside")
    if "limit" in roles and paid.amount.high < cost.amount.high:
        either = replace(paid.amount, high=cost.amount.high, approximate=True)
        return replace(cost, role="aside"), replace(paid, amount=either)
    return replace(cost, role="aside"), paid


def spent_earlier(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "前两次花了100" is used when this cost is asked about."""
    costs = [item for item in items if item.role == "cost"]
    if not costs:
        return items
    last, earlier = costs[-1], costs[:-1]
    alone = len(costs) == 1 and sentence.asked != "amount"
    if alone and _ONLY_BEFORE.search(last.before) and not _ASKS_FOR_IT.search(sentence.text):
        used = costs  # 这个月第二次了,上次花了180
    elif (
        alone
        and _EARLIER_TIMES.search(last.before)
        and not _FIRST_TIME.search(last.before)
        and _THIS_ONE_ASKED.search(last.after)
    ):
        used = costs  # 前几天刷过200,今天这笔能报多少
    elif any(item.role == "deductible" for item in items):
        used = []  # then it has counted up to that (`spent_before`)
    elif _is_asked_alone(last, sentence):
        used = earlier
    elif _THIS_TIME.search(last.before) and not _ALL_ASKED.search(last.after):
        used = [item for item in earlier if _EARLIER_TIMES.search(item.before)]
    else:
        used = []
    return [replace(item, role="used") if item in used else item for item in items]


def _is_asked_alone(last: Item, sentence: Sentence) -> bool:
    """Whether of several costs the last is asked about: 后一次能报多少, 20号那次报多少, 今天这单能付多少."""
    day = ASKED_DAY.search(sentence.text, last.end)
    this_one = _THIS_ONE_ASKED.search(last.after) and _THIS_TIME.search(last.before)
    return bool(this_one or _THE_LAST_ASKED.search(last.after) or (day and day[1] in last.before))


def of_months(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "十月只用了150,十一月花了380": what was used in another month is that month's cost."""
    costs = [item for item in items if item.role == "cost"]
    return [
        replace(item, role="cost")
        if item.role == "used"
        and _TAKEN.search(item.before)
        and any(of_another_month(item, cost, sentence) for cost in costs)
        else item
        for item in items
    ]


def left_by_then(items: list[Item], sentence: Sentence) -> list[Item]:
    """What a month before those of the costs used, and what it left, is of that month alone."""
    for spent, left in pairwise(items):
        month = _MONTH_NUMBER.search(spent.before)
        if spent.role not in ("used", "cost") or left.role != "quota_left" or month is None:
            continue
        if corrects(sentence.text) and _USED_OF_IT.search(spent.before) and _ONLY_LEFT.search(left.before):
            return [replace(item, role="aside") if item is spent else item for item in items]
        costs = [item for item in items if item.role == "cost" and item.start > left.end]
        later = {
            found[0]
            for cost in costs
            for found in _MONTH_NUMBER.finditer(sentence.text, left.end, cost.start)
        }
        if _USED_OF_IT.search(spent.before) and later - {month[0]}:
            anew: dict[int, Role] = {spent.start: "aside", left.start: "unused_before"}
            return [replace(item, role=anew.get(item.start, item.role)) for item in items]
    return items


def in_all(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "上个月报了600…总共报了1500": what was paid in all holds the other."""
    used = [item for item in items if item.role == "used"]
    whole = [item for item in used if _ALL_ASKED.search(item.before)]
    if len(whole) != 1:
        return items
    return [replace(i, role="aside") if i.role == "used" and i is not whole[0] else i for i in items]


def bought_by_then(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "15号先买了90,20号批下来又买了150": beside a day of approval, or where all is asked about, a cost as well."""
    if not (_APPROVAL.search(sentence.text) or _ALL_ASKED.search(sentence.text)):
        return items
    return [
        replace(item, role="cost") if item.role == "used" and _BOUGHT_FIRST.search(item.before) else item
        for item in items
    ]


def spent_now(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额260,用了305,报多少": with no other cost told, what was used is the one asked about."""
    used = [item for item in items if item.role == "used"]
    this_one = used and _ONLY_THIS_ONE.search(sentence.text, used[0].end)
    if len(items) == 1 and used and (this_one or _SPENT_THIS_MONTH.search(used[0].before)):
        return [replace(used[0], role="cost")]
    others = {item.role for item in items}
    all_told = "monthly_limit" in others and not _HOW_MUCH_MORE.search(sentence.text)
    if len(used) > 1 and "cost" not in others and _SEVERAL_TIMES.search(used[0].before):
        return [replace(item, role="cost") if item in used else item for item in items]
    if (
        len(used) != 1
        or "cost" in others
        or not (others & LIMITS or sentence.ratios)
        or not (
            _ASKS_FOR_IT.search(sentence.text) or sentence.asked in ("amount", "monthly_limit") or all_told
        )
    ):
        return items
    if not re.search(r"(?<!经)(?<!今年)(?:用(?:掉|去)?|花掉|[先我][花买拿开])了$", used[0].before):
        return items
    return [replace(item, role="cost") if item is used[0] else item for item in items]


def as_often_as_told(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "前两次各花了80": twice."""
    return [_as_often_as_told(item) for item in items]


def before_approval(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "复核下来以前花了200,下来以后花了300": beside another cost, what nothing is paid of."""
    costs = [item for item in items if item.role in ("cost", "used")]
    early = [item for item in costs if BEFORE_IT_CAME.search(item.before)]
    if not 0 < len(early) < len(costs):
        return items
    return [replace(item, role="excluded") if item in early else item for item in items]


def of_two_diseases(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "两个病的药也各花了300": as much for each, where one cost is told."""
    costs = [item for item in items if item.role == "cost"]
    several = _SEVERAL_DISEASES.search(sentence.text)
    if len(costs) != 1 or not _EACH_COST.search(costs[0].before):
        return items
    if not several and not _names_two_diseases(costs[0], sentence):
        return items
    count, amount = (to_decimal(several[1]) if several else 2) or 1, costs[0].amount
    both = replace(costs[0], amount=replace(amount, low=amount.low * count, high=amount.high * count))
    return [both if item is costs[0] else item for item in items]


def _names_two_diseases(cost: Item, sentence: Sentence) -> bool:
    """Whether two diseases are named, one right after the other, before a cost: 冠心病糖尿病各花800."""
    begin, _ = sentence.clause(cost.start)
    named = [m for m in sentence.turn.mentions if m.entity == "disease" and begin <= m.start < cost.start]
    pairs = list(pairwise(named))
    return len(pairs) == 1 and all(sentence.text[a.end : b.start] in ("", "、", "和", "跟") for a, b in pairs)


def _as_often_as_told(item: Item) -> Item:
    often = _TIMES_EACH.search(item.before)
    # months, and what is told of each visit, are counted apart where a cost is told
    of_visits = bool(often and "月" not in often[0] and "每" not in often[0])
    counts = item.role in ("used", "deductible_met", "extra_limit") or (item.role == "cost" and of_visits)
    count = to_decimal(next(filter(None, often.groups()))) if often and counts else None
    if count is None:
        return item
    amount = item.amount
    return replace(item, amount=replace(amount, low=amount.low * count, high=amount.high * count))


def left_after(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额300,花了260,剩40": what the cost itself leaves of the limit tells nothing new."""
    limits, spent = ([i.amount.low for i in items if i.role in roles] for roles in (LIMITS, ("cost", "used")))
    if len(limits) != 1 or not spent:
        return items
    left = {limits[0] - sum(spent)}
    if len(spent) > 1:  # 6月用了20,余80; 7月用了110
        left |= {limits[0] - one for one in spent[:-1]}
    return [replace(i, role="aside") if i.role == "quota_left" and i.amount.low in left else i for i in items]


def spent_before(items: list[Item], sentence: Sentence) -> list[Item]:
    """With a deductible, what was spent before this cost has counted up to it."""
    roles = [item.role for item in items]
    if "deductible" not in roles or roles.count("cost") + roles.count("used") < 2:
        return items
    not_paid = _NOTHING_WAS_PAID.search(sentence.text)
    counted_up: list[Item] = []
    for index, item in enumerate(items):
        previous, before = items[index - 1] if index else None, item.before
        if previous and is_paid_of(previous, item.before):
            continue
        goes_on = counted_up and previous is counted_up[-1] and JUST_BEFORE.search(before)
        right_after = (
            previous and previous.role == "deductible" and item.role == "used" and _USED_UP.search(before)
        )
        all_asked = _EACH_ASKED.search(sentence.text, item.end)
        unpaid = not_paid and item.end <= not_paid.start() and not all_asked
        told_before = _SPENT_BEFORE.search(before) and not all_asked
        earlier = goes_on or right_after or unpaid or told_before
        if item.role in ("cost", "used") and earlier:
            counted_up.append(item)
    costs = [item for item in items if item.role == "cost"]
    if len(costs) > 1 and _is_asked_alone(costs[-1], sentence) and "去年" not in sentence.text:
        counted_up += [cost for cost in costs[:-1] if cost not in counted_up]
    if costs and all(cost in counted_up for cost in costs):
        counted_up.remove(costs[-1])  # 高血压那边交完了,哮喘才拿药350
    return [replace(item, role="deductible_met") if item in counted_up else item for item in items]
