"""The tables of an instance: are they those of this version, and if not, made so by the owner."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
from django.apps import apps
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from bangfu.site.database.urls import DatabaseUrls
from bangfu.site.problems import CANNOT_MIGRATE, UNSAFE_ROLE

# One process at a time, also of several hosts that share a server.
_LOCK = 0x62616E67
_RIGHTS = (
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {app}",
)
_MIGRATE = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=1)"


def bring_up_to_date(urls: DatabaseUrls, home: Path) -> bool:
    """Make what is missing; False, within milliseconds, when nothing is. Django must be set up.

    Raises:
        Problem: the migrations failed; what they said is in the home's ``logs/migrate.log``.
    """
    if not _missing(urls.app):
        return False
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if not _missing(urls.owner):
            return False
        # Before the tables are made: some of them take rights away again, and giving them afterwards would undo that.
        for statement in _RIGHTS:
            owner.execute(sql.SQL(statement).format(app=sql.Identifier(role_of(urls.app))))
        _migrate(urls, home)
    return True


def check_role(urls: DatabaseUrls) -> None:
    """Refuse a role for which row-level security would mean nothing, on a server that is not ours."""
    with psycopg.connect(urls.app) as app:
        found = app.execute(
            """SELECT rolsuper OR rolbypassrls OR EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind = 'r')
               FROM pg_roles AS r WHERE rolname = current_user"""
        ).fetchone()
    if (found and found[0]) or role_of(urls.app) == role_of(urls.owner):
        raise UNSAFE_ROLE(role=role_of(urls.app))


def role_of(url: str) -> str:
    """The role that a connection string signs in as."""
    return str(conninfo_to_dict(url).get("user") or os.environ.get("PGUSER") or "")


def _missing(url: str) -> set[tuple[str, str]]:
    """Migrations that this version has and the database has not. Compared by names: loading them all takes half a second."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('public.django_migrations')").fetchone() == (None,):
            return _shipped()
        done = connection.execute("SELECT app, name FROM django_migrations").fetchall()
    return _shipped() - {(str(label), str(name)) for label, name in done}


def _shipped() -> set[tuple[str, str]]:
    return {
        (config.label, path.stem)
        for config in apps.get_app_configs()
        for path in (Path(config.path) / "migrations").glob("[!_~]*.py")
    }


def _migrate(urls: DatabaseUrls, home: Path) -> None:
    # In a process of its own: this one never holds the owner's connection in Django's hands.
    log = home / "logs" / "migrate.log"
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with log.open("a") as out:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _MIGRATE],
            env={**os.environ, "BANGFU_DATABASE_URL": urls.owner, "DJANGO_SETTINGS_MODULE": "bangfu.site.settings"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise CANNOT_MIGRATE(log=log)
