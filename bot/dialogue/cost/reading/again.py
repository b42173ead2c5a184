"""A figure that is told more than once: put right, pinned down, named again, raised, or with its discount."""

import re
from dataclasses import replace
from itertools import pairwise

from bot.dialogue.cost.reading.amount_words import IN_IT
from bot.dialogue.cost.reading.around import NOW_IT_IS
from bot.dialogue.cost.reading.changes import NOT_KNOWN, corrects
from bot.dialogue.cost.reading.roles import by_what_precedes
from bot.dialogue.cost.reading.sentence import PARTS, Item, Role, Sentence
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.rules.money import to_fen

_PUT_RIGHT = re.compile(
    r"[元块]?钱?(?:[^,。;\d]{1,4},)?(?:哎呀?|哦|噢|啊|呃|嗯|等等|等下|等一下|不好意思|这个|我|,)*"
    r"(?:(?:不对|(?:说|搞|弄|记|写|看|算|报|打|讲|念|听)?(?:错|岔|反|串)(?:行|单子?|数|字)?了?|口误|更正(?:一下)?|改一下|重说|不是,?(?=应该|是|不是|[看说记])"
    r"|不(?=,(?:应该)?是|[看说搞弄记写念听](?:错|岔|反|串))),?)+"
    r"(?:,|了|啊|哦|我|的|(?:让我)?再?(?:看看|查查|看一下|查一下)|不对|不是(?=,?是)|应该|其实|实际|是|为|要|改成|得|才|有)*"
)
_AND_NOT = re.compile(r"[元块]?钱?,?不是")
_MIXED_UP = re.compile(r"[说弄搞记看讲](?:错|反|岔|混|串)")
_NOT_MINE = re.compile(
    r"[元块]?钱?的?(?:那个|那笔)?是(?:上上?[次回趟]|前[次回]|[我俺他她]?(?:屋里的?)?(?:老伴|老公|老婆|老头|老倌子?|爱人|堂客|婆娘|男人|那口子|[爸妈爹娘爷奶公婆])|别[人个]|人家|隔壁)[^,。;\d]{0,4}的"
)
"""Words that make a figure another's, or another time's: 300是我老伴的."""
_MINE = re.compile(r"(?:我(?:自己)?|[他她](?=的)|这[次回趟]|今[天日]|本人)的?(?:其实|应该|才|实际)*是$")
_OF_MINE = re.compile(r"[我俺]的?[^,。;\d]{1,6}$")
_ONLY_THAT = re.compile(r"(?:是不是|难道|该不会)[^,。;\d]{0,2}[只才就光][^,。;\d]{0,2}[付报给认按]$")
_AGAIN = re.compile(r"(?:[这那][个笔张]?|整[个笔]|全部)$|(?:月份?|[次回])的$")
_RECKONED_BY, _PAID_BY = re.compile(r"[按照拿]$"), re.compile(r"[元块]?钱?(?:来|去|全)?[报算]")
_ITS_SHARE = re.compile(r"[元块]?钱?的(?:\d|百分|[一二三四五六七八九]成)")
_YES = re.compile(r"(?:吧|啊|呀|哦|嗯|对|没错|就是|是|,)*(?:吧|对|没错|就是)(?:的|是|,)*")
_AGAIN_WITH_ANOTHER = re.compile(r"[这那]\d+[元块]?钱?(?:和|跟|与|加|、)$")
_JOINED = re.compile(r"[元块]?钱?(?:和|跟|与|加|、|还有)(?:那|这)?")
_ASKED_ABOUT = re.compile(
    r"[元块]?钱?(?:里[头面边]?|当中|(?:到底|究竟|一共|总共|医保|慢特?病|门[慢特]|能|可以|该|给|我)*(?:报(?:销)?得?|[给出付拿])(?:多少|几|好多))"
)
_NOT_SURE = re.compile(rf"[^,。;\d]{{0,4}}{NOT_KNOWN}|可能是?|不是$")
_MONTH = re.compile(r"上个?月|元月|这个?月|本月|(?:1[0-2]|[1-9])月|十[一二]?月|(?<!十)[一二三四五六七八九]月")
_ASKED_BY_NUMBER = re.compile(
    r"(?:第([二两三四五六])|(最[后末]|后[面头][这那]?))一?[次回趟张笔][^,。;\d花买]{0,6}[报付给]"
)
_IT_FOLLOWS = re.compile(
    r"(?:[余剩]下?|其余|那|就|是|等于|得|应该|算下来|也就|报了?)的?$|(?:实际|净|真正|最后)(?:上|就)?(?:花|付|是)?了?$"
)
_OF_EACH: frozenset[Role] = frozenset({"limit", "monthly_limit", "cost"})
_ANOTHER_PERSON = re.compile(r"[元块]?钱?,?(?:[我他她]|老伴儿?|老公|老婆|堂客|爱人|[爸妈]妈?)(?:是|的)?")
_A_PERSON_S = re.compile(r"[我他她俺爸妈爹娘伴公婆客人]")
_ALSO_THEN = re.compile(r"月[^,。;\d]{0,8}(?:也|还|同样|照样)是$")
_TAKEN_OFF = re.compile(r"[减扣][^,。;]{1,8}$")
_NEAR = 26
_REMEMBERED = re.compile(r"记得|印象|以为|听说|说是|估摸|原来|本来")
_FOUND = re.compile(
    r"(?:写的?|显示|一?看|查|翻|核对|打|问)[^,。;\d]{0,6}(?:是|成|为|到)$"
    r"|(?:其实|实际|结果|应该)[^,。;\d]{0,4}(?:是|为)?$"
)
_OF_SOMETHING_ELSE = re.compile(
    r"[元块]?钱?(?:,|哦|不对|不|啊|呃|错了|等等)*(?:那|这)?(?:个|笔)?是"
    r"(?:上上?个?月|[两三四五六2-6](?:个月|[次回趟])|半年|去年|前[年月]|我?(?:老伴|老公|老婆|爱人|[爸妈])|别人)"
    r"(?:[加合拢]?(?:起来|一起|一共|一块儿?))?(?:的|$|(?=[,。;]))"
)
_SPENT = re.compile(r"花|买|吃|开|拿|药费?|用了?$|费用")
_SETTLED = re.compile(r"(?:^|[哦噢])(?:应该|想起来了?|对了|就|确定|准确[地的]?说?|查了?|看了?)+是?$")
_FOUND_AT_LAST = re.compile(
    r"^[元块]?钱?[^。;\d]{0,3}?[,哦噢啊].{0,5}?(?:翻|找|查|看)[到出着]了?[^。;\d]{0,3}$"
)
_REALLY_PAID = re.compile(r"(?:实付|实收|实际付|折后|优惠后|打完折)[^,。;\d]{0,3}$")
_TIMES = re.compile(r"是([^,。;\d的]{1,6})的(?:[两二三四五]倍|一半)")
_FROM_A_MONTH_ON = re.compile(r"(?:\d|[一二三四五六七八九十])月份?(?:起|开始|往后|以后)")
_RAISED = re.compile(
    r"(?:涨|提高?|调[整高低]?|升|降|减|变)(?:到|成|为)了?(?:每个?月|一个?月|现在|如今)*(?:是)?$"
)
_FORMERLY = re.compile(r"以前|原来|去年|从前|之前|早先")
_NOW = re.compile(r"^(?:现在|今年|目前|眼下|如今|这会儿?)(?:都|就|才|只)?(?:是|为|有|给)?$")


