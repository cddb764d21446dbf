"""The people and homes of these tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.people import PEOPLE, Person, environment, home_of


@pytest.fixture(scope="module", params=PEOPLE, ids=lambda person: person.name)
def person(request: pytest.FixtureRequest) -> Person:
    found: Person = request.param
    return found


@pytest.fixture(scope="module")
def home(person: Person) -> Iterator[Path]:
    """One for all tests of a module, which start and stop it as they like: a fresh one takes a second to make."""
    with home_of(person) as folder:
        person.starts(folder)
        yield folder


@pytest.fixture
def fresh(person: Person) -> Iterator[Path]:
    """A home of the test's own, in which nothing ever ran."""
    with home_of(person) as folder:
        yield folder


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set is not what is tested."""
    for name in ("BANGFU_HOME", "BANGFU_PG_PREFIX", "DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANGFU_DATABASE_FAST", environment()["BANGFU_DATABASE_FAST"])
