from collections.abc import Iterator

import pytest

from tests.database import OwnDatabase
from tests.ground.approval.matter import registered


@pytest.fixture
def office(own_database: OwnDatabase) -> Iterator[OwnDatabase]:
    """A database of this test alone, in which matters of the tests' own can be approved."""
    with registered():
        yield own_database
