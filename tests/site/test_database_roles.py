"""What the two roles may do in a fresh server."""

from collections.abc import Iterator

import pytest

from bangfu.site.database.urls import DatabaseUrls, database_urls
from tests.site.people import ME, home_of
from tests.site.person import ask

SCOPED = """
    CREATE TABLE households (org text COLLATE "C", name text);
    ALTER TABLE households ENABLE ROW LEVEL SECURITY;
    ALTER TABLE households FORCE ROW LEVEL SECURITY;
    CREATE POLICY scope ON households USING (org = nullif(current_setting('app.scope', true), ''));
    INSERT INTO households VALUES ('/53/', 'a'), ('/54/', 'b');
"""


class Server:
    """A server asked as one of the two roles."""

    def __init__(self, urls: DatabaseUrls) -> None:
        self.urls = urls

    def app(self, question: str) -> object:
        return ask(self.urls.app, question)

    def owner(self, question: str) -> object:
        return ask(self.urls.owner, question)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with home_of(ME) as home, pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANGFU_DATABASE_FAST", "1")
        patch.delenv("DATABASE_URL", raising=False)
        found = Server(database_urls(home))
        assert found.owner(SCOPED) == []
        yield found


def test_the_app_is_an_ordinary_role_and_the_owner_a_superuser(server: Server) -> None:
    assert server.owner(
        """SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
           FROM pg_roles WHERE rolname LIKE 'bangfu%' ORDER BY 1"""
    ) == [
        ["bangfu_app", True, False, False, False, False, False],
        ["bangfu_owner", True, True, True, True, True, True],
    ]


def test_the_app_owns_nothing(server: Server) -> None:
    owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = '{}'::regrole"
    assert server.owner(owned.format("bangfu_app")) == [[0]]
    assert server.owner("SELECT relowner::regrole::text FROM pg_class WHERE relname = 'households'") == [
        ["bangfu_owner"]
    ]


@pytest.mark.parametrize(
    "attempt",
    [
        "CREATE TABLE public.mine (a int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "DROP TABLE households",
        "TRUNCATE households",
        "ALTER TABLE households DISABLE ROW LEVEL SECURITY",
        "ALTER ROLE bangfu_app BYPASSRLS",
        "SET ROLE bangfu_owner",
        "SET row_security = off; SELECT * FROM households",
        "COPY households TO PROGRAM 'cat'",
    ],
)
def test_the_app_cannot(server: Server, attempt: str) -> None:
    assert server.app(attempt) == "InsufficientPrivilege"


def test_the_app_reads_and_writes_tables_that_the_owner_makes_later(server: Server) -> None:
    server.owner("CREATE TABLE later (id bigint GENERATED ALWAYS AS IDENTITY, serial bigserial, a int)")
    assert server.app("INSERT INTO later (a) VALUES (1), (2)") == []
    assert server.app("UPDATE later SET a = 3 WHERE a = 1") == []
    assert server.app("DELETE FROM later WHERE a = 2") == []
    assert server.app("SELECT a FROM later") == [[3]]


def test_the_app_sees_only_its_scope(server: Server) -> None:
    assert server.app("SELECT name FROM households") == []
    assert ask(f"{server.urls.app}&options=-c%20app.scope%3D/53/", "SELECT name FROM households") == [["a"]]


def test_control_the_owner_sees_every_row(server: Server) -> None:
    assert server.owner("SELECT name FROM households ORDER BY 1") == [["a"], ["b"]]


def test_a_database_made_later_gives_the_app_the_same_rights(server: Server) -> None:
    server.owner("CREATE DATABASE test_bangfu")
    urls = (url.replace("/bangfu?", "/test_bangfu?") for url in (server.urls.app, server.urls.owner))
    later = Server(DatabaseUrls(*urls))
    later.owner("CREATE TABLE t (a int)")
    assert later.app("INSERT INTO t VALUES (1)") == []
    assert later.app("CREATE TABLE mine (a int)") == "InsufficientPrivilege"


def test_text_is_utf8_and_sorts_the_same_everywhere(server: Server) -> None:
    assert server.app(
        """SELECT pg_encoding_to_char(encoding), datlocprovider, datlocale FROM pg_database
           WHERE datname = current_database()"""
    ) == [["UTF8", "b", "C.UTF-8"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_addresses", ""),
        ("shared_buffers", "256MB"),
        ("max_connections", "60"),
        ("max_locks_per_transaction", "256"),
        ("synchronous_commit", "on"),
        ("jit", "off"),
        ("TimeZone", "UTC"),
        ("fsync", "off"),  # BANGFU_DATABASE_FAST
    ],
)
def test_it_is_set_up_as_declared(server: Server, name: str, value: str) -> None:
    assert server.app(f"SHOW {name}") == [[value]]
