"""``bangfu home`` and ``bangfu database-url``: where things are."""

import os
import sys
from pathlib import Path

import click

from bangfu.terminals.cli.output import last_line, out
from bangfu.terminals.cli.running import machine


@click.command()
@click.option("--json", "as_json", is_flag=True, help="最后一行是 JSON。 The last line is JSON.")
def home(as_json: bool) -> None:
    """东西放在哪里。 Print the places of the command line, of what a running instance writes, and of its database."""
    served = machine().serving()
    database = "DATABASE_URL" if os.environ.get("DATABASE_URL") else machine().database_folder()
    found = {
        "bangfu": str(Path(sys.argv[0]).resolve()),
        "home": str(home_folder()),
        "database": str(database) if database else None,
        "address": served.url if served else None,
    }
    if as_json:
        last_line(found)
        return
    for name, place in found.items():
        out.print(f"{name:<9} {place or '-'}", markup=False)


@click.command("database-url")
@click.option(
    "--owner", is_flag=True, help="建表的账号，不受按行隔离约束。 The role that makes tables, which nothing restrains."
)
def database_url(owner: bool) -> None:
    """怎样连接数据库；没有启动的先启动。 Print how to connect to the database; starts it if need be."""
    out.print(machine().database_url(owner=owner), markup=False)


def home_folder() -> Path:
    """The folder that a running instance writes to: BANGFU_HOME, else ``.bangfu`` where it was started."""
    return Path(os.environ.get("BANGFU_HOME") or ".bangfu").resolve()
