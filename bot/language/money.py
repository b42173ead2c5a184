"""Amounts of money as people say them: 一千二百三十块五, 五百八, 1千2, 3.5万, 3,600元, 八毛; roughly: 七百多块,
两千出头, 一千来块, 一百五六, 两百左右, 不到五百, 百把块.

A number with a unit of money is an amount. A bare number is one only where its surroundings say so
(药费600, 花了1490, 限额三百六): what is counted, dated, numbered or shared never is.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.language.dates import find_dates
from bot.language.identifiers import find_identifiers
from bot.language.normalise import normalise
from bot.language.numerals import ARABIC, CHINESE, MIXED, step_of, to_decimal
from bot.language.ratios import find_ratios
from bot.language.spans import Span, overlaps, without_overlaps


@dataclass(frozen=True)
class Amount:
    """Yuan, `low` to `high`, both included, equal unless `approximate` (七百多块: 700 to 800).

    `said` is the one figure in the words (七百多块: 700), None where there are two (两三百).
    Negative as written (-300元): whoever computes asks about it.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal
    approximate: bool
    said: Decimal | None = None


_N = "[一二两三四五六七八九]"
_SIGN = r"(?P<sign>(?<![A-Za-z\d)）到])[-−]|负的?)?"
_HUGE = rf"(?:{ARABIC}|{CHINESE})万?亿|\d{{1,3}}(?:\.\d+)?[eE]\d{{1,2}}|\d{{10,15}}"
_VALUE = rf"(?P<number>{_HUGE}|{MIXED}|\d{{1,6}}(?:\.\d{{1,2}})?[kKwW](?![A-Za-z])|{ARABIC}|{CHINESE})"
_ONE_OR_NEXT = "(?:" + "|".join("一二三四五六七八九"[i : i + 2] for i in range(8)) + ")"
_TWO_DIGITS = (
    rf"(?P<base>{CHINESE}(?<=[百千万]))?(?P<from>{_N})(?P<to>{_N})(?P<scale>[十百千]|十万|百万|万)"
    rf"|(?P<round>{CHINESE}(?<=[十百千万]))(?P<either>{_ONE_OR_NEXT})(?![十百千万])"
)
_MORE = r"(?P<more>(?:[多来余几]|大几)(?=万|元|块|圆|钱))?(?P<late_scale>万)?"
_UNIT = r"(?:元钱|元整|元|块钱|块|圆|RMB|rmb|人民币)"
_BELOW_YUAN = (
    rf"(?:零?(?P<jiao>{_N}|[1-9]|半)(?:毛钱?|角)(?:(?P<fen>{_N}|[1-9])(?:分钱?)?(?![\d天年个月]))?"
    rf"|[零0](?P<after_zero>[1-9])(?!\d)|零?(?P<only_fen>{_N}|[1-9])分钱?|(?P<bare_jiao>{_N}|[1-9]|半)(?=一[盒瓶支片袋针包粒]|(?![\d零一二三四五六七八九十百千万个年月天周次成号%元块点家种岁片盒瓶支针袋贴粒包回趟共起])))?"
)
_UNDER = r"(?:(?P<under>[不没]到|将近|接近|差不多到|差一?点儿?|快|小(?=[一两二三]?[百千万]))[了有要]?)?"
_AROUND = (
    r"(?P<around>(?:多一?点儿?|多些|出点头|冒头|冒点头|拐弯|出头|挂零)(?![钱的])"
    r"|上下|左右|不到(?![\d二两三四五六七八九十]|一(?!点|些))|的样子)?"
)