def put_right(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额不是300,是450", "三百二,看错了,是三百八": the second is of what the first was."""
    for wrong, right in pairwise(items):
        if _is_put_right(wrong, right, sentence.text):
            right_now = replace(right, role=wrong.role)
            return [right_now if item is right else item for item in items if item is not wrong]
        if _MIXED_UP.search(sentence.text[wrong.end : right.start]) and right.amount.low == wrong.amount.low:
            return [item for item in items if item is not wrong]
        another_s = corrects(sentence.text) and _NOT_MINE.match(wrong.after)
        if another_s and right.placed and right.role != "cost" and _OF_MINE.search(right.before):
            return [item for item in items if item is not wrong]
        if another_s and _MINE.search(right.before):
            mine = replace(right, instead_of=wrong.amount.low)
            return [mine if item is right else item for item in items if item is not wrong]
        if _AND_NOT.fullmatch(sentence.text, wrong.end, right.start) and wrong.before.endswith("是"):
            meant = replace(wrong, instead_of=right.amount.low) if wrong.role == "cost" else wrong
            return [meant if item is wrong else item for item in items if item is not right]  # 是250不是520
        before = wrong.before
        if before.endswith("不是") and NOW_IT_IS.match(right.before):
            role = by_what_precedes(before.removesuffix("不是"))
            meant = replace(right, role=role) if role else replace(right, instead_of=wrong.amount.low)
            return [meant if item is right else item for item in items if item is not wrong]
    return items


def _is_put_right(wrong: Item, right: Item, text: str) -> bool:
    """Whether only words that take back stand between the two, and perhaps those before the first, again."""
    taken_back = _PUT_RIGHT.match(text, wrong.end, right.start)
    again = text[taken_back.end() : right.start] if taken_back else "?"
    return text[: wrong.start].endswith(again)


def named_again(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "这150能报多少" names an earlier cost again: the one asked about; the others were spent before it. Any other
    figure that is named again is no other."""
    again = _told_again_together(items, sentence)
    items = [item for item in items if item not in again]
    for index, item in enumerate(items):
        others = [other for other in items if other is not item]
        if _is_no_other(item, items[:index], others):
            return named_again(others, sentence)
        asked = [i for i in items[:index] if i.role == "cost" and i.amount.low == item.amount.low]
        if asked and _AGAIN.search(item.before):
            return _asked_alone(asked[-1], others, sentence)
    return items


def _is_no_other(item: Item, earlier: list[Item], others: list[Item]) -> bool:
    """Whether a figure is one that was told before, and tells nothing but that."""
    same = {other.role for other in earlier if other.amount.low == item.amount.low}
    if not same:
        return False
    if earlier[-1].amount.low == item.amount.low and _YES.fullmatch(item.before.lstrip("元块钱")):
        return True  # 花了190吧对190
    if item.role in ("unused_before", "quota_left") and "unused_before" in same:
        return True  # 3月剩了200,…剩的200能挪到4月吧
    if "cost" in same and _ITS_SHARE.match(item.after):
        return True  # 花了340,340的85%是289
    if "cost" in same and _RECKONED_BY.search(item.before) and _PAID_BY.match(item.after):
        return True  # 花了2300,能不能按2300报
    if item.role == "excluded" and "deductible" in same:
        return True  # 还得刨掉那250吗
    if _AGAIN_WITH_ANOTHER.search(item.before):
        return True  # 就问这70和95: the second
    if item.role == "cost" and _listed(item, others):
        return False  # 312、350、421
    unplaced = item.role == "cost" and (not item.placed or _ONLY_THAT.search(item.before))
    beside = "extra_limit" in same or any(other.role == "cost" for other in others)
    if unplaced and beside and same - {"cost"}:
        return True  # 门槛300,…要不要先去掉300
    if _AGAIN.search(item.before):
        return "cost" not in same  # 封顶15万…算不算在这15万里头
    return _is_asked_about(item)  # 花了88,…88报几块


def _listed(item: Item, others: list[Item]) -> bool:
    """Whether it stands in a list, one cost before or after it with nothing but a mark between."""
    costs = [other for other in others if other.role == "cost"]
    return any(
        item.before == "、" or (other.start > item.end and other.before == "、") for other in costs
    ) and (item.before == "、" or item.after.strip("元块") == "、")


def _asked_alone(asked: Item, others: list[Item], sentence: Sentence) -> list[Item]:
    """The others as spent before the one that is asked about, unless they are its parts or another month's."""
    if asked.is_sum_of([i for i in others if i.role in PARTS and i.end <= asked.start]):
        return others  # 化验40,药60,合计100,…这100中
    if any(of_another_month(i, asked, sentence) for i in others if i.role in ("cost", "used")):
        return others  # each month has its own limit
    return [
        replace(i, role="used") if i.role == "cost" and i is not asked and not IN_IT.search(i.before) else i
        for i in others
    ]


def _told_again_together(items: list[Item], sentence: Sentence) -> list[Item]:
    """Costs that are all named again, one right after the other."""
    for at in range(2, len(items)):
        first, second = items[at - 1], items[at]
        told = {i.amount.low for i in items[: at - 1] if i.role in ("cost", "excluded")}
        joined = _JOINED.fullmatch(sentence.text, first.end, second.start)
        if joined and first.role == second.role == "cost" and {first.amount.low, second.amount.low} <= told:
            return [first, second]
    return []


def _is_asked_about(item: Item) -> bool:
    unled = not item.placed or not item.before
    return item.role in ("cost", "unplaced") and unled and bool(_ASKED_ABOUT.match(item.after))


def worked_out(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "花400,报六成,那就是240吧", "票面820,乙类扣掉20,剩下的800": what follows from others is no cost."""
    costs = [item for item in items if item.role == "cost"]
    parts = [item.amount.low for item in items if item.role not in ("cost", "aside")]
    shares = [share for ratio in sentence.ratios for share in (ratio.value, 1 - ratio.value)]
    told: list[Item] = []
    for item in items:
        others = [cost.amount.low for cost in costs if cost is not item and cost.start < item.start]
        results = {to_fen(cost * share) for cost in others for share in shares}
        results |= {cost - part for cost in others for part in parts}
        taken_off = item.role == "quota_left" and _TAKEN_OFF.search(sentence.text[: item.start])
        follows = (
            (item.role == "cost" or taken_off)
            and _IT_FOLLOWS.search(item.before)
            and item.amount.low in results
        )
        told.append(replace(item, role="aside") if follows else item)
    return told


def asked_by_number(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "买了三次,90,120,150,第三次报多少": the one asked about; only those before it were spent by then."""
    costs = [item for item in items if item.role == "cost"]
    asked = _ASKED_BY_NUMBER.search(sentence.text, costs[-1].end) if len(costs) > 1 else None
    place = 0 if not asked else len(costs) if asked[2] else int(to_decimal(asked[1]) or 0)
    if not 1 < place <= len(costs) or any(item.role == "used" for item in items):
        return items
    used, asked_for = costs[: place - 1], costs[place - 1]
    told = [item for item in items if item not in costs or item in used or item is asked_for]
    return [replace(item, role="used") if item in used else item for item in told]


def of_another_month(item: Item, other: Item, sentence: Sentence) -> bool:
    """Whether both amounts are told for a month by name, and not the same (十月用了150,十一月花了380)."""
    one, two = (_month_named(i, sentence) for i in (item, other))
    return None not in (one, two) and one != two


def _month_named(item: Item, sentence: Sentence) -> str | None:
    """The last month named before an amount, after the amount before it."""
    begin = item.start - len(item.before)
    named = _MONTH.findall(sentence.text[:begin][-_NEAR:] + item.before)
    return named[-1] if named else None


def looked_up(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额我记得是300,翻本子写的是350": what was only remembered is as it was then found."""
    for remembered, found in pairwise(items):
        if not found.placed and _REMEMBERED.search(remembered.before) and _FOUND.search(found.before):
            as_found = replace(found, role=remembered.role, placed=True)
            return [as_found if i is found else i for i in items if i is not remembered]
    return items


def told_otherwise(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "500是两个月的,这个月是260": a cost that is then said to be of something else."""
    costs = [item for item in items if item.role in ("cost", "unplaced")]
    others = [item for item in costs if _OF_SOMETHING_ELSE.match(sentence.text, item.end)]
    if not 0 < len(others) < len(costs):
        return items
    return [replace(item, role="aside") if item in others else item for item in items]


def told_relatively(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "这次是上个月的两倍,上个月150": the figure a cost is measured by is not the cost."""
    if not (measure := _TIMES.search(sentence.text)):
        return items
    return [
        replace(item, role="aside") if item.role == "cost" and measure[1] in item.before else item
        for item in items
    ]


def pinned_down(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "限额300上下,拿不准是280还是320": a figure told again as one of two is the same figure."""
    told: list[Item] = []
    for item in items:
        before, after = item.before, sentence.text[item.end :]
        unsure = _NOT_SURE.search(before) or _NOT_SURE.match(after)
        new = not told or not unsure or _SPENT.search(_NOT_SURE.sub("", before))
        between = sentence.text[told[-1].end : item.start] if told else ""
        settled = (
            told
            and told[-1].amount.approximate
            and (_SETTLED.search(before) or (told[-1].role == "cost" and _FOUND_AT_LAST.search(between)))
        )
        if settled and _meet(told[-1].amount, item.amount):
            told[-1] = replace(told[-1], amount=item.amount)
        elif new or not item.amount.approximate or not _meet(told[-1].amount, item.amount):
            told.append(item)
        else:
            told[-1] = replace(told[-1], amount=item.amount)
    return told


def in_parallel(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "我限额180她220": what follows with nothing but another person between is of what the first is."""
    told: list[Item] = []
    for item in items:
        before = told[-1] if told else None
        between = sentence.text[before.end : item.start] if before else ""
        of_persons = before and _A_PERSON_S.search(before.before)
        another = (of_persons and _ANOTHER_PERSON.fullmatch(between)) or _is_next_disease(
            item, between, sentence
        )
        same = before and another and before.role in _OF_EACH
        alike = before and not item.placed and before.role == "cost" and _ALSO_THEN.search(between)
        if alike and before and before.amount.low == item.amount.low:
            told.append(replace(item, role="cost", placed=True))  # 3月药费220,5月也是220
            continue
        told.append(replace(item, role=before.role, placed=True) if before and same else item)
    return told


def _is_next_disease(item: Item, between: str, sentence: Sentence) -> bool:
    """Whether nothing but another disease stands between it and the amount before: 高血压额度200,糖尿病260."""
    named = (m for m in sentence.turn.mentions if m.entity == "disease" and m.end == item.start)
    return any(between.strip(",元块、和跟") == mention.text for mention in named)


def _meet(one: Amount, other: Amount) -> bool:
    return one.low <= other.high and other.low <= one.high


def raised(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "原来限额300,今年涨到360": the same, at what it is now."""
    told: list[Item] = []
    for item in items:
        raised_now = not item.placed and _NOW.match(item.before)
        formerly = told and told[-1].role != "cost" and _FORMERLY.search(told[-1].before)
        cost_of_later = told and told[-1].role == "cost" and _FROM_A_MONTH_ON.search(item.before)
        if cost_of_later:  # 每月350,7月起涨到380: each of its own months
            told.append(replace(item, role="cost", placed=True))
        elif told and (_RAISED.search(item.before) or (formerly and raised_now)):
            told[-1] = replace(item, role=told[-1].role, formerly=told[-1].amount.low)
        else:
            told.append(item)
    return told


def after_discount(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "580打九折实付522": what was asked before the discount is no cost."""
    before = {item.start for item, paid in pairwise(items) if _REALLY_PAID.search(paid.before)}
    return [replace(i, role="aside") if i.role == "cost" and i.start in before else i for i in items]
