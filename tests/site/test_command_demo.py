"""``bangfu demo``: seeded once, the same people every time, and never into an instance that is no demo; then served, killed, stopped."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bangfu.site.database import cluster, places
from bangfu.site.process_list import read_list
from bangfu.site.processes import birth
from tests.people import XIANGYUN
from tests.site.instances import Instance, free_port, instance
from tests.site.people import ROOT, until
from tests.terminals.cli.calling import Said, long_archive

HOUSEHOLDS = 60
TOWNSHIP = "532923102"
ROLES = {
    "chair", "clerk", "reviewer", "approver", "finance", "data_officer", "leader", "auditor",
    "system_admin", "security_admin", "audit_admin",
}  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A demo that has been seeded, and what was said then."""

    instance: Instance
    said: Said


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    with instance() as found:
        yield Demo(found, found.done("demo", "--households", HOUSEHOLDS, "--no-serve", "--json"))


@pytest.fixture
def here(demo: Demo) -> Instance:
    return demo.instance


@contextmanager
def serving(here: Instance, **variables: str) -> Iterator[int]:
    """The port of the pages; they are ended afterwards, the database is not."""
    port = free_port()
    here.done("demo", "--background", "--port", port, **variables)
    try:
        yield port
    finally:
        if listed := read_list(here.home):
            os.kill(listed[0].pid, signal.SIGTERM)
            until(lambda: not listed[0].is_alive())


@pytest.fixture(scope="module")
def served(demo: Demo) -> Iterator[int]:
    with serving(demo.instance) as port:
        yield port