_WITH_UNIT = re.compile(
    rf"(?<![A-Za-z\d.几第]){_UNDER}{_SIGN}(?:[¥$] ?)?(?:{_TWO_DIGITS}|{_VALUE}){_MORE} ?{_UNIT}{_BELOW_YUAN}{_AROUND}"
)
_WITH_SIGN = re.compile(rf"(?<![A-Za-z\d.]){_SIGN}¥ ?(?:{_VALUE})")
_RANGE = re.compile(
    rf"(?<![A-Za-z\d.第])(?P<low>{MIXED}|{ARABIC}|{CHINESE})(?:元|块)?(?:到|至|[-~—～])(?P<high>{MIXED}|{ARABIC}|{CHINESE})(?P<unit>{_UNIT})?"
)
_JIAO_ONLY = re.compile(
    rf"(?<![A-Za-z\d.零一二三四五六七八九十]){_SIGN}(?P<jiao>{_N}|[1-9])毛钱?(?:(?P<fen>{_N}|[1-9])分?(?![天年个月]))?"
)
_SOME_UNITS = re.compile(r"(?P<base>[一二两三四五六七八九十百千万]*[百千万]|\d*00)零几(?:块钱?|元)?")
_SCALE_OR_SO = re.compile(
    r"(?<![一二两三四五六七八九十几\d])(?P<scale_alone>[百千万])(?:把|来|十来)(?:块钱?|元)?"
)
_SOME = re.compile(
    r"(?<![一二两三四五六七八九\d])(?P<thousands>[一二两三四五六七八九]千(?=[好大小]?几百))?(?P<ten>十[来几多])?(?P<some>[好大小]?几)?(?P<scale>十(?=[块元])|[百千万])(?:块钱?|元)?(?![一-龥]*[个天年月次种人])"
)
_ASKED_FOR = re.compile(
    r"(?:起付|门槛|限额|额度|封顶|定额|标准)[^,，。;；也就才还有]{0,8}$|[报付给出掏退][给得回]?$"
)
_ENDS_THERE = re.compile(r"^[呢呀啊咯哦]?\s*[?？]?$")
"""Around 几百块 where it asks: 起付线定的几百块, not 限额才几百块."""
_BARE = re.compile(
    rf"(?:(?<![A-Za-z\d.,第〔\[/])(?<!\d:)|(?<=[A-Za-z])(?=[一二两三四五六七八九十])){_UNDER}{_SIGN}(?:{_TWO_DIGITS}|{_VALUE})"
    rf"(?P<more>(?:[多余]|(?:(?<=00)|(?<=[十百千万]))来)(?!少|则|说|算|的时候|一?点|些|[天年月个次周张家种名补抵买付报扣填垫用顶])|大几|(?<=[十百千])几(?![十百千万]|[一-龥]?[天年月个次周张家种名岁片盒瓶支粒]))?"
    rf"(?P<late_scale>万)?{_AROUND}(?![A-Za-z\d])"
)
_COUNTED = re.compile(
    r"^(?:人(?!家)|回(?![来去])|月(?![初底末月])|[个個天日号年周岁次种条级类项张盒片粒支瓶家位度米斤点时床区期版文楼倍成折%份届步样趟遍口本根针袋颗副]"
    r"|[多来几余](?:[天年月个次周岁张家种名人])|分(?!钱|别)|公里|小时|分钟|工作日|名(?!字)|院|甲|级|季度|mg|ml|毫|克|路|行[里中上]|后(?!来|头|面|又|再)|℃|级|号|代|-\d|/\d|:\d)"
)
_CUES = (
    "药费|医药费|医疗费|门诊费|检查费|化验费|治疗费|诊疗费|手术费|住院费|总费用|费用|门诊|药钱|花费|花销|花|消费|开销|总共|一共|共|合计|总计|总额|总"
    "|月限额|年限额|限额|定额|额度|限|起付线|起付|门槛费|门槛|封顶线|封顶|余额|自付|自费|自己付|自己掏|垫付|垫|先付|付|交|缴|扣|掏|收|剩余|剩下|剩|还有"
    "|报销|报|补|药|甲类|乙类|丙类|钱|金额|支付|块|开|拿|买|吃|用|刷|多|加|涨|账单|结算|结账|发票|票|单子|[这那一]单|每月|每个月|一个月|一月|这个月|这月|上月|上个月|每年|一年|一次|每次|个月|价|值|要|给|是|为|到|透析|累计|这次|这回|这趟|本次"
)
_CUE_BEFORE = re.compile(
    rf"(?:{_CUES})(?:[是为有大概约莫差不多就才也又都已经快近将超过小于不足到要得吃掉了用完去过共计整的在打]"
    r"|[每月年这次回一个钱开药费:： ,、]){0,6}$"
)
_CUE_AFTER = re.compile(
    r"^(?:能|可以?|给|该|应该|怎么|咋)?(?:报|的?药费|的?费用|自付|自费|够不够|的?[一-龥]{0,4}药|一盒|一瓶|一支|每月|每年|一个月|不到|以内|整|起|封顶|医保)"
)
_MEASURED = re.compile(
    r"(?:(?<!高)血压|[高低]压|(?:收缩|舒张)压|血糖|空腹|餐后|糖化|血脂|尿酸|肌酐|胆固醇|心率|脉搏|体重|身高|血小板)"
    r"(?:[是有到在高低了约大概/ ]|\d{1,3}(?:\.\d{1,2})?){0,4}$"
)
"""What stands before a number that a doctor measured."""
_NUMBERED = re.compile(r"(?:尾号|[栋幢楼座]|单元|[编卡工房账学证]号|门牌号?)(?:是|为)?$")
"""What stands before a number that names something."""
_ABOUT_MONEY = re.compile(r"[费钱花元块付掏]|限额|定额|额度|起付|封顶|报销|[能给]报|报[多好几]|总共|合计")
_HOTLINES = {"12393", "12345", "12320", "110", "120", "119", "114"}
_CALLED = re.compile(r"(?:打|拨|叫|呼|问|找|联系|咨询|电话|热线)(?:个|了|过|通|一下|是)*$")
_IN_BRACKETS, _A_YEAR = re.compile(r"[(（]$"), re.compile(r"(?:19|20)\d\d[)）]")
"""去年6月(2025): no sum."""
_AFTER_PERCENT_WORDS = re.compile(r"(?:报|比例|报销|报到)(?:是|为|了)?$")
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "十万": 100_000, "百万": 1_000_000}
_GREETING = re.compile(r"^[\s啊呀吧呢哦嗯。.!！?？~]*$")


