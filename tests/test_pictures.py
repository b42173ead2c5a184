"""The picture of who pays what: right shares, readable without colour, never a figure nobody gave."""

from decimal import Decimal
from xml.etree.ElementTree import Element, fromstring

import pytest

from bot import pictures
from bot.messages import Amount, AmountRange, EstimateCard
from bot.pictures import as_png, cost_picture

SVG = "{http://www.w3.org/2000/svg}"


def card(fund: Amount | None, you: Amount | None) -> EstimateCard:
    return EstimateCard(region="湖南", scheme="职工", inputs={}, fund_pays=fund, you_pay=you)


def drawn(fund: Amount, you: Amount) -> Element:
    svg = cost_picture(card(fund, you))
    assert svg is not None
    return fromstring(svg)


def texts(svg: Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def widths(svg: Element) -> dict[str, int]:
    """How wide each part of the bar is."""
    bars = [box for box in svg.iter(f"{SVG}rect") if box.get("height") == "44"]
    return {str(box.get("fill")): int(box.get("width", 0)) for box in bars}


def test_the_parts_are_as_wide_as_their_shares() -> None:
    svg = drawn("75.00", "25.00")
    assert widths(svg) == {"url(#cost-fund)": 246, "url(#cost-you)": 82}
    assert texts(svg) == ["一共 100 元", "医保支付", "75 元", "您自付", "25 元"]


def test_a_range_shows_what_is_not_settled() -> None:
    svg = drawn(AmountRange(low="255.00", high="340.00"), AmountRange(low="160.00", high="245.50"))
    assert "一共多少还没有准数" in texts(svg)
    svg = drawn(AmountRange(low="255.00", high="340.00"), AmountRange(low="160.00", high="245.00"))
    assert texts(svg)[:3] == ["一共 500 元", "医保支付", "255 到 340 元"]
    assert texts(svg)[-2:] == ["还没定的部分", "85 元"]
    assert sum(widths(svg).values()) == 328


@pytest.mark.parametrize(("fund", "you"), [("0.00", "300.00"), ("300.00", "0.00")])
def test_a_part_that_is_nothing_is_not_drawn_but_told(fund: str, you: str) -> None:
    svg = drawn(fund, you)
    assert list(widths(svg).values()) == [328]
    assert "0 元" in texts(svg)


def test_it_is_told_in_words_too() -> None:
    svg = drawn("288.00", "292.50")
    assert svg.findtext(f"{SVG}title") == "费用由谁付"
    assert svg.findtext(f"{SVG}desc") == "一共 580.50 元，医保支付 288 元，您自付 292.50 元"
    assert svg.get("role") == "img"


@pytest.mark.parametrize(("fund", "you"), [(None, None), ("0.00", None), ("0.00", "0.00")])
def test_no_picture_where_nothing_is_computed(fund: str | None, you: str | None) -> None:
    assert cost_picture(card(fund, you)) is None


def test_it_fits_the_narrowest_telephone() -> None:
    svg = drawn("12345678.90", "87654321.10")
    assert Decimal(str(svg.get("width"))) <= 360


def test_messengers_get_a_png_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    svg = cost_picture(card("75.00", "25.00"))
    assert svg is not None
    picture = as_png(svg)
    assert picture is None or picture.startswith(b"\x89PNG")
    monkeypatch.setattr(pictures, "_chinese_font", lambda: None)
    assert as_png(svg) is None
