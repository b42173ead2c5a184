"""When: the day of approval and of treatment, for how many months a cost is told, whether it recurs."""

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from bot.dialogue.cost.reading.hospital import stay_in
from bot.dialogue.cost.reading.roles import MONTHLY
from bot.dialogue.cost.reading.sentence import Part, told_as_either, within_a_month
from bot.dialogue.cost.reading.stretch import MONTH
from bot.language.dates import DateMention
from bot.language.money import Amount
from bot.language.numerals import to_decimal
from bot.language.spans import overlaps
from bot.rules.case import Case, Days

_APPROVED = re.compile(
    r"(?<![这那一没未])批(?![发药次])|认定|办[下出]来|下来的(?=[,。;]|$)|(?:资格|慢特?病?)下来|审核通过|通过"
    r"|(?:证|本子?|资格)[^,。;]{0,10}(?:拿到|到手|发)"
)
_ABOUT_THEN = re.compile(r"(?:大约|大概|约莫?|差不多|可能|好像|也许|说不定)(?:是|在|就|也)*$")
_OR_SO = re.compile(r"份?(?:左右|前后|上下|的?样子|那阵|这阵)")
_SOME_DAYS = timedelta(5)
_BARE = re.compile(r"(?:是|可能|好像|大概|应该|在|吧)+")
_SPENT = re.compile(r"花|买|用药|吃|[拿开][药了]|看病|刷")
_LAST_DAY = ("最后一天", "年底", "年末")
_SPENT_THEN = re.compile(r"花|费|买|看|[拿开配](?:药|这)")
_DEDUCTIBLE = re.compile(r"(?<![没无])(?:起付|门槛)")
_OF_LIFE = re.compile(
    r"月份?(?:起|以后|之后|开始)[^,。;\d花买药拿]{0,8}退休|月(?:份|初|底|中旬?|末)?(?:我|他|她|就|才|正式|办|要|了|的)*退休|(?:办|要|才|正式|刚)[^,。;]{0,4}退休|满[五六\d]|生日|出生"
)
_APPLIED = re.compile(r"份?(?:才|就|我|他|她)*(?:[交递报提]了?的?(?:上去|上)?(?:的)?|提出)(?:申请|材料|资料)")
_OF_THE_RULES = re.compile(r"(?:起|开始|才|就)*(?:实施|施行|执行|生效|发布|印发|出台)的?")
"""按4月1日起执行的通知: no day of anybody's care."""
_IN_FORCE_BY_NOW = re.compile(r"(?:已经?|都|也)生效|生效了|能用了")
"""昨天看到消息说批了,能用了: the day is that of the message."""
_LIMIT_CHANGED = re.compile(
    r"份?(?:起|开始|以后|往后)?[^,。;\d花买拿开]{0,10}(?:从?\d+(?:\.\d+)?[元块]?钱?)?(?:涨|提高?|调[整高低]?|升|降低?)(?:到|成|为|了)"
)
"""7月起限额从300涨到350: no day of treatment."""
_PAID_ONLY_THEN = re.compile(r"份?(?:起|开始)?才(?:有|能|可以|给|开始|会)*(?:得|的)?(?:报|享受|生效|算|用)")
"""下个月起才能用: no day of treatment."""
_SO_LONG_AGO = re.compile(
    r"(?:有|快|都|已经?|得有|差不多)(?:个|了|快)*(?:大?半年|一年|[一二两三四五六七八九十\d]+(?:个月|年))(?:多)?(?:了|吧|光景)"
)
"""吃这个药快一年了: no time that a cost is told for."""
_FOUND_OUT = re.compile(r"[^,。;花买]{0,8}?(?:查出|检出|确诊|诊断|发现|发病|得上|得的这)")
_PAID_UP = re.compile(r"[扣交付缴扛](?:满|够|完|齐)")
_LEFT_OVER = re.compile(r"剩|结余|没用完|(?:额度|限额|定额)[^,。;\d]{0,4}[用花刷][光完]")
_SPENT_NOTHING = re.compile(r"[我他她]?(?:没|忘了?)(?:有|去|得|再)*(?:拿|开|买|去)(?:过)?药?(?=[,。;]|$)")
"""上个月没去拿药: nothing happened then."""
_WHAT_IT_LEFT = re.compile(r"份?(?:那\d+[元块]?钱?|的)[^,。;\d]{0,3}(?:补(?!报)|[挪抵])")
"""9月那150来补: no day of treatment."""
_EACH_OF_THEM = re.compile(
    r"(?:(?:[两三四五六七八九十]|\d{1,2})个|两)月[^,。;\d]{0,6}(?:各|都|均)[^,。;\d]{0,4}$"
)
_EVERY_MONTH_AFTER = re.compile(r"[元块]?钱?的?(?:/月|每月|一个月|一月)")
_MONTHS = re.compile(r"(?<![\d第头])(\d{1,2}|十[一二]?|[一二两三四五六七八九])个月|(?<!\d)(两)月")
_FROM_MONTH_TO_MONTH = re.compile(
    rf"(?<![\d年])({MONTH})(?:月份?[^,。;\d月]?)?(?:到|至|-)({MONTH})月(?!\d)(?!份?[^,。;\d花买药拿]{{0,4}}(?:在职|在岗|上班|没退))"
)
_SINCE_MONTH = re.compile(rf"从(?:今年)?({MONTH})月份?(?:起|开始|以来)[^。;]{{0,24}}[到至]({MONTH})月(?!\d)")
_A_QUARTER = "(?:季|三个月|3个月)"
MONTH_OR_QUARTER = re.compile(
    rf"一?个?月[度的]*(?:还是|或者?)[^,。;\d]{{0,4}}{_A_QUARTER}|{_A_QUARTER}[度的]*(?:还是|或者?)[^,。;\d]{{0,4}}月"
)
_ALL_ALIKE = re.compile(r",?(?:每[次回]|也)?都是")
AT_ONCE = re.compile(
    r"一(?:次|下子?|回|口气|趟)性?(?:就|给|我|又|都|全)*(?:把[^,。;]{0,8})?[开拿配买取备抓领]"
)
"""Several months' drugs bought on one day: 一次把三个月的药买齐了."""
_WITHOUT_COST = re.compile(r"[\d一二两三四五六七八九十]+个月(?:都|也|全|里)*没(?:有|去)*[拿买开配取]")
_EVENLY = re.compile(
    r"(?:每个?|个个)月[^,。;\d]{0,4}(?:一样|相同|同样)(?:多|的)?|平均(?:分|摊)?(?:到|在)(?:每个?月|各月)|(?:每个?月|各月)[^,。;\d]{0,3}(?:平均|均匀|均摊|匀着)"
)
_ABOUT_MONTHS = re.compile(r"(?<![一二两三四五六七八九十\d])([一二两三四五六七八])([二三四五六七八九])个月")
_MOST_MONTHS = 24
_LIMITS_OF_MONTHS = re.compile(
    r"前[面头]?的?(?:\d{1,2}|[两二三四五六七八九]|十[一二]?)个月的?(?:额度|限额|药)?(?:都|全|一直|也)*没(?:有)?(?:动|用|花|买|拿|开)|(?:一?个?季度?)?(?:前[面头]?)?[一二两三四五六\d]个月的?(?:额度|限额|定额)(?:全|都|已经?|就|给)*(?:一次|一下)?[用花刷报]"
)
"""前面两个月的额度都用满了: no time that a cost is told for."""
_SPANS: tuple[tuple[str, int], ...] = (
    (
        r"(?:一|1|这|整|上|本|每)个?(?:整)?季度?(?=[^,。;没剩头第]{0,4}(?:花|共|买|开|药|吃|要|医保|基金|统筹|能|报|出))",
        3,
    ),
    (
        r"(?<!差)(?<![上下])半年|[上下]半年(?!,?(?:就|才|刚|的时候|被|已经?)|[^,。;]{0,16}(?:起付|门槛|交满|扣满))",
        6,
    ),
    (r"(?:两年|二十四个月|24个月)(?=[^,。;]{0,4}(?:一共|总共|合计|共))", 24),
    (
        r"(?<![头上前十百\d零一二三四五六七八九])(?<!新的)(?:一|1|全|整|每)年(?!级)(?!度)|一整年|12个月",
        12,
    ),
)
_LIMIT_OF_A_YEAR = re.compile(
    r"(?:年度?|一年|每年)(?:\d+[元块]?钱?)?(?:的)?(?:限额|额度|封顶|起付)|(?:最多|最高|顶多)[一每全]年|[一每]年(?:要|得|都|就|只|也)*(?:[交缴]|[扣算报][一两]?[回次遍])|(?:一|每|全)年(?!下来|到头)[^,。;\d花]{0,4}(?:最多|最高|顶多|总共[给报能]|[只就]给|[能给]?报(?=\d))|(?:起付|门槛|限额|额度|封顶)[^,。;]{0,4}[一每全]年"
)
_TO_YEAR_END = re.compile(
    r"(?<![\d月份])到(?:今年|当年|本年)?(?:年底|年末|(?:年)?过完|12月底?|十二月底?)(?!的量)(?![^,。;]{0,10}(?:就|只|还)剩)"
)
_YEAR_END = re.compile(r"到(?:今年|当年|本年)?(?:年底|年末|12月底?)")
_TO_MONTH_END = re.compile(rf"(?<![\d月份])[到至](今年|明年)?({MONTH})月[底末]")
_FROM_THE_START = re.compile(r"从[^,。;\d]{0,4}(?:能享受|享受|生效|批下来|能报)")
"""From the first day that anything is paid, whenever that is."""
_FROM_THE_START_ON = re.compile(
    rf"从[^,。;\d]{{0,4}}(?:能享受|享受|生效|批下来|能报)[^,。;\d]{{0,8}}[到至](今年|明年)?(?:这个?月|本月)?({MONTH})月"
)
_OF_ANOTHER_DISEASE = re.compile(r"第[二三四]个?[样种]?病|另外?(?:一|那)?[个种样]病|新[加添]的病")
_ALSO_APPROVED = re.compile(r"[^,。;\d]{0,2}[又还]给?我?(?:批|评|办)了?(?:一|另|第二)")
"""上个礼拜又批了一个病: the first was approved before."""
_UP_TO = re.compile(r"(?<![拖等推挪留放延改移排约忍熬捱])[到至往]$")
_THIS_MONTH = re.compile(r"这个?月|本月")
_THIS_MONTH_APPROVED = re.compile(r"(?:这个?月|本月)[才刚]*(?:办好|办下来|批|评上|认定|审核通过|通过)(?!发)")
_PUT_OFF = re.compile(r"[忍等拖留放挪推熬捱]到(?:了)?(?:(这个?月|本月)|下个?月)")
_PUT_OFF_TO_THE_NEW_YEAR = re.compile(
    r"[忍等拖留放挪推熬捱]到?了?(?:明年|来年|过了?(?:元旦|年)|元旦|年后|开年)|[过等]了(?:元旦|年)(?:以后|之后|后)?再"
)
_SAME_MONTH = re.compile(
    r"(?:批|认定|通过|办|下来)[^。;\d能享起]{0,6}(?:当月|那个?月|同一?个?月|当[天日]|那一?天|同一天)(?!起|开始)"
)
_THE_YEAR_BEFORE = re.compile(r"(?:头|上|前)一年[^,。;]{0,4}(?:起付|门槛)")
_LAST_YEAR_OR_THIS = re.compile(
    r"(?:去年|上一年|年前|年底|年末)[^,。;\d]{0,3}(?:还是|或者?)[^,。;\d]{0,3}(?:今年|这一年|新年|年后|年初|元旦)"
)
_ALL_YEAR = re.compile(r"全年|一年|今年.{0,4}一共")


