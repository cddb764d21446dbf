import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django.plugin import DjangoDbBlocker

from bangfu.synthetic.prefecture import generate
from tests.database import connected, copied_database
from tests.decide.union import Union, union_at_work


@pytest.fixture(scope="session")
def prefecture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic prefecture of 60 households, with its damage."""
    folder = tmp_path_factory.mktemp("synthetic") / "prefecture"
    generate(60, 11, folder)
    return folder


@pytest.fixture(scope="session")
def union_database(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database with a small union at work, made once: to be copied, not to be used."""
    name = f"union_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock(), copied_database(name) as where:
        with connected(where):
            union_at_work(tmp_path_factory.mktemp("union"))
        yield name


@pytest.fixture
def union(
    django_db_blocker: DjangoDbBlocker, union_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Union]:
    """A small union of this test alone."""
    name = f"own_{uuid4().hex[:12]}"
    with django_db_blocker.unblock(), copied_database(name, of=union_database) as where, connected(where):
        monkeypatch.setenv("BANGFU_DATABASE_URL", where.app)
        yield Union(tmp_path, where)
