"""Settings for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

from tests.early import HOME

# How long one example takes is the machine's affair; speed is shown in benchmarks/.
settings.register_profile("bangfu", deadline=None, print_blob=True)
settings.load_profile("bangfu")

pytest_plugins = ["tests.database", "tests.spark"]


def pytest_collection_finish() -> None:
    """Importing a test's neighbours must not move the home: child processes would look for files where none are."""
    assert os.environ["BANGFU_HOME"] == str(HOME), "a module that was imported set BANGFU_HOME"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest by itself comes first, so that nobody waits for it at the end."""
    items.sort(
        key=lambda item: next((place for place, part in enumerate(_LONGEST) if part in item.nodeid), len(_LONGEST))
    )


_LONGEST = ("/journeys/", "spark", "/site/", "/faults/", "/properties/")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: many tests wait for a browser, a server, or a process that they started."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """What a module makes for its tests is made once: they stay on one worker. (xdist's own groups are not seen by pytest 9.)"""
    config.option.loadscopereorder = False
    return Together(config, log)


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """All journeys go through one prefecture, there is one Spark, and else each module is by itself."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.split("::", maxsplit=1)[0])
        if path.parent.name == "journeys":
            return "journeys"
        return "spark" if "spark" in path.stem else str(path)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes that cost nothing to check are not taken for old ones, to be made anew (tests/people.py)."""
    with mock.patch.object(Argon2PasswordHasher, "must_update", return_value=False):
        yield


@pytest.fixture(autouse=True)
def environment_as_found() -> Iterator[None]:
    """A command that starts an instance in this process says so in the environment; the next test must not believe it."""
    with mock.patch.dict(os.environ):
        yield