def times_of(part: Part) -> Case:
    """Days and months the part names."""
    case = Case()
    stay = stay_in(part.sentence)
    for mention in part.dates:
        if not mention.invalid and not (stay and overlaps(mention, [stay])):
            case = case.updated(_dated(part, mention))
    if case.treated_on is None and _LAST_YEAR_OR_THIS.search(part.text):
        this_year = part.sentence.turn.now.year
        case = replace(case, treated_on=Days(date(this_year - 1, 1, 1), date(this_year, 12, 31)))
    if case.treated_on is None and (put_off := _PUT_OFF.search(part.text)):
        today = part.sentence.turn.now.date()
        case = replace(
            case, treated_on=_month_of(today if put_off[1] else _month_of(today).last + timedelta(1))
        )
    if case.treated_on is None and _PUT_OFF_TO_THE_NEW_YEAR.search(part.text):
        year = part.sentence.turn.now.year + 1
        case = replace(case, treated_on=Days(date(year, 1, 1), date(year, 12, 31)))
    if case.approved_on is None and _THIS_MONTH_APPROVED.search(part.text):
        case = replace(case, approved_on=_month_of(part.sentence.turn.now.date()))
    if case.approved_on and case.treated_on is None and _SAME_MONTH.search(part.text):
        case = replace(case, treated_on=case.approved_on)
    if case.treated_on and _THE_YEAR_BEFORE.search(part.text):
        year = case.treated_on.last.year - 1
        case = replace(case, deductible_met_in=Days(date(year, 1, 1), date(year, 12, 31)))
    from_the_start = _FROM_THE_START.search(part.text) and _YEAR_END.search(part.text)
    if (
        from_the_start
        or _TO_YEAR_END.search(part.text)
        or (_approved_this_year(part, case) and _ALL_YEAR.search(part.text))
    ):
        year = case.approved_on.last.year if case.approved_on else part.sentence.turn.now.year
        return case.updated(Case(until=date(year, 12, 31), each_month=True))
    until = _TO_MONTH_END.search(part.text) or _FROM_THE_START_ON.search(part.text)
    if until and (case.approved_on or _FROM_THE_START.search(part.text)):
        this_year = part.sentence.turn.now.year
        approved_in = case.approved_on.last.year if case.approved_on else this_year
        year = this_year + (until[1] == "明年") if until[1] else approved_in
        last = _month_of(date(year, int(to_decimal(until[2]) or 12), 1)).last
        return case.updated(Case(until=last, each_month=True))
    months = None if not part.costs and _SO_LONG_AGO.search(part.text) else months_spoken_of(part.text)
    monthly = any(is_monthly(part, amount) for amount in part.costs)
    if months is None and not monthly:
        return case
    return case.updated(Case(months=months, each_month=monthly if part.costs else None))


