"""The short form of ``make faults``: a few seconds of kills, and each control caught. It must end as the long one does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.judge import Verdict
from tests.faults.session import told_of


def test_nothing_acknowledged_is_lost_doubled_or_half_done_and_each_control_is_caught() -> None:
    run = [sys.executable, "-m", "tests.faults", "--short", "--minutes", "0.1", "--households", "30"]
    done = subprocess.run(run, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["acknowledged"] > 30, done.stderr
    assert found["crashes"] >= 5, done.stderr
    counts = ("lost", "doubled", "half", "controls_caught")
    assert {name: found[name] for name in counts} == {"lost": 0, "doubled": 0, "half": 0, "controls_caught": 4}


@pytest.mark.parametrize("kind", ["lost", "doubled", "half", "seen_outside"])
def test_control_what_the_judge_finds_reaches_the_last_line(kind: str) -> None:
    verdict = Verdict(acknowledged=5)
    verdict.say(kind, "something")
    last = told_of(verdict, crashes=1, controls=4)
    assert last["lost"] + last["doubled"] + last["half"] == 1
