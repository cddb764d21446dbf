"""档案: the list, one file, and a whole number shown with its reason."""

import re
from functools import partial
from uuid import uuid4

import pytest
from django.test import Client

from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail.models import Look
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.selectors import files
from tests.decide.union import HEADS, WANG, WANGS_WIFE, Union
from tests.people import AUDITOR, CLERK, DATA_OFFICER, LEADER, NEIGHBOUR, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def clerk(union: Union) -> Client:
    return visitor(CLERK)


def file_of(name: str) -> CaseFile:
    with acting(actor(CLERK)):
        return CaseFile.objects.get(head_name=name)


def names(page: str) -> list[str]:
    return re.findall(r'data-drawer="(.*?)"', page)


def looks(page: str) -> int:
    with acting(actor(CLERK)):
        return Look.objects.filter(page=page).count()


def ask_for_number(client: Client, name: str, **given: str) -> str:
    file = file_of(name)
    with acting(actor(CLERK)):
        member = Member.objects.get(case_file=file, name=given.pop("person", name))
    form = {"act_id": str(uuid4()), "member": str(member.pk), "reason": "papers", **given}
    return text(client.post(f"/files/{file.pk}/number/", form))


def test_the_list_shows_masked_names_in_the_order_of_pinyin(clerk: Client) -> None:
    page = text(clerk.get("/files/"))
    assert names(page) == ["李*", "王*", "赵*", "周*"]
    assert "在档 4 户" in page
    assert "王明" not in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("王明", ["王*"]),
        ("王", ["王*"]),
        ("wangming", ["王*"]),
        ("wang ming", ["王*"]),
        ("wm", ["王*"]),
        ("王妻", ["王*"]),
        (WANG[-4:], ["王*"]),
        (WANGS_WIFE[-4:], ["王*"]),
        ("查无此人", []),
    ],
)
def test_a_file_is_found_by_name_pinyin_initials_and_last_four(clerk: Client, asked: str, found: list[str]) -> None:
    assert names(text(clerk.get("/files/", {"q": asked}))) == found


def test_a_file_is_found_by_its_number(clerk: Client) -> None:
    assert names(text(clerk.get("/files/", {"q": file_of("周静").number}))) == ["周*"]


@pytest.mark.parametrize("typed", [WANG, f" {WANG} ", WANG[:-1] + "X" if WANG[-1] != "X" else WANG[:-1] + "0"])
def test_a_whole_id_number_never_stays_in_an_address(clerk: Client, typed: str) -> None:
    response = clerk.get("/files/", {"q": typed})
    assert response.status_code == 302
    assert response.headers["Location"] == f"/files/?q={typed.strip()[-4:]}"
    assert "完整的身份证号不进入网址" in text(clerk.get(response.headers["Location"]))


def test_filters_narrow_and_an_empty_list_says_why(clerk: Client) -> None:
    assert names(text(clerk.get("/files/", {"cause": "子女上学"}))) == ["李*"]
    page = text(clerk.get("/files/", {"cause": "子女上学", "unverified": "on"}))
    assert "没有查到" in page
    assert "清除条件" in page
    assert "还没有档案" not in page
    assert "还没有档案" in text(visitor(NEIGHBOUR).get("/files/"))


def test_what_nobody_offered_as_a_choice_asks_for_nothing(clerk: Client) -> None:
    assert len(names(text(clerk.get("/files/", {"cause": "' OR 1=1", "organisation": "532924", "after": "x"})))) == 4


