"""``bangfu init``: database, organisations, policy, and the three administrators with their one-time passwords."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bangfu.terminals.cli.output import last_line, out, progress, say
from bangfu.terminals.cli.running import instance

if TYPE_CHECKING:
    from bangfu.terminals.cli.founding import Founded


@click.command()
@click.option(
    "--prefecture", required=True, metavar="CODE", help="州（市）代码，如 5329。 The prefecture's code, such as 5329."
)
@click.option(
    "--organisations",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="组织机构：code,name,level,parent；默认州和各县。 Organisations; default: the prefecture and its counties.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="最后一行是 JSON，含一次性密码。 The last line is JSON, passwords too."
)
def init(prefecture: str, organisations: Path | None, as_json: bool) -> None:
    """建库：组织机构、政策、三名管理员。 Make the database: organisations, policy, three administrators."""
    with progress("建库", "Making the database"):
        instance()
        # Only a started instance has models.
        from bangfu.terminals.cli.founding import found  # noqa: PLC0415

        founded = found(prefecture, organisations)
    _tell(founded)
    if as_json:
        accounts = [
            {"username": one.username, "role": one.role.value, "password": one.password}
            for one in founded.administrators
        ]
        last_line({"organisations": founded.organisations, "policy": founded.policy, "administrators": accounts})


def _tell(founded: "Founded") -> None:
    if not founded.anything:
        say("已经建好，没有改动。", "Everything was there already; nothing was changed.")
        return
    say(
        f"新增组织机构 {founded.organisations} 个，载入或改动政策 {founded.policy} 项。",
        f"{founded.organisations} organisations are new; {founded.policy} values of policy were loaded or changed.",
    )
    if founded.administrators:
        say(
            "三名管理员应当是三个人。一次性密码只在这里显示一次，首次登录须更换：",
            "The administrators are to be three people. One-time passwords, shown here only, to be changed at the first sign-in:",
        )
    for one in founded.administrators:
        out.print(f"  {one.username:<10} {one.password}   {one.full_name}", markup=False)
