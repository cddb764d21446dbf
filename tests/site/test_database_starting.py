"""One server per home: started by whoever comes first, found by the rest, and back after a kill."""

import os
import signal
import subprocess
from pathlib import Path

import psycopg
import pytest

from bangfu.site.database import cluster
from bangfu.site.database.places import Place, known_place
from bangfu.site.database.urls import DatabaseUrls, database_urls
from bangfu.site.processes import birth, working_in
from tests.site.people import Person, answer, until


def place_of(home: Path) -> Place:
    place = known_place(home)
    assert place
    return place


def postmaster(home: Path) -> int:
    return int((place_of(home).data / "postmaster.pid").read_text().split()[0])


def keep(url: str, value: int) -> None:
    with psycopg.connect(url) as server:
        server.execute("CREATE TABLE IF NOT EXISTS kept (a int)")
        server.execute("INSERT INTO kept VALUES (%s)", [value])


def kept(url: str) -> list[int]:
    with psycopg.connect(url) as server:
        return [int(row[0]) for row in server.execute("SELECT a FROM kept ORDER BY 1")]


def test_a_second_start_finds_the_first_and_is_quick(person: Person, home: Path) -> None:
    first = person.starts(home)
    before = postmaster(home)
    second = person.starts(home)
    assert (second["app"], second["owner"], postmaster(home)) == (first["app"], first["owner"], before)
    assert second["seconds"] < 0.5


def test_six_processes_that_race_share_one_server(person: Person, fresh: Path) -> None:
    racing = [person.begins("urls", str(fresh)) for _ in range(6)]
    found = [answer(process) for process in racing]
    assert {urls["app"] for urls in found} == {person.starts(fresh)["app"]}
    parents = {
        int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        for pid in working_in(place_of(fresh).data) or []
    }
    assert postmaster(fresh) in parents
    assert len(parents - {postmaster(fresh)}) == 1  # only the server's own parent, so there is one server


def test_after_kill_9_it_starts_again_with_every_committed_row(person: Person, home: Path) -> None:
    # Not in a hurry here: as in real use.
    cluster.stop(home)
    url = person.starts(home, BANGFU_DATABASE_FAST="0")["owner"]
    person.does("ask", url, "DROP TABLE IF EXISTS kept")
    for round_ in range(2):
        keep(url, round_)
        os.kill(postmaster(home), signal.SIGKILL)
        assert person.starts(home, BANGFU_DATABASE_FAST="0")["owner"] == url
        assert kept(url) == [*range(round_ + 1)]


def test_a_kill_in_the_middle_of_making_it_leaves_nothing_in_the_way(person: Person, fresh: Path) -> None:
    making = person.begins("urls", str(fresh))
    until((fresh / "database" / "data.new" / "base").is_dir)
    making.kill()
    making.communicate()
    keep(person.starts(fresh)["owner"], 1)


def test_a_start_broken_off_before_the_roles_were_done_is_made_good(person: Person, home: Path) -> None:
    urls = person.starts(home)
    with psycopg.connect(urls["owner"].replace("/bangfu?", "/postgres?"), autocommit=True) as server:
        server.execute("DROP DATABASE bangfu")
        server.execute("ALTER ROLE bangfu_app NOLOGIN")
    person.starts(home)
    assert person.does("ask", urls["app"], "SELECT 1") == [[1]]


def test_a_number_that_now_belongs_to_another_process_is_no_obstacle(person: Person, home: Path) -> None:
    person.starts(home)
    cluster.stop(home)
    account = place_of(home).account
    other = subprocess.Popen(["sleep", "60"], **account.run_as)
    try:
        (place_of(home).data / "postmaster.pid").write_text(f"{other.pid}\n{place_of(home).data}\n")
        person.starts(home)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_stop_ends_it_and_keeps_the_rows(person: Person, home: Path) -> None:
    url = person.starts(home)["owner"]
    keep(url, 7)
    before = kept(url)
    running = postmaster(home)
    assert person.does("stop", str(home)) is True
    assert birth(running) is None
    assert not cluster.alive(home)
    assert person.does("stop", str(home)) is False
    person.starts(home)
    assert cluster.alive(home)
    assert kept(url) == before


def test_stop_where_nothing_ever_ran_makes_nothing(person: Person, fresh: Path) -> None:
    assert person.does("stop", str(fresh)) is False
    assert not fresh.exists()


def test_database_url_wins_and_nothing_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@db/x")
    assert database_urls(tmp_path / "home") == DatabaseUrls("postgresql://a@db/x", "postgresql://a@db/x")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://o@db/x")
    assert database_urls(tmp_path / "home") == DatabaseUrls("postgresql://a@db/x", "postgresql://o@db/x")
    assert not (tmp_path / "home").exists()


def test_the_log_never_quotes_a_row(person: Person, home: Path) -> None:
    urls = person.starts(home)
    person.does(
        "ask", urls["owner"], "CREATE TABLE people (number text PRIMARY KEY); INSERT INTO people VALUES ('SECRET')"
    )
    assert person.does("ask", urls["app"], "INSERT INTO people VALUES ('SECRET')") == "UniqueViolation"
    assert person.does("ask", urls["app"], "SELECT 'SECRET'::int") == "InvalidTextRepresentation"
    log = place_of(home).log.read_text()
    assert "SECRET" not in log
    assert "starting PostgreSQL" in log  # control: it is the log


def test_a_server_that_cannot_start_says_why(person: Person, home: Path) -> None:
    person.starts(home)
    cluster.stop(home)
    settings = place_of(home).data / "postgresql.conf"
    before = settings.read_text()
    settings.write_text(before + "max_connections = many\n")
    found = person.does("urls", str(home))
    settings.write_text(before)
    assert found["problem"] == "site.database_does_not_start"
    assert "max_connections" in found["text"]
    person.starts(home)  # control: that was all


def test_data_of_another_version_is_left_alone(person: Person, home: Path) -> None:
    person.starts(home)
    cluster.stop(home)
    version = place_of(home).data / "PG_VERSION"
    before = version.read_text()
    version.write_text("12\n")
    found = person.does("urls", str(home))
    version.write_text(before)
    assert found["problem"] == "site.database_of_another_version"


def test_programs_that_are_not_there_are_a_problem(person: Person, fresh: Path) -> None:
    found = person.does("urls", str(fresh), BANGFU_PG_PREFIX="/nowhere")
    assert found["problem"] == "site.no_database_programs"
    assert "BANGFU_PG_PREFIX=/nowhere" in found["text"]
