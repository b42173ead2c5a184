"""The five tables an agency exports: their columns, and how each cell is read.

A reader takes the cell's text and answers a value, or raises ValueError with the reason in Chinese. Headers,
values and keys are the import contract's (README, section on importing).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from typing import Any, cast, get_args

import sqlalchemy

from bot.clock import SHANGHAI
from bot.language.identifiers import id_number_is_valid
from bot.records.models import (
    Application,
    ApplicationChannel,
    ApplicationEvent,
    ApplicationKind,
    ApplicationState,
    Base,
    Eligibility,
    Person,
    Subscription,
)

Reader = Callable[[str], Any]
Values = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """`required`: a cell may not be empty; `optional_header`: the whole column may be left out.

    `past`: a date or time of something that has happened.
    """

    name: str
    chinese: str
    read: Reader
    required: bool = True
    optional_header: bool = False
    past: bool = False


@dataclass(frozen=True)
class Reference:
    """A column whose value must stand in another table already."""

    column: str
    model: type[Base]
    chinese: str


@dataclass(frozen=True)
class Table:
    """`key` names the columns that identify a record.

    `finish` derives the record's fields from a row's values, and answers the faults of the row as a whole by
    column name; `restore` turns a record's fields back into the values. `indexed` names the columns that are
    looked up by `<name>_index`.
    """

    name: str
    chinese: str
    model: type[Base]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    reference: Reference | None = None
    finish: Callable[[Values], Mapping[str, str]] = lambda _values: {}
    restore: Callable[[Values], None] = lambda _values: None
    indexed: tuple[str, ...] = ()

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def stored(self) -> sqlalchemy.Table:
        """The table of the database."""
        return cast(sqlalchemy.Table, self.model.__table__)


FORMULA_SIGNS = ("=", "+", "-", "@", "\t")
"""What a spreadsheet program takes for the beginning of a formula."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def text(longest: int) -> Reader:
    """Plain text without control characters, at most `longest` characters.

    A formula is refused; '=1 is the text =1, as `bot export` and spreadsheet programs write it.
    """

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise ValueError(f"最多 {longest} 个字，现有 {len(cell)} 个")
        if _CONTROL.search(cell):
            raise ValueError("含有不可见的控制字符")
        if cell.startswith("="):
            raise ValueError("是公式，不是值；请在表格里粘贴为数值后再导出")
        return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_SIGNS else cell

    return read


def one_of(literal: Any) -> Reader:
    """One of a Literal's values."""
    allowed = frozenset(get_args(literal) or literal)
    named = "、".join(get_args(literal) or literal)

    def read(cell: str) -> str:
        if cell not in allowed:
            raise ValueError(f"应为 {named} 之一，现为“{cell}”")
        return cell

    return read


def day(cell: str) -> date:
    """A date `YYYY-MM-DD`."""
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell):
            return date.fromisoformat(cell)
    except ValueError:
        pass
    raise ValueError(f"不是日期，应写作 2026-03-01 这样，现为“{cell}”")


def moment(cell: str) -> datetime:
    """A time in ISO 8601; Shanghai time where no zone is written."""
    try:
        if cell[4:5] == cell[7:8] == "-":  # no week dates, nor dates without signs
            read = datetime.fromisoformat(cell)
            return read if read.tzinfo else read.replace(tzinfo=SHANGHAI)
    except ValueError:
        pass
    raise ValueError(f"不是时间，应写作 2026-03-01T09:30:00 这样，现为“{cell}”")


def yuan(cell: str) -> Decimal:
    """An amount of zero or more with at most two decimals."""
    try:
        amount = Decimal(cell)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0 or amount >= 10**10 or amount != round(amount, 2):
        raise ValueError(f"应为不小于 0 的金额，最多两位小数，单位元，现为“{cell}”")
    return amount


def id_number(cell: str) -> str:
    """An identity number with a right check character. The reason never repeats the number."""
    number = unicodedata.normalize("NFKC", cell).upper()
    if len(number) != 18:
        raise ValueError(f"应为 18 位，现有 {len(number)} 位")
    if not id_number_is_valid(number):
        raise ValueError("出生日期或末位校验码不对，请核对是否抄错")
    return number


def phone(cell: str) -> str:
    """A mobile number of 11 digits. The reason never repeats the number."""
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", cell))
    number = number.removeprefix("+86")
    if not re.fullmatch(r"1[3-9]\d{9}", number):
        raise ValueError("应为 11 位手机号")
    return number


