from pathlib import Path

import pytest

from bangfu.synthetic.prefecture import generate


@pytest.fixture(scope="session")
def prefecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic prefecture of 120 households, with its damage."""
    folder = tmp_path_factory.mktemp("synthetic") / "prefecture"
    generate(120, 7, folder)
    return folder
