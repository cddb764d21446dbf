"""Commands that are imported when they are asked for: the command line answers in a tenth of a second, not in one."""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class LazyCommands(MutableMapping[str, click.Command]):
    """A group's commands by name. Each is given as ``module:attribute`` and imported when it is first looked at."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)
        self._imported: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._imported and name in self._places:
            module, _, attribute = self._places[name].partition(":")
            self._imported[name] = getattr(import_module(module), attribute)
        return self._imported[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._imported[name] = command

    def __delitem__(self, name: str) -> None:
        del self._imported[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._places, **self._imported})

    def __len__(self) -> int:
        return len({**self._places, **self._imported})

    def __contains__(self, name: object) -> bool:
        # Without this the mapping would import a command to learn that it is there.
        return name in self._places or name in self._imported