def _give_or_take(days: Days) -> Days:
    """A time that is told with a hedge (大约十月批的): as much again before and after it, some days at least."""
    reach = max(days.last - days.first + timedelta(1), _SOME_DAYS)
    return Days(days.first - reach, days.last + reach)


def _month_of(day: date) -> Days:
    return Days(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def this_month_in(text: str, today: date) -> Days | None:
    """The days of this month, where a text tells of it."""
    return _month_of(today) if _THIS_MONTH.search(text) else None


def _approved_this_year(part: Part, case: Case) -> bool:
    """Whether what is left of the year is not all of it."""
    return case.approved_on is not None and case.approved_on.last.year == part.sentence.turn.now.year


def field_of(part: Part, mention: DateMention) -> str:
    """The fact of the case a date tells."""
    return "approved_on" if _dated(part, mention).approved_on else "treated_on"


def is_monthly(part: Part, amount: Amount) -> bool:
    """Whether the cost itself is said to be a month's, not the limit."""
    text = part.sentence.text
    begin, end = part.sentence.clause(amount.start)
    if begin and _ALL_ALIKE.fullmatch(text, begin, amount.start):
        begin, _ = part.sentence.clause(begin - 1)  # 每月去一回,都是90
    earlier = max((item.end for item in part.items if item.end <= amount.start), default=0)
    return bool(
        MONTHLY.search(text[max(begin, earlier) : amount.start])
        or _EACH_OF_THEM.search(text[max(begin, earlier) : amount.start])
        or _EVERY_MONTH_AFTER.match(text[amount.end : end])
    )


def months_spoken_of(text: str) -> int | None:
    """For how many months together a cost is told: 三个月, 半年, 一年."""
    text = _LIMITS_OF_MONTHS.sub("", _WITHOUT_COST.sub("", MONTH_OR_QUARTER.sub("", text)))
    counted = [
        int(number)
        for match in _MONTHS.finditer(text)
        if (number := to_decimal(match[1] or match[2])) is not None and 1 < number <= _MOST_MONTHS
    ]
    if counted:
        return counted[-1]
    if from_to := _FROM_MONTH_TO_MONTH.search(text) or _SINCE_MONTH.search(text):
        first, last = (to_decimal(number) for number in from_to.groups())
        if first and last and first < last:
            return int(last - first) + 1
    of_costs = _LIMIT_OF_A_YEAR.sub("", text)
    return next((months for pattern, months in _SPANS if re.search(pattern, of_costs)), None)


def spent_evenly(part: Part) -> bool:
    """Whether a cost of several months is said to be the same in each: 一年3000,每个月都一样多."""
    return bool(_EVENLY.search(part.text)) and not any(is_monthly(part, cost) for cost in part.costs)


def months_between(text: str) -> tuple[int, int] | None:
    """For how many months at least and at most, where two numbers are told: 两三个月."""
    found = _ABOUT_MONTHS.search(text)
    low, high = (int(to_decimal(digit) or 0) for digit in found.groups()) if found else (0, 0)
    return (low, high) if 0 < low < high else None


def _dated(part: Part, mention: DateMention) -> Case:
    """What happened on a date: the words of its own clause, up to the next date, tell."""
    days = Days(mention.first, mention.last)
    text, dates = part.sentence.text, part.sentence.dates
    begin, stop = part.sentence.clause(mention.end)
    next_date = min((d.start for d in dates if d.start > mention.start), default=stop)
    earlier = max((d.end for d in dates if d.end <= mention.start), default=0)
    own = text[mention.start : min(stop, next_date)]
    led_by = text[max(begin, earlier) : mention.start]
    if _BARE.fullmatch(led_by) and begin > earlier:
        led_by = text[
            max(part.sentence.clause(begin - 1)[0], earlier) : mention.start
        ]  # 批的日期看不清,是5月28号
    if within_a_month(mention) and _SPENT_NOTHING.match(text, mention.end):
        return Case()
    if (
        _OF_ANOTHER_DISEASE.search(led_by)
        or _ALSO_APPROVED.match(own[mention.end - mention.start :])
        or _WHAT_IT_LEFT.match(text, mention.end)
    ):
        return Case()
    if _IN_FORCE_BY_NOW.search(text, mention.end, stop + 8) or _PAID_ONLY_THEN.match(text, mention.end):
        return Case()
    of_its_own = earlier <= begin  # what stands after an earlier date of the clause is told of that one
    if (
        part.sentence.asked == "approved_on"
        or _APPROVED.search(own)
        or (of_its_own and _APPROVED.search(led_by) and not _SPENT.search(own))
    ):
        about = _ABOUT_THEN.search(led_by) or _OR_SO.match(own[mention.end - mention.start :])
        return Case(approved_on=_give_or_take(days) if about and not told_as_either(mention, text) else days)
    if (
        _APPLIED.match(own[mention.end - mention.start :])
        or _OF_LIFE.search(own)
        or _OF_THE_RULES.match(text, mention.end)
        or _FOUND_OUT.match(text, mention.end)
        or _LIMIT_CHANGED.match(text, mention.end)
    ):
        return Case()
    if _PAID_UP.search(own):
        return Case(deductible_met_in=days)
    sentence_end = text.find("。", mention.end)
    until = next_date if sentence_end < 0 else min(next_date, sentence_end)
    counted = any(i.role == "deductible_met" and mention.end <= i.start < until for i in part.own_items)
    if counted or _DEDUCTIBLE.search(own) or (_DEDUCTIBLE.search(led_by) and not _SPENT.search(own)):
        return Case(deductible_met_in=days)
    to_come = mention.first > part.sentence.turn.now.date() and _SPENT.search(own)  # 到明年3月买药
    if _UP_TO.search(led_by) and not to_come:
        return Case()
    if not _LEFT_OVER.search(own) and (within_a_month(mention) or told_as_either(mention, text)):
        return Case(treated_on=days)
    other_year = mention.first.year != part.sentence.turn.now.year
    said_so = _SPENT_THEN.search(own) or own.endswith(_LAST_DAY)
    return Case(treated_on=days) if other_year and said_so else Case()