def uploaded(here: Instance, file: Path, organisation: str) -> str:
    """A batch whose commit waits for the worker."""
    call = [sys.executable, "-m", "tests.site.uploading", str(file), organisation]
    said = subprocess.run(
        call, env={**os.environ, **here.variables}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return said.stdout.strip()


def health(port: int) -> tuple[int, dict[str, Any]]:
    """What /healthz answers; 0 when nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, {}


def filed_twice(here: Instance) -> int:
    """Files of daughters whose parents have one too: three rows each."""
    ((rows,),) = here.ask("SELECT (counts->>'rows')::int FROM registry_batch WHERE source = '宾川县总工会补报'")
    return int(str(rows)) // 3


def sign_ins(said: Said) -> list[str]:
    """The lines of the table."""
    return [line for line in said.out.splitlines() if "总工会" not in line and "532" in line]


def test_all_stages_are_told_with_their_time(demo: Demo) -> None:
    assert demo.said.last["new"] is True
    assert set(demo.said.last["seconds"]) == {
        *("start", "generate", "found", "accounts", "archives"),
        *("deliveries", "compare", "propose", "settle"),
    }


def test_there_is_one_person_for_every_role(here: Instance) -> None:
    assert {str(role) for (role,) in here.ask("SELECT DISTINCT role FROM access_appointment")} == ROLES
    assert here.ask("SELECT count(*) FROM access_account WHERE must_change_password") == [(0,)]


def test_every_county_and_one_township_have_their_files(here: Instance) -> None:
    assert here.ask("SELECT count(DISTINCT org) FROM registry_batch WHERE state = 'done'") == [(13,)]
    assert here.ask(f"SELECT count(*) > 0 FROM registry_casefile WHERE org LIKE '%/{TOWNSHIP}/'") == [(True,)]
    ((files, wrong),) = here.ask(
        """SELECT (SELECT count(*) FROM registry_casefile), sum((counts->>'wrong')::int) FROM registry_batch"""
    )
    assert HOUSEHOLDS - int(str(wrong)) <= int(str(files)) - filed_twice(here) <= HOUSEHOLDS


def test_families_that_two_counties_filed_wait_for_somebody_to_look(here: Instance) -> None:
    daughters, pairs = filed_twice(here), here.ask("SELECT persons FROM comparison_duplicate WHERE state = 'waiting'")
    assert 0 < daughters == len(pairs)
    for (persons,) in pairs:
        assert isinstance(persons, list)
        # Both parents, and why.
        assert [bool(person["fields"]) for person in persons] == [True, True]


def test_sixteen_deliveries_are_in_use_and_compared_with(here: Instance) -> None:
    assert here.ask("SELECT count(DISTINCT dataset) FROM sources_delivery WHERE state = 'active'") == [(16,)]
    assert here.ask("SELECT state, jsonb_array_length(deliveries) FROM comparison_run") == [("done", 16)]
    assert int(str(here.ask("SELECT count(*) FROM comparison_finding")[0][0])) > 0


def test_every_file_has_a_proposal_and_some_are_settled(here: Instance) -> None:
    ((proposed, files),) = here.ask(
        """SELECT (SELECT count(*) FROM identification_determination WHERE state <> 'superseded'),
                  (SELECT count(*) FROM registry_casefile)"""
    )
    assert proposed == files
    assert int(str(here.ask("SELECT count(*) FROM identification_settlement")[0][0])) > 0


def test_a_second_demo_seeds_nothing_and_prints_the_same_people(demo: Demo) -> None:
    before = demo.instance.rows()
    said = demo.instance.done("demo", "--no-serve", "--json")
    assert said.last["new"] is False
    assert sign_ins(said) == sign_ins(demo.said)
    assert len(sign_ins(said)) == 13
    assert demo.instance.rows() == before


def test_one_that_was_broken_off_goes_on_and_nothing_is_there_twice(demo: Demo) -> None:
    before = demo.instance.rows()
    (demo.instance.home / "demo" / "done.json").unlink()
    said = demo.instance.done("demo", "--households", HOUSEHOLDS, "--no-serve", "--json")
    assert said.last["new"] is True
    assert sign_ins(said) == sign_ins(demo.said)
    after = demo.instance.rows()
    changed = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    # Taking note that a file is the same as one in use is told in the trail, and nothing else.
    assert set(changed) <= {"acts_entry"}


def test_passwords_are_kept_for_their_owner_only(here: Instance) -> None:
    assert stat.S_IMODE((here.home / "demo" / "sign-ins.txt").stat().st_mode) == 0o600


def test_an_instance_that_is_no_demo_is_left_alone(here: Instance) -> None:
    before, folder = here.rows(), here.home / "demo"
    folder.rename(here.home / "aside")
    try:
        said = here.says("demo", "--no-serve")
    finally:
        (here.home / "aside").rename(folder)
    assert said.code == 2
    assert here.rows() == before


def test_a_worker_that_is_killed_in_the_middle_of_a_commit_goes_on(here: Instance, tmp_path: Path) -> None:
    file = long_archive(tmp_path / "long.xlsx", 2_300)
    # Every life of the worker is killed in its second chunk: three chunks take three lives.
    with serving(here, BANGFU_FAULTS="registry.chunk_brought.before_commit=kill@2"):
        batch = uploaded(here, file, XIANGYUN)
        until(lambda: here.ask("SELECT state FROM registry_batch WHERE id = %s", batch) == [("done",)], 90)
    assert here.ask("SELECT number, new FROM registry_chunk WHERE batch_id = %s ORDER BY 1", batch) == [
        *((0, 1_000), (1, 1_000), (2, 300)),
    ]
    killed = "SELECT count(*) FROM procrastinate_events WHERE type = 'deferred_for_retry'"
    assert here.ask(killed) == [(2,)]


def test_a_port_that_is_taken_is_named(here: Instance) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = here.says("serve", "--port", port)
    assert said.code == 1
    assert str(port) in said.err


def test_the_pages_answer_and_say_that_the_worker_is_alive(served: int, here: Instance) -> None:
    assert health(served) == (200, {"database": "ok", "worker": "alive"})
    assert here.done("home", "--json").last["address"] == f"http://127.0.0.1:{served}/"


def test_a_second_demo_of_a_served_home_prints_its_address(served: int, here: Instance) -> None:
    assert f"http://127.0.0.1:{served}/" in here.done("demo").out


def test_a_home_that_is_served_is_not_served_twice(served: int, here: Instance) -> None:
    said = here.says("serve", "--port", free_port())
    assert said.code == 1
    assert str(here.home) in said.err


def test_a_killed_database_comes_back_by_itself(served: int, here: Instance) -> None:
    place = places.known_place(here.home)
    assert place
    server = int((place.data / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    until(lambda: birth(server) is None)
    until(lambda: health(served)[0] == 200, 60)


def test_stop_ends_all(served: int, here: Instance) -> None:
    listed = read_list(here.home)
    assert here.done("stop", "--json").last == {"serving": True, "database": True}
    assert health(served) == (0, {})
    assert not any(entry.is_alive() for entry in listed)
    assert not cluster.alive(here.home)
