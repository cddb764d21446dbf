"""待办: what waits for whom, with figures that have their denominators."""

import re
from uuid import uuid4

import pytest

from bangfu.decide.comparison.models import Run
from bangfu.ground.acts.door import acting
from tests.decide.union import Union, clerk
from tests.people import AUDITOR, CHAIR, CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, REVIEWER
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")


def due(page: str) -> dict[str, int]:
    rows = re.findall(r'class="num">(.*?)</span>\s*<p><b>(.*?)</b>', page, re.DOTALL)
    return {title: int(number) for number, title in rows}


def menu(page: str) -> list[str]:
    side = page[: page.index('class="side-foot"')]
    return re.findall(r"<span>(.*?)</span>", side)


def test_the_clerk_sees_what_waits_to_be_settled(union: Union) -> None:
    page = text(visitor(CLERK).get("/"))
    assert due(page) == {"比对有矛盾或疑点，待核实": 2, "其他待核实": 1, "无疑点，可一并确认": 1}
    assert "有矛盾 1 户 · 有疑点 1 户" in page
    assert "开始核实" in page
    assert menu(page) == ["待办", "档案", "核实", "重复建档", "审批", "部门数据", "比对", "导入", "政策"]


def test_figures_stand_with_their_denominators(union: Union) -> None:
    page = text(visitor(CLERK).get("/"))
    figures = re.findall(r'<b>([0-9,]+)<span class="of"> / (.*?)</span></b>\s*<small>(.*?)<', page)
    assert ("4", "4 户", "已比对") in figures
    assert ("0", "4 户", "已核实，本月 0 次") in figures
    assert ("5", "5 人", "号码已核验") in figures


def test_what_the_data_cannot_tell_is_said(union: Union) -> None:
    page = text(visitor(CLERK).get("/"))
    assert "16 类部门数据，1 类在用" in page
    assert "没有数据，查不到不等于没有" in page


def test_an_empty_desk_says_what_comes_first(union: Union) -> None:
    page = text(visitor(NEIGHBOUR).get("/"))
    assert "现在没有等您处理的" in page
    assert "先导入困难职工档案工作簿" in page


@pytest.mark.parametrize(
    ("someone", "places"),
    [
        (REVIEWER, ["待办", "档案", "核实", "重复建档", "审批", "部门数据", "比对", "政策"]),
        (CHAIR, ["待办", "档案", "核实", "重复建档", "导入", "政策"]),
        (DATA_OFFICER, ["待办", "部门数据", "比对", "政策"]),
        (LEADER, ["待办", "档案", "部门数据", "比对", "政策"]),
        (AUDITOR, ["待办", "档案", "部门数据", "比对", "政策", "审计"]),
    ],
)
def test_each_role_sees_the_places_of_its_work(union: Union, someone: object, places: list[str]) -> None:
    assert menu(text(visitor(someone).get("/"))) == places  # type: ignore[arg-type]


def test_whoever_oversees_sees_figures_and_the_auditor_what_was_done(union: Union) -> None:
    leader, auditor = text(visitor(LEADER).get("/")), text(visitor(AUDITOR).get("/"))
    for page in (leader, auditor):
        assert "等我处理" not in page
        assert "认定建议" in page
    assert "最近的操作" not in leader
    assert "按规则提出认定建议：新提 4 户" in auditor
    assert "登录" not in re.sub("退出登录", "", auditor[auditor.index("最近的操作") :])


def test_the_data_officer_sees_which_data_are_missing(union: Union) -> None:
    assert due(text(visitor(DATA_OFFICER).get("/")))["没有数据的种类"] == 15


def test_a_comparison_is_begun_from_the_desk_once_and_shows_how_far_it_is(union: Union) -> None:
    browser = visitor(CLERK)
    form = {"act_id": str(uuid4())}
    leads_to = {browser.post("/runs/start/", form).headers["Location"] for _ in range(2)}
    with acting(clerk()):
        (waiting,) = Run.objects.filter(state=Run.State.QUEUED)
    assert leads_to == {f"/runs/{waiting.pk}/"}
    page = text(browser.get("/"))
    assert f'hx-get="/runs/{waiting.pk}/progress/"' in page
    assert "重新比对" not in page
    assert "排队中" in text(browser.get(f"/runs/{waiting.pk}/progress/"))
    assert visitor(LEADER).post("/runs/start/", form).status_code == 403


def test_the_desk_reads_well_in_english(union: Union) -> None:
    page = text(visitor(CLERK, "en").get("/"))
    assert "contradictions: 1 household · doubts: 1 household" in page
    assert "1 of 16 kinds of department data are in use." in page
