"""Tells a measurement as Markdown, with the confusion matrix as a picture, and what changed since an earlier one."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from pydantic import BaseModel, TypeAdapter

from evaluation.measurement import Asked, Measurement, Understood, entity_counts

CONFUSION = "confusion.png"

Counted = tuple[int, int]
"""How many were right, of how many."""


class CrossValidation(BaseModel):
    folds: int
    all: Counted
    intents: dict[str, Counted]
    confusions: list[tuple[str, str, int]]


class Study(BaseModel):
    """What `evaluation.nlu_study` writes; `ablation` is by variant of the features and set of questions."""

    cross_validation: CrossValidation
    ablation: dict[str, dict[str, Counted]]


_POLICY_STUDY = TypeAdapter(dict[str, dict[str, Counted]])
"""What `evaluation.policy_study` writes: by variant of the ranking and what was counted."""


def full_report(measured: Measurement) -> str:
    """Scores, entities, and every failure with the question and the reply."""
    parts = [f"# Evaluation\n\n{score_tables(measured)}"]
    if measured.understood:
        parts += ["## Intents\n", f"![confusion matrix]({CONFUSION})\n", "## Entities\n", _entities(measured)]
    parts += _failures(measured)
    return "\n".join(parts)


def score_tables(measured: Measurement) -> str:
    """What each kind reached, beside what it must reach."""
    rows = [
        (score.part, score.kind, f"{score.value:.3f}", score.of, _required(score.required), _met(score.met))
        for score in measured.scores
    ]
    unfounded = ("all", "unfounded figures", measured.unfounded, "", "0", _met(not measured.unfounded))
    return _table(("part", "kind", "reached", "of", "required", "met"), [*rows, unfounded])


def study_section(path: Path) -> str:
    """Cross-validation and ablation, from the study's file; empty where the study was not run."""
    if not path.is_file():
        return ""
    study = Study.model_validate_json(path.read_bytes())
    validated = study.cross_validation
    intents = [("all", validated.all), *validated.intents.items()]
    sets = list(dict.fromkeys(name for scores in study.ablation.values() for name in scores))
    variants = [
        (variant, *(_share(scores[name]) for name in sets)) for variant, scores in study.ablation.items()
    ]
    parts = (
        "\n## Understanding, cross-validated and part by part\n",
        f"Intents, in {validated.folds} folds over our own utterances:\n",
        _table(("intent", "right"), [(intent, _share(counted)) for intent, counted in intents]),
        "Confused most often:\n",
        _table(("expected", "found", "times"), validated.confusions),
        "Intents found with each part of the features left out:\n",
        _table(("features", *sets), variants),
    )
    return "\n".join(parts)


def policy_study_section(path: Path) -> str:
    """Left-out ways of asking, with everything and part by part; empty where the study was not run."""
    if not path.is_file():
        return ""
    study = _POLICY_STUDY.validate_json(path.read_bytes())
    counted = list(next(iter(study.values())))
    rows = [(variant, *(_share(scores[name]) for name in counted)) for variant, scores in study.items()]
    return "\n".join(
        (
            "\n## Policy answers, cross-validated and part by part\n",
            "Ways of asking that were left out of `knowledge/`, asked of the rest:\n",
            _table(("ranking", *counted), rows),
        )
    )


def changes(old: Measurement, new: Measurement) -> str:
    """What is newly right and newly wrong since the old run, and how each kind moved."""
    before = {(score.part, score.kind): score for score in old.scores}
    rows = [
        (
            score.part,
            score.kind,
            f"{then.value:.3f}",
            f"{score.value:.3f}",
            f"{score.value - then.value:+.3f}",
        )
        for score in new.scores
        if (then := before.get((score.part, score.kind)))
    ]
    lines = ["\n## Since the earlier run\n", _table(("part", "kind", "then", "now", "change"), rows)]
    was, now = old.verdicts(), new.verdicts()
    if not (was and now):
        return "\n".join(lines)
    both = [case for case in now if case in was]
    lines += [
        f"Newly right: {_listed(case for case in both if now[case] and not was[case])}\n",
        f"Newly wrong: {_listed(case for case in both if was[case] and not now[case])}\n",
    ]
    if unlike := len(was.keys() ^ now.keys()):
        lines.append(f"{unlike} questions are in one of the two runs only.\n")
    return "\n".join(lines)


def draw_confusion(understood: Sequence[Understood], path: Path) -> None:
    """Expected intents down, found ones across; where several are right, the found one counts as expected."""
    pairs = Counter((case.intent if case.right else case.intents[0], case.intent) for case in understood)
    intents = sorted({intent for pair in pairs for intent in pair})
    size = 0.45 * len(intents) + 2.5
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.subplots()
    totals = Counter(case.intent if case.right else case.intents[0] for case in understood)
    shares = [[pairs[row, column] / max(totals[row], 1) for column in intents] for row in intents]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, expected in enumerate(intents):
        for column, found in enumerate(intents):
            if count := pairs[expected, found]:
                dark = shares[row][column] > 0.5
                axes.text(
                    column, row, str(count), ha="center", va="center", color="white" if dark else "black"
                )
    axes.set_xticks(range(len(intents)), intents, rotation=60, ha="right")
    axes.set_yticks(range(len(intents)), intents)
    axes.set_xlabel("found")
    axes.set_ylabel("expected")
    figure.savefig(path, dpi=120)


# ---- parts of the report ---------------------------------------------------------------------------------


def _entities(measured: Measurement) -> str:
    rows = [
        (count.type, count.agreed, count.missed, count.invented, f"{count.f1:.3f}")
        for count in entity_counts(measured.understood)
    ]
    return _table(("entity", "agreed", "missed", "invented", "F1"), rows)


def _failures(measured: Measurement) -> Iterator[str]:
    wrong = [case for case in measured.asked if case.wrong]
    misunderstood = [case for case in measured.understood if not case.right or case.missed or case.invented]
    unfounded = [case for case in measured.asked if case.unfounded]
    if unfounded:
        yield "## Figures that nobody gave\n"
        for case in unfounded:
            yield _told(case, f"unfounded: {'、'.join(case.unfounded)}")
    if wrong:
        yield "## Wrong answers\n"
        for case in wrong:
            yield _told(case, "; ".join(case.wrong))
    if misunderstood:
        rows = [
            (case.id, case.text, " | ".join(case.intents), f"{case.intent} {case.confidence:.2f}",
             _spans(case.missed), _spans(case.invented))
            for case in misunderstood
        ]  # fmt: skip
        yield "## Utterances not understood\n"
        yield _table(("id", "text", "intents", "found", "missed", "invented"), rows)


def _told(case: Asked, problem: str) -> str:
    said = " → ".join(case.turns)
    reply = "\n".join(f"> {line}" for line in case.reply.splitlines())
    return f"**{case.id}** ({case.kind}) {said}\n\n{problem}\n\n{reply}\n"


def _spans(spans: Iterable[tuple[str, int, int]]) -> str:
    return " ".join(f"{kind}[{start}:{end}]" for kind, start, end in spans)


# ---- Markdown --------------------------------------------------------------------------------------------


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(ids) or "none"


def _share(counted: Counted) -> str:
    right, of = counted
    return f"{right / of:.3f} ({right}/{of})"


def _required(share: float | None) -> str:
    return "" if share is None else f"{share:.2f}"


def _met(met: bool) -> str:
    return "yes" if met else "NO"
