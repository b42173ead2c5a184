from decimal import Decimal

import cn2an
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.language.money import find_amounts
from bot.language.normalise import normalise
from bot.language.numerals import has_numeral


@pytest.mark.parametrize(
    ("text", "written", "yuan"),
    [
        ("一千二百三十块五", "一千二百三十块五", "1230.5"),
        ("花了五百八", "五百八", "580"),
        ("抓药用了1千2", "1千2", "1200"),
        ("两万三", "两万三", "23000"),
        ("打针3.5万", "3.5万", "35000"),
        ("3,600元", "3,600元", "3600"),
        ("100000元能报多少", "100000元", "100000"),
        ("挂号八毛", "八毛", "0.8"),
        ("三百二十块零五分", "三百二十块零五分", "320.05"),
        ("1200块5毛", "1200块5毛", "1200.5"),
        ("药费是-300元", "-300元", "-300"),
        ("药费600能报多少", "600", "600"),
        ("这回花了1490", "1490", "1490"),
        ("总共2300", "2300", "2300"),
        ("每月限额360", "360", "360"),
        ("８００元", "８００元", "800"),
        ("一共1万2000元", "1万2000元", "12000"),
        ("三百塊錢", "三百塊錢", "300"),
        ("600", "600", "600"),
        ("药店结账¥238.8", "¥238.8", "238.8"),
        ("花了1e12元", "1e12元", "1000000000000"),
        ("花了一万亿", "一万亿", "1000000000000"),
    ],
)
def test_one_amount(text: str, written: str, yuan: str) -> None:
    (amount,) = find_amounts(text)
    assert text[amount.start : amount.end] == written
    assert amount.low == amount.high == Decimal(yuan)
    assert not amount.approximate


@pytest.mark.parametrize(
    ("text", "written", "low", "high"),
    [
        ("吃药七百多块", "七百多块", 700, 800),
        ("六百来块", "六百来块", 550, 650),
        ("大概两千出头", "两千出头", 2000, 2500),
        ("两三千", "两三千", 2000, 3000),
        ("大概一百五六", "一百五六", 150, 160),
        ("一千二三百块", "一千二三百块", 1200, 1300),
        ("三百二三十", "三百二三十", 320, 330),
        ("十五六块钱", "十五六块钱", 15, 16),
        ("一千来块", "一千来块", 900, 1100),
        ("千把块钱", "千把块钱", 900, 1100),
        ("花了两百左右", "两百左右", 180, 220),
        ("药费不到五百", "五百", 450, 500),
        ("药费五百不到", "五百", 450, 500),
        ("600到800元", "600到800元", 600, 800),
        ("限额两百八十几", "两百八十几", 280, 290),
    ],
)
def test_a_range(text: str, written: str, low: int, high: int) -> None:
    (amount,) = find_amounts(text)
    assert (text[amount.start : amount.end], amount.low, amount.high) == (written, low, high)
    assert amount.approximate


@pytest.mark.parametrize(
    "text",
    [
        "报80%",
        "百分之八十",
        "2025年6月3号交的",
        "晚上九点半",
        "打12393问问",
        "打120",
        "13800138000",
        "BD20250708-19",
        "12周长处方",
        "20个工作日",
        "第十三条",
        "第13条",
        "二级医院",
        "三甲",
        "24号文",
        "两个月",
        "一类",
        "报八成",
        "我妈62岁",
        "咱俩一块去办",
        "千万别忘",
        "十分感谢",
        "三元区",
        "一百天",
        "门槛到底设的几百块",
        "门槛费是几百块呀？",
    ],
)
def test_no_money(text: str) -> None:
    assert find_amounts(text) == []


def test_several_amounts_keep_their_order() -> None:
    text = "月限额三百六，已经用了三百，再拿二百"
    assert [text[a.start : a.end] for a in find_amounts(text)] == ["三百六", "三百", "二百"]


@given(st.integers(min_value=1, max_value=99_999))
def test_round_trip_through_chinese_numerals(yuan: int) -> None:
    (amount,) = find_amounts(f"药费{cn2an.an2cn(str(yuan))}元")
    assert amount.low == amount.high == yuan


@given(st.integers(min_value=1, max_value=999_999), st.integers(min_value=0, max_value=99))
def test_round_trip_through_digits(yuan: int, fen: int) -> None:
    (amount,) = find_amounts(f"总共{yuan:,}.{fen:02d}元")
    assert amount.low == amount.high == Decimal(f"{yuan}.{fen:02d}")


@example("万一二")
@given(
    st.text(
        alphabet="一二两三五八九十百千万零〇多来几块元毛分角钱0123456789.,-到药费花了限额年月号天%成 ",
        max_size=30,
    )
)
def test_never_fails_and_spans_do_not_overlap(text: str) -> None:
    end = 0
    for amount in find_amounts(text):
        assert end <= amount.start < amount.end <= len(text)
        assert amount.low <= amount.high
        end = amount.end


@given(st.text(alphabet="几好来多把块元毛分钱花了药费限额报百千万萬1一半点俩 ,，", max_size=12))
@example("上萬块")
def test_an_amount_has_a_numeral(text: str) -> None:
    assert has_numeral(normalise(text)) or not find_amounts(text)
