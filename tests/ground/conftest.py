"""The four unions, made once for all tests that only look; and where they are."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.database import OwnDatabase, connected, copied_database
from tests.scope_world import Things, make_world


@dataclass(frozen=True)
class World:
    """What each union has, and in which database."""

    things: dict[str, Things]
    database: OwnDatabase


@pytest.fixture(scope="module")
def world(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """To be looked at; who changes it spoils it for the others of the module."""
    name = f"scope_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock(), copied_database(name) as where, connected(where):
        yield World(make_world(tmp_path_factory.mktemp("scope")), where)
