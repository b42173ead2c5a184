"""Places and diseases of `knowledge/` as training data of the engine: lookup tables, synonyms, words.

`python -m bot.knowledge.gazetteer` writes `data/lookups/region.yml`, `data/lookups/disease.yml` and
`data/jieba/userdict.txt`. A region's value is `湖南` or `湖南/长沙市`, a disease's its name in `diseases.yml`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.knowledge.files import read_yaml
from bot.knowledge.schema import Strict
from bot.settings import ROOT

_LOOKUPS = Path("data/lookups")
_WORDS = Path("data/jieba/userdict.txt")
_UNIT_OF_A_PLACE = re.compile(r"(?:特别行政区|自治区|自治州|地区|林区|新区|[省市州盟县区旗])$")


class City(Strict):
    """A prefecture. `short: false`: its name without 市 means something else (吉林市)."""

    name: str
    aliases: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    short: bool = True


class Province(Strict):
    """`folder` is given for the provinces whose documents are known."""

    name: str
    folder: str | None = None
    aliases: tuple[str, ...] = ()
    cities: tuple[City, ...]


class Regions(Strict):
    """`regions.yml`."""

    provinces: tuple[Province, ...]
    not_alone: tuple[str, ...]


class Disease(Strict):
    """`name` is ours, `aliases` are other names, `typos` frequent slips."""

    name: str
    aliases: tuple[str, ...] = ()
    typos: tuple[str, ...] = ()


class Diseases(Strict):
    """`diseases.yml`."""

    diseases: tuple[Disease, ...]


def region_names(regions: Regions) -> Mapping[str, str]:
    """What people write for a place, and its value.

    A province's name wins over a city's, a city's over a county's. A name that stays in doubt within one
    province means the province; one that stays in doubt between provinces means nothing.
    """
    names: dict[str, str] = {}
    for level in (_province_names(regions), _city_names(regions), _county_names(regions)):
        values: dict[str, set[str]] = defaultdict(set)
        for name, value in level:
            if name not in names and name not in regions.not_alone:
                values[name].add(value)
        for name, candidates in values.items():
            provinces = {value.split("/")[0] for value in candidates}
            if len(provinces) == 1:
                names[name] = candidates.pop() if len(candidates) == 1 else provinces.pop()
    return names


def disease_names(diseases: Diseases) -> Mapping[str, str]:
    """What people write for a disease, and its name. Raises ValueError for a word that is given two names."""
    names: dict[str, str] = {}
    for disease in diseases.diseases:
        for written in (disease.name, *disease.aliases, *disease.typos):
            if names.setdefault(written, disease.name) != disease.name:
                raise ValueError(f"diseases.yml：“{written}”同时属于“{names[written]}”和“{disease.name}”")
    return names


def training_files(knowledge_dir: Path) -> Mapping[Path, str]:
    """The files that follow from the knowledge, by path relative to the project, with their content."""
    regions = region_names(read_yaml(knowledge_dir / "regions.yml", Regions))
    diseases = disease_names(read_yaml(knowledge_dir / "diseases.yml", Diseases))
    return {
        _LOOKUPS / "region.yml": _training_data("region", regions),
        _LOOKUPS / "disease.yml": _training_data("disease", diseases),
        _WORDS: "".join(f"{word} 20000\n" for word in _longest_first([*regions, *diseases])),
    }


def main() -> None:
    """Writes the training files that follow from `knowledge/`."""
    for path, content in training_files(ROOT / "knowledge").items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")


def _province_names(regions: Regions) -> Iterator[tuple[str, str]]:
    for province in regions.provinces:
        for name in (province.name, *province.aliases):
            yield name, province.name


def _city_names(regions: Regions) -> Iterator[tuple[str, str]]:
    for province in regions.provinces:
        for city in province.cities:
            value = f"{province.name}/{city.name}"
            for name in (city.name, *city.aliases, *((_short(city.name),) if city.short else ())):
                yield name, value


def _county_names(regions: Regions) -> Iterator[tuple[str, str]]:
    for province in regions.provinces:
        for city in province.cities:
            for county in city.counties:
                for name in {county, _short(county)}:
                    yield name, f"{province.name}/{city.name}"


def _short(name: str) -> str:
    """The name without its unit, if two characters stay: 长沙 for 长沙市, but 赣县 for 赣县."""
    stem = _UNIT_OF_A_PLACE.sub("", name)
    return stem if len(stem) >= 2 else name


def _training_data(entity: str, names: Mapping[str, str]) -> str:
    by_value: dict[str, list[str]] = defaultdict(list)
    for written, value in names.items():
        if written != value:
            by_value[value].append(written)
    blocks = [_block("lookup", entity, names)]
    blocks += [_block("synonym", value, written) for value, written in sorted(by_value.items())]
    return (
        "# Written from knowledge/ by `python -m bot.knowledge.gazetteer`. Edit there.\n"
        'version: "3.1"\n\nnlu:\n' + "\n".join(blocks)
    )


def _block(kind: str, name: str, words: Iterable[str]) -> str:
    lines = "".join(f"    - {word}\n" for word in _longest_first(words))
    return f"- {kind}: {name}\n  examples: |\n{lines}"


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(set(words), key=lambda word: (-len(word), word))


if __name__ == "__main__":
    main()
