"""A row of a file as a case: the columns `bot estimate` reads, and what each cell must look like.

A reader takes the cell's text and answers a value, or raises ValueError with the reason in Chinese.
The table of columns is also docs/estimate-batch.md's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.knowledge.parameters import GROUPS, Condition
from bot.rules.batch import FEN_PER_YUAN, MILLION
from bot.rules.case import Case, Days
from bot.rules.faults import cost_fault
from bot.rules.money import Span

SITUATIONS: Mapping[str, Condition] = {
    "非定点": "not_designated",
    "住院期间": "inpatient_stay",
    "无处方": "no_prescription",
    "单列支付": "separately_paid",
    "双通道": "dual_channel",
    "放化疗": "cancer_therapy",
    "无关病种": "unrelated_disease",
    "超适应症": "outside_indication",
    "限住院用药": "not_for_outpatients",
    "复审没办": "review_missed",
    "资格取消": "disqualified",
    "离休统筹": "insured_otherwise",
    "没达标准": "below_the_standard",
    "不适宜门诊用药": "unsuited_to_outpatients",
    "长期处方": "long_prescription",
    "两个病种": "several_diseases",
    "跨省临时外出": "staying_elsewhere",
    "跨省长期居住": "living_elsewhere",
}
"""What may stand in 情形, several separated by ；"""


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def read(cell: str) -> str:
        if cell not in words:
            raise ValueError(f"应为 {'、'.join(words)} 之一，现为“{cell}”")
        return cell

    return read


def _day(cell: str) -> Days:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise ValueError(f"不是日期，应写作 2026-03-01 这样，现为“{cell}”") from None
    return Days(day, day)


def _situations(cell: str) -> frozenset[Condition]:
    names = [name.strip() for name in cell.replace(";", "；").split("；") if name.strip()]
    return frozenset(SITUATIONS[_one_of(tuple(SITUATIONS))(name)] for name in names)


def _number(cell: str) -> Decimal:
    try:
        number = Decimal(cell)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError(f"应为数字，如 360 或 360.50，现为“{cell}”")
    return number


def _cost(cell: str) -> Decimal:
    amount = _yuan(cell)
    if not amount:
        raise ValueError("应大于 0")
    return amount


def _yuan(cell: str) -> Decimal:
    amount = _number(cell)
    if fault := cost_fault(amount):
        raise ValueError(fault)
    return amount


def _ratio(cell: str) -> Decimal:
    ratio = _number(cell[:-1]) / 100 if cell.endswith("%") else _number(cell)
    if not 0 <= ratio <= 1:
        raise ValueError(f"应为 0 到 1 之间的数或百分数，如 0.85 或 85%，现为“{cell}”")
    if (ratio * MILLION) % 1:
        raise ValueError(f"最多六位小数，现为“{cell}”")
    return ratio


@dataclass(frozen=True)
class Column:
    """`title` stands in the header; `field` is the case's, `means` is for the table of columns."""

    title: str
    field: str
    read: Callable[[str], Any]
    means: str
    required: bool = False


FACTS = (
    Column("地区", "region", str, "参保地：湖南，或 湖南/长沙市", required=True),
    Column("险种", "scheme", _one_of(GROUPS["scheme"]), "职工 或 居民"),
    Column("人员类别", "employment", _one_of(GROUPS["employment"]), "在职 或 退休"),
    Column("病种", "diseases", lambda cell: (cell,), "按病种定数的地方用"),
    Column("类别", "benefit_class", _one_of(GROUPS["benefit_class"]), "Ⅰ 或 Ⅱ（江西）"),
    Column("医院级别", "hospital_level", _one_of(GROUPS["hospital_level"]), "一级、二级 或 三级"),
    Column("情形", "conditions", _situations, "、".join(SITUATIONS) + "；几个之间用；隔开"),
)
"""What many rows have in common."""
DAYS = (
    Column("认定日期", "approved_on", _day, "2026-03-01"),
    Column("就医日期", "treated_on", _day, "2026-03-01；不写就按 --as-of 那天"),
)
FIGURES = (
    Column("费用", "amount", _cost, "这一次（这个月）的总费用，元", required=True),
    Column("范围外费用", "excluded", _yuan, "其中不在政策范围内的，元"),
    Column("已用额度", "used", _yuan, "本月已计入限额的费用，或今年基金已付的，元"),
    Column("月限额", "monthly_limit", _yuan, "元/月"),
    Column("第二病加额", "extra_limit", _yuan, "第二个病给限额加的，元/月"),
    Column("起付线", "deductible", _yuan, "元/年"),
    Column("已付起付线", "deductible_met", _yuan, "今年已经计入起付线的，元"),
    Column("比例", "ratio", _ratio, "0.85 或 85%"),
    Column("年度封顶", "annual_cap", _yuan, "基金一年最多支付，元；限额按月的地区写今年还能支付的"),
)
NAME = "编号"
"""Copied into the result; nothing is read from it."""


