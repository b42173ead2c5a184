import pytest

from bot.knowledge.files import read_yaml
from bot.knowledge.gazetteer import (
    Disease,
    Diseases,
    Regions,
    disease_names,
    region_names,
    training_files,
)
from bot.settings import ROOT


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    return dict(region_names(read_yaml(ROOT / "knowledge" / "regions.yml", Regions)))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("长沙", "湖南/长沙市"),
        ("星城", "湖南/长沙市"),
        ("呼市", "内蒙古/呼和浩特市"),
        ("内蒙", "内蒙古"),
        ("吉林", "吉林"),
        ("吉林市", "吉林/吉林市"),
        ("海南", "海南"),
        ("兖州", "山东/济宁市"),
        ("浏阳", "湖南/长沙市"),
        ("市中区", "山东"),
        ("西安", "陕西/西安市"),
        ("成都", "四川/成都市"),
    ],
)
def test_a_place(places: dict[str, str], written: str, value: str) -> None:
    assert places[written] == value


@pytest.mark.parametrize("written", ["朝阳", "朝阳区", "通道", "湘", "中", "京", "昌邑"])
def test_a_word_that_is_no_certain_place(places: dict[str, str], written: str) -> None:
    assert written not in places


def test_one_word_names_one_disease() -> None:
    twice = Diseases(diseases=(Disease(name="甲", aliases=("丙",)), Disease(name="乙", aliases=("丙",))))
    with pytest.raises(ValueError, match="丙"):
        disease_names(twice)


def test_training_data_is_in_step_with_the_knowledge() -> None:
    for path, content in training_files(ROOT / "knowledge").items():
        assert (ROOT / path).read_text(encoding="utf-8") == content, (
            f"{path}: run python -m bot.knowledge.gazetteer"
        )
