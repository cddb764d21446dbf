from pathlib import Path

import pytest

from bangfu.synthetic.prefecture import generate


@pytest.fixture(scope="session")
def prefecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic prefecture of 60 households, with its damage."""
    folder = tmp_path_factory.mktemp("synthetic") / "prefecture"
    generate(60, 11, folder)
    return folder
