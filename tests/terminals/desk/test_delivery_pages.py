"""部门数据: the list, one delivery, and the wizard from the first step to the receipt, in both languages."""

import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from bangfu.core.clock import MachineClock
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.uploads import FOLDER
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.retention import drop_due_deliveries
from tests.database import OwnDatabase
from tests.people import CHAIR, CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, REVIEWER, Someone
from tests.record.sources.making import aged, brought, checked, number, officer, row, vehicles
from tests.terminals.desk.bringing import buttons, chinese_of_ours, fields, send, upload, work_off
from tests.terminals.desk.visiting import text, visitor

ROWS = vehicles([(number(1), "小型轿车"), (number(2), "小型轿车"), ("123", "小型轿车")])
ABOUT = {"file": "1", "dataset": "vehicles", "as_of": "2026-10-31", "basis": "agreement", "source": "祥云县车管所"}

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "FILE_UPLOAD_TEMP_DIR", str(tmp_path / FOLDER))
    return tmp_path


@pytest.fixture
def client() -> Client:
    return visitor(DATA_OFFICER)


def uploaded(client: Client, content: bytes = ROWS, **about: str) -> "str":
    """Goes through the first two steps; gives where they lead."""
    page = text(client.get("/deliveries/new/", {**ABOUT, **about}))
    answer = send(client, "/deliveries/new/", page, file=upload("机动车.csv", content))
    assert answer.status_code == 302, text(answer)
    return str(answer["Location"])


def only() -> Delivery:
    with acting(officer()):
        return Delivery.objects.get()


def test_the_whole_way_from_the_list_to_the_receipt(client: Client) -> None:
    assert buttons(text(client.get("/deliveries/"))) == ["收数据"]
    assert buttons(text(client.get("/deliveries/new/"))) == ["下一步：选文件"]
    assert buttons(text(client.get("/deliveries/new/", ABOUT))) == ["上传"]
    columns_url = uploaded(client)
    columns = text(client.get(columns_url))
    assert buttons(columns) == ["下一步：检查"]
    work_off()
    answer = send(client, columns_url, columns)
    delivery_url = answer["Location"]
    look = text(client.get(delivery_url))
    assert buttons(look) == ["启用"]
    used = send(client, f"{delivery_url}use/", look)
    assert used["Location"] == f"{delivery_url}receipt/"
    receipt = text(client.get(used["Location"]))
    assert "收数据回执" in receipt
    assert only().sha256 in receipt
    assert only().state == "active"


def test_the_check_shows_itself_while_it_runs_and_gives_way_to_what_it_found(client: Client) -> None:
    columns_url = uploaded(client)
    delivery_url = columns_url.replace("columns/", "")
    assert "排队中" in text(client.get(delivery_url))
    waiting = client.get(f"{delivery_url}progress/", headers={"HX-Request": "true"})
    assert 'hx-trigger="poll"' in text(waiting)
    work_off()
    over = client.get(f"{delivery_url}progress/", headers={"HX-Request": "true"})
    assert over["HX-Redirect"] == delivery_url
    assert client.get(f"{delivery_url}progress/")["Location"] == delivery_url


def test_columns_that_are_right_are_not_checked_twice(client: Client) -> None:
    columns_url = uploaded(client)
    assert work_off() == 1
    send(client, columns_url, text(client.get(columns_url)))
    assert work_off() == 0


def test_other_columns_are_checked_anew(client: Client) -> None:
    columns_url = uploaded(client, vehicles([(number(1), "小型轿车")], headings="谁,号,牌,型,态"))
    work_off()
    delivery_url = columns_url.replace("columns/", "")
    assert "这个文件读不了" in text(client.get(delivery_url))
    columns = text(client.get(columns_url))
    chosen = dict(zip("01234", ("owner", "id_number", "plate", "vehicle_type", "status"), strict=True))
    send(client, columns_url, columns, **{f"column.0.{at}": field for at, field in chosen.items()})
    work_off()
    assert (only().state, only().rows) == ("checked", 1)


def test_a_check_that_stopped_can_be_done_again(client: Client) -> None:
    delivery_url = uploaded(client).replace("columns/", "")
    ProcrastinateJob.objects.filter(status="todo")._raw_delete("default")
    stopped = text(client.get(delivery_url))
    assert "停下了" in stopped
    send(client, f"{delivery_url}columns/", stopped)
    work_off()
    assert only().state == "checked"


def test_samples_of_columns_are_masked(client: Client) -> None:
    page = text(client.get(uploaded(client)))
    assert number(1)[-4:] not in page
    assert "王*明" in page
    assert "王小明" not in page


