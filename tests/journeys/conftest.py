"""A real browser before a real server: a prefecture of sixty households, brought in, compared and proposed, as people would find it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from playwright.sync_api import Browser, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.running import compare_now
from bangfu.decide.comparison.services_duplicates import Pair, record_duplicates
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.services import settle
from bangfu.decide.identification.services.settle import refusal_codes
from bangfu.decide.identification.settling import Way
from bangfu.ground.access.models import Account
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import Member
from bangfu.site.assets import assets
from bangfu.synthetic.prefecture import generate
from tests.database import connected, copied_database
from tests.decide.filing import bring_datasets, bring_workbooks, clerk_of_prefecture
from tests.early import HOME
from tests.journeys.visiting import Site
from tests.needs import browser as browser_program
from tests.people import CLERK, PASSWORD, actor

_ANSWERS_WITHIN = 60.0
_ENDS_WITHIN = 20.0


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    # The browser's loop runs in this thread; what the tests ask of the database beside it is asked one after the other all the same.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    program = browser_program()
    assert program, "no Chromium: python -m tests.needs"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def worked_database(django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The database, made once: to be copied, not to be used."""
    prefecture = tmp_path_factory.mktemp("journeys") / "prefecture"
    generate(60, 11, prefecture)
    name = f"worked_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock(), copied_database(name) as where:
        with connected(where):
            bring_workbooks(prefecture)
            bring_datasets(prefecture)
            day = today(MachineClock())
            compare_now(clerk_of_prefecture(), day)
            propose_now(clerk_of_prefecture(), day, uuid4())
            refuse_one()
            look_alike()
            # The server takes a hash that is quick to check for an old one.
            Account.objects.update(password=make_password(PASSWORD))
        yield name


def refuse_one() -> None:
    """The county's clerk proposes to refuse somebody whom nothing contradicts, if there is one; its reviewer finds it."""
    clerk = actor(CLERK)
    with acting(clerk):
        waiting = Determination.objects.filter(state="open").order_by("contradictions", "-doubts", "case_file__number")
        row, code = next((row, min(codes)) for row in waiting if (codes := refusal_codes(row)))
    settle(
        actor=clerk, act_id=uuid4(), determination_id=row.pk, seen_version=row.version, kind=Way.REFUSE,
        reason_code=code, reason="当面核对了证明", answer="家里没有别的话",
    )  # fmt: skip


def look_alike() -> None:
    """Two heads look like one person, so that somebody is to look at their files."""
    actor = clerk_of_prefecture()
    with acting(actor):
        heads = sorted(Member.objects.filter(is_head=True).values_list("case_file", "pk")[:2])
        run = Run.objects.values_list("pk", flat=True).get()
    (one, head), (other, other_head) = heads
    weighed = {
        "field": "name",
        "name": {"zh": "姓名", "en": "name"},
        "level": "same",
        "says": {"zh": "相同", "en": "the same"},
    }
    alike = {"one": str(head), "other": str(other_head), "by_number": False, "probability": 0.9, "start": -9.0}
    pair = Pair(one, other, [{**alike, "fields": [{**weighed, "weight": 12.0}]}])
    record_duplicates(actor=actor, act_id=uuid4(), run_id=run, pairs=[pair])


@pytest.fixture(scope="module")
def site(
    django_db_blocker: DjangoDbBlocker, worked_database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Web server and worker on a database of this module's own."""
    assets().build()
    home = _home_beside(tmp_path_factory.mktemp("site") / "home")
    name = f"site_{uuid4().hex[:12]}"
    with django_db_blocker.unblock(), copied_database(name, of=worked_database) as where, connected(where):
        environment = {**os.environ, "BANGFU_HOME": str(home), "BANGFU_DATABASE_URL": where.app}
        port = _free_port()
        with _running(_web(port), environment), _running(_worker(), environment):
            _wait_for(f"http://127.0.0.1:{port}/sign-in/")
            yield Site(f"http://127.0.0.1:{port}", home)


def _home_beside(home: Path) -> Path:
    """The tests' home, but for the trail: that of one database must not be taken for that of another, which was cut off."""
    home.mkdir()
    for entry in HOME.iterdir():
        if entry.name != "trail":
            (home / entry.name).symlink_to(entry)
    return home


def _web(port: int) -> list[str]:
    return [
        *(
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--no-ws",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
        ),
        *("--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "bangfu.site.wsgi:application"),
    ]


def _worker() -> list[str]:
    return [sys.executable, "-c", "from bangfu.site.worker import run; run()"]


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environment)
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _ANSWERS_WITHIN
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310, our own address
                return
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, "the pages do not answer"
            time.sleep(0.1)
