"""`make eval`: runs a set of questions against the running assistant (`make run`) and writes a report.

    python -m evaluation [--data DIR] [--out DIR] [--compare OLD.json] [--only policy|cost|status|nlu] [--scores-only]

DIR holds policy_qa.jsonl, cost.jsonl, status.jsonl and nlu.jsonl. The report is report.md with confusion.png, and
report.json to compare a later run with.
"""

import argparse
from pathlib import Path

from rich.console import Console
from rich.markdown import Markdown

from bot.knowledge.library import load_knowledge
from bot.settings import ROOT
from evaluation.founded import Sources
from evaluation.measurement import Asked, Measurement, Understood
from evaluation.report import (
    changes,
    draw_confusion,
    full_report,
    policy_study_section,
    score_tables,
    study_section,
)
from evaluation.run import PARTS, ask, understand

DEVELOPMENT, OUR_OWN = ROOT.parent / "shared" / "eval", ROOT / "evaluation" / "own" / "dev"
TEXTS = ROOT.parent / "shared" / "policies"
HELD = "held"
NLU, POLICY = "nlu-study.json", "policy-study.json"
"""What the two studies write."""


def main() -> None:
    arguments = _arguments()
    measured = _measure(arguments)
    if arguments.scores_only or arguments.data.name == HELD:
        measured = measured.without_cases()
    changed = changes(Measurement.read(arguments.compare), measured) if arguments.compare else ""
    studies = study_section(arguments.studies / NLU) + policy_study_section(arguments.studies / POLICY)
    report = full_report(measured) + studies + changed
    arguments.out.mkdir(parents=True, exist_ok=True)
    measured.write(arguments.out / "report.json")
    if measured.understood:
        draw_confusion(measured.understood, arguments.out / "confusion.png")
    (arguments.out / "report.md").write_text(report, encoding="utf-8")
    Console().print(Markdown(score_tables(measured) + changed))
    print(f"\nThe whole report: {arguments.out / 'report.md'}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evaluation")
    parser.add_argument("--data", type=Path, default=DEVELOPMENT if DEVELOPMENT.is_dir() else OUR_OWN)
    parser.add_argument(
        "--texts", type=Path, default=TEXTS if TEXTS.is_dir() else None, help="official texts"
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080")
    parser.add_argument("--engine-url", default="http://127.0.0.1:5005")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "eval", help="folder of the report")
    parser.add_argument("--only", choices=PARTS)
    parser.add_argument("--compare", type=Path, help="report.json of an earlier run")
    parser.add_argument("--studies", type=Path, default=ROOT / "var", help=f"folder of {NLU} and {POLICY}")
    parser.add_argument(
        "--scores-only", action="store_true", help=f"show and keep no case (always so for a folder `{HELD}`)"
    )
    return parser.parse_args()


def _measure(arguments: argparse.Namespace) -> Measurement:
    sources = Sources(load_knowledge(ROOT / "knowledge"), arguments.texts)
    asked: list[Asked] = []
    understood: list[Understood] = []
    for part in PARTS if arguments.only is None else (arguments.only,):
        if part == "nlu":
            understood += understand(arguments.data, arguments.engine_url)
        else:
            asked += ask(part, arguments.data, arguments.url, sources)
    return Measurement.of(tuple(asked), tuple(understood))


if __name__ == "__main__":
    main()
