"""A real PostgreSQL for the tests: one server, one template database made by the migrations, a copy for each worker.

``db`` (pytest-django's) rolls back after each test. ``own_database`` is a copy of its own: commits are real, other processes may
connect. Both run as the app role, which owns nothing: what the tests may do is what the product may do.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pytest_django.plugin import DjangoDbBlocker

from bangfu.site.database.cluster import stop
from bangfu.site.database.urls import database_urls
from tests.early import HOME

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class OwnDatabase:
    """Connection strings of a database that belongs to one test."""

    app: str
    owner: str


def _content_of_migrations() -> str:
    digest = hashlib.sha256()
    made_of = [
        *sorted((ROOT / "bangfu").glob("*/*/migrations/*.py")),
        *sorted((ROOT / "bangfu").glob("ground/**/*.py")),
        *sorted((ROOT / "policy").rglob("*.yaml")),
        ROOT / "tests" / "people.py",
        ROOT / "tests" / "template.py",
        ROOT / "bangfu" / "record" / "registry" / "elsewhere.py",
    ]
    for path in made_of:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def _owner(url: str, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(url, dbname=database), autocommit=True) as connection:
        yield connection


def template_database() -> str:
    """The name of the template, made first if the migrations have changed since."""
    urls = database_urls(HOME)
    name = f"template_{_content_of_migrations()}"
    with (HOME / "template.lock").open("w") as lock, _owner(urls.owner) as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return name
        server.execute(b"DROP DATABASE IF EXISTS making WITH (FORCE)")
        server.execute(b"CREATE DATABASE making")
        for role, module in ((urls.owner, "migrate"), (urls.app, "seed")):
            where = make_conninfo(role, dbname="making")
            subprocess.run(
                [sys.executable, "-m", "tests.template", module],
                cwd=ROOT,
                check=True,
                env={**os.environ, "BANGFU_DATABASE_URL": where},
            )
        server.execute(f'ALTER DATABASE making RENAME TO "{name}"'.encode())
    return name


@contextmanager
def copied_database(name: str, of: str | None = None) -> Iterator[OwnDatabase]:
    """A copy of the template, or of another database that nobody is connected to, under a name; dropped afterwards."""
    template, urls = of or template_database(), database_urls(HOME)
    with _owner(urls.owner) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY'.encode())
    try:
        yield OwnDatabase(make_conninfo(urls.app, dbname=name), make_conninfo(urls.owner, dbname=name))
    finally:
        with _owner(urls.owner) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


@contextmanager
def connected(where: OwnDatabase) -> Iterator[None]:
    """Inside, Django's connection is to this database."""
    parts: dict[str, Any] = dict(conninfo_to_dict(where.app))
    settings = connections["default"].settings_dict
    before = {key: settings[key] for key in ("NAME", "USER", "HOST", "PORT")}
    connections["default"].close()
    settings.update(NAME=parts["dbname"], USER=parts["user"], HOST=parts["host"], PORT=parts["port"])
    try:
        yield
    finally:
        connections.close_all()
        settings.update(before)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """pytest-django's own makes a database as the app role, which must not be able to."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock(), copied_database(f"test_{worker}_{os.getpid()}") as where, connected(where):
        yield


@pytest.fixture
def own_database(django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnDatabase]:
    """A database of this test alone; child processes find it in the environment."""
    with (
        django_db_blocker.unblock(),
        copied_database(f"own_{uuid4().hex[:12]}") as where,
        connected(where),
    ):
        monkeypatch.setenv("BANGFU_DATABASE_URL", where.app)
        yield where


_SESSION: list[Any] = []


def pytest_sessionstart(session: pytest.Session) -> None:
    """Several runs may share the server: each holds a lock while it lasts."""
    HOME.mkdir(parents=True, exist_ok=True)
    lock = (HOME / "sessions.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    _SESSION.append(lock)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last one ends the server, and removes what older migrations left."""
    if hasattr(session.config, "workerinput"):
        _SESSION.pop().close()
        return
    with _SESSION.pop() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        if (HOME / "template.lock").exists():
            _drop_old_templates()
        stop(HOME)


def _drop_old_templates() -> None:
    current = f"template_{_content_of_migrations()}"
    with _owner(database_urls(HOME).owner) as server:
        for (old,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'").fetchall():
            if old != current:
                server.execute(f'DROP DATABASE "{old}" WITH (FORCE)'.encode())
