"""An analyst adds a region, checks it and compares two versions of it, with files alone."""

import shutil
from datetime import date
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.knowledge.files import KnowledgeError, read_yaml
from bot.knowledge.parameters import ParameterFile, load_parameters, load_region
from bot.knowledge.unfinished import unfinished_regions
from bot.rules.case import Case
from bot.rules.estimate import estimate
from bot.rules.money import Span
from bot.rules.result import Estimate
from bot.settings import ROOT

TODAY = date(2026, 11, 22)

DOCUMENTS = """
- {key: yun-1, number: 云医保发〔2025〕1号, title: 办法, issuer: 云省医疗保障局,
   schemes: [职工, 居民], status: in_force, valid_from: 2025-01-01}
"""
PARAMETERS = """
region: 云省
validity: {says: 从2025年1月1日起, cite: {article: 第九条, evidence: [起施行]}}
schemes:
  unit: 参保范围
  entries: [{state: {value: "1"}, cite: {article: 第一条, evidence: [全体参保人]}}]
deductible:
  unit: 元/年
  entries:
    - {until: 2025-12-31, state: {value: "300"}, cite: {article: 第二条, evidence: [三百元]}}
    - {since: 2026-01-01, state: {value: "200"}, cite: {article: 第二条, evidence: [二百元]}}
ratio:
  unit: 比例
  entries:
    - {when: 职工, state: {to: 各统筹区, rule: 按级别定, by: area}, cite: {article: 第三条, evidence: [另行规定]}}
    - {when: 居民, state: {value: "0.60"}, cite: {article: 第三条, evidence: [百分之六十]}}
limit:
  unit: 元/年
  basis: eligible_cost
  period: year
  entries:
    - {when: 哮喘, state: {value: "3000"}, cite: {article: 第四条, evidence: [三千元]}}
    - {state: {low: "1000", high: "2000", by: area}, cite: {article: 第四条, evidence: [一千至二千]}}
rules:
  - {when: not_designated, effect: unpaid, says: 不是定点不报, cite: {article: 第五条, evidence: [定点]}}
"""
AREA_DOCUMENTS = """
- {key: feng-1, number: 风医保发〔2025〕2号, title: 细则, issuer: 风市医疗保障局, schemes: [职工], status: in_force}
"""
AREA = """
region: 风市
ratio:
  unit: 比例
  entries:
    - {when: [职工, 三级], state: {value: "0.70"}, cite: {document: feng-1, article: 第一条, evidence: [七成]}}
    - {when: [职工, 二级], state: {value: "0.80"}, cite: {document: feng-1, article: 第一条, evidence: [八成]}}
    - {when: [职工, 一级], state: {value: "0.90"}, cite: {document: feng-1, article: 第一条, evidence: [九成]}}
limit:
  unit: 元/年
  basis: eligible_cost
  period: year
  entries:
    - {state: {value: "1500"}, cite: {document: feng-1, article: 第二条, evidence: [一千五百]}}
"""


def write(folder: Path, documents: str, parameters: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "documents.yml").write_text(documents, encoding="utf-8")
    (folder / "parameters.yml").write_text(parameters, encoding="utf-8")


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    """A real region and one made up for the purpose, with one 统筹区."""
    folder = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge/regions/hunan", folder / "regions/hunan")
    shutil.copytree(ROOT / "knowledge/skeleton", folder / "skeleton")
    shutil.copy(ROOT / "knowledge/typical_cases.yml", folder)
    write(folder / "regions/yun", DOCUMENTS, PARAMETERS)
    write(folder / "regions/yun/areas/风市", AREA_DOCUMENTS, AREA)
    return folder


def asked(knowledge: Path, amount: str, **said: Any) -> Estimate:
    case = Case(**{"region": "云省", "scheme": "居民", "amount": Span.exactly(D(amount)), **said})
    return estimate(case, load_parameters(knowledge)["云省"], TODAY)


def ends(result: Estimate) -> tuple[D, D] | None:
    return (result.fund_pays.low, result.fund_pays.high) if result.fund_pays else None


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ({"amount": "700"}, "300", "300"),
        ({"amount": "700", "deductible_met": D(200)}, "420", "420"),
        ({"amount": "5000", "diseases": ("哮喘",)}, "1800", "1800"),
        ({"amount": "5000"}, "600", "1200"),
        ({"amount": "5000", "annual_cap": D(1800)}, "1080", "1080"),
        ({"amount": "5000", "annual_cap": D(2500)}, "600", "1200"),
        ({"amount": "700", "conditions": frozenset({"not_designated"})}, "0", "0"),
        ({"amount": "700", "scheme": "职工", "area": "风市", "hospital_level": "三级"}, "350", "350"),
        ({"amount": "700", "scheme": "职工", "area": "风市"}, "350", "450"),
        ({"amount": "5000", "scheme": "职工", "area": "风市", "hospital_level": "一级"}, "1350", "1350"),
    ],
)
def test_a_region_of_files_alone_is_estimated(
    knowledge: Path, said: dict[str, Any], low: str, high: str
) -> None:
    assert ends(asked(knowledge, **said)) == (D(low), D(high))


def test_the_trace_says_which_layer_won(knowledge: Path) -> None:
    result = asked(knowledge, "700", scheme="职工", area="风市", hospital_level="三级")
    fund = next(step for step in result.steps if step.label == "统筹基金支出")
    assert "按风市的规定" in fund.expression
    assert [place.document for place in fund.citations] == ["风医保发〔2025〕2号"]


