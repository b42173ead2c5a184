import subprocess
import sys
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import event, func, select

from bot.clock import SHANGHAI
from bot.identity.retention import forget_person, readmit_person
from bot.records.database import Database
from bot.records.importer import DiskFullError, ImportReport, import_files
from bot.records.models import Application, ApplicationEvent, Eligibility, Person, Subscription
from bot.records.people import Reading
from tests.conftest_database import KEYS

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
NOW = datetime(2026, 11, 22, 10, tzinfo=SHANGHAI)


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
        return import_files(database, paths, now=NOW, strict=strict, progress=False)

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


class TestForgotten:
    """Somebody who was forgotten, and whom the agency goes on exporting."""

    FORGETTING = Reading("system:root", "本人要求删除", NOW)
    LATER = APPLICATIONS + "A3,P1,高血压,初次,线上,2026-11-03T09:30:00\n"
    EVENT_OF_LATER = "application_no,state,at\nA3,提交,2026-11-03T09:30:00\n"

    @pytest.fixture(autouse=True)
    def _forgotten(self, database: Database, load) -> None:
        load(PERSONS, APPLICATIONS, EVENTS)
        with database.transaction() as session:
            forget_person(session, "P1", self.FORGETTING)

    def test_stays_so_and_the_file_is_not_wrong(self, database: Database, load) -> None:
        report = load(PERSONS, self.LATER, EVENTS, ELIGIBILITIES, SUBSCRIPTIONS, strict=True)
        assert not report.error_count
        assert [report.tables[name].kept_out for name in report.tables] == [1, 2, 3, 1, 1]
        with database.transaction() as session:
            assert session.scalars(select(Person.person_id)).all() == ["P2"]
            assert session.scalars(select(Application.application_no)).all() == ["A2"]
            assert not session.scalars(select(ApplicationEvent)).all()

    def test_an_application_made_since_is_known_by_its_number_afterwards(self, load) -> None:
        load(self.LATER)
        report = load(self.EVENT_OF_LATER)
        assert (report.error_count, report.tables["application_events"].kept_out) == (0, 1)

    def test_what_is_kept_gives_nobody_away(self, database: Database) -> None:
        with database.transaction() as session:
            rows = session.connection().exec_driver_sql("SELECT * FROM forgotten").all()
        assert len(rows) == 2
        kept = {cell for _, *cells in rows for cell in cells}
        assert all(isinstance(cell, bytes) for cell in kept)
        assert not any(cell.startswith((b"P1", b"A1")) for cell in kept)

    def test_comes_back_once_that_is_wanted(self, database: Database, load) -> None:
        with database.transaction() as session:
            assert readmit_person(session, "P1", self.FORGETTING)
            assert not readmit_person(session, "P2", self.FORGETTING)
        report = load(PERSONS, APPLICATIONS, EVENTS)
        assert [report.tables[name].added for name in report.tables] == [1, 1, 3]


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
    report = import_files(database, [tmp_path / "导出.xlsx"], now=NOW, progress=False)
    assert [(e.file, e.line, e.column) for e in report.errors] == [("导出.xlsx[进度]", 3, "state")]
    with database.transaction() as session:
        assert session.scalars(select(ApplicationEvent)).one().notified_on == date(2026, 11, 21)
        assert session.get_one(Person, "P2").phone == "19900000002"


@pytest.mark.parametrize("name", ["坏的.xlsx", "没有.csv", "名单.txt"])
def test_unreadable_files_say_what_to_do(database: Database, tmp_path: Path, name: str) -> None:
    if name != "没有.csv":
        (tmp_path / name).write_bytes(b"nonsense")
    report = import_files(database, [tmp_path / name], now=NOW, progress=False)
    assert report.error_count == 1
    assert report.errors[0].file == name


def test_memory_does_not_grow_with_the_file(tmp_path: Path, sqlite_database: Database) -> None:
    path = tmp_path / "subscriptions.csv"

    def peak(rows: int) -> int:
        with path.open("w") as file:
            file.write("person_id,channel,address,consent_at\n")
            file.writelines(f"P{n},telegram,{n},昨天{n:0100}\n" for n in range(rows))
        tracemalloc.start()
        import_files(sqlite_database, [path], now=NOW, progress=False)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(3_000), peak(12_000)
    assert many - few < 2_000_000  # the rows themselves would take five times that


def test_what_is_still_to_come_is_wrong(load) -> None:
    load(PERSONS)
    report = load(
        APPLICATIONS.replace("A2,P2,高血压,复核,窗口,2026-11-02", "A2,P2,高血压,复核,窗口,2026-11-23")
    )
    (error,) = report.errors
    assert (error.line, error.column) == (3, "提交时间")
    assert "晚于现在" in error.reason
    assert report.tables["applications"].added == 1


def test_events_may_come_in_any_order(database: Database, load) -> None:
    header, *events = EVENTS.replace('"病历复印件\n申请表"', "申请表").splitlines()
    load(PERSONS, APPLICATIONS, "\n".join([header, *reversed(events)]) + "\n")
    with database.transaction() as session:
        assert [e.state for e in session.get_one(Application, "A1").events] == ["提交", "补正", "通过"]


