"""留痕封存: the page of whoever audits: sealed, verified, handed over; for nobody else."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from bangfu.core.checkpoints import read_checkpoint
from bangfu.ground.acts.door import acting
from bangfu.ground.trail import kept
from bangfu.ground.trail.seals import seal_all
from bangfu.ground.trail.selectors import sealing_state
from bangfu.ground.trail.verifying import verify
from bangfu.ground.trail.verifying.sources import database
from tests.decide.union import Union
from tests.people import AUDITOR, CLERK, DALI, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def home(union: Union, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose trail was sealed, verified and handed over once."""
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    while True:
        seal_all(DALI)
        with acting(actor(AUDITOR)):
            if not sealing_state(actor(AUDITOR)).unsealed:
                return tmp_path


def verified(home: Path, union: Union) -> None:
    assert union.database
    with database(union.database.owner) as source:
        kept.keep_result(home, verify(source), timezone.now(), 0.1)


def test_before_the_first_verification_the_page_says_so(home: Path) -> None:
    page = text(visitor(AUDITOR).get("/trail/"))
    assert "还没有检验过" in page
    assert "交给上级</dt><dd>还没有" in page


def test_what_is_whole_and_what_is_not_is_said(home: Path, union: Union) -> None:
    verified(home, union)
    browser = visitor(AUDITOR)
    assert "没有问题" in text(browser.get("/trail/"))
    assert union.database
    import psycopg  # noqa: PLC0415, a superuser's

    with psycopg.connect(union.database.owner) as owner:
        owner.execute("SET session_replication_role = replica")
        (number,) = owner.execute("UPDATE acts_entry SET verb = 'x.y' WHERE id = 3 RETURNING id").fetchall()[0]
    verified(home, union)
    assert f"acts_entry 第 {number} 条被改动" in text(browser.get("/trail/"))


def test_the_newest_checkpoint_can_be_taken_along(home: Path) -> None:
    sent = visitor(AUDITOR).get("/trail/checkpoint.json")
    assert "attachment" in sent["Content-Disposition"]
    assert read_checkpoint(text(sent), "sent").holds()
    assert json.loads(text(sent))["organisation"] == DALI


def test_why_sealing_has_stopped_is_told(home: Path) -> None:
    latest = home / "trail" / kept.LATEST
    latest.write_text(latest.read_text("utf-8").replace("2026", "2027", 1), "utf-8")
    assert "封存停下了" in text(visitor(AUDITOR).get("/trail/"))


def test_whoever_works_on_files_has_no_business_there(union: Union) -> None:
    assert visitor(CLERK).get("/trail/").status_code == 403
    assert visitor(CLERK).get("/trail/checkpoint.json").status_code == 403