def test_another_areas_figures_are_never_used(knowledge: Path) -> None:
    result = asked(knowledge, "700", scheme="职工", area="雨市", hospital_level="三级")
    assert result.refusal is not None
    assert "由各统筹区定" in result.refusal.says


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("when: [职工, 三级]", "when: 居民", "上一级没有把这一项交给这一级定"),
        ('value: "1500"', 'value: "2500"', "上一级没有把这一项交给这一级定"),
        ("document: feng-1, article: 第二条", "article: 第二条", "要写明是哪份文件"),
        ("basis: eligible_cost", "basis: fund_payment", "跟上一级一样"),
        (
            "region: 风市",
            "region: 风市\nvalidity: {says: 某天起, cite: {document: feng-1, article: 一, evidence: [甲]}}",
            "不能改",
        ),
    ],
)
def test_only_what_was_left_open_may_be_filled(knowledge: Path, right: str, wrong: str, why: str) -> None:
    assert right in AREA
    write(knowledge / "regions/yun/areas/风市", AREA_DOCUMENTS, AREA.replace(right, wrong))
    with pytest.raises(KnowledgeError, match=why):
        load_parameters(knowledge)


def test_what_the_nation_fixes_holds_everywhere_and_cannot_be_changed(knowledge: Path) -> None:
    nation = """
region: 全国
extra_limit:
  unit: 元/月
  entries: [{state: {value: "50"}, cite: {document: n, article: 第一条, evidence: [五十元]}}]
"""
    documents = AREA_DOCUMENTS.replace("feng-1", "n").replace("风市医疗保障局", "国家医疗保障局")
    write(knowledge / "nation", documents, nation)
    with pytest.raises(KnowledgeError, match="extra_limit"):  # 湖南 says something of its own
        load_parameters(knowledge)
    shutil.rmtree(knowledge / "regions/hunan")
    said = {"conditions": frozenset({"several_diseases"}), "annual_cap": D(1000)}
    assert ends(asked(knowledge, "5000", **said)) == (D(630), D(630))


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("2026-01-01", "2026-02-01", "从 2026-01-01 起没有写"),
        ("2026-01-01", "2025-12-31", "同一时间有两个值"),
        ("when: 居民", "when: 在职", "同一时间有两个值"),
        (", evidence: [二百元]", "", "缺少 evidence"),
        ('value: "300"', "value: 300", "数要写成文字"),
        ('value: "300"', "valu: 300", "应为五种之一"),
        ("region: 云省", "region: todo", "还没有写"),
        ("rules:", "rule:", "没有这一项"),
        ("validity: {says", "# {says", "写了施行或失效的日期"),
        ("deductible:\n  unit: 元/年", "deductible:\n  unit: 元/周", "应为以下之一"),
    ],
)
def test_what_is_wrong_is_told_in_chinese_with_its_place(
    knowledge: Path, monkeypatch: pytest.MonkeyPatch, right: str, wrong: str, why: str
) -> None:
    assert right in PARAMETERS
    write(knowledge / "regions/yun", DOCUMENTS, PARAMETERS.replace(right, wrong))
    outcome = region(monkeypatch, knowledge, "check", "yun")
    assert outcome.exit_code == 1
    assert why in outcome.output
    assert "regions/yun/parameters.yml" in outcome.output
    with pytest.raises(KnowledgeError):
        load_region(knowledge / "regions/yun", knowledge)


def test_what_is_right_is_told_too(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = region(monkeypatch, knowledge, "check")
    assert outcome.exit_code == 0
    assert outcome.output.count("没有问题") == 2


def test_a_new_region_has_every_key_still_to_be_read(
    knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert region(monkeypatch, knowledge, "new", "四川", "sichuan").exit_code == 0
    skeleton = read_yaml(knowledge / "regions/sichuan/parameters.yml", ParameterFile)
    assert skeleton.region == "四川"
    assert all(getattr(skeleton, key) for key in ParameterFile.model_fields)
    outcome = region(monkeypatch, knowledge, "check", "sichuan")
    assert outcome.output.count("还没有写") > len(ParameterFile.model_fields)
    assert region(monkeypatch, knowledge, "new", "四川", "sichuan").exit_code == 1


def test_a_region_that_is_still_being_written_keeps_nobody_from_starting(
    knowledge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region(monkeypatch, knowledge, "new", "四川", "sichuan")
    assert set(load_parameters(knowledge)) == {"湖南", "云省"}
    assert list(unfinished_regions(knowledge)) == ["sichuan"]
    assert "先不用这个地区" in region(monkeypatch, knowledge, "check", "sichuan").output
    write(knowledge / "regions/sichuan", DOCUMENTS, PARAMETERS.replace("云省", "四川"))
    assert "四川" in load_parameters(knowledge)


def test_whose_cost_changes_and_by_how_much(knowledge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = knowledge.parent / "changed"
    shutil.copytree(knowledge, changed)
    write(changed / "regions/yun/areas/风市", AREA_DOCUMENTS, AREA.replace("0.70", "0.75"))
    outcome = region(monkeypatch, knowledge, "diff", str(knowledge), str(changed), "--as-of", "2026-11-22")
    lines = outcome.output.splitlines()
    assert "风市，退休，一个病，花 500 元：自付从 150 元 变为 125 元，少 25 元" in lines
    assert all(line.startswith("风市") for line in lines[:-1])


def test_the_same_parameters_change_nothing(monkeypatch: pytest.MonkeyPatch, knowledge: Path) -> None:
    outcome = region(monkeypatch, knowledge, "diff", str(knowledge), str(knowledge))
    assert "共有 0 处" in outcome.output


def region(monkeypatch: pytest.MonkeyPatch, knowledge: Path, *arguments: str) -> Any:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(knowledge))
    return CliRunner().invoke(app, ["region", *arguments])
