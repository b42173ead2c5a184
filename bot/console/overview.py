"""The overview's figures: each a chart, drawn by pygal and styled by console.css alone, and a table of the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pygal  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]
from markupsafe import Markup
from sqlalchemy.orm import Session

from bot.clock import SHANGHAI
from bot.dialogue.learning import UNANSWERED
from bot.knowledge.library import Knowledge
from bot.messages import NOT_FIXED
from bot.records import overview
from bot.records.overview import Answered, Period

WIDTH, HEIGHT = 620, 300
ROOM, PER_BAR = 60, 34
"""Of charts with lying bars: their height grows with their number."""
LABELS_AT_MOST = 10
CHARACTER = 13
"""Pixels that a Chinese character is wide; pygal reckons with narrower ones."""
MONTHS_AHEAD = 12

_SECONDS = ((1, "1秒内"), (2, "1到2秒"), (5, "2到5秒"), (15, "5到15秒"))
_MINUTES = ((60, "1分钟内"), (300, "1到5分钟"), (900, "5到15分钟"), (3600, "15分钟到1小时"))
_SLOWER = "更久"


@dataclass(frozen=True)
class Figure:
    """`rows` below `header` are what the chart shows; `says` is the gist in a sentence."""

    key: str
    title: str
    says: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    chart: str = ""


def figures(
    session: Session, knowledge: Knowledge, first: date, last: date, today: date
) -> tuple[Figure, ...]:
    """All figures over the days from `first` to `last`; reviews are those of the year from `today` on."""
    period = Period(_midnight(first), _midnight(last + timedelta(1)))
    days = [f"{first + timedelta(n)}" for n in range((last - first).days + 1)]
    answered = overview.answers(session, period)
    return (
        _chats(overview.chats_by_day(session, period), days),
        _answers(answered, knowledge),
        _topics(overview.topics(session, period), knowledge),
        _estimates(answered),
        _reminders(overview.reminders_by_day(session, period), days),
        _reviews(session, knowledge, today),
        _times("answers", "回答用时", overview.answer_times(session, period), _SECONDS),
        _times("waits", "等人工的时间", overview.waiting_times(session, period), _MINUTES),
    )


def _chats(counts: Mapping[str, int], days: Sequence[str]) -> Figure:
    rows = tuple((day, counts.get(day, 0)) for day in days)
    total = sum(counts.values())
    says = f"按天算共 {total} 个对话。" if total else "这段时间没有对话。"
    return _drawn(Figure("chats", "对话", says, ("日期", "对话数"), rows), pygal.Bar)


def _answers(answered: Iterable[Answered], knowledge: Knowledge) -> Figure:
    labels = {str(status): words.label for status, words in knowledge.statuses.items()}
    counts: Counter[str] = Counter()
    for each in answered:
        counts[_status(each)] += each.count
    unanswered, total = sum(counts[status] for status in UNANSWERED), counts.total()
    rows = tuple((labels.get(status, labels["answered"]), count) for status, count in counts.most_common())
    says = (
        f"{total} 个回答里 {unanswered} 个没答上，占 {unanswered / total:.1%}。" if total else "还没有回答。"
    )
    return _drawn(Figure("status", "答上了没有", says, ("怎么答的", "次数"), rows), pygal.HorizontalBar)


def _status(answered: Answered) -> str:
    """As `bot.messages.status_of` has it of the card itself."""
    if answered.card in ("choose", "verify") or (answered.card == "estimate" and not answered.computed):
        return "clarification"
    if answered.card == "handoff":
        return "handed_over"
    if answered.card == "deadline":
        return "silent" if answered.status == NOT_FIXED else "answered"
    return answered.status or "answered"


def _topics(counted: Sequence[tuple[str, int]], knowledge: Knowledge) -> Figure:
    names = {key: topic.name for key, topic in knowledge.topics.items()}
    rows = tuple((names.get(topic, topic), count) for topic, count in counted)
    says = f"问得最多的是{rows[0][0]}，{rows[0][1]} 次。" if rows else "还没有人问政策。"
    return _drawn(Figure("topics", "问什么", says, ("主题", "次数"), rows), pygal.HorizontalBar)


def _estimates(answered: Iterable[Answered]) -> Figure:
    made = [each for each in answered if each.card == "estimate"]
    rows = (
        ("算出来了", sum(each.count for each in made if each.computed)),
        ("还缺数，或不能算", sum(each.count for each in made if not each.computed)),
    )
    says = f"测算 {rows[0][1] + rows[1][1]} 次，算出来 {rows[0][1]} 次。" if made else "还没有人算费用。"
    return _drawn(Figure("estimates", "费用测算", says, ("结果", "次数"), rows), pygal.HorizontalBar)


def _reminders(counts: Mapping[str, tuple[int, int]], days: Sequence[str]) -> Figure:
    rows = tuple((day, *counts.get(day, (0, 0))) for day in days)
    sent, not_sent = (sum(pair[place] for pair in counts.values()) for place in (0, 1))
    says = f"送到 {sent} 条，没送到或不明 {not_sent} 条。" if sent or not_sent else "这段时间没有发提醒。"
    header = ("日期", "送到", "没送到或不明")
    return _drawn(Figure("reminders", "提醒", says, header, rows), pygal.StackedBar)


def _reviews(session: Session, knowledge: Knowledge, today: date) -> Figure:
    months = [_month_after(today, n) for n in range(MONTHS_AHEAD + 1)]
    due = overview.reviews_by_month(session, months[0], months[-1])
    regions = tuple(knowledge.regions)
    rows = tuple((f"{m:%Y-%m}", *(due.get((f"{m:%Y-%m}", name), 0) for name in regions)) for m in months[:-1])
    says = f"从本月起12个月里有 {sum(due.values())} 个复审到期。"
    return _drawn(Figure("reviews", "复审到期", says, ("月份", *regions), rows), pygal.StackedBar)


def _times(key: str, title: str, times: Sequence[timedelta], bounds: Sequence[tuple[int, str]]) -> Figure:
    counts = dict.fromkeys([*(name for _, name in bounds), _SLOWER], 0)
    for each in times:
        counts[next((name for most, name in bounds if each.total_seconds() <= most), _SLOWER)] += 1
    says = "这段时间没有。"
    if times:
        half, most = times[len(times) // 2], times[len(times) * 9 // 10]
        says = f"{len(times)} 次里一半不超过 {_duration(half)}，九成不超过 {_duration(most)}。"
    return _drawn(Figure(key, title, says, ("用时", "次数"), tuple(counts.items())), pygal.Bar)


def _duration(time_: timedelta) -> str:
    seconds = time_.total_seconds()
    return f"{seconds:.1f} 秒" if seconds < 60 else f"{seconds / 60:.0f} 分钟"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


# --- drawing --------------------------------------------------------------------------------------


def _drawn(figure: Figure, kind: type[Any]) -> Figure:
    """The figure with its chart, where there is anything to show: values stand on the bars, series have patterns."""
    if not any(value for row in figure.rows for value in row[1:]):
        return figure
    upright = kind is not pygal.HorizontalBar
    rows = figure.rows if upright else figure.rows[::-1]  # pygal draws from the bottom
    chart = kind(
        width=WIDTH,
        height=HEIGHT if upright else ROOM + PER_BAR * len(rows),
        print_values=len(rows) <= LABELS_AT_MOST * 2,
        print_values_position="center" if kind is pygal.StackedBar else "top",
        print_zeroes=False,
        order_min=0,
        truncate_label=-1,
        margin_left=None if upright else CHARACTER * max(len(str(row[0])) for row in rows),
        show_legend=len(figure.header) > 2,
        legend_at_bottom=True,
        x_labels_major_every=max(1, -(-len(rows) // LABELS_AT_MOST)),
        show_minor_x_labels=not upright or len(rows) <= LABELS_AT_MOST,
        formatter=lambda value: f"{value:g}",
    )
    chart.x_labels = [_short(row[0]) for row in rows]
    for place, name in enumerate(figure.header[1:], start=1):
        chart.add(name, [row[place] for row in rows])
    svg = chart.render_tree()
    for inline in svg.xpath("//*[local-name()='style' or local-name()='script'] | //comment()"):
        inline.getparent().remove(inline)
    for element in svg.iter():
        element.attrib.pop("style", None)
        element.attrib.pop("id", None)
    svg.attrib.update({"role": "img", "aria-label": f"{figure.title}。{figure.says}"})
    drawn = Markup(etree.tostring(svg, encoding="unicode"))  # noqa: S704  (made of our labels by lxml, which escapes)
    return Figure(figure.key, figure.title, figure.says, figure.header, figure.rows, drawn)


def _short(label: str) -> str:
    """A day without its year."""
    return label[5:] if len(label) == len("2026-11-22") and label[4] == "-" else label
