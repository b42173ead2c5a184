"""The parameters' files: strict, exact, and complete for the five regions."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.knowledge.files import KnowledgeError
from bot.knowledge.parameters import Delegated, Fixed, RegionParameters, Unknown, load_parameters

DOCUMENTS = """
- {key: d, number: 某医保发1号, title: 办法, issuer: 某局, schemes: [职工], status: in_force}
"""
PARAMETERS = """
region: 某省
schemes: {unit: 参保范围, entries: [{state: {value: "1"}, cite: {article: 第一条, evidence: [甲]}}]}
deductible: {unit: 元/年, entries: [{state: {value: "0"}, cite: {article: 第一条, evidence: [甲]}}]}
ratio: {unit: 比例, entries: [{state: {value: "0.80"}, cite: {article: 第二条, evidence: [乙]}}]}
"""


def write(folder: Path, parameters: str) -> Path:
    region = folder / "regions" / "some"
    region.mkdir(parents=True)
    (region / "documents.yml").write_text(DOCUMENTS, encoding="utf-8")
    (region / "parameters.yml").write_text(parameters, encoding="utf-8")
    return folder


def test_a_region_is_found_by_its_name_with_its_document(tmp_path: Path) -> None:
    loaded = load_parameters(write(tmp_path, PARAMETERS))
    assert loaded["某省"].document.number == "某医保发1号"


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('value: "0.80"', "value: 0.80"),
        ('value: "0.80"', 'value: "八成"'),
        ('value: "0.80"', 'value: "-0.8"'),
        ('value: "0.80"', 'low: "0.9", high: "0.8"'),
        ("unit: 比例", "unit: 元/周"),
        ("region: 某省", "regoin: 某省"),
        (
            "cite: {article: 第二条, evidence: [乙]}",
            "cite: {article: 第二条, document: 没有的, evidence: [乙]}",
        ),
        (
            'entries: [{state: {value: "0"}',
            'entries: [{state: {value: "1"}, cite: {article: 第一条, evidence: [甲]}}, {state: {value: "0"}',
        ),
    ],
)
def test_what_is_wrong_is_refused_with_the_file(tmp_path: Path, right: str, wrong: str) -> None:
    assert right in PARAMETERS
    with pytest.raises(KnowledgeError, match=r"parameters\.yml"):
        load_parameters(write(tmp_path, PARAMETERS.replace(right, wrong)))


def test_the_five_regions_are_there(regions: Mapping[str, RegionParameters]) -> None:
    assert set(regions) == {"江西", "湖南", "吉林", "山东", "内蒙古"}


@pytest.mark.parametrize(
    ("region", "state"),
    [("湖南", Fixed), ("江西", Delegated), ("吉林", Unknown), ("山东", Unknown), ("内蒙古", Delegated)],
)
def test_who_says_what_the_ratio_is(
    regions: Mapping[str, RegionParameters], region: str, state: type
) -> None:
    assert all(isinstance(entry.state, state) for entry in regions[region].ratio.entries)


def test_every_figure_has_evidence(regions: Mapping[str, RegionParameters]) -> None:
    tables = [t for r in regions.values() for t in (r.deductible, r.ratio, r.limit, r.extra_limit) if t]
    assert all(entry.cite.evidence for table in tables for entry in table.entries)


def test_limits_say_what_they_bound(regions: Mapping[str, RegionParameters]) -> None:
    bounded = {name: (r.limit.basis, r.limit.period) for name, r in regions.items() if r.limit}
    assert bounded["湖南"] == ("eligible_cost", "month")
    assert bounded["江西"] == ("fund_payment", "year")
