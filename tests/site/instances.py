"""An instance in a home of its own, driven by its command line."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bangfu.site.database.urls import database_urls
from tests.site.people import ME, environment, home_of
from tests.terminals.cli.calling import Calling, Said


class Instance(Calling):
    """``bangfu`` in a home in which nothing else runs."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, BANGFU_DATABASE_FAST=environment()["BANGFU_DATABASE_FAST"])

    def ask(self, question: str, *values: object) -> list[tuple[object, ...]]:
        """As the owner, whom nothing restrains."""
        with psycopg.connect(database_urls(self.home).owner, autocommit=True) as owner:
            found = owner.execute(question.encode(), values or None)
            return found.fetchall() if found.description else []

    def rows(self) -> dict[str, int]:
        """How many rows every table of ours has."""
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'procrastinate%'"
        names = [str(name) for (name,) in self.ask(tables)]
        return {name: int(str(self.ask(f'SELECT count(*) FROM "{name}"')[0][0])) for name in names}

    def done(self, *words: object, **variables: str) -> Said:
        """A command that must end well."""
        said = self.says(*words, **variables)
        assert said.code == 0, (said.out, said.err)
        return said


@contextmanager
def instance() -> Iterator[Instance]:
    """In a fresh home; ended and removed afterwards."""
    with home_of(ME) as home:
        found = Instance(home)
        try:
            yield found
        finally:
            found.says("stop")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
