"""比对: the list of comparisons and the page of one: how far it is, what it took, which data cover which county, what it changed."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.running import compare_now, perform
from bangfu.decide.comparison.services import begin_run, record_findings, start_run
from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from tests.decide.filing import ON, deliver
from tests.decide.union import CARS, LI, Union, clerk
from tests.people import CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, PREFECTURE_CLERK, TOWNSHIP, XIANGYUN, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
POLLING = {"HX-Request": "true"}


def page_of(run_id: UUID, someone: object = CLERK, language: str = "zh-hans") -> str:
    return text(visitor(someone, language).get(f"/runs/{run_id}/"))  # type: ignore[arg-type]


def post(browser: Client, run_id: UUID, what: str) -> int:
    return browser.post(f"/runs/{run_id}/{what}/", {"act_id": str(uuid4())}).status_code


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_list_and_the_page_say_what_came_of_it(union: Union) -> None:
    union.deliver_vehicles([(LI, "小型轿车", "非营运"), *CARS])
    run_id = compare_now(clerk(), ON)
    listed = text(visitor(CLERK).get("/runs/"))
    assert f'href="/runs/{run_id}/"' in listed
    page = words(page_of(run_id))
    assert "4 / 4 户 比对了" in page
    assert "名下机动车 矛盾 1 0 0" in page
    assert "vehicles.csv" in page
    assert "对照 · 机动车 · 3" in page
    assert "没有数据，查不到不等于没有：" in page
    assert '/review/"' in page_of(run_id)
    english = words(page_of(run_id, language="en"))
    assert "Compared" in english
    assert "not delivered" in english


def test_which_county_is_covered_by_what_is_said_in_words(union: Union) -> None:
    folder = union.folder / "students.csv"
    folder.write_text(f"姓名,身份证号,学校,学段,年级,资助项目,资助金额,状态\n李芳,{LI},一中,高中,一,,,在读\n", "utf-8")
    deliver("students", folder, coverage=(XIANGYUN,))
    deaths = union.folder / "deaths.csv"
    deaths.write_text(f"姓名,身份证号,死亡日期\n别人,{LI},2026-01-01\n", "utf-8")
    deliver("deaths", deaths, coverage=(TOWNSHIP,))
    run_id = compare_now(actor(PREFECTURE_CLERK, Purpose.COMPARISON), ON)
    page = page_of(run_id, PREFECTURE_CLERK)
    table = page[page.index('id="covered"') :]
    rows = {
        words(title).strip(): words(cells).split()
        for title, cells in re.findall(r"<td><b>(.*?)</b></td>(.*?)</tr>", table, re.DOTALL)
    }
    assert len(rows) == 16
    assert (sorted(set(rows["学籍"])), rows["学籍"].count("有")) == (["有", "未提供"], 1)
    assert (sorted(set(rows["殡葬火化"])), rows["殡葬火化"].count("部分")) == (["未提供", "部分"], 1)
    assert rows["机动车"][0] == "有"
    assert rows["养老待遇"][0] == "未提供"


def test_what_is_at_work_is_asked_for_again_and_leads_to_its_page_when_it_is_over(union: Union) -> None:
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    browser = visitor(CLERK)
    assert f'hx-get="/runs/{run_id}/stages/"' in text(browser.get(f"/runs/{run_id}/"))
    begin_run(
        actor=clerk(),
        act_id=uuid4(),
        run_id=run_id,
        deliveries=[],
        files=4,
        without_basis=0,
        signatures={},
        not_again=0,
    )
    record_findings(actor=clerk(), act_id=uuid4(), run_id=run_id, number=0, chunks=4, files=[], found=[], versions=[])
    part = words(text(browser.get(f"/runs/{run_id}/stages/", headers=POLLING)))
    assert "1 / 4" in part
    assert "可以先离开这一页" in part
    assert post(browser, run_id, "cancel") == 302
    over = browser.get(f"/runs/{run_id}/stages/", headers=POLLING)
    assert over.headers["HX-Redirect"] == f"/runs/{run_id}/"


def test_cancelled_at_the_desk_and_taken_up_from_there(union: Union) -> None:
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    browser = visitor(CLERK)
    assert "取消比对" in text(browser.get(f"/runs/{run_id}/"))
    assert post(browser, run_id, "cancel") == 302
    page = text(browser.get(f"/runs/{run_id}/"))
    assert "已记下的结果保留" in page
    assert "接着办" in page
    assert post(browser, run_id, "cancel") == 422
    assert post(browser, run_id, "take-up") == 302
    perform(clerk(), run_id)
    with acting(clerk()):
        assert Run.objects.get(pk=run_id).state == Run.State.DONE


def test_who_may_look_may_not_cancel_and_the_neighbour_sees_nothing(union: Union) -> None:
    run_id = start_run(actor=clerk(), act_id=uuid4(), on=ON)
    leader = visitor(LEADER)
    assert "取消比对" not in text(leader.get(f"/runs/{run_id}/"))
    assert (post(leader, run_id, "cancel"), post(leader, run_id, "take-up")) == (403, 403)
    assert "取消比对" in page_of(run_id, DATA_OFFICER)
    assert visitor(NEIGHBOUR).get(f"/runs/{run_id}/").status_code == 404
    assert post(visitor(NEIGHBOUR), run_id, "cancel") == 404


def test_a_run_of_the_union_above_is_seen_from_below_and_not_changed(union: Union) -> None:
    above = actor(PREFECTURE_CLERK, Purpose.COMPARISON)
    run_id = start_run(actor=above, act_id=uuid4(), on=ON)
    assert "取消比对" not in page_of(run_id)
    assert post(visitor(CLERK), run_id, "cancel") == 404


def test_an_empty_list_says_what_comes_first(union: Union) -> None:
    assert "还没有比对过" in text(visitor(NEIGHBOUR).get("/runs/"))
