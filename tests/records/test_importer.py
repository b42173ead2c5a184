import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from bot.records.database import Database
from bot.records.importer import ImportReport, import_files
from bot.records.models import Application, ApplicationEvent, Eligibility, Person, Subscription

PERSONS = """person_id,name,id_number,phone,region,scheme,employment
P1,演示·甲,999999195001010018,19900000001,湖南/长沙市,职工,退休
P2,演示·乙,999999196308150028,19900000002,山东省济宁市,居民,
"""
APPLICATIONS = """申请编号,人员编号,病种,类型,渠道,提交时间
A1,P1,糖尿病,初次,线上,2026-11-02T09:30:00
A2,P2,高血压,复核,窗口,2026-11-02T01:30:00+00:00
"""
EVENTS = """application_no,state,at,note,notified_on
A1,提交,2026-11-02T09:30:00,,
A1,补正,2026-11-04T10:00:00,"病历复印件
申请表",
A1,通过,2026-11-20T10:00:00,,2026-11-21
"""
ELIGIBILITIES = """人员编号,病种,类别,认定日期,复审截止日期,月限额,年限额,最近费用日期
P1,糖尿病,II,2025-12-01,2026-12-01,350.5,,2026-10-08
"""
SUBSCRIPTIONS = """person_id,channel,address,consent_at
P1,telegram,12345,2026-01-05T08:00:00
"""


def at(*parts: int) -> datetime:
    """A workbook's time: it has no zone."""
    return datetime(*parts)  # noqa: DTZ001


@pytest.fixture
def load(database: Database, tmp_path: Path):
    """Writes each text to a CSV file and imports them all."""

    def load(*texts: str, encoding: str = "utf-8", strict: bool = False) -> ImportReport:
        paths = [tmp_path / f"file{number}.csv" for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_bytes(text.encode(encoding))
        return import_files(database, paths, strict=strict, progress=False)

    return load


def test_five_tables_in_any_order(database: Database, load) -> None:
    report = load(SUBSCRIPTIONS, ELIGIBILITIES, EVENTS, APPLICATIONS, PERSONS)
    assert report.errors == []
    assert {name: counts.added for name, counts in report.tables.items()} == {
        "persons": 2,
        "applications": 2,
        "application_events": 3,
        "eligibilities": 1,
        "subscriptions": 1,
    }
    with database.transaction() as session:
        person = session.get_one(Person, "P1")
        assert (person.name, person.region, person.city) == ("演示·甲", "湖南", "长沙市")
        first, second = session.scalars(select(Application).order_by(Application.application_no))
        assert first.submitted_at == second.submitted_at == datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
        assert [event.state for event in first.events] == ["提交", "补正", "通过"]
        assert first.events[1].note == "病历复印件\n申请表"
        assert first.events[2].notified_on == date(2026, 11, 21)
        eligibility = session.scalars(select(Eligibility)).one()
        assert (eligibility.benefit_class, eligibility.monthly_limit) == ("Ⅱ", Decimal("350.5"))
        assert eligibility.annual_limit is None


def test_the_same_files_again_change_nothing(load) -> None:
    files = (PERSONS, APPLICATIONS, EVENTS, ELIGIBILITIES, SUBSCRIPTIONS)
    load(*files)
    again = load(*files)
    assert all(t.added == t.changed == t.wrong == 0 for t in again.tables.values())
    assert sum(t.unchanged for t in again.tables.values()) == 9


def test_a_known_key_is_changed(database: Database, load) -> None:
    load(PERSONS)
    report = load(PERSONS.replace("19900000001", "19900000009"))
    assert (report.tables["persons"].changed, report.tables["persons"].unchanged) == (1, 1)
    with database.transaction() as session:
        assert session.scalar(select(Person.person_id).where(Person.phone_index == "19900000009")) == "P1"


def test_a_switched_off_reminder_stays_off(database: Database, load) -> None:
    load(PERSONS, SUBSCRIPTIONS)
    with database.transaction() as session:
        session.scalars(select(Subscription)).one().switch("review", False)
    load(PERSONS, SUBSCRIPTIONS.replace("08:00", "09:00"))
    with database.transaction() as session:
        assert not session.scalars(select(Subscription)).one().wants("review")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(load, encoding: str) -> None:
    assert load(PERSONS, APPLICATIONS, encoding=encoding).error_count == 0


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "reason"),
    [
        (PERSONS, "999999195001010018", "999999195001010019", 2, "id_number", "校验码"),
        (PERSONS, "999999195001010018", "99999919500101", 2, "id_number", "18 位"),
        (PERSONS, "19900000002", "1990000", 3, "phone", "11 位"),
        (PERSONS, "湖南/长沙市", "长沙", 2, "region", "省名"),
        (PERSONS, "职工,退休", "职工,", 2, "employment", "在职"),
        (PERSONS, "居民,", "居民,退休", 3, "employment", "居民"),
        (PERSONS, "演示·甲", "", 2, "name", "空"),
        (PERSONS, "演示·甲", "甲,乙", 2, None, "8 格"),
        (APPLICATIONS, "2026-11-02T09:30:00", "11月2日", 2, "提交时间", "2026-03-01T09:30:00"),
        (APPLICATIONS, "初次", "首次", 2, "类型", "初次、复核、复审"),
        (APPLICATIONS, "A2,P2", "A2,P9", 3, "人员编号", "P9"),
        (EVENTS, "2026-11-21", "2026-11-31", 5, "notified_on", "日期"),
        (EVENTS, "申请表,", "申请表,X", 3, "notified_on", ""),
        (EVENTS, "09:30:00,,\nA1", "09:30:00,,2026-11-03\nA1", 2, "notified_on", "告知日期"),
        (ELIGIBILITIES, "350.5", "350.555", 2, "月限额", "两位小数"),
        (ELIGIBILITIES, "350.5", "-1", 2, "月限额", "不小于 0"),
        (ELIGIBILITIES, "350.5", "NaN", 2, "月限额", "金额"),
        (ELIGIBILITIES, ",II,", ",III,", 2, "类别", "Ⅰ 或 Ⅱ"),
    ],
)
def test_wrong_rows_are_named_and_the_others_load(
    load, file: str, old: str, new: str, line: int, column: str | None, reason: str
) -> None:
    load(PERSONS, APPLICATIONS)
    if old == "申请表,":
        old, new = '申请表",', '申请表",昨天'
    assert old in file
    report = load(file.replace(old, new))
    assert report.error_count == 1, report.errors
    error = report.errors[0]
    assert (error.file, error.line, error.column) == ("file0.csv", line, column)
    assert reason in error.reason
    (counts,) = report.tables.values()
    assert counts.wrong == 1
    assert counts.added + counts.unchanged == len(file.splitlines()) - 2 - (file is EVENTS)


