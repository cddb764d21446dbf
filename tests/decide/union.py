"""A small union: four families of Xiangyun on file, compared with vehicles and allowances; what the rules propose waits to be settled.

王明 owns a car that his file cannot know of; 李芳 has nothing against her; 赵强 earns too much for any class; 周静 is a little unclear.
"""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from bangfu.decide.comparison.running import compare_now, perform
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from tests.database import OwnDatabase
from tests.decide.filing import ON, deliver
from tests.engine.intake.books import number, write_book
from tests.people import CLERK, XIANGYUN, actor
from tests.record.registry.bringing import bring

WANG, LI, ZHAO, ZHOU = (number(sequence) for sequence in (101, 102, 103, 104))
WANGS_WIFE = number(105)
HEADS = [
    ["姓名", "身份证号", "工作状态", "本人月平均收入", "主要致困原因", "健康状况"],
    ["王明", WANG, "在岗", "1000", "患重特大疾病", "良好"],
    ["李芳", LI, "在岗", "500", "子女上学", "良好"],
    ["赵强", ZHAO, "在岗", "9000", "其他", "良好"],
    ["周静", ZHOU, "在岗", "600", "无劳动能力", "残疾"],
]
MEMBERS = [
    ["户主身份证号", "姓名", "关系", "身份证号", "月收入", "人员身份"],
    [WANG, "王妻", "妻", WANGS_WIFE, "200", "务农"],
]
CARS = [(WANG, "小型轿车", "非营运"), (ZHOU, "残疾人专用汽车", "非营运")]


@dataclass(frozen=True)
class Union:
    """A union at work, and the folder and database that it works in."""

    folder: Path
    database: OwnDatabase | None = None

    def standing(self, name: str) -> Determination:
        """The determination that stands, by the head's name."""
        with acting(clerk()):
            live = Determination.objects.exclude(state=Determination.State.SUPERSEDED)
            return live.select_related("case_file").get(case_file__head_name=name)

    def bring(self, heads: list[list[str]] | None = None) -> None:
        """The workbook as it is now."""
        book = write_book(self.folder / "档案.xlsx", {"职工": heads or HEADS, "家庭成员": MEMBERS})
        bring(actor(CLERK, Purpose.FILING), book, XIANGYUN)

    def deliver_vehicles(self, cars: list[tuple[str, str, str]]) -> UUID:
        """The newest vehicles, in place of the former."""
        lines = ["所有人,身份证号,号牌号码,车辆类型,使用性质,状态"]
        lines += [f",{who},云L0000{at},{kind},{use},正常" for at, (who, kind, use) in enumerate(cars)]
        path = self.folder / "vehicles.csv"
        path.write_text("\n".join(lines) + "\n", "utf-8")
        return deliver("vehicles", path)

    def compare(self) -> None:
        """Compare, and propose what follows."""
        compare_now(clerk(), ON)
        propose_now(clerk(), ON, uuid4())


def clerk() -> Actor:
    return actor(CLERK, Purpose.IDENTIFICATION)


def union_at_work(folder: Path) -> Union:
    """Everything brought, compared and proposed."""
    union = Union(folder)
    union.bring()
    union.deliver_vehicles(CARS)
    union.compare()
    return union


def go_on(run_id: str) -> None:
    """Carry a run out, in a process that a test may kill."""
    perform(clerk(), UUID(run_id))
