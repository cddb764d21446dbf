from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.synthetic.prefecture import Summary, generate


@dataclass(frozen=True)
class Made:
    folder: Path
    summary: Summary


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("small") / "prefecture"
    return Made(folder, generate(150, 7, folder))


@pytest.fixture(scope="session")
def dali(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The default prefecture: as many households as Dali had in 2017."""
    folder = tmp_path_factory.mktemp("dali") / "prefecture"
    return Made(folder, generate(2356, 1, folder))


@contextmanager
def refusal(code: str) -> Iterator[None]:
    """What happens inside is refused, with this problem."""
    with pytest.raises(Problem) as refused:
        yield
    assert refused.value.code == code