def find_amounts(text: str) -> list[Amount]:
    """All amounts in text order, none overlapping."""
    written = normalise(text)
    about_money = bool(_ABOUT_MONEY.search(written))
    return _found(
        written,
        lambda match: _is_amount(match, written[: match.start()], written[match.end() :], about_money),
    )


def possible_amounts(text: str) -> list[Amount]:
    """All amounts, and every bare number from ten on that nothing tells to be anything else (阿卡波糖58,二甲双胍22)."""
    return _found(normalise(text), lambda match: _may_be_money(match, match.string[match.end() :]))


def _may_be_money(match: re.Match[str], after: str) -> bool:
    value = _value(match["number"] or "百") or 0
    return value >= _TEN and not (value <= _MONTHS_OF_A_YEAR and _SO_MANY_MONTHS.match(after))


def _found(written: str, is_amount: Callable[[re.Match[str]], bool]) -> list[Amount]:
    written = _NOT_A_CENT.sub(",", written)
    taken: list[Span] = [*find_identifiers(written), *find_ratios(written), *find_dates(written, _ANY_DAY)]
    found = without_overlaps(_with_unit(written))
    free: list[Amount] = [amount for amount in found if not overlaps(amount, taken)]
    taken.extend(free)
    bare = [amount for amount in _bare(written, is_amount) if not overlaps(amount, taken)]
    return without_overlaps(free + bare)


_NOT_A_CENT = re.compile(r"(?<=[十百千万])一(?=分(?:[都也没未]|钱[都也没]))")
"""起付八百一分没扣: eight hundred, not a cent of it."""
_MONTHS_OF_A_YEAR = 12
_SO_MANY_MONTHS = re.compile(r"(?:、\d{1,2})?[两三四五六七八九十]个月")
"""8、9、10三个月 and 10、11两个月: October, and no ten yuan."""
_TEN = 10
"""Below it, a number that nothing tells to be money is a count (一刀, 两病)."""
_ANY_DAY = date(2020, 6, 15)  # only the places of dates matter here


