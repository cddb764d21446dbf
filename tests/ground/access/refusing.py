"""Saying which problem an act must raise."""

import pytest

from bangfu.core.problems import Problem


def refused(code: str) -> pytest.RaisesExc[Problem]:
    """``with refused("access.not_found"):`` passes only for a problem of this code."""
    return pytest.RaisesExc(Problem, check=lambda problem: problem.code == code)