def benefit_class(cell: str) -> str:
    """Ⅰ or Ⅱ, also written I or II."""
    classes = {"I": "Ⅰ", "II": "Ⅱ"}
    read = classes.get(unicodedata.normalize("NFKC", cell).upper().removesuffix("类"))
    if read is None:
        raise ValueError(f"应为 Ⅰ 或 Ⅱ，现为“{cell}”")
    return read


_PROVINCES = (
    "北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|"
    "广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_PLACE = re.compile(rf"({_PROVINCES})(?:维吾尔|壮族|回族)?(?:省|自治区|市)?[/／\s·-]*(.*)", re.DOTALL)


@lru_cache(4096)  # a file names few places, each many times
def place(cell: str) -> tuple[str, str | None]:
    """Province and, where given, city: 湖南, 湖南省长沙市, 湖南/长沙市."""
    match = _PLACE.fullmatch(cell)
    if match is None:
        raise ValueError(f"应写省名，或省名和市名，如 湖南 或 湖南/长沙市，现为“{cell}”")
    province, city = match.groups()
    return province, text(32)(city) or None


def _finish_person(values: Values) -> Mapping[str, str]:
    values["region"], values["city"] = values["region"]
    if values["scheme"] == "居民" and values["employment"]:
        return {"employment": "居民医保没有在职状态，应为空"}
    if values["scheme"] == "职工" and not values["employment"]:
        return {"employment": "职工医保应写 在职 或 退休"}
    return {}


def _restore_person(values: Values) -> None:
    values["region"] = "/".join(filter(None, (values["region"], values["city"])))


def _finish_event(values: Values) -> Mapping[str, str]:
    if values["notified_on"] and values["state"] not in ("通过", "不通过"):
        return {"notified_on": "只有 通过 或 不通过 才有告知日期"}
    return {}


_PERSON_ID = Column("person_id", "人员编号", text(64))
_APPLICATION_NO = Column("application_no", "申请编号", text(64))
_DISEASE = Column("disease", "病种", text(64))
_OF_A_PERSON = Reference("person_id", Person, "人员")

TABLES = (
    Table(
        "persons",
        "人员",
        Person,
        (
            _PERSON_ID,
            Column("name", "姓名", text(64)),
            Column("id_number", "证件号码", id_number),
            Column("phone", "手机号", phone, required=False),
            Column("region", "参保地", place),
            Column("scheme", "险种", one_of(("职工", "居民"))),
            Column("employment", "在职状态", one_of(("在职", "退休")), required=False, optional_header=True),
        ),
        key=("person_id",),
        finish=_finish_person,
        restore=_restore_person,
        indexed=("name", "id_number", "phone"),
    ),
    Table(
        "applications",
        "申请",
        Application,
        (
            _APPLICATION_NO,
            _PERSON_ID,
            _DISEASE,
            Column("kind", "类型", one_of(ApplicationKind)),
            Column("channel", "渠道", one_of(ApplicationChannel)),
            Column("submitted_at", "提交时间", moment, past=True),
        ),
        key=("application_no",),
        reference=_OF_A_PERSON,
    ),
    Table(
        "application_events",
        "申请进度",
        ApplicationEvent,
        (
            _APPLICATION_NO,
            Column("state", "状态", one_of(ApplicationState)),
            Column("at", "时间", moment, past=True),
            Column("note", "说明", text(2000), required=False, optional_header=True),
            Column("notified_on", "告知日期", day, required=False, optional_header=True, past=True),
        ),
        key=("application_no", "state", "at"),
        reference=Reference("application_no", Application, "申请"),
        finish=_finish_event,
    ),
    Table(
        "eligibilities",
        "待遇资格",
        Eligibility,
        (
            _PERSON_ID,
            _DISEASE,
            Column("benefit_class", "类别", benefit_class, required=False, optional_header=True),
            Column("approved_on", "认定日期", day, past=True),
            Column("review_due", "复审截止日期", day, required=False, optional_header=True),
            Column("monthly_limit", "月限额", yuan, required=False, optional_header=True),
            Column("annual_limit", "年限额", yuan, required=False, optional_header=True),
            Column("last_expense_on", "最近费用日期", day, required=False, optional_header=True, past=True),
        ),
        key=("person_id", "disease"),
        reference=_OF_A_PERSON,
    ),
    Table(
        "subscriptions",
        "提醒订阅",
        Subscription,
        (
            _PERSON_ID,
            Column("channel", "渠道名", text(32)),
            Column("address", "渠道地址", text(256)),
            Column("consent_at", "同意时间", moment, past=True),
        ),
        key=("person_id", "channel", "address"),
        reference=_OF_A_PERSON,
    ),
)
"""In the order they must be loaded: a record follows what it refers to."""
