"""`bot region …`: what an analyst needs to add a region's figures or to change them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.common import console, settings_or_exit

app = typer.Typer(no_args_is_help=True, help="Regions and their figures, for analysts.")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="the province as people write it: 四川")],
    folder: Annotated[str, typer.Argument(help="its folder under knowledge/regions: sichuan")],
) -> None:
    """Write the files of a new region, with everything still to be filled in."""
    from bot.knowledge.skeleton import new_region

    knowledge = settings_or_exit().knowledge_dir
    for path in new_region(knowledge, name, folder):
        console.print(f"已写 {path}", markup=False, soft_wrap=True)
    console.print(f"照文件把 todo 换掉，然后运行：bot region check {folder}", markup=False, soft_wrap=True)


@app.command()
def check(
    folders: Annotated[
        list[str] | None, typer.Argument(help="folders under knowledge/regions; all if none")
    ] = None,
) -> None:
    """Say what is missing, overlapping or without evidence in the regions' figures."""
    from bot.knowledge.parameters import region_faults
    from bot.knowledge.unfinished import unfinished_regions

    knowledge = settings_or_exit().knowledge_dir
    named = [knowledge / "regions" / folder for folder in folders or ()]
    unfinished = unfinished_regions(knowledge)
    faults = 0
    for folder in named or sorted(path for path in (knowledge / "regions").iterdir() if path.is_dir()):
        found = region_faults(folder, knowledge)
        for fault in found:
            console.print(str(fault).replace(f"{knowledge}/", ""), markup=False, soft_wrap=True)
        console.print(f"{folder.name}：{f'{len(found)} 处要改' if found else '没有问题'}", markup=False)
        if folder.name in unfinished:
            console.print("  写完以前，启动时先不用这个地区，别的地区照常", markup=False)
        faults += len(found)
    raise SystemExit(1 if faults else 0)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="a knowledge folder, or a checkout that has one")],
    new: Annotated[Path, typer.Argument(help="the other one")],
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day of treatment; today if not given")
    ] = None,
) -> None:
    """List whose out-of-pocket cost changes, and by how much, over knowledge/typical_cases.yml of NEW."""
    from bot.app import open_clock
    from bot.knowledge.files import read_yaml
    from bot.knowledge.parameters import load_parameters
    from bot.rules.compare import Typical, changes

    before, after = (path / "knowledge" if (path / "knowledge").is_dir() else path for path in (old, new))
    day = (as_of or open_clock(settings_or_exit())()).date()
    was, now = load_parameters(before), load_parameters(after)
    typical = read_yaml(after / "typical_cases.yml", tuple[Typical, ...])
    found = list(changes(was, now, typical, day))
    for change in found:
        console.print(str(change), markup=False, soft_wrap=True)
    for regions, what in ((now.keys() - was.keys(), "新增"), (was.keys() - now.keys(), "去掉")):
        for region in sorted(regions):
            console.print(f"{what}{region}", markup=False)
    asked = sum(len(kind.amounts) for kind in typical)
    console.print(f"每个地区 {asked} 种典型情况，共有 {len(found)} 处自付不同")
