"""Settings for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import settings

from tests.early import HOME

# How long one example takes is the machine's affair; speed is shown in benchmarks/.
settings.register_profile("bangfu", deadline=None, print_blob=True)
settings.load_profile("bangfu")

TESTS = Path(__file__).parent

pytest_plugins = ["tests.database", "tests.spark"]


def pytest_collection_finish() -> None:
    """Importing a test's neighbours must not move the home: child processes would look for files where none are."""
    assert os.environ["BANGFU_HOME"] == str(HOME), "a module that was imported set BANGFU_HOME"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What a module makes for its tests is made once: they stay on one worker."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(together(item.path.relative_to(TESTS))))


def together(path: Path) -> str:
    """All journeys go through one prefecture, and there is one Spark."""
    if path.parts[0] == "journeys":
        return "journeys"
    return "spark" if "spark" in path.stem else str(path)


@pytest.fixture(autouse=True)
def environment_as_found() -> Iterator[None]:
    """A command that starts an instance in this process says so in the environment; the next test must not believe it."""
    with mock.patch.dict(os.environ):
        yield
