"""`bot doctor`: whether this installation is well, in plain Chinese."""

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Look the installation over; say in plain Chinese what is wrong and what to do. Exit code 1 if anything is."""
    from bot.operation.doctor import Grade, examine

    colours = {Grade.GOOD: "green", Grade.WARN: "yellow", Grade.BAD: "bold red"}
    grades = []
    for finding in examine(settings_or_exit()):
        grades.append(finding.grade)
        console.print(f"[{finding.grade.value}]", style=colours[finding.grade], markup=False, end=" ")
        console.print(f"{finding.what}：{finding.found}", markup=False, highlight=False, soft_wrap=True)
        if finding.advice:
            console.print(f"     {finding.advice}", markup=False, highlight=False, soft_wrap=True)
    wrong, doubtful = grades.count(Grade.BAD), grades.count(Grade.WARN)
    console.print(f"共看了 {len(grades)} 项：{wrong} 项不行，{doubtful} 项要注意。", highlight=False)
    raise SystemExit(1 if wrong else 0)
