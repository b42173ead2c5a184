"""What a run found: its scores, its report, and what changed since an earlier one."""

import json
from dataclasses import replace
from pathlib import Path

from evaluation.measurement import Asked, Measurement, Understood
from evaluation.report import (
    changes,
    draw_confusion,
    full_report,
    policy_study_section,
    score_tables,
    study_section,
)


def asked(number: int, kind: str = "answerable", wrong: tuple[str, ...] = ()) -> Asked:
    return Asked("policy", f"q{number}", kind, ("湖南", "报多少"), "报85%。\n依据：…", wrong, ())


def understood(number: int, intent: str, found: tuple[tuple[str, int, int], ...] = ()) -> Understood:
    expected = (("region", 0, 2),)
    return Understood(f"u{number}", "湖南|报多少", ("ask_policy",), intent, 0.5, expected, found)


def test_each_kind_is_counted_and_held_to_what_it_must_reach() -> None:
    measured = Measurement.of(
        (*(asked(n) for n in range(19)), asked(19, wrong=("缺少 85%",)), asked(20, "compare", ("没引用",))),
        (),
    )
    assert [(s.kind, s.value, s.of, s.met) for s in measured.scores] == [
        ("answerable", 0.95, 20, True),
        ("compare", 0.0, 1, False),
    ]


def test_entities_are_counted_by_type_and_span() -> None:
    right, moved = (
        understood(1, "ask_policy", (("region", 0, 2),)),
        understood(2, "greet", (("region", 1, 2),)),
    )
    intent, entities = Measurement.of((), (right, moved)).scores
    assert (intent.value, entities.value) == (0.5, 0.5)


def test_a_report_shows_every_failure_with_its_reply() -> None:
    bad = asked(2, wrong=("缺少 85%",))
    invented = replace(asked(3), unfounded=("30天",))
    report = full_report(Measurement.of((asked(1), bad, invented), (understood(1, "greet"),)))
    assert "缺少 85%" in report
    assert "> 报85%。\n> 依据：…" in report
    assert "unfounded: 30天" in report
    assert "region[0:2]" in report
    assert "q1" not in report


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    measured = Measurement.of((asked(1),), (understood(1, "ask_policy", (("region", 0, 2),)),))
    measured.write(tmp_path / "report.json")
    assert Measurement.read(tmp_path / "report.json") == measured


def test_what_changed_is_told_by_id_and_kind() -> None:
    old = Measurement.of((asked(1), asked(2, wrong=("x",))), ())
    new = Measurement.of((asked(1, wrong=("x",)), asked(2), asked(3)), ())
    told = changes(old, new)
    assert "Newly right: q2" in told
    assert "Newly wrong: q1" in told
    assert "| 0.500 | 0.667 | +0.167 |" in told
    assert "1 questions are in one of the two runs only" in told


def test_without_its_cases_only_scores_are_left(tmp_path: Path) -> None:
    measured = Measurement.of((asked(1, wrong=("缺少 85%",)),), (understood(1, "greet"),)).without_cases()
    measured.write(tmp_path / "report.json")
    shown = full_report(measured) + (tmp_path / "report.json").read_text()
    assert "answerable" in shown
    assert not any(secret in shown for secret in ("q1", "u1", "报多少", "缺少"))
    assert "answerable" in score_tables(measured)


def test_a_study_is_told_where_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / "nlu-study.json"
    assert study_section(file) == ""
    validated = {
        "folds": 5,
        "all": [9, 10],
        "intents": {"greet": [9, 10]},
        "confusions": [["greet", "help", 1]],
    }
    study = {"cross_validation": validated, "ablation": {"without pinyin": {"our own": [8, 10]}}}
    file.write_text(json.dumps(study))
    told = study_section(file)
    assert "| greet | 0.900 (9/10) |" in told
    assert "| without pinyin | 0.800 (8/10) |" in told


def test_a_study_of_policy_answers_is_told_where_there_is_one(tmp_path: Path) -> None:
    file = tmp_path / "policy-study.json"
    assert policy_study_section(file) == ""
    file.write_text(
        json.dumps({"everything": {"the topic": [9, 10]}, "without likeness": {"the topic": [8, 10]}})
    )
    assert "| without likeness | 0.800 (8/10) |" in policy_study_section(file)


def test_confusions_are_drawn(tmp_path: Path) -> None:
    draw_confusion([understood(1, "greet"), understood(2, "ask_policy")], tmp_path / "confusion.png")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")
