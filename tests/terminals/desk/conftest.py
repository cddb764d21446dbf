"""What the tests of the pages share."""

import pytest

from bangfu.site.assets import assets
from tests.decide.conftest import union, union_database

__all__ = ["union", "union_database"]


@pytest.fixture(scope="session")
def built_assets() -> None:
    """Bundle and translations as they are now."""
    assets().build()
