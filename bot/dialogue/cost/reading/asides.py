"""Amounts beside the cost that are none of it: another year's, an inpatient's, a price, a payment in cash."""

import re
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from bot.dialogue.cost.reading.sentence import Item, Role, Sentence

_ANOTHER_YEAR = re.compile(r"(?:去|前|往)年[^,。;\d今]{0,12}$|以前[^,。;\d]{0,8}$")
_TOLD_ANEW: tuple[Role, ...] = ("cost", "used", "deductible", "limit", "monthly_limit", "annual_cap")
"""What each year has its own of."""
_WAS_THAT_RIGHT = re.compile(
    r"对不对|对[吗吧]|算错|报错|少报|报少|没错|少算|算少|应该[能给]?报|合不合理|正常吗"
)
_ONLY_PAID = re.compile(r"[只才](?:给我?)?[付报出][了过]?$")
_HOW_PAID = re.compile(
    r"(?:微信|支付宝|现金|刷?(?:医保)?卡|个人账户|个账)[^,。;\d]{0,4}[付交刷扣给]了?$|(?:微信|支付宝|现金|刷卡)$|收[了我他她]+$"
)
_IN_CASH = re.compile(r"[元块]?钱?的?(?:现金|现钱)")
_PRICE = re.compile(r"(?:单价|[一每1][盒瓶支袋片粒])[^,。;\d]{0,3}$")
_BOTH_ASKED = re.compile(r"两[笔次回处家张趟边头][^,。;\d]{0,4}(?:[加合凑]|一共|总共|拢共|一起)")
_ELSEWHERE = re.compile(
    r"(?:网上|外[面头边]|别[家处]|别的(?:药店|地方)|隔壁|另[外一]{1,2}家|其[他它](?:药店|地方|家)|京东|淘宝|美团|拼多多|平台|直播间)[^,。;\d花买拿开付叫订拍]{0,10}$"
)
_OF_A_STAY, _OUTPATIENT = (
    re.compile(r"住院的?(?:起付|门槛)[线费]?(?:是|要)?$"),
    re.compile(r"我?门诊|慢特?病[^,。;]{0,4}[花买拿开]"),
)
"""三级住院起付线800,我门诊才花750: no deductible of ours."""
_IN_HOSPITAL = re.compile(r"住[了过]?院")
_HOPED = re.compile(r"(?:(?<!不)(?:能|可以)|是不是|该)(?:就|也|给我)*[按照]$")
_AGAIN, _OR_NOT = re.compile(r"[再又][扣交付][^,。;\d]{0,4}$"), re.compile(r"[元块]?钱?[不吗么嘛啵]")
_WHETHER_TAKEN = re.compile(
    r"(?:是不是|要不要|是否|难道)[^,。;\d]{0,6}(?:扣(?:两|三)?[个回遍道次份]?|[只就]剩下?[^,。;\d]{0,4})$"
)
_WHETHER = re.compile(r"是不是|要不要|是否|难道|不会")
_AS_A_LIMIT = re.compile(r"[元块]?钱?的?(?:额度|限额|额|标准)?[报算]")
_OWN_PART = re.compile(r"自付|自己|个人|自费")
_THAT_OF_THE_STAY = re.compile(r"住院(?:的)?那(?:个|笔|一笔)?$")
_AS_INPATIENT = re.compile(
    r"(?:住[了过]?[^,。;\d门期报]{0,4}院|手术|工伤|车祸|骨折)[^,。;\d门期报药慢]{0,8}(?:花|用|交|付|去)[了掉]*$"
)


_USED_UP = re.compile(r"用[了掉去]+$")
"""年封顶20万,今年住院用掉15万了."""
_TAKEN_TIMES, _TIMES = re.compile(r"(?:拿|用|按)$"), re.compile(r"[元块]?钱?(?:乘以?|×|\*)")
_IS_IT_RECKONED = re.compile(r"[元块]?钱?来?算[吧吗么呗]")
_GETS = re.compile(r"(?:能|该|会|可以|给)[给我俺]*(?:拿|报|得|到手)[到回得]*$")


