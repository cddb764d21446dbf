"""A small trail: some acts and looks, sealed when a test says so."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from bangfu.core.checkpoints import Checkpoint, read_checkpoint
from bangfu.ground.access.services import record_sign_in
from bangfu.ground.acts.door import acting
from bangfu.ground.trail import kept
from bangfu.ground.trail.keys import signing_key
from bangfu.ground.trail.seals import seal_all
from bangfu.ground.trail.services import record_look
from bangfu.ground.trail.verifying import Report, verify
from bangfu.ground.trail.verifying.sources import database
from tests.database import OwnDatabase
from tests.people import CLERK, actor

PREFECTURE = "5329"
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Trail:
    """A trail, its home, and what a superuser would do to it."""

    database: OwnDatabase
    home: Path

    def happen(self, acts: int = 3) -> None:
        """So many acts, and a look after each."""
        clerk = actor(CLERK)
        for _ in range(acts):
            record_sign_in(actor=clerk, act_id=uuid4())
            with acting(clerk):
                record_look(clerk, page="file", org=clerk.scope, household_id=uuid4(), fields=["health"])

    def seal(self) -> int:
        """Seal everything that is there. Transactions of other tests, in the same server, may hold up the last ones for a moment."""
        sealed, until = seal_all(PREFECTURE), time.monotonic() + _PATIENCE_SECONDS
        while self.report().unsealed:
            assert time.monotonic() < until, "a transaction is open somewhere"
            sealed += seal_all(PREFECTURE)
        return sealed

    def report(self, elsewhere: Iterable[tuple[str, Checkpoint]] = ()) -> Report:
        """What a verification says, that knows the instance's key."""
        with database(self.database.owner) as source:
            return verify(source, key=self.public_key, elsewhere=list(elsewhere))

    def found(self, elsewhere: Iterable[tuple[str, Checkpoint]] = ()) -> dict[str, int]:
        """What is wrong, by kind."""
        return dict(self.report(elsewhere).found)

    def newest(self) -> Checkpoint:
        """The newest checkpoint, as the home keeps it."""
        text = kept.latest(self.home)
        assert text
        return read_checkpoint(text, "latest")

    @property
    def public_key(self) -> bytes:
        return signing_key(self.home).public_key().public_bytes_raw()

    def as_superuser(self, *statements: str) -> int:
        """Carry statements out with triggers off; gives how many rows the last one touched."""
        touched = 0
        with psycopg.connect(make_conninfo(self.database.owner), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            for statement in statements:
                touched = connection.execute(statement.encode()).rowcount
        return touched

    def number(self, query: str) -> int:
        """One number from the database, asked as its owner."""
        with psycopg.connect(self.database.owner) as connection:
            found = connection.execute(query.encode()).fetchone()
        assert found
        return int(found[0])
