"""Commands that are imported when they are asked for: the command line answers in a tenth of a second, not in one."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

import click


class LazyCommands(dict[str, click.Command]):
    """A group's commands by name. Each is given as ``module:attribute`` and imported when it is first looked at."""

    def __init__(self, places: Mapping[str, str]) -> None:
        super().__init__(dict.fromkeys(places, cast("click.Command", None)))
        self._places = dict(places)

    def __getitem__(self, name: str) -> click.Command:
        if name in self._places:
            module, _, attribute = self._places.pop(name).partition(":")
            super().__setitem__(name, getattr(import_module(module), attribute))
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The command, imported; ``default`` where there is none of this name."""
        return self[name] if name in self else default  # noqa: SIM401, that would be this method

    def values(self) -> Any:
        """All commands, imported."""
        return [self[name] for name in self]

    def items(self) -> Any:
        """All commands with their names, imported."""
        return [(name, self[name]) for name in self]