def reckoned_with(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "是不是照420的定额算", "该不会又扣350吧": what somebody hopes for or fears."""
    hoped = [
        item
        for item in items
        if (item.role != "cost" and _HOPED.search(item.before) and _AS_A_LIMIT.match(item.after))
        or (
            _WHETHER_TAKEN.search(item.before)
            and item.role in ("cost", "deductible", "quota_left", "unplaced")
        )
        or _is_only_multiplied(item, items)
        or (item.role in ("cost", "unplaced") and _is_one_of_two_results(item))
        or (_AGAIN.search(item.before) and (_OR_NOT.match(item.after) or _WHETHER.search(item.before)))
    ]
    return [replace(item, role="aside") if item in hoped else item for item in items]


def _is_only_multiplied(item: Item, items: list[Item]) -> bool:
    """Whether it is what somebody reckons with: 是不是拿900乘75%; 剩400乘80%; 是拿2400来算吧."""
    if item.role == "quota_left":
        return bool(_TIMES.match(item.after))
    if item.role not in ("cost", "unplaced") or not _TAKEN_TIMES.search(item.before):
        return False
    others = any(other.role == "cost" and other is not item for other in items)
    return bool(_TIMES.match(item.after) or (others and _IS_IT_RECKONED.match(item.after)))


def _is_one_of_two_results(item: Item) -> bool:
    """Whether it is which of two sums one gets that is asked: 能拿1350还是1000."""
    return item.amount.low < item.amount.high and bool(_GETS.search(item.before))


def of_earlier_years(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "去年吃药花了8000多,这次420": what was spent in another year does not count beside this cost; nor does another
    year's deductible beside this year's."""
    earlier = [item for item in items if item.role in _TOLD_ANEW and _ANOTHER_YEAR.search(item.before)]
    this_year = {item.role for item in items if item not in earlier}
    return [
        replace(item, role="aside") if item in earlier and item.role in this_year else item for item in items
    ]


def without_inpatient_costs(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "住院花了五千,慢病药240": what was spent as an inpatient beside another cost is none of ours."""
    costs = [item for item in items if item.role == "cost"]
    told = (_AS_INPATIENT, _THAT_OF_THE_STAY)
    inpatient = [item for item in costs if any(words.search(item.before) for words in told)]
    if len(inpatient) == len(costs):
        return items
    paid = [after for item, after in pairwise(items) if item in inpatient and after.role == "used"]
    capped = any(item.role == "annual_cap" for item in items)
    of_the_cap = [item for item in inpatient if capped and _USED_UP.search(item.before)]
    items = [replace(item, role="used") if item in of_the_cap else item for item in items]
    return [replace(item, role="aside") if item in (*inpatient, *paid) else item for item in items]


def without_inpatient_deductibles(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "起付线600,上半年住院扣过1000起付": an inpatient's deductible beside ours, which it is above."""
    told = [item for item in items if item.role in ("deductible", "deductible_met")]
    ours = [i.amount.high for i in told if i.role == "deductible" and not _IN_HOSPITAL.search(i.before)]
    if not ours and _OUTPATIENT.search(sentence.text):
        return [replace(i, role="aside") if i in told and _OF_A_STAY.search(i.before) else i for i in items]
    inpatient = [i for i in told if _IN_HOSPITAL.search(i.before) and i.amount.low > max(ours, default=0)]
    return [replace(item, role="aside") if item in inpatient else item for item in items]


def without_own_payments(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "药费280,微信付了42": what was paid of a cost in cash is no other cost."""
    costs = [item for item in items if item.role == "cost"]
    own = [item for item in costs if _HOW_PAID.search(item.before) or _IN_CASH.match(item.after)]
    rest = [item.amount.low for item in costs if item not in own]
    if not rest or any(item.amount.high >= max(rest) for item in own):
        return items
    return [replace(item, role="aside") if item in own else item for item in items]


def without_unit_prices(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "一盒58,这次拿了580": the price of one piece, beside the cost."""
    costs = [item for item in items if item.role == "cost"]
    prices = [item for item in costs if _PRICE.search(item.before)]
    if not 0 < len(prices) < len(costs):
        return items
    whole = max(item.amount.low for item in costs if item not in prices)
    return [_priced(item, whole) if item in prices else item for item in items]


def _priced(price: Item, whole: Decimal) -> Item:
    return replace(price, role="aside" if price.amount.low and whole % price.amount.low == 0 else "unplaced")


def without_prices_elsewhere(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "医院开的280,网上要320": what it would have cost elsewhere, beside what it did."""
    costs = [item for item in items if item.role == "cost"]
    elsewhere = [item for item in costs if _ELSEWHERE.search(item.before)]
    if _BOTH_ASKED.search(sentence.text):
        return items  # then both were spent
    if len(elsewhere) == len(costs):
        return items
    return [replace(item, role="aside") if item in elsewhere else item for item in items]


def paid_of_this(items: list[Item], sentence: Sentence) -> list[Item]:
    """ "药费280,只给我报了200,应该报多少": what was paid of this very cost is what is doubted; so is what with another
    figure makes up the cost (统筹付了221,自付39,总共260)."""
    costs = [item for item in items if item.role == "cost"]
    if made_up := _makes_up(costs, items):
        return [replace(item, role="aside") if item in made_up else item for item in items]
    if not costs or not _WAS_THAT_RIGHT.search(sentence.text[costs[-1].end :]):
        return items
    return [
        replace(item, role="claimed")
        if item.role == "used" and (item.start > costs[-1].end or _ONLY_PAID.search(item.before))
        else item
        for item in items
    ]


def _makes_up(costs: list[Item], items: list[Item]) -> tuple[Item, ...]:
    """What the fund paid and what was paid beside it, where both together are the cost."""
    for paid in items:
        for own in items:
            whole = paid.amount.low + own.amount.low
            told = paid.role == "used" and own is not paid and _OWN_PART.search(own.before)
            if told and any(cost.amount.low == whole for cost in costs):
                return paid, own
    return ()
