"""What the tests of the pages share."""

import pytest

from bangfu.site.assets import assets


@pytest.fixture(scope="session")
def built_assets() -> None:
    """Bundle and translations as they are now."""
    assets().build()