def test_of_two_rows_with_one_key_the_later_holds_and_that_is_counted(database: Database, load) -> None:
    report = load(PERSONS + PERSONS.splitlines()[1].replace("19900000001", "19900000009") + "\n")
    counts = report.tables["persons"]
    assert (counts.added, counts.changed, counts.repeated, report.error_count) == (2, 1, 1, 0)
    with database.transaction() as session:
        assert session.get_one(Person, "P1").phone == "19900000009"
        assert session.scalar(select(Person.person_id).where(Person.phone_index == "19900000009")) == "P1"


def test_a_formula_is_no_value_but_a_quoted_number_is(database: Database, load) -> None:
    report = load(
        PERSONS.replace("演示·甲", "=HYPERLINK(1)")
        .replace("19900000002", '"=""19900000002"""')
        .replace("P2", "'=2")
    )
    (error,) = report.errors
    assert (error.line, error.column) == (2, "name")
    assert "公式" in error.reason
    assert "HYPERLINK" not in str(error)
    with database.transaction() as session:
        assert session.get_one(Person, "=2").phone == "19900000002"


def test_a_cell_of_a_million_characters_costs_its_row_alone(load) -> None:
    report = load(PERSONS.replace("演示·甲", "长" * 1_000_000))
    (error,) = report.errors
    assert (error.line, error.column, error.reason) == (2, "name", "最多 64 个字，现有 1000000 个")
    assert report.tables["persons"].added == 1


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_file_cut_off_within_a_character_says_so(database: Database, tmp_path: Path, encoding: str) -> None:
    whole = PERSONS.encode(encoding)
    path = tmp_path / "人员.csv"
    path.write_bytes(whole[: whole.rindex("演示".encode(encoding)) + 1])
    report = import_files(database, [path], now=NOW, progress=False)
    assert report.tables["persons"].added == 1
    assert any("不完整" in error.reason for error in report.errors)


def test_a_file_cut_off_within_quotes_says_so(load) -> None:
    load(PERSONS, APPLICATIONS)
    report = load(EVENTS[: EVENTS.index("复印件")])
    assert report.tables["application_events"].added == 1
    assert "不完整" in report.errors[0].reason


def test_a_cut_off_workbook_says_so(database: Database, tmp_path: Path) -> None:
    workbook = Workbook()
    for line in PERSONS.splitlines():
        workbook.active.append(line.split(","))
    path = tmp_path / "人员.xlsx"
    workbook.save(path)
    path.write_bytes(path.read_bytes()[:-200])
    report = import_files(database, [path], now=NOW, progress=False)
    assert "重新导出" in report.errors[0].reason


def test_a_full_disk_is_said_plainly_and_the_import_can_be_run_again(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = many_persons(tmp_path, 6_000)
    limit = "PRAGMA max_page_count = 500"
    event.listen(sqlite_database.engine, "connect", lambda connection, _: connection.execute(limit))
    sqlite_database.close()
    with pytest.raises(DiskFullError, match="腾出空间"):
        import_files(sqlite_database, [path], now=NOW, progress=False)
    with_room = Database(sqlite_database.url, KEYS)
    with with_room.transaction() as session:
        kept = session.scalar(select(func.count()).select_from(Person))
    counts = import_files(with_room, [path], now=NOW, progress=False).tables["persons"]
    with_room.close()
    assert (counts.unchanged, counts.added) == (kept, 6_000 - kept)
    assert kept


def test_a_killed_import_is_run_again_and_nothing_is_lost_or_doubled(
    database: Database, tmp_path: Path
) -> None:
    path = many_persons(tmp_path, 40_000)
    importing = subprocess.Popen([sys.executable, "-c", IMPORTING, database.url, str(path)])
    while not 0 < count_persons(database) < 40_000:
        assert importing.poll() is None, "it should have been killed half-way"
    importing.kill()
    importing.wait()
    kept = count_persons(database)
    counts = import_files(database, [path], now=NOW, progress=False).tables["persons"]
    assert (counts.unchanged, counts.added, counts.changed) == (kept, 40_000 - kept, 0)
    assert count_persons(database) == 40_000


IMPORTING = """
import sys
from pathlib import Path
from bot.clock import system_clock
from bot.identity.keys import derive_keys
from bot.records.database import Database
from bot.records.importer import import_files
import_files(Database(sys.argv[1], derive_keys(b"k" * 32)), [Path(sys.argv[2])], now=system_clock(), progress=False)
"""


def many_persons(folder: Path, count: int) -> Path:
    path = folder / "persons.csv"
    _header, first, _second = PERSONS.splitlines()
    lines = (first.replace("P1,", f"P{number},") for number in range(count))
    path.write_text("\n".join([PERSONS.splitlines()[0], *lines]) + "\n", "utf-8")
    return path


def count_persons(database: Database) -> int:
    with database.transaction() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0