class RowError(ValueError):
    """A cell, or the row as a whole, cannot be used; `column` is its title."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}：{reason}")
        self.column, self.reason = column, reason


class HeaderError(ValueError):
    """The file's columns are not ours; the message says which."""


@dataclass(frozen=True)
class Row:
    """`name` is the row's in its file. `facts` has neither days nor figures; those are beside it by field."""

    name: str
    facts: Case
    days: tuple[Days | None, Days | None]
    figures: Mapping[str, Decimal]

    @property
    def case(self) -> Case:
        """All of it as one case."""
        told: dict[str, Any] = {**self.figures, "amount": Span.exactly(self.figures["amount"])}
        return replace(self.facts, approved_on=self.days[0], treated_on=self.days[1], **told)


Placed = tuple[tuple[int, Column], ...]
"""Columns with where they stand in the file."""


class Layout:
    """Reads the rows of one file; cells that repeat are read once."""

    def __init__(self, header: Sequence[str]) -> None:
        """Raises HeaderError for a column that is unknown, named twice, or missing."""
        _check(header)
        self._header = tuple(header)
        self._facts, self._days, self._figures = (_placed(c, header) for c in (FACTS, DAYS, FIGURES))
        self._facts_read: dict[tuple[str, ...], Case] = {}
        self._days_read: dict[tuple[str, ...], tuple[Days | None, Days | None]] = {}

    def read(self, cells: Sequence[str]) -> Row:
        """The row. Raises RowError for the first cell that cannot be used."""
        if len(cells) > len(self._header):
            raise RowError("（整行）", f"有 {len(cells)} 格，比表头多")
        cells = self._filled_up(cells)
        figures = _values(self._figures, cells)
        if figures.get("excluded", 0) > figures["amount"]:
            raise RowError("范围外费用", "比费用还多")
        name = cells[self._header.index(NAME)] if NAME in self._header else ""
        return Row(name, self._read_facts(cells), self._read_days(cells), figures)

    def _filled_up(self, cells: Sequence[str]) -> Sequence[str]:
        """Spreadsheet programs leave out empty cells at the end."""
        short = len(self._header) - len(cells)
        return [*cells, *[""] * short] if short > 0 else cells

    def _read_facts(self, cells: Sequence[str]) -> Case:
        key = tuple([cells[place] for place, _ in self._facts])
        if key not in self._facts_read:
            self._facts_read[key] = _facts(_values(self._facts, cells))
        return self._facts_read[key]

    def _read_days(self, cells: Sequence[str]) -> tuple[Days | None, Days | None]:
        key = tuple([cells[place] for place, _ in self._days])
        if key not in self._days_read:
            days = _values(self._days, cells)
            self._days_read[key] = days.get("approved_on"), days.get("treated_on")
        return self._days_read[key]


def _check(header: Sequence[str]) -> None:
    known = [column.title for column in (*FACTS, *DAYS, *FIGURES)] + [NAME]
    for title in header:
        if title not in known:
            raise HeaderError(f"没有“{title}”这一列；能用的列：{'、'.join(known)}")
        if header.count(title) > 1:
            raise HeaderError(f"“{title}”这一列写了两次")
    for column in (*FACTS, *FIGURES):
        if column.required and column.title not in header:
            raise HeaderError(f"缺少“{column.title}”这一列")


def _placed(columns: Iterable[Column], header: Sequence[str]) -> Placed:
    return tuple((header.index(column.title), column) for column in columns if column.title in header)


def _values(columns: Placed, cells: Sequence[str]) -> dict[str, Any]:
    """What the cells that are not empty say, by field."""
    values = {}
    for place, column in columns:
        if cell := cells[place]:
            try:
                values[column.field] = column.read(cell)
            except ValueError as error:
                raise RowError(column.title, str(error)) from None
        elif column.required:
            raise RowError(column.title, "不能空着")
    return values


def _facts(told: dict[str, Any]) -> Case:
    region, _, area = told["region"].partition("/")
    return Case(**{**told, "region": region, "area": area or None})


def in_fen(name: str, figure: Decimal) -> int:
    """A figure as `bot.rules.batch` counts it: fen, a ratio in millionths."""
    return int(figure * (MILLION if name == "ratio" else FEN_PER_YUAN))


def column_table() -> Iterator[tuple[str, str]]:
    """Every column's title and what stands in it, for the documentation and `--help`."""
    yield NAME, "原样抄到结果里"
    for column in (*FACTS, *DAYS, *FIGURES):
        yield column.title + ("（必填）" if column.required else ""), column.means
