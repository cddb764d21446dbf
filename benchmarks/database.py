"""A database for benchmarks: embedded PostgreSQL as it runs in earnest (fsync on), made by the migrations, a fresh copy on request."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

HOME = Path(os.environ.get("BANGFU_BENCH_HOME") or mkdtemp(prefix="bangfu-bench-"))
os.environ["BANGFU_HOME"] = str(HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.site.settings"

import django  # noqa: E402, after the environment is set
import psycopg  # noqa: E402
from django.db import connections  # noqa: E402
from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: E402

from bangfu.site.database.cluster import stop  # noqa: E402
from bangfu.site.database.urls import database_urls  # noqa: E402

TEMPLATE = "bench_template"


@contextmanager
def server() -> Iterator[None]:
    """Start the server and make the template; stopped afterwards."""
    urls = database_urls(HOME)
    django.setup()
    try:
        with _owner(urls.owner) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)".encode())
            owner.execute(f"CREATE DATABASE {TEMPLATE}".encode())
        where = make_conninfo(urls.owner, dbname=TEMPLATE)
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"],
            check=True,
            env={**os.environ, "BANGFU_DATABASE_URL": where},
        )
        yield
    finally:
        connections.close_all()
        stop(HOME)


@contextmanager
def fresh_database(name: str) -> Iterator[str]:
    """A copy of the template, connected to as the app role; gives the owner's connection string. Dropped afterwards."""
    urls = database_urls(HOME)
    with _owner(urls.owner) as owner:
        owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        owner.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}".encode())
    parts: dict[str, Any] = dict(conninfo_to_dict(urls.app))
    connections["default"].close()
    connections["default"].settings_dict.update(
        NAME=name, USER=parts["user"], HOST=parts["host"], PORT=parts["port"], CONN_MAX_AGE=None
    )
    try:
        yield make_conninfo(urls.owner, dbname=name)
    finally:
        connections["default"].close()
        with _owner(urls.owner) as owner:
            owner.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@contextmanager
def _owner(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as connection:
        yield connection
