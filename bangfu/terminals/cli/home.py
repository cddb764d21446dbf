"""``bangfu home``: where things are."""

import os
import sys
from pathlib import Path

import click

from bangfu.terminals.cli.output import out


@click.command()
def home() -> None:
    """东西放在哪里。 Print the command line's place and the folder that a running instance writes to."""
    out.print(f"bangfu  {Path(sys.argv[0]).resolve()}\nhome    {home_folder()}", markup=False)


def home_folder() -> Path:
    """The folder that a running instance writes to: BANGFU_HOME, else ``.bangfu`` where it was started."""
    return Path(os.environ.get("BANGFU_HOME", ".bangfu")).resolve()
