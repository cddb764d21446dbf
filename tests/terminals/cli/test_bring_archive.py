"""``bangfu bring archive`` with a database: what comes in, what is refused, what survives kill -9 and racing."""

import signal
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from openpyxl import load_workbook

from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.models import Batch, CaseFile, Chunk, Member
from tests.database import OwnDatabase
from tests.engine.intake.books import HEADS, MEMBERS, A, C, Rows, number, write_book
from tests.people import BINCHUAN, XIANGYUN
from tests.terminals.cli.calling import Calling, Said, ended, long_archive, said_here

KILLED_IN_THE_SECOND_CHUNK = "registry.chunk_brought.before_commit=kill@2"


Here = Callable[..., Said]


@pytest.fixture
def bangfu(own_database: OwnDatabase, tmp_path: Path) -> Calling:
    """In processes of its own."""
    return Calling(tmp_path / "home")


@pytest.fixture
def here(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    """In this process."""
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path / "home"))
    return partial(said_here, monkeypatch)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return write_book(tmp_path / "档案.xlsx", {"职工": HEADS, "家庭成员": MEMBERS})


def in_the_registry() -> tuple[int, int]:
    """Open files, people."""
    with acting(operator()):
        return CaseFile.objects.count(), Member.objects.count()


def test_what_it_says_is_what_is_in(bangfu: Calling, archive: Path) -> None:
    said = bangfu.says("bring", "archive", archive, "--organisation", XIANGYUN, "--json")
    assert (said.code, said.last) == (0, {"rows": 3, "new": 3, "changed": 0, "same": 0, "wrong": 0})
    assert in_the_registry() == (2, 3)


def test_the_same_file_again_changes_nothing(here: Here, archive: Path) -> None:
    here("bring", "archive", archive, "--organisation", XIANGYUN)
    said = here("bring", "archive", archive, "--organisation", XIANGYUN, "--json")
    assert (said.code, said.last) == (0, {"rows": 3, "new": 0, "changed": 0, "same": 3, "wrong": 0})
    assert in_the_registry() == (2, 3)


def test_what_the_registry_refuses_is_wrong_and_told_beside_the_row(here: Here, archive: Path, tmp_path: Path) -> None:
    here("bring", "archive", archive, "--organisation", XIANGYUN)
    heads: Rows = [HEADS[0], ["张三", A, 1, "2000"], ["赵六", number(77), 1, "900"]]
    other, errors = write_book(tmp_path / "宾川.xlsx", {"职工": heads}), tmp_path / "errors.xlsx"
    said = here("bring", "archive", other, "--organisation", BINCHUAN, "--errors", errors, "--json")
    assert (said.code, said.last) == (1, {"rows": 2, "new": 1, "changed": 0, "same": 0, "wrong": 1})
    column = [row[-1] for row in load_workbook(errors)["职工"].iter_rows(values_only=True)]
    assert column[0] == "问题"
    assert "未收入" in str(column[1])
    assert "别处在档" in str(column[1])
    assert column[2] is None
    assert in_the_registry() == (3, 4)


def test_what_the_reader_refuses_is_in_the_same_error_workbook(here: Here, tmp_path: Path) -> None:
    heads: Rows = [*HEADS, ["王五", "110101********2316", 1, "0"]]
    file, errors = write_book(tmp_path / "a.xlsx", {"职工": heads, "家庭成员": MEMBERS}), tmp_path / "errors.xlsx"
    said = here("bring", "archive", file, "--organisation", XIANGYUN, "--errors", errors, "--json")
    assert (said.code, said.last["wrong"]) == (1, 1)
    assert "未收入" in str(load_workbook(errors)["职工"].cell(4, 5).value)
    assert "没有收入" in said.out


def test_a_file_that_is_no_archive_is_refused_and_nothing_is_in(here: Here, tmp_path: Path) -> None:
    file = write_book(tmp_path / "a.xlsx", {"汇总": [["甲", "乙"], ["1", "2"]]})
    said = here("bring", "archive", file, "--organisation", XIANGYUN, "--json")
    assert (said.code, said.out) == (1, "")
    assert in_the_registry() == (0, 0)
    with acting(operator()):
        assert list(Batch.objects.values_list("state", flat=True)) == ["refused"]


def test_control_totals_that_differ_stop_it_until_a_reason_is_given(here: Here, archive: Path) -> None:
    call = ("bring", "archive", archive, "--organisation", XIANGYUN, "--control-rows", 4)
    said = here(*call)
    assert said.code == 1
    assert "4" in said.err
    assert in_the_registry() == (0, 0)
    assert here(*call, "--reason", "送档单位多报了一行").code == 0
    assert in_the_registry() == (2, 3)