def test_the_same_form_sent_twice_brings_one_delivery(client: Client) -> None:
    page = text(client.get("/deliveries/new/", ABOUT))
    first, second = (send(client, "/deliveries/new/", page, file=upload("机动车.csv", ROWS)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert only()


def test_the_same_file_again_is_said_and_changes_nothing(client: Client, home: Path) -> None:
    uploaded(client)
    again = uploaded(client)
    assert "完全相同" in text(client.get(again))
    assert len(list((home / FOLDER).iterdir())) == 1


def test_a_wrong_first_step_says_which_field(client: Client) -> None:
    answer = client.get("/deliveries/new/", {**ABOUT, "as_of": "soon", "coverage": "火星"})
    assert answer.status_code == 422
    page = text(answer)
    assert 'href="#id_as_of"' in page
    assert "火星" in page


def test_places_may_be_named(client: Client) -> None:
    uploaded(client, coverage="祥云县，宾川")
    assert only().coverage == ["532923", "532924"]


def test_a_form_without_a_file_says_so(client: Client) -> None:
    answer = send(client, "/deliveries/new/", text(client.get("/deliveries/new/", ABOUT)))
    assert answer.status_code == 422
    assert "没有收到文件" in text(answer)


def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "BANGFU_LARGEST_UPLOAD", 1_000_000)
    page = text(client.get("/deliveries/new/", ABOUT))
    answer = send(client, "/deliveries/new/", page, file=upload("大.csv", ROWS + b"x" * 5_000_000))
    assert answer.status_code == 422
    assert "超过了上传上限" in text(answer)
    assert list((home / FOLDER).iterdir()) == []


def test_a_differing_control_total_asks_for_a_reason(client: Client) -> None:
    delivery_url = uploaded(client, control_rows="9").replace("columns/", "")
    work_off()
    look = text(client.get(delivery_url))
    assert "部门说有 9 行" in look
    assert send(client, f"{delivery_url}use/", look).status_code == 422
    assert send(client, f"{delivery_url}use/", look, reason="来电确认").status_code == 302


def test_rows_set_aside_can_be_downloaded_and_that_is_recorded(client: Client) -> None:
    delivery_id = checked(ROWS)
    url = f"/deliveries/{delivery_id}/"
    look = text(client.get(url))
    answer = send(client, f"{url}quarantine/", look)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer).startswith(b"PK")
    with acting(officer()):
        assert Entry.objects.filter(verb="sources.quarantine_taken", subject_id=delivery_id).exists()


def test_a_refused_delivery_says_so_and_its_file_goes(client: Client, home: Path) -> None:
    delivery_id = checked(ROWS)
    url = f"/deliveries/{delivery_id}/"
    answer = send(client, f"{url}refuse/", text(client.get(url)), reason="数据不全")
    assert answer["Location"] == "/deliveries/"
    work_off()
    assert row(delivery_id).state == "refused"
    assert not (home / FOLDER / str(delivery_id)).exists()


def test_what_was_changed_since_the_page_was_drawn_is_not_overwritten(client: Client) -> None:
    delivery_id = checked(ROWS)
    url = f"/deliveries/{delivery_id}/"
    look = text(client.get(url))
    assert send(client, f"{url}use/", look, version="1").status_code == 409
    assert send(client, f"{url}use/", look, version="x").status_code == 403


@pytest.mark.parametrize("someone", [CLERK, REVIEWER, LEADER, NEIGHBOUR], ids=lambda one: one.username)
def test_those_below_look_and_do_not_touch(someone: Someone) -> None:
    delivery_id = brought(ROWS)
    client = visitor(someone)
    page = text(client.get(f"/deliveries/{delivery_id}/"))
    assert "正在使用" in page
    assert buttons(page) == []
    assert client.get("/deliveries/new/").status_code == 403
    sent = client.post(f"/deliveries/{delivery_id}/use/", {"act_id": str(uuid4()), "version": "3"})
    assert sent.status_code == 403


def test_a_chair_has_no_part_in_it() -> None:
    client = visitor(CHAIR)
    assert client.get("/deliveries/").status_code == 403
    assert "/deliveries/" not in text(client.get("/"))


def test_another_union_s_delivery_is_not_found(client: Client) -> None:
    assert client.get(f"/deliveries/{uuid4()}/").status_code == 404


def test_the_list_says_what_is_missing_and_what_is_old(client: Client) -> None:
    brought(ROWS, as_of=date(2020, 1, 31))
    page = text(client.get("/deliveries/"))
    assert "1 类已旧" in page
    assert "还有15 项没有数据" in re.sub(r"\s+", " ", page).replace("还有 ", "还有")
    assert page.count("<tr>") == 17


@pytest.mark.parametrize("where", ["", "new/", "all/", "all/?dataset=vehicles", "ID/", "ID/columns/", "ID/receipt/"])
def test_every_page_is_there_in_english(where: str) -> None:
    delivery_id = brought(ROWS)
    client = visitor(DATA_OFFICER, "en")
    answer = client.get(f"/deliveries/{where.replace('ID', str(delivery_id))}")
    assert answer.status_code == 200
    assert chinese_of_ours(text(answer)) == []


def test_the_sheet_of_columns_lists_every_column_of_the_dataset(client: Client) -> None:
    page = text(client.get(uploaded(client)))
    assert fields(page, "/columns/")["column.0.1"] == "id_number"


def test_a_delivery_whose_rows_were_dropped_says_since_when_and_offers_them_no_more(client: Client) -> None:
    former = brought(ROWS)
    url = f"/deliveries/{former}/"
    assert "下载搁置清单" in text(client.get(url))
    brought(ROWS, as_of=date(2026, 11, 30))
    aged(90, former)
    drop_due_deliveries(operator(), MachineClock().now())
    page = text(client.get(url))
    assert re.search("保存期满，.*删除；计数和比对结果仍在", page)
    assert "原始行已删除" in page
    assert "下载搁置清单" not in page
