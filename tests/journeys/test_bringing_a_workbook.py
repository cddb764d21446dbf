"""The clerk brings a workbook of 5,000 rows in: from the sign-in to the receipt in at most twelve clicks."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import Batch, CaseFile
from tests.engine.intake.books import number, write_book
from tests.journeys.visiting import Site, visit
from tests.people import CLERK, actor

HEADS, MEMBERS = 2_000, 3_000
MOST_CLICKS = 12
SURNAMES, NAMES = "王李张刘陈杨赵黄周吴", "芳明静强丽军霞伟燕勇"


def somebody(sequence: int) -> tuple[str, str]:
    """A name and a valid invented number; no two alike."""
    name = SURNAMES[sequence % 10] + NAMES[sequence // 10 % 10] + NAMES[sequence // 100 % 10]
    return name, number(sequence % 999 + 1, birth=f"19{50 + sequence // 999:02}0601", division="532991")


@pytest.fixture(scope="module")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    heads = [somebody(sequence) for sequence in range(HEADS)]
    members = [somebody(HEADS + sequence) for sequence in range(MEMBERS)]
    return write_book(
        tmp_path_factory.mktemp("workbook") / "档案5000行.xlsx",
        {
            "职工": [
                ["姓名", "身份证号", "工作状态", "本人月平均收入", "主要致困原因"],
                *([name, text, "在岗", "1100", "子女上学"] for name, text in heads),
            ],
            "家庭成员": [
                ["户主身份证号", "姓名", "关系", "身份证号", "人员身份"],
                *([heads[at % HEADS][1], name, "子", text, "学生"] for at, (name, text) in enumerate(members)),
            ],
        },
    )


def test_a_workbook_of_5000_rows_is_in_after_at_most_twelve_clicks(
    browser: Browser, site: Site, workbook: Path
) -> None:
    with visit(browser, site) as clerk:
        clerk.sign_in(CLERK)
        clerk.click("text=导入工作簿")
        clerk.click("text=下一步：选文件")
        # To choose the file in the system's own window: one more.
        clerk.clicks += 1
        clerk.page.set_input_files("input[type=file]", workbook)
        assert "档案5000行.xlsx" in clerk.text(".drop-name")
        clerk.click("button:has-text('上传')")
        clerk.click("button:has-text('下一步：检查')")
        commit = "button:has-text('提交 5,000 行')"
        clerk.page.wait_for_selector(commit, timeout=120_000)
        clerk.click(commit)
        receipt = "a:has-text('回执')"
        clerk.page.wait_for_selector(receipt, timeout=180_000)
        clerk.click(receipt)
        clerk.page.wait_for_selector("text=导入回执")
        assert "5,000" in clerk.text("main")
        assert clerk.clicks <= MOST_CLICKS
    with acting(actor(CLERK, Purpose.FILING)):
        batch = Batch.objects.get(file_name="档案5000行.xlsx")
        assert batch.counts["rows"] == batch.counts["new"] == HEADS + MEMBERS
        assert CaseFile.objects.filter(consent__batch_id=batch.pk).count() == HEADS