def test_without_an_organisation_it_lists_them(here: Here, archive: Path) -> None:
    said = here("bring", "archive", archive)
    assert said.code == 2
    assert f"{XIANGYUN} 祥云县总工会" in said.err


def test_an_organisation_that_does_not_exist_is_named(here: Here, archive: Path) -> None:
    said = here("bring", "archive", archive, "--organisation", "999999")
    assert said.code == 1
    assert "999999" in said.err


def test_a_register_for_comparing_is_written_by_a_dry_run_only(here: Here, archive: Path, tmp_path: Path) -> None:
    said = here("bring", "archive", archive, "--organisation", XIANGYUN, "--people", tmp_path / "p.parquet")
    assert said.code == 2
    assert not (tmp_path / "p.parquet").exists()


def test_the_trail_says_who_and_what_for(here: Here, archive: Path) -> None:
    here("bring", "archive", archive, "--organisation", XIANGYUN, "--source", "县总工会", "--document", "授权书")
    with acting(operator()):
        entries = Entry.objects.filter(verb__startswith="registry.").values_list("verb", "role", "purpose", "org")
        assert {entry[1:] for entry in entries} == {("operator", "filing", f"/53/5329/{XIANGYUN}/")}
        assert Counter(entry[0] for entry in entries)["registry.chunk_brought"] == 1


def test_killed_in_the_middle_it_goes_on_and_nothing_is_there_twice(bangfu: Calling, tmp_path: Path) -> None:
    file = long_archive(tmp_path / "long.xlsx", 2_300)
    call = ("bring", "archive", file, "--organisation", XIANGYUN, "--json")
    killed = bangfu.says(*call, BANGFU_FAULTS=KILLED_IN_THE_SECOND_CHUNK)
    assert killed.code == -signal.SIGKILL
    assert in_the_registry() == (1_000, 1_000)
    said = bangfu.says(*call)
    assert (said.code, said.last) == (0, {"rows": 2_300, "new": 2_300, "changed": 0, "same": 0, "wrong": 0})
    assert "接着" in said.out
    assert in_the_registry() == (2_300, 2_300)
    with acting(operator()):
        assert Batch.objects.count() == 1
        assert sorted(Chunk.objects.values_list("number", "new")) == [(0, 1_000), (1, 1_000), (2, 300)]


def test_control_a_file_that_came_in_whole_is_not_carried_on(here: Here, archive: Path) -> None:
    call = ("bring", "archive", archive, "--organisation", XIANGYUN)
    assert "接着" not in here(*call).out + here(*call).out


def test_two_counties_at_once(bangfu: Calling, tmp_path: Path) -> None:
    files = [long_archive(tmp_path / f"{turn}.xlsx", 1_200, first=turn * 2_000) for turn in (0, 1)]
    both = [
        bangfu.begins("bring", "archive", file, "--organisation", code, "--json")
        for file, code in zip(files, (XIANGYUN, BINCHUAN), strict=True)
    ]
    said = [ended(one) for one in both]
    assert [(one.code, one.last["new"]) for one in said] == [(0, 1_200), (0, 1_200)]
    assert in_the_registry() == (2_400, 2_400)


def test_the_same_county_twice_at_once(bangfu: Calling, tmp_path: Path) -> None:
    file = long_archive(tmp_path / "long.xlsx", 1_200)
    both = [bangfu.begins("bring", "archive", file, "--organisation", XIANGYUN, "--json") for _ in (0, 1)]
    said = [ended(one) for one in both]
    assert [one.code for one in said] == [0, 0]
    # Whichever came first brought a household in; none is there twice, and every row of both is accounted for.
    assert sum(one.last["new"] for one in said) == 1_200 or said[0].last == said[1].last
    assert all(one.last["new"] + one.last["same"] == 1_200 for one in said)
    assert in_the_registry() == (1_200, 1_200)


def test_one_person_in_two_counties_at_once_is_in_one_file(bangfu: Calling, tmp_path: Path) -> None:
    file = long_archive(tmp_path / "long.xlsx", 600)
    both = [bangfu.begins("bring", "archive", file, "--organisation", code, "--json") for code in (XIANGYUN, BINCHUAN)]
    said = [ended(one) for one in both]
    assert sorted(one.code for one in said) == [0, 1]
    assert sorted(one.last["new"] for one in said) == [0, 600]
    assert in_the_registry() == (600, 600)


def test_no_number_is_printed(here: Here, tmp_path: Path) -> None:
    heads: Rows = [*HEADS, ["王五", number(3)[:-1], 1, "0"]]
    file = write_book(tmp_path / "a.xlsx", {"职工": heads, "家庭成员": MEMBERS})
    said = here("bring", "archive", file, "--organisation", XIANGYUN)
    assert not [one for one in (A, C, number(3)[:-1]) if one in said.out + said.err]
