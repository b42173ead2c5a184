"""The rule module's figures, validated strictly, in three layers: nation, province, 统筹区.

    knowledge/nation/                         parameters.yml, documents.yml   (where a national text fixes a figure)
    knowledge/regions/<folder>/               parameters.yml, documents.yml
    knowledge/regions/<folder>/areas/<name>/  parameters.yml, documents.yml   (<name> as in regions.yml: 南昌市)

Every figure is dated and stands on a cited place of a document, with the words that prove it. Where a document
gives no figure, the entry says which of four other things is true: a range, somebody else's decision, unknown,
or not covered. A lower layer adds what the upper one leaves to it (`by`) and can change nothing else. A figure
is written as text (`"0.80"`), so that it is exact.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain, combinations, product
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from bot.knowledge.files import KnowledgeError, read_yaml, slips
from bot.knowledge.schema import Cite, Document, Scheme, Strict
from bot.knowledge.unfinished import todos, unfinished_regions
from bot.messages import Citation

Layer = Literal["province", "area"]
"""Who may fill what the text above leaves open."""


def _exact(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError('数要写成文字，如 "0.80"')
    return value


def _proved(cite: Cite) -> Cite:
    if not cite.evidence:
        raise ValueError("缺少 evidence：写上证明这个数的原文短句")
    return cite


def _words(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Figure = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, allow_inf_nan=False)]
Proof = Annotated[Cite, AfterValidator(_proved)]
Words = Annotated[frozenset[str], BeforeValidator(_words)]

GROUPS: Mapping[str, tuple[str, ...]] = {
    "scheme": ("职工", "居民"),
    "employment": ("在职", "退休"),
    "benefit_class": ("Ⅰ", "Ⅱ"),
    "hospital_level": ("一级", "二级", "三级"),
    "away": ("staying_elsewhere", "living_elsewhere"),
}
"""Whom or what an entry can be for, one word of each at most; a disease's name may stand beside them."""

Condition = Literal[
    "always",
    "not_designated",
    "inpatient_stay",
    "no_prescription",
    "separately_paid",
    "dual_channel",
    "cancer_therapy",
    "unrelated_disease",
    "outside_indication",
    "not_for_outpatients",
    "review_missed",
    "disqualified",
    "insured_otherwise",
    "not_approved",
    "below_the_standard",
    "unsuited_to_outpatients",
    "long_prescription",
    "examination",
    "several_diseases",
    "own_share_first",
    "class_one",
    "cap_not_given",
    "deductible_not_used",
    "deductible_restarts",
    "staying_elsewhere",
    "living_elsewhere",
    "transferred",
    "scheme_not_said",
    "over_limit",
    "cap_reached",
    "quota_left_over",
]
"""What a case can be like; the rules of a region say what follows from it."""


LOOK_UPS_KEPT = 256
"""Per parameter; most cases are of a few days and a few kinds of people."""


class Fixed(Strict):
    """The document fixes the figure."""

    value: Figure


class Between(Strict):
    """The document gives bounds, both included, and somebody (`by`) decides the figure inside them."""

    low: Figure
    high: Figure
    by: Layer | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Between":
        if self.low > self.high:
            raise ValueError("下限大于上限")
        return self


class Delegated(Strict):
    """The document leaves the figure to somebody; `rule` says what it follows, `by` which layer fills it."""

    to: str
    rule: str
    by: Layer


class Unknown(Strict):
    """The figure is not in the text at hand, and why; `where` says where it stands."""

    unknown: str
    where: str
    by: Layer | None = None


class NotCovered(Strict):
    """The document does not deal with this."""

    not_covered: str


def _kind_of_state(state: Any) -> str | None:
    keys = state if isinstance(state, Mapping) else type(state).model_fields
    kinds = {"value": "value", "low": "range", "high": "range", "to": "delegated", "rule": "delegated"}
    kinds |= {"unknown": "unknown", "not_covered": "not_covered"}
    return next((kind for key, kind in kinds.items() if key in keys), None)


