from pathlib import Path

import pytest
from django.conf import settings

from tests.database import OwnDatabase
from tests.ground.trail.sealing import Trail


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of this test alone: its own signing key, its own newest checkpoint."""
    folder = tmp_path / "home"
    (folder / "uploads").mkdir(parents=True)
    monkeypatch.setattr(settings, "BANGFU_HOME", str(folder))
    return folder


@pytest.fixture
def trail(own_database: OwnDatabase, home: Path) -> Trail:
    """A database of this test alone, whose trail begins with what the template holds."""
    return Trail(own_database, home)
