"""Starting and founding an instance: once, by anybody, without touching what need not be touched."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.contrib.auth.hashers import check_password
from psycopg.conninfo import make_conninfo

from bangfu.site.database import cluster
from bangfu.site.database.urls import database_urls
from tests.engine.intake.books import HEADS, MEMBERS, write_book
from tests.site.instances import Instance, instance
from tests.site.people import ROOT
from tests.terminals.cli.calling import Said, ended

# What a file is enough for must not cost a database, nor even the time to import Django.
FILES_ONLY = (
    ("home",),
    ("template", "out.xlsx"),
    ("bring", "archive", "archive.xlsx", "--dry-run"),
    ("generate", "--households", "12", "--out", "made"),
    ("identify", "--archive", "archive.xlsx", "--rules", "qingdao-2021", "--set", "minimum_allowance=900", "--out", "d.csv"),
    ("recompute", "none.jsonl"),
    ("compare", "--registry", "archive.xlsx", "--datasets", ".", "--out", "f.csv"),
    ("score", "--findings", "f.csv", "--truth", "t.parquet"),
    ("stop",),
)  # fmt: skip
# What only work in the background needs, and the engine: who has nothing to do with them does not wait for them.
BACKGROUND = (
    "pypinyin", "bangfu.record.registry.work", "bangfu.record.sources.checking", "bangfu.decide.comparison.running",
)  # fmt: skip
ENGINE = ("duckdb", "pyarrow", "numpy", "sqlglot")
WHAT_WAS_IMPORTED = f"""
import sys
from bangfu.site.command import run
try:
    run()
finally:
    sys.stderr.write("imported: " + " ".join(name for name in {("django", *BACKGROUND, *ENGINE)} if name in sys.modules))
