"""``bangfu home``: where things are."""

import os
import sys
from pathlib import Path

import click

from bangfu.terminals.cli.output import out


@click.command()
def home() -> None:
    """Print the command line's place and the folder that a running instance writes to."""
    folder = Path(os.environ.get("BANGFU_HOME", ".bangfu")).resolve()
    out.print(f"bangfu  {Path(sys.argv[0]).resolve()}\nhome    {folder}", markup=False)
