from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.dates import find_dates

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "written", "day"),
    [
        ("2025年6月3号交的", "2025年6月3号", date(2025, 6, 3)),
        ("25年5月20号", "25年5月20号", date(2025, 5, 20)),
        ("26年5月31到期", "26年5月31", date(2026, 5, 31)),
        ("写到2026-12-31", "2026-12-31", date(2026, 12, 31)),
        ("3月12号交的", "3月12号", date(2026, 3, 12)),
        ("12月31日批的", "12月31日", date(2025, 12, 31)),
        ("昨天交的", "昨天", date(2026, 11, 21)),
        ("前天递的", "前天", date(2026, 11, 20)),
        ("今早交的", "今早", TODAY),
        ("２０２５．６．３交的", "２０２５．６．３", date(2025, 6, 3)),
        ("五月三號", "五月三號", date(2026, 5, 3)),
        ("上个月20号", "上个月20号", date(2026, 10, 20)),
        ("三天前", "三天前", date(2026, 11, 19)),
        ("29号办的", "29号", date(2026, 10, 29)),
        ("上周五", "上周五", date(2026, 11, 13)),
        ("周三在窗口交的", "周三", date(2026, 11, 18)),
        ("礼拜天早上报的", "礼拜天早上", TODAY),
        ("国庆前一天交的", "国庆前一天", date(2026, 9, 30)),
        ("去年中秋节当天交的", "去年中秋节当天", date(2025, 10, 6)),
        ("元旦第二天批的", "元旦第二天", date(2026, 1, 2)),
        ("四月十七窗口递的", "四月十七", date(2026, 4, 17)),
    ],
)
def test_a_day(text: str, written: str, day: date) -> None:
    (mention,) = find_dates(text, TODAY)
    assert text[mention.start : mention.end] == written
    assert mention.day == day


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("去年12月", date(2025, 12, 1), date(2025, 12, 31)),
        ("今年三月", date(2026, 3, 1), date(2026, 3, 31)),
        ("上个月", date(2026, 10, 1), date(2026, 10, 31)),
        ("去年就12月", date(2025, 12, 1), date(2025, 12, 31)),
        ("六月二十几号", date(2026, 6, 1), date(2026, 6, 30)),
        ("五月十二块", date(2026, 5, 1), date(2026, 5, 31)),
        ("上月底", date(2026, 10, 21), date(2026, 10, 31)),
        ("下个月", date(2026, 12, 1), date(2026, 12, 31)),
        ("2024年", date(2024, 1, 1), date(2024, 12, 31)),
        ("去年", date(2025, 1, 1), date(2025, 12, 31)),
        ("21年办的", date(2021, 1, 1), date(2021, 12, 31)),
    ],
)
def test_a_longer_time(text: str, first: date, last: date) -> None:
    (mention,) = find_dates(text, TODAY)
    assert (mention.first, mention.last, mention.day) == (first, last, None)


@pytest.mark.parametrize("text", ["周一到周五能交材料吗", "周六能办吗", "国庆放假办吗", "过年前能批吗"])
def test_no_day(text: str) -> None:
    assert not find_dates(text, TODAY)


def test_the_future_when_the_caller_prefers_it() -> None:
    (mention,) = find_dates("元旦前一天去交", TODAY, prefer="future")
    assert mention.day == date(2026, 12, 31)
    (mention,) = find_dates("5月20号前去医院", TODAY, prefer="future")
    assert mention.day == date(2027, 5, 20)


def test_time_of_day_and_year_in_brackets() -> None:
    (mention,) = find_dates("6月14号周六晚上九点（25年）报的", TODAY)
    assert (mention.day, mention.time) == (date(2025, 6, 14), time(21))


def test_time_said_before_its_date() -> None:
    (mention,) = find_dates("半夜两点睡不着，给我弟交了，25年5月20号", TODAY)
    assert (mention.day, mention.time) == (date(2025, 5, 20), time(2))


def test_midnight_ends_the_day_named() -> None:
    (mention,) = find_dates("6月14号晚上十二点", TODAY)
    assert (mention.day, mention.time) == (date(2026, 6, 15), time(0))


@pytest.mark.parametrize("text", ["2月30号", "2025年2月29日", "2025年13月5号", "6月31号"])
def test_a_day_that_does_not_exist_is_no_day(text: str) -> None:
    (mention,) = find_dates(text, TODAY)
    assert mention.invalid
    assert mention.day is None


@pytest.mark.parametrize(
    "text",
    [
        "20个工作日",
        "24号文",
        "12周",
        "20年的糖尿病",
        "一个月",
        "这个月药费",
        "到期30天前提醒",
        "第13条",
        "13800138000",
        "600元",
    ],
)
def test_no_date(text: str) -> None:
    assert not find_dates(text, TODAY)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2035, 12, 31)))
def test_every_day_is_read_as_written(day: date) -> None:
    for text in (f"{day.year}年{day.month}月{day.day}号", day.isoformat()):
        (mention,) = find_dates(text, TODAY)
        assert (mention.day, mention.start, mention.end) == (day, 0, len(text))


@given(
    st.text(alphabet="一二三十廿零年月日号去今上下个前昨天周底初半夜晚点分0123456789-./:() ", max_size=25),
    st.dates(min_value=date(1, 1, 1)),
)
def test_never_fails_and_spans_do_not_overlap(text: str, today: date) -> None:
    end = 0
    for mention in find_dates(text, today):
        assert end <= mention.start < mention.end <= len(text)
        assert mention.first <= mention.last
        end = mention.end