State = Annotated[
    Annotated[Fixed, Tag("value")]
    | Annotated[Between, Tag("range")]
    | Annotated[Delegated, Tag("delegated")]
    | Annotated[Unknown, Tag("unknown")]
    | Annotated[NotCovered, Tag("not_covered")],
    Discriminator(
        _kind_of_state,
        custom_error_type="state",
        custom_error_message="应为五种之一：value；low 和 high；to、rule 和 by；unknown 和 where；not_covered",
    ),
]


class Entry(Strict):
    """One dated state of a parameter. `when` names whom it holds for (`退休`, `[职工, 三级]`); left out, everybody."""

    since: date = date.min
    until: date = date.max
    when: Words = frozenset()
    state: State
    cite: Proof

    @property
    def whom(self) -> str:
        return "、".join(sorted(self.when)) or "所有人"


class Parameter(Strict):
    """A parameter with its unit; no case has two entries on one day.

    Entries stand in the order they are looked through: the nearest layer first, in it the most particular group.
    """

    unit: Literal["元/年", "元/月", "比例", "参保范围"]
    entries: tuple[Entry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_state_at_a_time(self) -> "Parameter":
        for first, second in combinations(self.entries, 2):
            nested = first.when < second.when or second.when < first.when
            if not nested and _compatible(first.when, second.when) and _overlap(first, second):
                raise ValueError(f"同一时间有两个值（{first.whom}；{second.whom}）")
        ordered = tuple(sorted(self.entries, key=lambda entry: -len(entry.when)))
        object.__setattr__(self, "entries", ordered)
        return self

    def at(self, day: date, words: frozenset[str]) -> Entry | None:
        """The entry in force on `day` for a case these words describe; None where there is none."""
        for entry in self.entries:
            if entry.when <= words and entry.since <= day <= entry.until:
                return entry
        return None

    def possible(self, day: date, words: frozenset[str]) -> tuple[Entry, ...]:
        """Every entry that may hold while the words do not say all: of an unknown employment both ratios."""
        return self._looked_up(day, words)

    @cached_property
    def _looked_up(self) -> Callable[[date, frozenset[str]], tuple[Entry, ...]]:
        return lru_cache(LOOK_UPS_KEPT)(self._look_up)

    def _look_up(self, day: date, words: frozenset[str]) -> tuple[Entry, ...]:
        if not (said := [group for group in self._choices if not words.intersection(group)]):
            entry = self.at(day, words)
            return (entry,) if entry else ()
        found = (self.at(day, words.union(choice)) for choice in product(*said))
        return tuple(dict.fromkeys(entry for entry in found if entry))

    def concerns(self, group: str) -> bool:
        """Whether it differs by `employment`, `hospital_level` …"""
        return any(entry.when.intersection(GROUPS[group]) for entry in self.entries)

    @cached_property
    def _choices(self) -> tuple[tuple[str, ...], ...]:
        """The groups it differs by, without `away`: who does not speak of it was treated at home."""
        return tuple(words for group, words in GROUPS.items() if group != "away" and self.concerns(group))

    def gaps(self, first: date, last: date) -> Iterator[tuple[date, frozenset[str]]]:
        """Days on which, and words for which, nothing is said between two days: the first day of each gap."""
        groups = [*self._choices]
        if self.concerns("away"):
            groups.append(("", *GROUPS["away"]))
        days = {first, *(e.until + timedelta(1) for e in self.entries if first <= e.until < last)}
        for day in sorted(days):
            for choice in product(*groups):
                words = frozenset(choice) - {""}
                if self.at(day, words) is None:
                    yield day, words


def _compatible(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether one case may belong to both groups."""
    both = first | second
    if any(len(both.intersection(words)) > 1 for words in GROUPS.values()):
        return False
    return len(both.difference(*GROUPS.values())) <= 1  # two diseases are two cases


def _overlap(first: Entry, second: Entry) -> bool:
    return first.since <= second.until and second.since <= first.until


class Limit(Parameter):
    """A ceiling. `eligible_cost`: on the cost the ratio is applied to; `fund_payment`: on what the fund pays."""

    basis: Literal["eligible_cost", "fund_payment"]
    period: Literal["month", "year"]


class Reading(Strict):
    """One way to read how long an unspent monthly quota lives."""

    period: Literal["month", "quarter"]
    cite: Proof


class Start(Strict):
    """From when costs count after the approval."""

    day: Literal["approval_day", "month_after_approval"]
    says: str
    cite: Proof


class Rule(Strict):
    """What follows when a case is like `when`; `says` is told to the person.

    `unpaid`: the fund pays nothing. `elsewhere`: another document governs, `missing` names what would be needed.
    `unclear`: the amount concerned may or may not count. `note`: said where it matters, changes no figure.
    """

    when: Condition
    effect: Literal["unpaid", "elsewhere", "unclear", "note"]
    says: str
    missing: tuple[str, ...] = ()
    cite: Proof | None = None

    @model_validator(mode="after")
    def _a_figure_stands_on_an_article(self) -> "Rule":
        if self.effect != "note" and self.cite is None:
            raise ValueError("缺少 cite：改变金额的规则要写明条文")
        return self


class Validity(Strict):
    """Where the document says from when (and until when) it holds."""

    says: str
    cite: Proof


class ParameterFile(Strict):
    """One layer's `parameters.yml`; what it leaves out stays as the layer above has it."""

    region: str
    validity: Validity | None = None
    schemes: Parameter | None = None
    deductible: Parameter | None = None
    ratio: Parameter | None = None
    limit: Limit | None = None
    extra_limit: Parameter | None = None
    quota: tuple[Reading, ...] = ()
    start: Start | None = None
    rules: tuple[Rule, ...] = ()


TABLES = ("schemes", "deductible", "ratio", "limit", "extra_limit")
"""The keys of a file that hold dated entries."""


class RegionParameters(ParameterFile):
    """All parameters of one region with the layers above it, or of one of its areas.

    `documents` come from the `documents.yml` beside the files, the region's own first. `layer_of` names, for the
    documents of another layer, whose they are (`全国`, `南昌市`). `areas` are the region's 统筹区 by name.
    """

    schemes: Parameter
    deductible: Parameter
    ratio: Parameter
    documents: tuple[Document, ...] = ()
    layer_of: Mapping[str, str] = {}
    areas: Mapping[str, "RegionParameters"] = {}

    @property
    def pays_otherwise_elsewhere(self) -> bool:
        """Whether another share holds where the treatment was outside the province."""
        return any(entry.when & {"staying_elsewhere", "living_elsewhere"} for entry in self.ratio.entries)

    @property
    def document(self) -> Document:
        """The document the region's rules stand in."""
        return self.documents[0]

    def in_area(self, area: str | None) -> "RegionParameters":
        """With what the 统筹区 fixes; the region's own where nothing of it is known."""
        return self.areas.get(area, self) if area else self

    @cached_property
    def _places(self) -> Mapping[tuple[str | None, str], Citation]:
        numbers = {document.key: document.number for document in self.documents}
        return {
            (cite.document, cite.article): Citation(
                document=numbers[cite.document or self.document.key], article=cite.article
            )
            for cite in _cites(self)
        }

    def citation(self, cite: Cite) -> Citation:
        """`cite` with its document's number, as cards carry it."""
        return self._places[cite.document, cite.article]

    def citations(self, cites: Iterable[Cite]) -> tuple[Citation, ...]:
        """Each place once, in order."""
        return tuple(self._places[place] for place in dict.fromkeys((c.document, c.article) for c in cites))

    @cached_property
    def _by_condition(self) -> Mapping[str, Rule]:
        return {rule.when: rule for rule in reversed(self.rules)}

    def rule(self, when: Condition) -> Rule | None:
        """What follows from `when`, None where the document draws no consequence."""
        return self._by_condition.get(when)

    @cached_property
    def decisive(self) -> tuple[tuple[Rule, tuple[Citation, ...]], ...]:
        """The rules after which nothing is computed, each with where it stands."""
        rules = (rule for rule in self.rules if rule.effect in ("unpaid", "elsewhere"))
        return tuple((rule, self.citations([rule.cite] if rule.cite else [])) for rule in rules)

    def scheme_entry(self, scheme: Scheme, day: date) -> Entry | None:
        """Whether a scheme is covered on `day`."""
        return self.schemes.at(day, frozenset((scheme,)))


@dataclass(frozen=True)
class _Source:
    """One layer's files."""

    path: Path
    layer: Layer | Literal["nation"]
    parameters: ParameterFile
    documents: tuple[Document, ...]


def load_parameters(knowledge_dir: Path) -> Mapping[str, RegionParameters]:
    """Every region's parameters by province name, without those of `unfinished_regions`.

    Raises `KnowledgeError` for the first thing wrong.
    """
    unfinished = unfinished_regions(knowledge_dir)
    files = sorted((knowledge_dir / "regions").glob("*/parameters.yml"))
    folders = (file.parent for file in files if file.parent.name not in unfinished)
    regions = (load_region(folder, knowledge_dir) for folder in folders)
    return {region.region: region for region in regions}


def load_region(folder: Path, knowledge_dir: Path) -> RegionParameters:
    """One region with the nation above it and its areas below. Raises `KnowledgeError`."""
    sources = [_read(path, layer) for path, layer in _layers(folder, knowledge_dir)]
    for fault in chain.from_iterable(_slips(source) for source in sources):
        raise fault
    upper = [source for source in sources if source.layer != "area"]
    region = _merged(upper)
    for fault in _gaps(region, folder):
        raise fault
    areas = (source for source in sources if source.layer == "area")
    return region.model_copy(
        update={"areas": {area.parameters.region: _merged([*upper, area]) for area in areas}}
    )


def region_faults(folder: Path, knowledge_dir: Path) -> list[KnowledgeError]:
    """Everything that keeps a region from being loaded, for whoever writes its files."""
    layers = _layers(folder, knowledge_dir)
    unreadable = [
        fault
        for path, _ in layers
        for fault in (
            *slips(path / "documents.yml", tuple[Document, ...]),
            *slips(path / "parameters.yml", ParameterFile),
        )
    ]
    if unreadable:
        return unreadable
    sources = [_read(path, layer) for path, layer in layers]
    unproved = [fault for source in sources for fault in _slips(source)]
    try:
        region = _merged([source for source in sources if source.layer != "area"])
        faults = [*unproved, *_gaps(region, folder)]
        if not faults:
            load_region(folder, knowledge_dir)
        return faults
    except KnowledgeError as fault:
        return [*unproved, fault]


def _layers(folder: Path, knowledge_dir: Path) -> list[tuple[Path, Layer | Literal["nation"]]]:
    """The folders that speak of a region, uppermost first."""
    nation = knowledge_dir / "nation"
    layers: list[tuple[Path, Layer | Literal["nation"]]] = [(nation, "nation")] if nation.is_dir() else []
    layers.append((folder, "province"))
    return [*layers, *((path.parent, "area") for path in sorted(folder.glob("areas/*/parameters.yml")))]


def _read(folder: Path, layer: Layer | Literal["nation"]) -> _Source:
    path = folder / "parameters.yml"
    documents = read_yaml(folder / "documents.yml", tuple[Document, ...])
    return _Source(path, layer, read_yaml(path, ParameterFile), documents)


def _slips(source: _Source) -> Iterator[KnowledgeError]:
    """What is not written yet, and citations of documents that are not there."""
    for path in (source.path.with_name("documents.yml"), source.path):
        yield from todos(path)
    keys = {d.key for d in source.documents}
    for cite in _cites(source.parameters):
        if cite.document and cite.document not in keys:
            yield KnowledgeError(source.path, None, "cite.document", f"documents.yml 里没有 {cite.document}")
        if not cite.document and source.layer != "province":
            yield KnowledgeError(source.path, None, "cite.document", f"{cite.article}要写明是哪份文件")


def _merged(sources: Sequence[_Source]) -> RegionParameters:
    """The layers, uppermost first, as one: each adds what those above leave to it."""
    known: dict[str, Any] = dict(ParameterFile(region=""))
    for source in sources:
        for name in ParameterFile.model_fields:
            own, above = getattr(source.parameters, name), known[name]
            if name == "region":
                known[name] = known[name] if source.layer == "area" else own
            elif name == "rules":
                known[name] = _more_rules(own, above, source)
            elif not own or not above:
                known[name] = own or above
            elif name in TABLES:
                known[name] = _filled(name, own, above, source)
            else:
                raise KnowledgeError(source.path, None, name, "上一级已经写了，不能改")
    own = next(source for source in sources if source.layer == "province")
    others = [source for source in sources if source is not own]
    for name in ("schemes", "deductible", "ratio"):
        if known[name] is None:
            raise KnowledgeError(own.path, None, name, "缺少这一项")
    return RegionParameters.model_construct(  # of parts already validated, each for its own layer
        **known,
        documents=tuple(document for source in (own, *others) for document in source.documents),
        layer_of={d.key: source.parameters.region for source in others for d in source.documents},
    )


def _more_rules(own: tuple[Rule, ...], above: tuple[Rule, ...], source: _Source) -> tuple[Rule, ...]:
    for when in {rule.when for rule in own} & {rule.when for rule in above}:
        raise KnowledgeError(source.path, None, f"rules {when}", "上一级已经写了，不能改")
    return (*own, *above)


def _filled(name: str, own: Parameter, above: Parameter, source: _Source) -> Parameter:
    """The table with what the lower layer fills in looked through first."""
    shape = ("unit", "basis", "period")
    if any(getattr(own, key, None) != getattr(above, key, None) for key in shape):
        raise KnowledgeError(source.path, None, name, "单位、口径和周期要跟上一级一样")
    for entry in own.entries:
        covered = [e for e in above.entries if e.when <= entry.when and _overlap(e, entry)]
        for upper in covered or (None,):
            if upper is None or not _leaves_to(source.layer, upper.state, entry.state):
                raise KnowledgeError(
                    source.path, None, f"{name} {entry.whom}", "上一级没有把这一项交给这一级定"
                )
    return type(above).model_construct(**{**dict(above), "entries": (*own.entries, *above.entries)})


def _leaves_to(layer: str, upper: State, filled: State) -> bool:
    if isinstance(upper, Fixed | NotCovered) or upper.by != layer:
        return False
    if isinstance(upper, Between):
        return isinstance(filled, Fixed) and upper.low <= filled.value <= upper.high
    return True


def _gaps(region: RegionParameters, folder: Path) -> Iterator[KnowledgeError]:
    """Days and people of whom a table says nothing while the document is in force; days out of force not refused."""
    first, last = region.document.valid_from or date.min, region.document.valid_to or date.max
    for name in TABLES:
        table = getattr(region, name)
        for day, words in table.gaps(first, last) if table else ():
            whom = "、".join(sorted(words)) or "所有人"
            start = f"从 {day} 起" if day != date.min else ""
            yield KnowledgeError(folder / "parameters.yml", None, name, f"{start}没有写（{whom}）")
    if (region.document.valid_from or region.document.valid_to) and not region.validity:
        says = "documents.yml 写了施行或失效的日期，这里也要写，并注明条文，否则施行前、失效后的费用也会照算"
        yield KnowledgeError(folder / "parameters.yml", None, "validity", says)


def _entries(parameters: ParameterFile) -> Iterator[tuple[str, Entry]]:
    for name in TABLES:
        table = getattr(parameters, name)
        yield from ((name, entry) for entry in (table.entries if table else ()))


def _cites(parameters: ParameterFile) -> Iterator[Cite]:
    yield from (entry.cite for _, entry in _entries(parameters))
    yield from (rule.cite for rule in parameters.rules if rule.cite)
    yield from (reading.cite for reading in parameters.quota)
    yield from (part.cite for part in (parameters.start, parameters.validity) if part)
