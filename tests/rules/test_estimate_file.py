"""`bot estimate`: a whole file in, one line per case out, and what is wrong with the others."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.rules.rows import DAYS, FACTS, FIGURES, column_table
from bot.settings import ROOT

TITLES = [column.title for column in (*FACTS, *DAYS, *FIGURES)] + ["编号"]
HEADER = ",".join(TITLES)

Line = dict[str, str]


def row(**cells: str) -> str:
    return ",".join(cells.get(title, "") for title in TITLES)


def read(path: Path) -> list[Line]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def run(
    folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8"
) -> tuple[list[Line], list[Line]]:
    (folder / "cases.csv").write_text("\n".join((header, *rows)) + "\n", encoding=encoding)
    arguments = ["estimate", f"{folder}/cases.csv", "-o", f"{folder}/result.csv", "--as-of", "2026-11-22"]
    outcome = CliRunner().invoke(app, arguments)
    results, errors = read(folder / "result.csv"), read(folder / "result.errors.csv")
    assert outcome.exit_code == (1 if errors else 0), outcome.output
    return results, errors


HUNAN = {"地区": "湖南", "险种": "职工", "人员类别": "退休", "费用": "500", "月限额": "360"}


@pytest.mark.parametrize(
    ("cells", "fund", "you"),
    [
        (HUNAN, "306.00", "194.00"),
        (HUNAN | {"费用": "359.99", "人员类别": "在职"}, "287.99", "72.00"),
        (HUNAN | {"情形": "两个病种", "第二病加额": "40"}, "340.00", "160.00"),
        (HUNAN | {"情形": "长期处方", "费用": "2000"}, "918.00", "1082.00"),
        (HUNAN | {"认定日期": "2026-03-12", "就医日期": "2026-03-31"}, "0.00", "500.00"),
        (HUNAN | {"认定日期": "2026-03-12", "就医日期": "2026-04-01"}, "306.00", "194.00"),
        (HUNAN | {"情形": "非定点"}, "0.00", "500.00"),
        ({"地区": "江西", "费用": "1000", "比例": "85%", "范围外费用": "100"}, "765.00", "235.00"),
        (
            {"地区": "江西", "费用": "1000", "比例": "0.85", "年度封顶": "500", "已用额度": "300"},
            "200.00",
            "800.00",
        ),
        (
            {"地区": "山东/济宁市", "费用": "1000", "比例": "0.7", "起付线": "500", "已付起付线": "300"},
            "560.00",
            "440.00",
        ),
    ],
)
def test_a_row_is_estimated_by_the_rules(tmp_path: Path, cells: Line, fund: str, you: str) -> None:
    results, errors = run(tmp_path, row(**cells))
    assert not errors
    assert (results[0]["统筹基金支出_最少"], results[0]["个人自付_最多"]) == (fund, you)
    assert (results[0]["统筹基金支出_最多"], results[0]["个人自付_最少"]) == (fund, you)
    assert "第" in results[0]["依据"]


def test_what_is_not_told_gives_a_range_and_is_named(tmp_path: Path) -> None:
    ((line,), _) = run(tmp_path, row(**HUNAN | {"人员类别": ""}))
    assert (line["统筹基金支出_最少"], line["统筹基金支出_最多"]) == ("288.00", "306.00")
    assert "人员类别" in line["说明"]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (HUNAN | {"险种": "居民"}, "只管职工"),
        (HUNAN | {"月限额": ""}, "附件1"),
        (HUNAN | {"就医日期": "2022-12-31"}, "2023年1月1日"),
        (HUNAN | {"情形": "放化疗"}, "放化疗"),
        ({"地区": "江西", "费用": "1000"}, "统筹地区"),
    ],
)
def test_what_cannot_be_computed_is_said_and_no_figure_is_given(
    tmp_path: Path, cells: Line, why: str
) -> None:
    ((line,), _) = run(tmp_path, row(**cells))
    assert line["统筹基金支出_最少"] == line["个人自付_最多"] == ""
    assert why in line["说明"]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"费用": "-5"}, "费用"),
        ({"费用": "0"}, "费用"),
        ({"费用": "1000000000000"}, "费用"),
        ({"费用": "12.345"}, "费用"),
        ({"费用": "两千出头"}, "费用"),
        ({"费用": ""}, "费用"),
        ({"地区": "四川"}, "地区"),
        ({"险种": "城乡"}, "险种"),
        ({"比例": "850%"}, "比例"),
        ({"比例": "0.12345678"}, "比例"),
        ({"就医日期": "2026-02-30"}, "就医日期"),
        ({"情形": "随便"}, "情形"),
        ({"范围外费用": "500.01"}, "范围外费用"),
        ({"已用额度": "360.01"}, "已用额度"),
    ],
)
def test_a_wrong_row_is_reported_by_line_column_and_reason(tmp_path: Path, cells: Line, column: str) -> None:
    results, errors = run(tmp_path, row(**HUNAN), row(**HUNAN | cells), row(**HUNAN))
    assert [line["行"] for line in results] == ["2", "4"]
    assert [(line["行"], line["列"]) for line in errors] == [("3", column)]
    assert errors[0]["原因"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_spreadsheet_programs_are_read(tmp_path: Path, encoding: str) -> None:
    results, _ = run(tmp_path, row(**HUNAN | {"编号": "甲"}), encoding=encoding)
    assert results[0]["编号"] == "甲"


@pytest.mark.parametrize("name", ["=1+1", "@sum", "+86", "-1"])
def test_no_cell_of_the_result_is_a_formula(tmp_path: Path, name: str) -> None:
    results, _ = run(tmp_path, row(**HUNAN | {"编号": name}))
    assert results[0]["编号"] == f"'{name}"


@pytest.mark.parametrize("header", ["编号,费用", "地区,费用,价格", "地区,费用,费用"])
def test_a_file_with_other_columns_is_refused_as_a_whole(tmp_path: Path, header: str) -> None:
    (tmp_path / "cases.csv").write_text(f"{header}\n1,2,3\n", encoding="utf-8")
    outcome = CliRunner().invoke(app, ["estimate", f"{tmp_path}/cases.csv", "-o", f"{tmp_path}/result.csv"])
    assert outcome.exit_code == 1
    assert "列" in outcome.output


def test_every_column_is_documented() -> None:
    documented = (ROOT / "docs/estimate-batch.md").read_text(encoding="utf-8")
    for title, means in column_table():
        assert f"| {title} | {means} |" in documented