def test_pages_follow_one_another_by_the_number_of_the_last_file(
    clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bangfu.terminals.desk.views.files.files", partial(files, size=3))
    first = text(clerk.get("/files/"))
    (following,) = re.findall(r'rel="next" href="\?after=(.*?)"', first)
    assert following == file_of("赵强").number
    assert names(first) + names(text(clerk.get("/files/", {"after": following}))) == ["李*", "王*", "赵*", "周*"]


def test_one_file_says_everything_and_is_recorded(clerk: Client) -> None:
    page = text(clerk.get(f"/files/{file_of('王明').pk}/"))
    assert "王明 · 一家 2 人" in page
    assert "患重特大疾病" in page
    assert "名下" in page
    assert "从“档案.xlsx”收入第 1 段" in page
    assert "经小云 · 经办 · 建档" in page
    assert WANG not in page
    assert f"**** {WANG[-4:]}" in page
    assert looks("file") >= 1


def test_the_drawer_gets_the_short_file(clerk: Client) -> None:
    file = file_of("王明")
    page = text(clerk.get(f"/files/{file.pk}/", headers={"HX-Request": "true"}))
    assert page.lstrip().startswith("<div data-part>")
    assert "看整份档案" in page
    assert "谁看过" not in page
    assert looks("drawer") == 1


def test_a_file_of_the_next_county_is_not_there(union: Union) -> None:
    response = visitor(NEIGHBOUR).get(f"/files/{file_of('王明').pk}/")
    assert response.status_code == 404
    assert "没有找到，或不在您的管辖范围内" in text(response)


def test_roles_without_the_right_see_neither_causes_nor_illness_nor_numbers(union: Union) -> None:
    for someone in (LEADER, AUDITOR):
        client = visitor(someone)
        listed = text(client.get("/files/", {"cause": "子女上学"}))
        assert len(names(listed)) == 4
        assert "子女上学" not in listed
        page = text(client.get(f"/files/{file_of('王明').pk}/"))
        assert "王*" in page
        for secret in ("王明", "患重特大疾病", WANG[-4:], "名下小型轿车", "显示完整"):
            assert secret not in page
    assert looks("file") == 0


def test_who_has_no_business_with_files_sees_none(union: Union) -> None:
    client = visitor(DATA_OFFICER)
    assert client.get("/files/").status_code == 403
    assert 'href="/files/"' not in text(client.get("/"))


def test_a_whole_number_is_shown_once_with_a_reason_and_told_in_the_trail(clerk: Client) -> None:
    page = ask_for_number(clerk, "王明")
    assert WANG in page
    assert WANGS_WIFE not in page
    assert WANG not in text(clerk.get(f"/files/{file_of('王明').pk}/"))
    assert "查看了户主的完整身份证号，理由：核对证件原件" in text(clerk.get(f"/files/{file_of('王明').pk}/"))
    with acting(actor(CLERK)):
        entry = Entry.objects.get(verb="registry.number_shown")
        assert WANG not in str((entry.answer, entry.values))
    assert looks("number") == 1


def test_a_whole_number_needs_a_reason_of_the_list(clerk: Client) -> None:
    ask_for_number(clerk, "王明", reason="because")
    assert "没有显示：请选择理由" in text(clerk.get("/files/"))
    with acting(actor(CLERK)):
        assert not Entry.objects.filter(verb="registry.number_shown").exists()


def test_a_whole_number_is_for_those_who_may_see_it(clerk: Client) -> None:
    assert WANG not in ask_for_number(visitor(AUDITOR), "王明")
    assert WANG not in ask_for_number(visitor(NEIGHBOUR), "王明")
    assert clerk.get(f"/files/{file_of('王明').pk}/number/").status_code == 302


def test_somebody_elses_act_shows_nothing(clerk: Client) -> None:
    act_id = str(uuid4())
    assert WANG in ask_for_number(clerk, "王明", act_id=act_id)
    assert WANGS_WIFE not in ask_for_number(clerk, "王明", person="王妻", act_id=act_id)


def test_pages_are_kept_out_of_caches_and_english_is_english(clerk: Client) -> None:
    response = clerk.get("/files/")
    assert response.headers["Cache-Control"] == "no-store"
    page = text(visitor(CLERK, "en").get(f"/files/{file_of('王明').pk}/"))
    assert "2 persons" in page
    assert "brought in part 1 of" in page
    assert len(HEADS) == 5
