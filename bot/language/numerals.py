"""Numbers in digits, in Chinese numerals and in the mixtures people type (3.5万, 1千2, 两千三百五)."""

import re
from decimal import Decimal

import cn2an

CHINESE_DIGITS = "零〇一二两俩三四五六七八九"
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,9}(?:\.\d{1,4})?)"
MIXED = (
    r"(?:\d{1,5}(?:\.\d{1,4})?[万千百](?:(?:\d{1,4}[千百十]?)+"
    r"|[一二三四五六七八九](?![一二三四五六七八九十百千万成折个月年种次天周类级]))?)"
)
_ONE_EACH = (
    r"(?<=[一二两三四五六七八九百千万])一[次回趟盒瓶支针片粒袋个天周月季]"  # 三百八一次 is 380 each time
)
_OTHER = (
    r"(?<=[百千万][一二三四五六七八九])(?:[一二三四五六七八九十]{1,2}月|两[个口])"
    r"|(?<=[十百千万][一二三四五六七八九])[一二]类"
)
"""What begins after a figure where nothing is punctuated: 一百六八月份, 一百二两个人."""
CHINESE = (
    rf"(?:(?!(?<=差)一点)[一二两俩三四五六七八九十廿](?:(?!{_ONE_EACH}|{_OTHER})[零〇一二两俩三四五六七八九十百千万]"
    r"|点(?=[零一二三四五六七八九]))*)"
)
NUMBER = rf"(?:{MIXED}|{ARABIC}|{CHINESE})"
_NUMERAL = re.compile(r"[\d一二两俩三四五六七八九十廿百千万壹贰叁肆伍陆柒捌玖拾佰仟]")


def has_numeral(text: str) -> bool:
    """Whether any numeral stands in a text: without one it tells no amount, however it is read."""
    return _NUMERAL.search(text) is not None


def to_decimal(numeral: str) -> Decimal | None:
    """The value of a numeral, or None if it is not a well-formed one.

    A trailing digit after 百, 千 or 万 counts the next lower place, as in speech: 五百八 is 580.
    """
    written = numeral.replace("俩", "两").replace(",", "")
    if re.fullmatch(r"\d+(\.\d+)?", written):
        return Decimal(written)
    if re.fullmatch(rf"[{CHINESE_DIGITS}]{{2,}}", written):
        return None  # digits read out one by one are a number of something, not a quantity
    decimal_scaled = re.fullmatch(r"([^点.]+[点.][^百千万]+)([百千万])", written)
    if decimal_scaled:
        mantissa = to_decimal(decimal_scaled[1])
        return None if mantissa is None else mantissa * _SCALES[decimal_scaled[2]]
    try:
        return Decimal(str(cn2an.cn2an(written, "smart")))
    except (ValueError, KeyError, IndexError):
        return None


def step_of(numeral: str, value: Decimal) -> Decimal:
    """One unit of the last place said: 100 for 七百, 1000 for 2000, 10 for 一百二十. What 多 may add at most."""
    if numeral[-1] in _SCALES and not re.search(r"[\d.点]", numeral):
        return Decimal(_SCALES[numeral[-1]])
    digits = str(int(value))
    return Decimal(10 ** (len(digits) - len(digits.rstrip("0")))) if int(value) else Decimal(1)
