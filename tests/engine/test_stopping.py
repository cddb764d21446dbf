"""The engine keeps to its memory, and ends within a moment where it is asked to: from another thread, or by Ctrl-C."""

import os
import signal
import threading
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.engine.duckdb_.session import Limits, limits_within, memory_limit, session
from bangfu.engine.stages import Stage, Stages, Stop, Stopped
from bangfu.terminals.cli.stopping import stopped_by_hand

ENDLESS = "SELECT count(*) FROM range(1000000000) AS a, range(1000000000) AS b"


def begun(query_runs: threading.Event, ask: object) -> threading.Thread:
    """Asks from another thread, once the work has begun."""

    def run() -> None:
        query_runs.wait()
        ask()  # type: ignore[operator]

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_query_ends_where_another_thread_asks(tmp_path: Path) -> None:
    stop, runs = Stop(), threading.Event()
    asking = begun(runs, stop.ask)
    with pytest.raises(Stopped), session(Limits(stop=stop), tmp_path) as (connection, _):  # noqa: PT012
        runs.set()
        connection.execute(ENDLESS)
    asking.join()
    assert not list(tmp_path.iterdir())


def test_control_nobody_asks_and_nothing_ends(tmp_path: Path) -> None:
    with session(Limits(stop=Stop())) as (connection, _):
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_what_was_asked_to_stop_does_not_begin() -> None:
    stop = Stop()
    stop.ask()
    with pytest.raises(Stopped), session(Limits(stop=stop)):
        pass
    with pytest.raises(Stopped):
        Stages(lambda _: None, stop).begin("match")


def test_ctrl_c_ends_the_query_that_runs() -> None:
    runs = threading.Event()
    asking = begun(runs, lambda: os.kill(os.getpid(), signal.SIGINT))
    before = signal.getsignal(signal.SIGINT)
    with (  # noqa: PT012
        pytest.raises(Stopped),
        stopped_by_hand() as stop,
        session(Limits(stop=stop)) as (connection, _),
    ):
        runs.set()
        connection.execute(ENDLESS)
    asking.join()
    assert signal.getsignal(signal.SIGINT) is before


def test_stages_are_told_as_they_begin_and_when_they_have_ended() -> None:
    told: list[Stage] = []
    stages = Stages(told.append)
    stages.begin("match", "vehicles")
    stages.end(12)
    stages.begin("names")
    stages.begin("judge", rows=3)
    stages.end()
    assert [(s.name, s.dataset, s.rows, s.seconds is None) for s in told] == [
        ("match", "vehicles", None, True),
        ("match", "vehicles", 12, False),
        ("names", "", None, True),
        ("names", "", None, False),
        ("judge", "", 3, True),
        ("judge", "", 3, False),
    ]


@pytest.mark.parametrize(
    ("said", "meant"), [("2GB", "2GB"), (" 1.5 GiB ", "1.5GiB"), ("800mb", "800mb"), ("500MB", "500MB")]
)
def test_a_limit_is_a_number_and_a_unit(said: str, meant: str) -> None:
    assert memory_limit(said) == meant


@pytest.mark.parametrize("said", ["", "2", "lots", "80%", "-1GB", "0GB", "499MB", "1e3GB", "２GB"])
def test_anything_else_is_refused(said: str) -> None:
    with pytest.raises(Problem) as refused:
        memory_limit(said)
    assert refused.value.code == "call.memory"


@pytest.mark.parametrize(("said", "left"), [("2GB", "1600MB"), ("1.5GiB", "1210MB"), ("500MB", "100MB")])
def test_of_what_the_process_may_take_a_part_is_kept_back(said: str, left: str) -> None:
    assert limits_within(said) == Limits(memory=left, within=said)


@pytest.mark.parametrize(("within", "told_of"), [("", "2MB"), ("1GB", "1GB")])
def test_a_limit_that_does_not_suffice_is_told_and_never_passed(within: str, told_of: str) -> None:
    limits = Limits(memory="2MB", within=within)
    with pytest.raises(Problem) as told, session(limits) as (connection, _):  # noqa: PT012
        connection.execute("CREATE TABLE big AS SELECT hash(range) AS a FROM range(1000000)")
        connection.execute("SELECT count(*) FROM (SELECT DISTINCT a FROM big)")
    assert (told.value.code, told.value.values) == ("engine.memory", {"limit": told_of})
