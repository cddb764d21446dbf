"""A second workbook about the same households: what changed, what it says nothing about, who is no longer listed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.history import events_of
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.selectors import archive_rows, preview
from tests.database import OwnDatabase
from tests.people import BINCHUAN, CLERK, NEIGHBOUR, XIANGYUN, actor
from tests.record.registry.bringing import bring, check

Cells = Mapping[str, object]


def number_of(first_seventeen: str) -> str:
    from bangfu.core.ids import check_digit  # noqa: PLC0415

    return first_seventeen + check_digit(first_seventeen)


WIFE, HEAD, CHILD = (number_of(text) for text in ("53299019820304101", "53299019800101102", "53299020150506103"))
OTHER = number_of("53299019700101104")


def workbook(path: Path, heads: Sequence[Cells], members: Sequence[Cells] | None = None) -> Path:
    """A two-sheet archive workbook with the columns that the rows have."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in (("职工", heads), ("家庭成员", members)):
        if rows is None:
            continue
        sheet = book.create_sheet(name)
        headings = list(dict.fromkeys(heading for row in rows for heading in row))
        sheet.append(headings)
        for row in rows:
            sheet.append([row.get(heading) for heading in headings])
    book.save(path)
    return path


def head(**more: object) -> Cells:
    return {"姓名": "张三", "身份证号": HEAD, "家庭住址": "某街 1 号", "本人月平均收入": "1500", **more}


def wife(**more: object) -> Cells:
    return {"姓名": "李四", "身份证号": WIFE, "户主身份证号": HEAD, "关系": "配偶", "月收入": "800", **more}


def child(**more: object) -> Cells:
    return {"姓名": "张小", "身份证号": CHILD, "户主身份证号": HEAD, "关系": "子", **more}


@pytest.fixture
def clerk(own_database: OwnDatabase, tmp_path: Path) -> Actor:
    """The clerk, after a first workbook with one household of three."""
    clerk = actor(CLERK, Purpose.FILING)
    counts = bring(clerk, workbook(tmp_path / "first.xlsx", [head()], [wife(), child()]), XIANGYUN).counts
    assert counts == {"rows": 3, "new": 3, "changed": 0, "same": 0, "wrong": 0, "departed": 0}
    return clerk


def test_one_changed_cell_changes_one_row(clerk: Actor, tmp_path: Path) -> None:
    second = workbook(tmp_path / "second.xlsx", [head()], [wife(月收入="900"), child()])
    counts = bring(clerk, second, XIANGYUN).counts
    assert (counts["changed"], counts["same"], counts["new"]) == (1, 2, 0)
    with acting(clerk):
        incomes = {str(f.row.values["name"].text): f.row.values.get("monthly_income") for f in archive_rows_of(clerk)}
        assert incomes["李四"] == 90_000
        assert Member.objects.get(name="李四").version == 2


def test_a_column_that_is_not_there_says_nothing(clerk: Actor, tmp_path: Path) -> None:
    short = [{key: value for key, value in head().items() if key != "家庭住址"}]
    counts = bring(clerk, workbook(tmp_path / "second.xlsx", short, [wife(), child()]), XIANGYUN).counts
    assert counts["same"] == 3
    with acting(clerk):
        assert CaseFile.objects.get().address == "某街 1 号"


def test_a_blank_cell_is_a_statement(clerk: Actor, tmp_path: Path) -> None:
    counts = bring(clerk, workbook(tmp_path / "second.xlsx", [head(家庭住址=None)], [wife(), child()]), XIANGYUN).counts
    assert counts["changed"] == 1
    with acting(clerk):
        assert CaseFile.objects.get().address == ""


def test_who_is_no_longer_listed_has_left_and_stays_in_the_history(clerk: Actor, tmp_path: Path) -> None:
    counts = bring(clerk, workbook(tmp_path / "second.xlsx", [head()], [wife()]), XIANGYUN).counts
    assert (counts["rows"], counts["same"], counts["departed"]) == (2, 2, 1)
    with acting(clerk):
        assert Member.objects.get(name="张小").left_on is not None
        assert events_of(Member)._default_manager.filter(name="张小").count() == 2


def test_a_workbook_without_members_removes_nobody(clerk: Actor, tmp_path: Path) -> None:
    counts = bring(clerk, workbook(tmp_path / "second.xlsx", [head()]), XIANGYUN).counts
    assert (counts["same"], counts["departed"]) == (1, 0)


def test_a_member_whose_row_is_wrong_has_not_left(clerk: Actor, tmp_path: Path) -> None:
    counts = bring(clerk, workbook(tmp_path / "second.xlsx", [head()], [wife(), child(姓名=None)]), XIANGYUN).counts
    assert (counts["wrong"], counts["departed"]) == (1, 0)


def test_one_person_in_one_file_tells_the_same_union_which(clerk: Actor, tmp_path: Path) -> None:
    other = {"姓名": "王五", "身份证号": OTHER}
    taken = {"姓名": "李四", "身份证号": WIFE, "户主身份证号": OTHER, "关系": "配偶"}
    batch = check(clerk, workbook(tmp_path / "second.xlsx", [other], [taken]), XIANGYUN)
    assert batch.expected == {"rows": 2, "new": 1, "changed": 0, "same": 0, "wrong": 1}
    (why,) = batch.tally["wrong"]
    with acting(clerk):
        assert why["code"] == "registry.on_file_here"
        assert CaseFile.objects.get().number in why["zh"]


def test_one_person_in_one_file_does_not_tell_an_outsider_whose(clerk: Actor, tmp_path: Path) -> None:
    neighbour = actor(NEIGHBOUR, Purpose.FILING)
    other = {"姓名": "王五", "身份证号": OTHER}
    taken = {"姓名": "李四", "身份证号": WIFE, "户主身份证号": OTHER, "关系": "配偶"}
    batch = check(neighbour, workbook(tmp_path / "second.xlsx", [other], [taken]), BINCHUAN)
    (why,) = batch.tally["wrong"]
    assert why["code"] == "registry.on_file_elsewhere"
    with acting(clerk):
        assert CaseFile.objects.get().number not in why["zh"] + why["en"]


def test_the_preview_shows_before_and_after(clerk: Actor, tmp_path: Path) -> None:
    batch = check(clerk, workbook(tmp_path / "second.xlsx", [head()], [wife(月收入="900"), child()]), XIANGYUN)
    with acting(clerk):
        (sample,) = preview(clerk, batch.pk)
    assert sample.name == "张*"
    assert sample.fields == ("monthly_income",)
    assert sample.before[0].values["monthly_income"] == 80_000
    assert sample.after[0].values["monthly_income"] == 90_000


def archive_rows_of(clerk: Actor) -> list:  # type: ignore[type-arg]
    return list(archive_rows(clerk))
