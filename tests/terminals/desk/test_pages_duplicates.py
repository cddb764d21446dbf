"""Two files of one family, in two counties: found by a run of the prefecture, settled by a person, seen by nobody who may not see both."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bangfu.core.problems import Problem
from bangfu.decide.comparison.models import Duplicate
from bangfu.decide.comparison.running import asking_everything, compare_now
from bangfu.decide.comparison.selectors_duplicates import duplicate_acts, duplicate_pair, duplicate_pairs
from bangfu.decide.comparison.services_duplicates import Pair, record_duplicates, settle_duplicate
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.models import CaseFile
from tests.database import OwnDatabase
from tests.decide.filing import ON
from tests.engine.intake.books import number, write_book
from tests.people import BINCHUAN, CLERK, LEADER, NEIGHBOUR, PREFECTURE_CLERK, XIANGYUN, Someone, actor
from tests.record.registry.bringing import bring
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
HUSBAND, WIFE = number(201), number(202)
MASKED = f"{HUSBAND[:6]}********{HUSBAND[14:]}"


@pytest.fixture
def counties(own_database: OwnDatabase, tmp_path: Path) -> None:
    """Xiangyun has the husband's file, his wife's number not filled in; Binchuan has hers, and his number under stars."""
    bring_family(tmp_path, CLERK, XIANGYUN, ("罗成", HUSBAND, "男"), ("窦娥", "妻", "", "女"))
    bring_family(tmp_path, NEIGHBOUR, BINCHUAN, ("窦娥", WIFE, "女"), ("罗成", "夫", MASKED, "男"))
    compare_now(prefecture(), ON, asking_everything())


def bring_family(folder: Path, who: Someone, code: str, head: Sequence[str], member: Sequence[str]) -> None:
    (name, written, sex), (other, relation, number_of_other, sex_of_other) = head, member
    heads = [
        ["姓名", "身份证号", "工作状态", "本人月平均收入", "出生日期", "性别", "家庭住址"],
        [name, written, "在岗", "500", "1980-01-01", sex, "云南省大理州祥云县祥城镇3组4号"],
    ]
    members = [
        ["户主身份证号", "姓名", "关系", "身份证号", "月收入", "人员身份", "出生日期", "性别"],
        [written, other, relation, number_of_other, "0", "务农", "1980-01-01", sex_of_other],
    ]
    bring(actor(who, Purpose.FILING), write_book(folder / f"{code}.xlsx", {"职工": heads, "家庭成员": members}), code)


def prefecture() -> Actor:
    return actor(PREFECTURE_CLERK, Purpose.COMPARISON)


def the_pair() -> Duplicate:
    with acting(prefecture()):
        return Duplicate.objects.get()


def settled(row: Duplicate, who: Someone, *, same: bool, reason: str, close: UUID | None = None) -> UUID:
    act_id = uuid4()
    settle_duplicate(
        actor=actor(who), act_id=act_id, duplicate_id=row.pk, seen_version=row.version, same=same, reason=reason, close=close
    )  # fmt: skip
    return act_id


def code_of(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def recorded(*pairs: Pair) -> Duplicate:
    """What a run of the prefecture that finds these pairs leaves."""
    row = the_pair()
    record_duplicates(actor=prefecture(), act_id=uuid4(), run_id=row.run_id, pairs=list(pairs))
    return the_pair()


def test_the_prefecture_finds_and_settles_what_no_county_may_see(counties: None) -> None:
    row = the_pair()
    assert (row.org, row.state, row.by_number) == ("/53/5329/", "waiting", False)
    assert {said["field"] for person in row.persons for said in person["fields"]} >= {"name", "birth"}
    assert len(row.persons) == 2
    # A county sees no pair, is not told that there is one, cannot settle it, and its own run leaves it alone.
    for county in (CLERK, NEIGHBOUR):
        compare_now(actor(county, Purpose.COMPARISON), ON, asking_everything())
        with acting(actor(county)):
            assert duplicate_pairs(actor(county)).rows == ()
            assert not any(duplicate_pairs(actor(county)).counts.values())
            with pytest.raises(Problem) as hidden:
                duplicate_pair(actor(county), row.pk)
            assert code_of(hidden) == "access.not_found"
        with pytest.raises(Problem) as refused:
            settled(row, county, same=False, reason="看过")
        assert code_of(refused) == "access.not_found"
    assert the_pair().version == row.version
    with acting(actor(LEADER)), pytest.raises(Problem) as not_allowed:
        duplicate_pairs(actor(LEADER))
    assert code_of(not_allowed) == "access.not_allowed"

    # What a settlement needs.
    for same, reason, close, code in (
        (False, " ", None, "comparison.duplicate_reason"),
        (True, "入户看过", None, "comparison.duplicate_close"),
        (True, "入户看过", uuid4(), "comparison.duplicate_close"),
    ):
        with pytest.raises(Problem) as wrong:
            settled(row, PREFECTURE_CLERK, same=same, reason=reason, close=close)
        assert code_of(wrong) == code
    act_id = settled(row, PREFECTURE_CLERK, same=True, reason="入户看过", close=row.other_id)
    now = the_pair()
    assert (now.state, now.close_id, now.settled_name) == ("same", row.other_id, PREFECTURE_CLERK.full_name)
    with pytest.raises(Problem) as before:
        settled(now, PREFECTURE_CLERK, same=False, reason="又看过")
    assert code_of(before) == "comparison.duplicate_settled"
    with acting(prefecture()):
        # On both files, told to whoever may see both; and no file was closed by it.
        households = CaseFile.objects.filter(pk__in=[row.one_id, row.other_id]).values_list("household_id", flat=True)
        assert all(act_id in duplicate_acts(prefecture(), household) for household in households)
        assert not CaseFile.objects.filter(state=CaseFile.State.CLOSED).exists()
    with acting(actor(CLERK)):
        assert not Entry.objects.filter(act_id=act_id).exists()
        (own,) = CaseFile.objects.values_list("household_id", flat=True)
        assert duplicate_acts(actor(CLERK), own) == set()


def test_not_the_same_is_remembered_until_the_facts_change(counties: None) -> None:
    row = the_pair()
    found = Pair(row.one_id, row.other_id, row.persons)
    settled(row, PREFECTURE_CLERK, same=False, reason="是两家，问过两边村里")
    compare_now(prefecture(), ON, asking_everything())
    assert the_pair().state == "different"
    # Weights drift with everything that is on file: they are no new facts.
    drifted = [{**person, "probability": 0.6, "start": -3.0} for person in row.persons]
    assert recorded(Pair(row.one_id, row.other_id, drifted)).state == "different"
    assert recorded(Pair(row.one_id, row.other_id, row.persons[:1])).state == "waiting"
    assert recorded().state == "gone"
    assert recorded(found).state == "waiting"


def test_the_pages_of_the_prefecture(counties: None) -> None:
    row, client = the_pair(), visitor(PREFECTURE_CLERK)
    page = text(client.get("/duplicates/"))
    assert "罗*" in page
    assert "窦*" in page
    pair = text(client.get(f"/duplicates/{row.pk}/"))
    assert "出生日期" in pair
    assert HUSBAND not in page + pair
    assert WIFE not in page + pair
    form = {"act_id": str(uuid4()), "seen_version": str(row.version), "answer": "same", "reason": "看过"}
    again = client.post(f"/duplicates/{row.pk}/settle/", form)
    assert again.status_code == 409
    assert "要选建议撤销哪一份" in text(again)
    done = client.post(f"/duplicates/{row.pk}/settle/", {**form, "act_id": str(uuid4()), "close": str(row.one_id)})
    assert done.status_code == 302
    with acting(prefecture()):
        closing = CaseFile.objects.get(pk=row.one_id).number
    assert f"建议撤销 {closing}" in text(client.get(f"/duplicates/{row.pk}/"))
    assert "核实是否重复建档" in text(client.get(f"/files/{row.one_id}/"))
    neighbour = visitor(NEIGHBOUR)
    assert "罗*" not in text(neighbour.get("/duplicates/"))
    assert neighbour.get(f"/duplicates/{row.pk}/").status_code == 404