def _with_unit(written: str) -> Iterator[Amount]:
    for match in _RANGE.finditer(written):
        if match["unit"]:
            yield from _range(match)
    for match in _SOME_UNITS.finditer(written):  # 三百零几块
        base = to_decimal(match["base"])
        if base is not None:
            yield Amount(match.start(), match.end(), base, base + 9, True, base)
    for match in _SCALE_OR_SO.finditer(written):
        value = Decimal(_SCALES[match["scale_alone"]])
        yield Amount(match.start(), match.end(), *_near(value, value), True, value)
    for match in _SOME.finditer(written):
        if (match["ten"] or match["some"]) and not _asks_how_much(written, match):
            value = Decimal(_SCALES[match["scale"]]) * (10 if match["ten"] else 1)
            thousands = to_decimal(match["thousands"] or "") or Decimal(0)  # 一千好几百
            most = value * (2 if match["ten"] else 10)
            yield Amount(match.start(), match.end(), thousands + value, thousands + most, True)
    for match in _WITH_UNIT.finditer(written):
        if not _is_together(written, match):
            yield from _read(match)
    for match in _WITH_SIGN.finditer(written):
        yield from _read(match)
    for match in _JIAO_ONLY.finditer(written):
        value = _below_yuan(match.groupdict())
        yield Amount(match.start(), match.end(), value, value, False, value)


def _asks_how_much(written: str, match: re.Match[str]) -> bool:
    asks = match["some"] == "几" and _ENDS_THERE.match(written[match.end() :])
    return bool(asks and _ASKED_FOR.search(written[: match.start()]))


def _is_together(written: str, match: re.Match[str]) -> bool:
    """一块 means "together" unless money is spoken of; 三元 before 区 is a place."""
    if match[0] == "一块":
        if re.search(r"[加合凑算放搁]$", written[: match.start()]):
            return True
        return not re.search(r"(?:[花付掏扣报付多少差]了?|一盒|一片|每片)$", written[: match.start()])
    return bool(re.match(r"[区桥乡镇]", written[match.end() :])) and match[0].endswith("元")


def _range(match: re.Match[str]) -> Iterator[Amount]:
    low, high = to_decimal(match["low"]), to_decimal(match["high"])
    if low is not None and high is not None and low <= high:
        yield Amount(match.start(), match.end(), low, high, True)


def _read(match: re.Match[str]) -> Iterator[Amount]:
    named = match.groupdict()
    # 不到五百 and 五百不到: the bound is part of what is meant, not of the number's place.
    start = match.end("under") if named.get("under") else match.start()
    end = match.start("around") if named.get("around") == "不到" else match.end()
    if named.get("from") or named.get("either"):
        said, bounds = None, _one_or_the_other(named)
    else:
        said = _said(named)
        bounds = None if said is None else _roughly(match, said)
    if bounds is None:
        return
    low, high = bounds
    if named.get("sign"):
        low, high, said = -high, -low, None if said is None else -said
    yield Amount(start, end, low, high, low != high, said)


def _one_or_the_other(named: Mapping[str, str | None]) -> tuple[Decimal, Decimal] | None:
    """两三百, 一千二三百, 一百五六: two neighbouring digits in one place."""
    if named["either"]:
        low_digit, high_digit = named["either"][0], named["either"][1]
        base = to_decimal(named["round"] or "")
        place = Decimal(_SCALES[(named["round"] or "")[-1]]) / 10
    else:
        low_digit, high_digit = named["from"] or "", named["to"] or ""
        base = to_decimal(named["base"]) if named["base"] else Decimal(0)
        place = Decimal(_SCALES[named["scale"] or ""])
    if base is None:
        return None
    low, high = (base + place * (to_decimal(digit) or 0) for digit in (low_digit, high_digit))
    return (low, high) if low < high else None