def test_personal_values_are_not_repeated_in_reasons(load) -> None:
    report = load(PERSONS.replace("19900000001", "19900000001234").replace("0018,", "0019,"))
    assert len(report.errors) == 2
    assert not any("9999" in str(e) or "1990000" in str(e) for e in report.errors)


def test_strict_keeps_nothing_when_a_row_is_wrong(database: Database, load) -> None:
    report = load(PERSONS, APPLICATIONS.replace("窗口", "邮寄"), strict=True)
    assert (report.loaded, report.error_count) == (False, 1)
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 0
    assert load(PERSONS, APPLICATIONS, strict=True).loaded


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "空"),
        ("a,b\n1,2\n", "认不出"),
        ("人员编号,姓名,证件号码\n", "手机号（phone）"),
        ("person_id,人员编号,name,name\n", "重复"),
    ],
)
def test_files_that_are_no_table(load, text: str, reason: str) -> None:
    report = load(text)
    assert report.error_count == 1
    assert reason in report.errors[0].reason


def test_unknown_columns_are_mentioned(load) -> None:
    text = "\n".join(line + (",备注" if n == 0 else ",x") for n, line in enumerate(PERSONS.splitlines()))
    report = load(text)
    assert report.ignored_columns == ["file0.csv：备注"]
    assert report.tables["persons"].added == 2


def test_a_workbook_with_a_table_in_each_sheet(database: Database, tmp_path: Path) -> None:
    workbook = Workbook()
    persons, events, _empty = workbook.active, workbook.create_sheet("进度"), workbook.create_sheet("空")
    for line in PERSONS.splitlines():
        persons.append([int(c) if len(c) == 11 and c.isdigit() else c or None for c in line.split(",")])
    applications = workbook.create_sheet("申请")
    applications.append(APPLICATIONS.splitlines()[0].split(","))
    applications.append(["A1", "P1", "糖尿病", "初次", "线上", at(2026, 11, 2, 9, 30)])
    events.append(["application_no", "state", "at", "notified_on"])
    events.append(["A1", "通过", at(2026, 11, 20, 10), at(2026, 11, 21)])
    events.append(["A1", "批准", at(2026, 11, 20, 10), None])
    workbook.save(tmp_path / "导出.xlsx")
    report = import_files(database, [tmp_path / "导出.xlsx"], progress=False)
    assert [(e.file, e.line, e.column) for e in report.errors] == [("导出.xlsx[进度]", 3, "state")]
    with database.transaction() as session:
        assert session.scalars(select(ApplicationEvent)).one().notified_on == date(2026, 11, 21)
        assert session.get_one(Person, "P2").phone == "19900000002"


@pytest.mark.parametrize("name", ["坏的.xlsx", "没有.csv", "名单.txt"])
def test_unreadable_files_say_what_to_do(database: Database, tmp_path: Path, name: str) -> None:
    if name != "没有.csv":
        (tmp_path / name).write_bytes(b"nonsense")
    report = import_files(database, [tmp_path / name], progress=False)
    assert report.error_count == 1
    assert report.errors[0].file == name


def test_memory_does_not_grow_with_the_file(tmp_path: Path, sqlite_database: Database) -> None:
    path = tmp_path / "subscriptions.csv"

    def peak(rows: int) -> int:
        with path.open("w") as file:
            file.write("person_id,channel,address,consent_at\n")
            file.writelines(f"P{n},telegram,{n},昨天{n:0100}\n" for n in range(rows))
        tracemalloc.start()
        import_files(sqlite_database, [path], progress=False)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(3_000), peak(12_000)
    assert many - few < 2_000_000  # the rows themselves would take five times that
