"""`bot estimate`: the costs of a whole file, by the same rules as in conversation."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer()


@app.command()
def estimate(
    cases: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB18030) or XLSX, one case a row")],
    output: Annotated[Path, typer.Option("-o", "--output", help="CSV with one line for each case")],
    errors: Annotated[
        Path | None, typer.Option(help="CSV of the rows that are wrong; OUTPUT.errors.csv if not given")
    ] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="the day of rows that name none; today if not given"),
    ] = None,
) -> None:
    """Estimate for every case of a file what the fund pays and what the person pays.

    The columns are 地区, 费用, 险种, 人员类别, 月限额, 比例 and others: docs/estimate-batch.md lists them all.
    """
    from bot.app import open_clock
    from bot.commands.estimate_file import estimate_file
    from bot.knowledge.parameters import load_parameters
    from bot.records.sheets import FileFaultError

    configured = settings_or_exit()
    day = (as_of or open_clock(configured)()).date()
    errors = errors or output.with_suffix(".errors.csv")
    try:
        done, wrong = estimate_file(
            cases, output, errors, load_parameters(configured.knowledge_dir), day, console
        )
    except (FileFaultError, OSError) as fault:
        console.print(f"{cases}：{fault}", style="bold red", markup=False, soft_wrap=True)
        raise SystemExit(1) from None
    console.print(
        f"{done} 行已算，写在 {output}；{wrong} 行有误，写在 {errors}", markup=False, soft_wrap=True
    )
    raise SystemExit(1 if wrong else 0)
