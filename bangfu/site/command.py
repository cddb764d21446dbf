"""The entry point ``bangfu``: the command line, with this machine's way of starting an instance."""

import os

from bangfu.site.machine import ThisMachine
from bangfu.terminals.cli import main
from bangfu.terminals.cli.running import use


def run() -> None:
    """Run one command. Nothing is started, and Django is not imported, before a command asks for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bangfu.site.settings")
    here = ThisMachine()
    use(here.start, here)
    main.run()
