"""The supervisor: restarts what dies, ends all together, leaves nothing behind however it goes."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.site import supervisor
from bangfu.site.process_list import PROCESS_LIST, Entry, read_list, write_list
from bangfu.site.processes import birth
from bangfu.site.supervisor import Stopped
from tests.site.people import ME, answer, until

# Each life of a part writes its number; ``lives`` reads them.
STAYS = "echo $$ >>$LIVES; exec sleep 600"
WITH_HELPER = "sleep 600 & echo $! >>$HELPERS; echo $$ >>$LIVES; wait"
DEAF = "trap '' TERM; echo $$ >>$LIVES; while :; do sleep 1; done"
DIES = "echo $$ >>$LIVES; echo what went wrong; exit 3"
HASTY = {"first_delay": 0.05, "longest_delay": 0.1, "quick": 0.5, "quick_deaths": 4, "grace": 1.0}


class House:
    """A home with a supervisor in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.running: list[subprocess.Popen[str]] = []

    def serves(self, wait: bool = True, **scripts: str) -> "subprocess.Popen[str]":
        parts = [
            (name, ["/bin/sh", "-c", script], {"LIVES": f"{self.home}.{name}", "HELPERS": f"{self.home}.helpers"})
            for name, script in scripts.items()
        ]
        process = ME.begins("serve", str(self.home), json.dumps(parts), json.dumps(HASTY))
        self.running.append(process)
        if wait:
            until(lambda: len(read_list(self.home)) > len(scripts) and all(self.lives(name) for name in scripts))
        return process

    def lives(self, name: str) -> list[int]:
        path = Path(f"{self.home}.{name}")
        return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path / "home")
    yield found
    for process in found.running:
        process.terminate()
        process.communicate(timeout=30)


def gone(*pids: int) -> Callable[[], bool]:
    return lambda: not any(birth(pid) for pid in pids)


def test_a_part_that_is_killed_is_started_again_and_the_others_left_alone(house: House) -> None:
    house.serves(web=STAYS, worker=STAYS)
    os.kill(house.lives("web")[0], signal.SIGKILL)
    until(lambda: len(house.lives("web")) == 2)
    assert birth(house.lives("web")[1])
    assert len(house.lives("worker")) == 1


def test_a_killed_guard_takes_its_part_along_and_both_come_back(house: House) -> None:
    house.serves(web=STAYS)
    _, guard = read_list(house.home)
    os.kill(guard.pid, signal.SIGKILL)
    until(lambda: len(house.lives("web")) == 2)
    assert gone(house.lives("web")[0])()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_with_all_they_started(house: House, how: signal.Signals) -> None:
    process = house.serves(web=WITH_HELPER, worker=STAYS)
    process.send_signal(how)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert gone(*house.lives("web"), *house.lives("worker"), *house.lives("helpers"))()
    assert not (house.home / PROCESS_LIST).exists()


def test_stop_ends_all_from_outside_and_says_so(house: House) -> None:
    house.serves(web=WITH_HELPER, worker=STAYS)
    assert supervisor.stop(house.home) == Stopped(supervisor=True, database=False)
    assert gone(*house.lives("web"), *house.lives("worker"), *house.lives("helpers"))()
    assert supervisor.stop(house.home) == Stopped(supervisor=False, database=False)


def test_a_part_that_does_not_listen_is_killed_after_the_grace(house: House) -> None:
    house.serves(web=DEAF)
    supervisor.stop(house.home)
    assert gone(*house.lives("web"))()


def test_after_kill_9_of_the_supervisor_no_part_is_left(house: House) -> None:
    process = house.serves(web=WITH_HELPER, worker=STAYS, deaf=DEAF)
    process.kill()
    until(gone(*house.lives("web"), *house.lives("worker"), *house.lives("helpers"), *house.lives("deaf")))


def test_after_kill_9_of_the_supervisor_stop_waits_until_all_are_gone(house: House) -> None:
    house.serves(web=STAYS, deaf=DEAF).kill()
    supervisor.stop(house.home)
    assert gone(*house.lives("web"), *house.lives("deaf"))()


def test_control_a_part_without_its_guard_would_be_left(house: House) -> None:
    process = house.serves(web=STAYS)
    guard = read_list(house.home)[1]
    os.kill(process.pid, signal.SIGSTOP)
    os.kill(guard.pid, signal.SIGKILL)
    process.kill()
    part = house.lives("web")[0]
    assert birth(part)
    os.kill(part, signal.SIGKILL)


def test_it_gives_up_a_part_that_dies_again_and_again_and_ends_the_rest(house: House) -> None:
    process = house.serves(web=STAYS, worker=DIES, wait=False)
    said = answer(process)
    assert said["problem"] == "site.part_keeps_ending"
    assert len(house.lives("worker")) == HASTY["quick_deaths"]
    assert gone(*house.lives("web"))()
    assert (house.home / "logs" / "worker.log").read_text() == "what went wrong\n" * 4
    assert "worker ended with 3; given up" in (house.home / "logs" / "supervisor.log").read_text()


def test_a_second_supervisor_of_the_same_home_is_refused_and_the_first_goes_on(house: House) -> None:
    house.serves(web=STAYS)
    assert answer(house.serves(web=STAYS))["problem"] == "site.already_running"
    assert [birth(pid) is not None for pid in house.lives("web")] == [True]


def test_stop_never_hits_a_later_process_with_the_same_number(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        began = birth(other.pid)
        assert began
        write_list(tmp_path, [Entry(other.pid, f"{began}0"), Entry(other.pid, f"{began}0")])
        assert supervisor.stop(tmp_path) == Stopped(supervisor=False, database=False)
        assert other.poll() is None
        write_list(tmp_path, [Entry(other.pid, began)])  # control: with its own start it is ended
        subprocess.Popen(["/bin/sh", "-c", "sleep 0"]).wait()
        assert supervisor.stop(tmp_path) == Stopped(supervisor=True, database=False)
    finally:
        other.kill()
        other.wait()


def test_a_long_log_is_put_aside_when_its_part_starts(house: House) -> None:
    logs = house.home / "logs"
    logs.mkdir(parents=True)
    for name in ("web.log", "web.log.1", "web.log.3"):
        (logs / name).write_text(name)
    os.truncate(logs / "web.log", 11_000_000)
    house.serves(web=f"echo hello; {STAYS}")
    assert (logs / "web.log").read_text() == "hello\n"
    assert (logs / "web.log.1").stat().st_size == 11_000_000
    assert (logs / "web.log.2").read_text() == "web.log.1"
    assert not (logs / "web.log.4").exists()


def test_a_list_that_cannot_be_read_is_as_none(tmp_path: Path) -> None:
    for text in ("", "12", '[["a", 1]]', "[[1]]"):
        (tmp_path / PROCESS_LIST).write_text(text)
        assert read_list(tmp_path) == []


def test_a_home_that_cannot_be_made_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="file"):
        supervisor.serve([], tmp_path / "file" / "home")
