"""Workers of firms that were struck off: found early by the credit code in the file, listed for whoever may see it, and for nobody else."""

import re

import pytest

from bangfu.decide.comparison.models import Finding
from bangfu.decide.comparison.running import asking_everything, compare_now
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.models import Look
from tests.decide.filing import ON, deliver
from tests.decide.union import HEADS, Union, clerk
from tests.people import CLERK, LEADER, NEIGHBOUR, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
CODE = "91350100M000100Y43"
COMPANIES = (
    "统一社会信用代码,名称,法定代表人,身份证号,出资额,状态\n"
    f"{CODE},祥云水泥厂,某人,,500000,吊销\n"
    f"{CODE.lower()},祥云水泥厂,别人,不是号码,20万,吊销\n"
    "91350100M000100Y44,祥云纸厂,某人,,1,注销\n"
)


def names(page: str) -> list[str]:
    return re.findall(r'data-drawer="(.*?)"', page)


def test_workers_of_a_firm_that_was_struck_off_are_listed(union: Union) -> None:
    employers = (
        ["工作单位", "统一社会信用代码"],
        ["祥云水泥厂", CODE],
        ["祥云水泥厂", f" {CODE}"],
        ["祥云纸厂", ""],
        ["", ""],
    )
    union.bring([[*row, *more] for row, more in zip(HEADS, employers, strict=True)])
    companies = union.folder / "companies.csv"
    companies.write_text(COMPANIES, "utf-8")
    deliver("companies", companies)
    compare_now(clerk(), ON, asking_everything())
    with acting(clerk()):
        found = Finding.objects.filter(kind="单位状态").order_by("case_file__head_name")
        assert [(f.conclusion, f.row_count) for f in found] == [("疑点", 2), ("疑点", 2)]
        assert found[0].says_zh == "档案写的单位登记为“祥云水泥厂”，状态吊销，出资额合计700000.00元；档案写在岗"
    page = text(visitor(CLERK).get("/files/", {"found": "单位状态"}))
    assert names(page) == ["李*", "王*"]
    with acting(actor(CLERK)):
        assert Look.objects.filter(page="files", fields__contains=["says_zh"]).exists()
    assert "2 户的单位已吊销、注销或停业" in text(visitor(CLERK).get("/"))
    # Next door nobody is found, and who may not see what was found cannot ask for it.
    assert names(text(visitor(NEIGHBOUR).get("/files/", {"found": "单位状态"}))) == []
    leader = visitor(LEADER)
    assert 'name="found"' not in text(leader.get("/files/"))
    assert len(names(text(leader.get("/files/", {"found": "单位状态"})))) == 4
    assert "已吊销" not in text(leader.get("/"))
