"""Copies of the world as it was before the hammering, one for each trial."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from bangfu.site.database.urls import database_urls
from tests.faults.judge import Verdict, judge, newest_entry
from tests.faults.plan import Plan


@dataclass(frozen=True)
class Copy:
    """A database of one control."""

    home: Path
    name: str
    plan: Plan

    @property
    def owner(self) -> str:
        """Connection string of the owner."""
        return make_conninfo(database_urls(self.home).owner, dbname=self.name)

    def judged(self, since: int) -> Verdict:
        """What the judge finds here."""
        app = make_conninfo(database_urls(self.home).app, dbname=self.name)
        return judge(self.owner, app, sorted(self.plan.folder.glob("client-*.jsonl")), since)

    def breaking(self, *statements: str) -> int:
        """Take something away, as the owner; gives where the trail ends now."""
        with psycopg.connect(self.owner, autocommit=True) as owner:
            for statement in statements:
                owner.execute(statement.encode())
        return newest_entry(self.owner)

    def inside(self, work: Callable[[], None]) -> Callable[[], None]:
        """Work of a child process, on this database."""

        def run() -> None:
            from django.db import connections  # noqa: PLC0415

            connections["default"].settings_dict["NAME"] = self.name
            work()

        return run


@contextmanager
def a_copy(home: Path, name: str, seed: int) -> Iterator[Copy]:
    folder = home / name
    folder.mkdir()
    owner = make_conninfo(database_urls(home).owner, dbname="postgres")
    with psycopg.connect(owner, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE untouched STRATEGY FILE_COPY".encode())
        # The settings of a database reach its files with the next checkpoint at the latest; here, now.
        server.execute("CHECKPOINT")
    try:
        yield Copy(home, name, Plan(folder, seed))
    finally:
        with psycopg.connect(owner, autocommit=True) as server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