def _said(named: Mapping[str, str | None]) -> Decimal | None:
    """The value of the words without what makes them rough."""
    value = _value(named["number"] or "")
    return None if value is None else value * _late_scale(named) + _below_yuan(named)


def _late_scale(named: Mapping[str, str | None]) -> int:
    """三千多万: what stands after 多."""
    return 10_000 if named.get("late_scale") else 1


def _roughly(match: re.Match[str], value: Decimal) -> tuple[Decimal, Decimal]:
    """The value said, widened by 多, 来, 左右, 出头, 不到."""
    named = match.groupdict()
    scale = _late_scale(named)
    step = step_of(named["number"], Decimal(int(value / scale))) * scale
    more, around = named.get("more"), named.get("around")
    if more in ("多", "余", "几", "大几"):
        return value, value + step
    if around and around[-1] in "头零弯点儿些":
        return value, value + step / 2
    low, high = _near(value, step)
    if named.get("under") or around == "不到":
        return low, value
    return (low, high) if more or around else (value, value)


def _near(value: Decimal, step: Decimal) -> tuple[Decimal, Decimal]:
    """About a value: half the place said, and no more than a tenth of it."""
    reach = min(step / 2, value / 10)
    return value - reach, value + reach


def _value(numeral: str) -> Decimal | None:
    scale = {"k": 1_000, "w": 10_000}.get(numeral[-1].lower())
    if scale:
        return Decimal(numeral[:-1]) * scale
    if numeral.endswith("亿"):
        beginning = _value(numeral[:-1])
        return None if beginning is None else beginning * 100_000_000
    return Decimal(numeral) if re.search("[eE]", numeral) else to_decimal(numeral)


def _below_yuan(named: Mapping[str, str | None]) -> Decimal:
    jiao = named.get("jiao") or named.get("bare_jiao")
    fen = named.get("fen") or named.get("only_fen") or named.get("after_zero")
    return _place(jiao) / 10 + _place(fen) / 100


def _place(numeral: str | None) -> Decimal:
    if numeral is None:
        return Decimal(0)
    return Decimal(5) if numeral == "半" else to_decimal(numeral) or Decimal(0)


def _bare(written: str, is_amount: Callable[[re.Match[str]], bool]) -> Iterator[Amount]:
    about_money = bool(_ABOUT_MONEY.search(written))
    for match in _BARE.finditer(written):
        before, after = written[: match.start()], written[match.end() :]
        if _IN_BRACKETS.search(before) and _A_YEAR.match(written, match.start()):
            continue
        if _COUNTED.match(after) or _MEASURED.search(before) or _NUMBERED.search(before):
            continue
        if match["number"] in _HOTLINES and (
            _CALLED.search(before) or not (about_money or _CUE_BEFORE.search(before))
        ):
            continue
        if is_amount(match):
            yield from _read(match)


def _is_amount(match: re.Match[str], before: str, after: str, about_money: bool) -> bool:
    """Whether a bare number is money, by what stands around it."""
    number = match["number"]
    spoken = number is None or not number[0].isdecimal() or bool(re.search("[百千万亿kKwW]", number))
    if spoken:
        return (
            number is None
            or bool(re.search("[百千万亿kKwW]", number))
            or (
                bool(_CUE_BEFORE.search(before))
                and "十" in number
                and bool(re.search(r"[费钱花付额线药]", before[-6:]))
            )
        )
    value = _value(number)
    if value is None or (number.startswith("0") and "." not in number):
        return False
    if value <= 100 and _AFTER_PERCENT_WORDS.search(before):
        return False
    if _CUE_BEFORE.search(before) and (value >= 100 or re.search(r"[费钱花付额线价]了?$", before[-4:])):
        return True
    if value >= 100 and (_CUE_AFTER.match(after) or about_money):
        return True
    return not before.strip() and bool(_GREETING.match(after)) and len(number.replace(",", "")) <= 7
