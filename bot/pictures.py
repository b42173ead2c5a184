"""Who pays what, as a picture: SVG for the page and the console, PNG for messengers."""

from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from resvg_py import svg_to_bytes

from bot.messages import Amount, AmountRange, EstimateCard

WIDTH, MARGIN, ROW, BAR = 360, 16, 30, 44
"""Pixels; readable on the narrowest telephones."""

_FONTS = (
    "NotoSansCJK-Regular.*",
    "NotoSansCJKsc-Regular.*",
    "NotoSansSC*",
    "SourceHanSans*",
    "wqy-*",
    "DroidSansFallback*",
)
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "/Library/Fonts")
_PARTS = {"fund": "医保支付", "you": "您自付", "open": "还没定的部分"}
_FILLS = {"fund": "#0b5345", "you": "#f2a541", "open": "#ffffff"}
_INK = "#17211e"
_PATTERNS = {
    "fund": {"d": "M0 8 L8 0", "stroke": "#3d8575", "stroke-width": "1"},
    "you": {"d": "M3 4 h2", "stroke": "#8a4b00", "stroke-width": "2"},
    "open": {"d": "M0 0 L8 8 M0 8 L8 0", "stroke": "#4a5753", "stroke-width": "1"},
}
"""Told apart without colour: strokes, dots, and a lattice."""


def cost_picture(card: EstimateCard) -> str | None:
    """One bar from the fund's part to the person's, with a legend in words. None where nothing is computed."""
    if card.fund_pays is None or card.you_pay is None:
        return None
    (fund, fund_at_most), (you, you_at_most) = _ends(card.fund_pays), _ends(card.you_pay)
    parts = {"fund": fund, "open": fund_at_most - fund, "you": you}
    total = sum(parts.values())
    if not total:
        return None
    agreed = fund + you_at_most == fund_at_most + you  # else the cost itself is only known roughly
    heading = f"一共 {_words(f'{total}')}" if agreed else "一共多少还没有准数"
    rows = {"fund": _words(card.fund_pays), "you": _words(card.you_pay)}
    if parts["open"]:
        rows["open"] = _words(f"{parts['open']}") if agreed else ""
    said = "，".join(f"{_PARTS[part]} {amount}".strip() for part, amount in rows.items())
    svg = _canvas("费用由谁付", f"{heading}，{said}", height=2 * MARGIN + ROW * (len(rows) + 1) + BAR)
    _write(svg, heading, MARGIN, MARGIN + 18)
    _draw_bar(svg, parts, total, top=MARGIN + ROW)
    for number, (part, amount) in enumerate(rows.items()):
        top = MARGIN + ROW + BAR + 8 + number * ROW
        _box(svg, part, MARGIN, top + 3, 18, 18)
        _write(svg, _PARTS[part], MARGIN + 28, top + 18)
        _write(svg, amount, WIDTH - MARGIN, top + 18, anchor="end")
    return tostring(svg, encoding="unicode")


def as_png(svg: str) -> bytes | None:
    """The picture at twice its size; None where the machine has no Chinese font, for it would show squares."""
    font = _chinese_font()
    if font is None:
        return None
    return bytes(svg_to_bytes(svg_string=svg, zoom=2, skip_system_fonts=True, font_files=[str(font)]))


@lru_cache(1)
def _chinese_font() -> Path | None:
    folders = [path for folder in _FONT_FOLDERS if (path := Path(folder).expanduser()).is_dir()]
    return next((font for name in _FONTS for folder in folders for font in sorted(folder.rglob(name))), None)


def _ends(amount: Amount) -> tuple[Decimal, Decimal]:
    low, high = (amount.low, amount.high) if isinstance(amount, AmountRange) else (amount, amount)
    return Decimal(low), Decimal(high)


def _words(amount: Amount) -> str:
    """`288 元`, `255 到 340 元`."""
    ends = dict.fromkeys(f"{end:f}".removesuffix(".00") for end in _ends(amount))
    return f"{' 到 '.join(ends)} 元"


def _canvas(title: str, description: str, height: int) -> Element:
    """An empty picture with what a screen reader says of it."""
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height}",
            "width": f"{WIDTH}",
            "height": f"{height}",
            "role": "img",
            "aria-labelledby": "cost-title cost-description",
            "font-family": "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif",
            "font-size": "17",
        },
    )
    SubElement(svg, "title", {"id": "cost-title"}).text = title
    SubElement(svg, "desc", {"id": "cost-description"}).text = description
    patterns = SubElement(svg, "defs")
    for part, stroke in _PATTERNS.items():
        tile = {"id": f"cost-{part}", "width": "8", "height": "8", "patternUnits": "userSpaceOnUse"}
        pattern = SubElement(patterns, "pattern", tile)
        SubElement(pattern, "rect", {"width": "8", "height": "8", "fill": _FILLS[part]})
        SubElement(pattern, "path", stroke)
    SubElement(svg, "rect", {"width": f"{WIDTH}", "height": f"{height}", "fill": "#ffffff"})
    return svg


def _draw_bar(svg: Element, parts: dict[str, Decimal], total: Decimal, top: int) -> None:
    left = MARGIN
    so_far = Decimal(0)
    for part, amount in parts.items():
        so_far += amount
        right = MARGIN + round((WIDTH - 2 * MARGIN) * so_far / total)
        if right > left:
            _box(svg, part, left, top, right - left, BAR)
        left = right


def _box(svg: Element, part: str, left: int, top: int, width: int, height: int) -> None:
    place = {"x": f"{left}", "y": f"{top}", "width": f"{width}", "height": f"{height}"}
    SubElement(svg, "rect", {**place, "fill": f"url(#cost-{part})", "stroke": _INK})


def _write(svg: Element, text: str, left: int, base: int, anchor: str = "start") -> None:
    place = {"x": f"{left}", "y": f"{base}", "text-anchor": anchor, "fill": _INK}
    SubElement(svg, "text", place).text = text
