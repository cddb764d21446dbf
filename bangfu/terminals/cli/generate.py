"""``bangfu generate``: a synthetic prefecture, for trying things out. No real person is in it."""

from pathlib import Path

import click

from bangfu.synthetic.prefecture import DEFAULT_HOUSEHOLDS, generate
from bangfu.terminals.cli.output import last_line, progress, say


@click.command("generate")
@click.option("--households", default=DEFAULT_HOUSEHOLDS, show_default=True, help="户数 · number of households")
@click.option("--seed", default=1, show_default=True, help="种子：同种子同字节 · same seed, same bytes")
@click.option("--out", "folder", type=click.Path(path_type=Path), required=True, help="新文件夹 · a new folder")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON · end with one line of JSON")
def generate_command(households: int, seed: int, folder: Path, *, as_json: bool) -> None:
    """虚构一个州：工会的表、部门的数据和标准答案。 Invent a prefecture: workbooks, extracts, and the answers."""
    with progress("生成", "generating", total=households) as bar:
        made = generate(households, seed, folder, lambda done: bar.advance(bar.task_ids[0], done))
    say(
        f"虚构了 {made.households:,} 户 {made.persons:,} 人，{made.department_rows:,} 行部门数据，"
        f"标准答案 {made.findings:,} 条；都在 {folder}",
        f"Invented {made.households:,} households with {made.persons:,} persons, {made.department_rows:,} department rows, "
        f"{made.findings:,} expected findings; all in {folder}",
    )
    if as_json:
        last_line(
            {
                "households": made.households,
                "persons": made.persons,
                "department_rows": made.department_rows,
                "findings": made.findings,
            }
        )