"""


@dataclass(frozen=True)
class Founded:
    """An instance that two commands founded at the same time, and what each of them said."""

    instance: Instance
    said: tuple[Said, Said]


@pytest.fixture(scope="module")
def founded() -> Iterator[Founded]:
    with instance() as found:
        both = [found.begins("init", "--prefecture", "5329", "--json") for _ in (0, 1)]
        yield Founded(found, (ended(both[0]), ended(both[1])))


@pytest.fixture
def here(founded: Founded) -> Instance:
    return founded.instance


def imported(stderr: str) -> set[str]:
    _, told, names = stderr.rpartition("imported: ")
    assert told
    return set(names.split())


@pytest.mark.parametrize("words", FILES_ONLY, ids=lambda words: words[0])
def test_a_command_that_reads_files_starts_nothing(words: tuple[str, ...], tmp_path: Path) -> None:
    write_book(tmp_path / "archive.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})
    said = subprocess.run(
        [sys.executable, "-c", WHAT_WAS_IMPORTED, *words],
        cwd=tmp_path,
        env={**os.environ, "BANGFU_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported(said.stderr) - {*ENGINE} == set()
    assert not (tmp_path / "home" / "database").exists()


def test_control_a_command_that_needs_the_database_imports_django(here: Instance) -> None:
    said = subprocess.run(
        [sys.executable, "-c", WHAT_WAS_IMPORTED, "init", "--prefecture", "5329"],
        cwd=ROOT,
        env={**os.environ, **here.variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert imported(said.stderr) == {"django"}


def test_init_makes_organisations_policy_and_three_administrators(here: Instance) -> None:
    assert here.ask("SELECT count(*) FROM access_organisation") == [(13,)]
    assert here.ask("SELECT role FROM access_appointment ORDER BY 1") == [
        ("audit_admin",),
        ("security_admin",),
        ("system_admin",),
    ]
    assert here.ask("SELECT DISTINCT must_change_password FROM access_account") == [(True,)]
    assert here.rows()["policy_value"] > 0


def test_init_again_changes_nothing_and_says_so(here: Instance) -> None:
    before = here.rows()
    said = here.done("init", "--prefecture", "5329", "--json")
    assert said.last == {"organisations": 0, "policy": 0, "administrators": []}
    assert "没有改动" in said.out
    assert here.rows() == before


def test_two_inits_at_once_make_one_instance(founded: Founded) -> None:
    assert [said.code for said in founded.said] == [0, 0]
    assert sorted(said.last["organisations"] for said in founded.said) == [0, 13]
    assert sorted(len(said.last["administrators"]) for said in founded.said) == [0, 3]
    assert founded.instance.ask("SELECT count(*), count(DISTINCT role) FROM access_appointment") == [(3, 3)]


def test_one_time_passwords_are_printed_once_and_kept_nowhere(founded: Founded) -> None:
    said = max(founded.said, key=lambda one: one.last["organisations"])
    assert [one["username"] for one in said.last["administrators"]] == ["system", "security", "audit"]
    password = said.last["administrators"][0]["password"]
    assert said.out.count(password) == 2  # for people, and in the last line
    (stored,) = founded.instance.ask("SELECT password FROM access_account WHERE username = 'system'")[0]
    assert str(stored).startswith("argon2")
    assert check_password(password, str(stored))
    for log in (founded.instance.home / "logs").iterdir():
        assert password not in log.read_text()


@pytest.mark.parametrize("code", ["532923", "53", "99", "5399", "甲"])
def test_a_prefecture_that_does_not_exist_is_a_bad_call(here: Instance, code: str) -> None:
    said = here.says("init", "--prefecture", code)
    assert said.code == 2
    assert code in said.err


def test_organisations_come_from_a_file_if_one_is_given(here: Instance, tmp_path: Path) -> None:
    file = tmp_path / "organisations.csv"
    file.write_text("code,name,level,parent\n5399,某州总工会,prefecture,\n539901,某县总工会,county,5399\n", "utf-8")
    said = here.done("init", "--prefecture", "5399", "--organisations", file, "--json")
    assert said.last["organisations"] == 2
    assert [one["username"] for one in said.last["administrators"]] == ["system5399", "security5399", "audit5399"]


def test_an_organisations_file_that_cannot_be_read_is_a_bad_call(here: Instance, tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_bytes("code,name\n5399,某州".encode("gb18030"))
    for file in ("none.csv", "gbk.csv"):
        said = here.says("init", "--prefecture", "5399", "--organisations", tmp_path / file)
        assert said.code == 2
        assert file in said.err


def test_home_says_where_the_database_is(here: Instance) -> None:
    said = here.done("home", "--json").last
    assert said["home"] == str(here.home)
    assert Path(said["database"]).is_dir()
    assert said["address"] is None


def test_the_app_is_bound_by_row_level_security_and_the_owner_is_not(here: Instance) -> None:
    for words, powers in ((("database-url",), (False, False)), (("database-url", "--owner"), (True, True))):
        with psycopg.connect(here.done(*words).out.strip()) as connection:
            asked = connection.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
            assert asked.fetchone() == powers


def test_when_the_tables_are_current_the_check_takes_milliseconds(here: Instance) -> None:
    script = (
        "import os, time; from pathlib import Path; from bangfu.site import instance, schema; "
        "home = Path(os.environ['BANGFU_HOME']); instance.start(home); urls = instance.database_urls(home); "
        "began = time.perf_counter(); found = schema.bring_up_to_date(urls, home); print(found, time.perf_counter() - began)"
    )
    said = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **here.variables, "DJANGO_SETTINGS_MODULE": "bangfu.site.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    made, seconds = said.stdout.split()
    assert made == "False"
    assert float(seconds) < 0.3


def test_a_migration_that_is_missing_is_made_up_for(here: Instance) -> None:
    here.ask("DELETE FROM django_migrations WHERE app = 'sessions'")
    here.ask("DROP TABLE django_session")
    here.done("init", "--prefecture", "5329")
    assert here.ask("SELECT count(*) FROM django_session") == [(0,)]


def test_a_migration_that_fails_is_told_and_the_log_named(here: Instance) -> None:
    here.ask("DELETE FROM django_migrations WHERE app = 'sessions'")  # its table is there: making it again must fail
    said = here.says("init", "--prefecture", "5329")
    here.ask("INSERT INTO django_migrations (app, name, applied) VALUES ('sessions', '0001_initial', now())")
    assert said.code == 1
    assert str(here.home / "logs" / "migrate.log") in said.err


def test_stop_ends_the_database_and_the_next_command_finds_all_there(here: Instance) -> None:
    before = here.rows()
    assert here.done("stop", "--json").last == {"serving": False, "database": True}
    assert not cluster.alive(here.home)
    assert here.done("stop", "--json").last == {"serving": False, "database": False}
    here.done("init", "--prefecture", "5329")
    assert here.rows() == before


def test_a_server_of_somebody_elses_is_used_and_nothing_is_started(here: Instance, tmp_path: Path) -> None:
    empty = Instance(tmp_path / "home")
    urls = database_urls(here.home)
    here.ask("CREATE DATABASE elsewhere")
    app, owner = (make_conninfo(url, dbname="elsewhere") for url in (urls.app, urls.owner))
    server = {"DATABASE_URL": app, "DATABASE_OWNER_URL": owner}
    assert empty.done("init", "--prefecture", "5329", "--json", **server).last["organisations"] == 13
    assert not (empty.home / "database").exists()
    with psycopg.connect(app) as connection:
        assert connection.execute("SELECT count(*) FROM access_organisation").fetchone() == (13,)
        # Append-only holds there as well: the rights were given before the tables, and taken away after.
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM acts_entry")


def test_a_role_that_row_level_security_does_not_bind_is_refused(here: Instance, tmp_path: Path) -> None:
    said = Instance(tmp_path / "home").says("init", "--prefecture", "5329", DATABASE_URL=database_urls(here.home).owner)
    assert said.code == 1
    assert "bangfu_owner" in said.err
