"""The two roles, the database, and what the app may do in it."""

import psycopg

OWNER = "bangfu_owner"  # superuser: makes tables and owns them; never used to serve
APP = "bangfu_app"  # serves: owns nothing, bypasses nothing
DATABASE = "bangfu"

# Also for every database made later from template1, such as those of tests.
_IN_EACH_DATABASE = f"""
    REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP};
    GRANT USAGE ON SCHEMA public TO {APP};
    ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP};
    ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE ON SEQUENCES TO {APP};
"""
_WITHOUT_POWERS = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


def make_roles(run: str, port: int) -> None:
    """Make what is missing, in the server whose socket lies in ``run``. Broken off half-way, it is made good by the next call."""
    with _connected(run, port, "postgres") as server:
        if _exists(server, "SELECT FROM pg_roles WHERE rolname = %s AND rolcanlogin", APP):
            return
        if not _exists(server, "SELECT FROM pg_roles WHERE rolname = %s", APP):
            server.execute(f"CREATE ROLE {APP} NOLOGIN {_WITHOUT_POWERS}")
        with _connected(run, port, "template1") as template:
            template.execute(_IN_EACH_DATABASE)
        if not _exists(server, "SELECT FROM pg_database WHERE datname = %s", DATABASE):
            server.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        # TEMPORARY: rows are copied into a temporary table first, since COPY does not go into tables with row-level security.
        server.execute(f"REVOKE ALL ON DATABASE {DATABASE}, postgres FROM PUBLIC")
        server.execute(f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {APP}")
        # Last: that the app can sign in tells everyone that all of the above is done.
        server.execute(f"ALTER ROLE {APP} LOGIN {_WITHOUT_POWERS}")


def can_sign_in(run: str, port: int, role: str = APP, database: str = DATABASE) -> bool:
    """True when the server lets the role in now."""
    try:
        psycopg.connect(host=run, port=port, user=role, dbname=database, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _connected(run: str, port: int, database: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=run, port=port, user=OWNER, dbname=database, autocommit=True, connect_timeout=30)


def _exists(server: psycopg.Connection[tuple[object, ...]], question: str, name: str) -> bool:
    return server.execute(question.encode(), [name]).fetchone() is not None
