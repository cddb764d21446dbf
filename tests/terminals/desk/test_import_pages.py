"""导入: an archive workbook from the first step to the receipt, in both languages, with few clicks."""

from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client
from openpyxl import Workbook, load_workbook
from procrastinate.contrib.django.models import ProcrastinateJob

from bangfu.ground.acts.actor import Purpose
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.models import Batch, CaseFile
from bangfu.record.registry.uploads import FOLDER
from tests.database import OwnDatabase
from tests.people import CHAIR, CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, XIANGYUN, Someone, actor
from tests.record.sources.making import number
from tests.terminals.desk.bringing import buttons, chinese_of_ours, id_in, send, upload, work_off
from tests.terminals.desk.visiting import text, visitor

ABOUT = {"file": "1", "organisation": XIANGYUN, "basis": "authorisation", "source": "祥城镇"}

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / FOLDER))
    return tmp_path


@pytest.fixture
def client() -> Client:
    return visitor(CLERK)


def workbook(*heads: tuple[str, str, str], headings: tuple[str, ...] = ("姓名", "身份证号", "本人月平均收入")) -> bytes:
    """Heads: name, ID number, monthly income."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "职工"
    for row in (headings, *heads):
        sheet.append(row)
    book.create_sheet("家庭成员").append(("姓名", "身份证号", "户主身份证号", "关系"))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


TWO = workbook(("王小明", number(1), "1200"), ("李大山", number(2), "900"))


def uploaded(client: Client, content: bytes = TWO, **about: str) -> str:
    """Goes through the first two steps; gives the address of the batch."""
    page = text(client.get("/imports/new/", {**ABOUT, **about}))
    answer = send(client, "/imports/new/", page, file=upload("档案.xlsx", content))
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"]).replace("columns/", "")


def checked(client: Client, content: bytes = TWO, **about: str) -> str:
    url = uploaded(client, content, **about)
    send(client, f"{url}columns/", text(client.get(f"{url}columns/")))
    work_off()
    return url


def brought(client: Client, content: bytes = TWO) -> str:
    url = checked(client, content)
    send(client, f"{url}commit/", text(client.get(url)))
    work_off()
    return url


def row(url: str) -> Batch:
    with acting(actor(CLERK, Purpose.FILING)):
        return Batch.objects.get(pk=url.split("/")[2])


def test_the_whole_way_takes_one_button_a_step_and_at_most_twelve_clicks(client: Client) -> None:
    clicks = ["登录", "菜单：导入"]
    clicks += buttons(text(client.get("/imports/")))[:1]
    clicks += buttons(text(client.get("/imports/new/")))
    clicks += ["选文件", *buttons(text(client.get("/imports/new/", ABOUT)))]
    url = uploaded(client)
    columns = text(client.get(f"{url}columns/"))
    clicks += buttons(columns)
    assert send(client, f"{url}columns/", columns)["Location"] == url
    work_off()
    look = text(client.get(url))
    clicks += buttons(look)
    assert send(client, f"{url}commit/", look)["Location"] == url
    work_off()
    assert "已收入" in text(client.get(url))
    clicks += ["回执"]
    assert "导入回执" in text(client.get(f"{url}receipt/"))
    assert clicks == [
        *("登录", "菜单：导入", "导入工作簿", "下一步：选文件", "选文件", "上传"),
        *("下一步：检查", "提交2行", "回执"),
    ]
    assert len(clicks) <= 12
    with acting(actor(CLERK, Purpose.FILING)):
        assert CaseFile.objects.count() == 2


def test_progress_is_asked_for_and_gives_way_to_the_result(client: Client) -> None:
    url = uploaded(client)
    send(client, f"{url}columns/", text(client.get(f"{url}columns/")))
    assert 'hx-trigger="poll"' in text(client.get(url))
    assert "排队中" in text(client.get(f"{url}progress/", headers={"HX-Request": "true"}))
    work_off()
    assert client.get(f"{url}progress/", headers={"HX-Request": "true"})["HX-Redirect"] == url


def test_samples_of_columns_are_masked(client: Client) -> None:
    page = text(client.get(f"{uploaded(client)}columns/"))
    assert number(1) not in page
    assert "王小明" not in page
    assert "1200" in page


def test_an_unknown_heading_can_be_said_what_it_is(client: Client) -> None:
    content = workbook(("王小明", number(1), "1200"), headings=("姓名", "身份证号", "每月挣多少"))
    url = uploaded(client, content)
    columns = text(client.get(f"{url}columns/"))
    send(client, f"{url}columns/", columns, **{"column.0.2": "monthly_income"})
    work_off()
    assert row(url).columns["职工/每月挣多少"] == "monthly_income"
    again = text(client.get(f"{uploaded(client, content)}columns/"))
    assert '<option value="monthly_income" selected>' in again


def test_what_would_change_is_shown_before_it_does(client: Client) -> None:
    brought(client)
    url = checked(client, workbook(("王小明", number(1), "1500"), ("李大山", number(2), "900")))
    assert f"{url}look/" in text(client.get(url))
    samples = text(client.get(f"{url}look/", headers={"HX-Request": "true"}))
    assert "本人月平均收入" in samples
    assert "王*明" in samples
    assert "<html" not in samples
    assert "<html" in text(client.get(f"{url}look/"))


def test_households_whose_class_would_change_are_named(client: Client) -> None:
    brought(client)
    url = checked(client, workbook(("王小明", number(1), "25000"), ("李大山", number(2), "901")))
    look = text(client.get(f"{url}look/"))
    classes = look.split("抽看几户")[0]
    assert "王*明" in classes
    assert "李*山" not in classes
    assert "不符合" in classes


def test_changes_that_move_no_class_say_so(client: Client) -> None:
    brought(client)
    url = checked(client, workbook(("王小明", number(1), "1201"), ("李大山", number(2), "900")))
    assert "1 户会有改动，类别都不变" in text(client.get(f"{url}look/"))


def test_wrong_rows_can_be_downloaded_in_the_senders_own_file(client: Client) -> None:
    url = checked(client, workbook(("王小明", number(1), "1200"), ("李大山", "123", "900")))
    look = text(client.get(url))
    assert "有错的行" in look
    answer = send(client, f"{url}errors/", look)
    book = load_workbook(BytesIO(b"".join(answer)))
    assert [cell.value for cell in book["职工"][1]][-1] == "问题"
    with acting(actor(CLERK, Purpose.FILING)):
        assert Entry.objects.filter(verb="registry.errors_taken", subject_id=row(url).pk).exists()


def test_a_differing_control_total_asks_for_a_reason(client: Client) -> None:
    url = checked(client, control_households="5")
    look = text(client.get(url))
    assert 'name="reason"' in look
    assert send(client, f"{url}commit/", look).status_code == 422
    assert send(client, f"{url}commit/", look, reason="镇上少送三户").status_code == 302


def test_a_file_that_is_no_workbook_is_said_at_the_columns(client: Client) -> None:
    url = uploaded(client, b"PK nothing of the kind")
    answer = client.get(f"{url}columns/")
    assert answer.status_code == 422
    assert "档案.xlsx" in text(answer)


def test_the_same_form_sent_twice_makes_one_batch(client: Client) -> None:
    page = text(client.get("/imports/new/", ABOUT))
    sent = [send(client, "/imports/new/", page, file=upload("档案.xlsx", TWO)) for _ in range(2)]
    assert id_in(sent[0]) == id_in(sent[1])


def test_the_commit_is_not_begun_twice(client: Client) -> None:
    url = checked(client)
    look = text(client.get(url))
    assert [send(client, f"{url}commit/", look).status_code for _ in range(2)] == [302, 302]
    assert work_off() == 1


@pytest.mark.parametrize("step", ["columns", "commit"])
def test_work_that_stopped_can_go_on(client: Client, step: str) -> None:
    url = uploaded(client) if step == "columns" else checked(client)
    send(client, f"{url}{step}/", text(client.get(f"{url}columns/" if step == "columns" else url)))
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")
    stopped = text(client.get(url))
    assert "后台停下了" in stopped
    assert send(client, f"{url}resume/", stopped)["Location"] == url
    work_off()
    assert row(url).state == ("checked" if step == "columns" else "done")


def test_what_is_over_does_not_go_on(client: Client) -> None:
    url = brought(client)
    sent = client.post(f"{url}resume/", {"act_id": str(uuid4()), "version": str(row(url).version)})
    assert sent.status_code == 422


def test_the_template_can_be_taken(client: Client) -> None:
    answer = client.get("/imports/template.xlsx")
    assert load_workbook(BytesIO(b"".join(answer))).sheetnames[:2] == ["职工", "家庭成员"]


@pytest.mark.parametrize("someone", [LEADER, DATA_OFFICER], ids=lambda one: one.username)
def test_those_who_bring_no_archives_are_kept_out(someone: Someone) -> None:
    client = visitor(someone)
    assert client.get("/imports/").status_code == 403
    assert client.get("/imports/new/").status_code == 403


def test_the_neighbour_does_not_find_a_batch(client: Client) -> None:
    url = checked(client)
    neighbour = visitor(NEIGHBOUR)
    for page in (url, f"{url}columns/", f"{url}progress/", f"{url}look/", f"{url}receipt/"):
        assert neighbour.get(page).status_code == 404
    sent = neighbour.post(f"{url}commit/", {"act_id": str(uuid4()), "version": str(row(url).version)})
    assert sent.status_code == 404
    assert neighbour.post(f"{url}errors/", {"act_id": str(uuid4())}).status_code == 404


def test_a_chair_brings_the_files_of_the_own_township_only() -> None:
    client = visitor(CHAIR)
    assert client.get("/imports/new/", ABOUT).status_code == 422
    page = text(client.get("/imports/new/"))
    assert XIANGYUN + '"' not in page


@pytest.mark.parametrize("where", ["", "new/", "new/?file=1&organisation=532923&basis=authorisation"])
def test_pages_before_a_batch_are_there_in_english(where: str) -> None:
    answer = visitor(CLERK, "en").get(f"/imports/{where}")
    assert answer.status_code == 200
    assert chinese_of_ours(text(answer)) == []


def test_every_state_of_a_batch_is_there_in_english(client: Client) -> None:
    english = visitor(CLERK, "en")
    url = uploaded(client, source="")
    assert chinese_of_ours(text(english.get(f"{checked(client, source='x')}look/"))) == []
    for step in ("uploaded", "columns", "checking", "checked", "committing", "done"):
        if step == "columns":
            assert chinese_of_ours(text(english.get(f"{url}columns/"))) == []
            continue
        if step == "checking":
            send(client, f"{url}columns/", text(client.get(f"{url}columns/")))
        if step == "committing":
            send(client, f"{url}commit/", text(client.get(url)))
        if step in ("checked", "done"):
            work_off()
        assert row(url).state == step
        assert chinese_of_ours(text(english.get(url))) == []
    assert chinese_of_ours(text(english.get(f"{url}receipt/"))) == []
    assert UUID(url.split("/")[2])
