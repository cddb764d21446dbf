"""The access page of the security administrator, and the auditor's page."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.test import Client

from bangfu.ground.access.models import Account, Appointment
from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services import appoint
from bangfu.ground.acts.actor import ROLE_WORDS, Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.models import CaseFile
from tests.database import OwnDatabase
from tests.decide.union import Union, clerk, union_at_work
from tests.people import (
    AUDIT_ADMIN,
    AUDITOR,
    CAST,
    CLERK,
    NEIGHBOUR,
    PASSWORD,
    REVIEWER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    XIANGYUN,
    Someone,
)
from tests.terminals.desk.visiting import sign_in, text, visitor

pytestmark = [pytest.mark.usefixtures("built_assets")]
database = pytest.mark.django_db


def of(someone: Someone) -> UUID:
    return Account.objects.get(username=someone.username).pk


def change(browser: Client, someone: Someone, what: str, **given: object) -> str:
    """Press a button on somebody's page; what is said then."""
    response = browser.post(f"/access/people/{of(someone)}/{what}/", {"act_id": uuid4(), **given}, follow=True)
    return text(response)


@database
@pytest.mark.parametrize("someone", [one for one in CAST if one is not SECURITY_ADMIN], ids=lambda one: one.username)
def test_only_the_security_administrator_sees_and_changes_who_may_what(someone: Someone) -> None:
    browser = visitor(someone)
    addresses = ["/access/", "/access/roles/", "/access/doors/", "/access/people/new/", f"/access/people/{of(CLERK)}/"]
    assert {browser.get(address).status_code for address in addresses} == {403}
    assert browser.post(f"/access/people/{of(CLERK)}/suspend/", {"act_id": uuid4()}).status_code == 403


@database
def test_people_are_listed_with_their_roles_and_found() -> None:
    browser = visitor(SECURITY_ADMIN)
    page = text(browser.get("/access/"))
    assert all(one.full_name in page for one in CAST)
    found = text(browser.get("/access/?q=经小&role=clerk"))
    assert "经小云" in found
    assert "傅小核" not in found
    assert "没有查到" in text(browser.get("/access/?q=nobody"))


@database
def test_somebody_new_gets_a_password_for_one_time_that_is_shown_once() -> None:
    browser = visitor(SECURITY_ADMIN)
    act_id = uuid4()
    given = {"act_id": act_id, "full_name": "新小人", "username": "newone", "role": "clerk", "organisation": XIANGYUN}
    response = browser.post("/access/people/new/", {**given, "since": str(date.today())})  # noqa: DTZ011, a form's day
    password = re.findall(r'<code class="once">([a-z2-9-]{16})</code>', text(response))[0]
    again = browser.post("/access/people/new/", {**given, "since": str(date.today())})  # noqa: DTZ011
    assert again.status_code == 422
    assert password not in text(again)
    newcomer = Client()
    assert sign_in(newcomer, "newone", password).headers["Location"] == "/password/"
    with acting(operator()):
        told = Entry.objects.get(act_id=act_id)
        assert password not in f"{told.values}{told.answer}{told.content_sha256}"


@database
def test_what_cannot_be_is_said_where_it_was_typed() -> None:
    given = {"full_name": "某", "username": "CLERK", "role": "clerk", "organisation": XIANGYUN, "since": "2026-01-01"}
    response = visitor(SECURITY_ADMIN).post("/access/people/new/", {"act_id": uuid4(), **given})
    assert response.status_code == 422
    assert "已经有人用" in text(response)


@database
def test_the_buttons_of_a_person_do_what_they_say() -> None:
    browser, clerk_browser = visitor(SECURITY_ADMIN), visitor(CLERK)
    assert "账号已停用" in change(browser, CLERK, "suspend")
    assert clerk_browser.get("/").status_code == 302
    assert sign_in(Client()).status_code == 422
    assert "账号已恢复" in change(browser, CLERK, "resume")
    assert sign_in(Client()).status_code == 302
    assert "一次性密码" in change(browser, CLERK, "reset")
    assert sign_in(Client(), password=PASSWORD).status_code == 422
    appointment = Appointment.objects.get(account=of(REVIEWER)).pk
    assert "岗位已免去" in change(browser, REVIEWER, "end", appointment=appointment)
    given = {"role": "auditor", "organisation": XIANGYUN, "since": "2026-01-01"}
    assert "不能再任“审计 (auditor)”" in change(browser, CLERK, "appoint", **given)
    assert change(browser, CLERK, "nothing").count("没有这个页面")


@database
def test_a_locked_account_is_seen_and_unlocked() -> None:
    for _ in range(6):
        sign_in(Client(), password="wrong-wrong-wrong")
    browser = visitor(SECURITY_ADMIN)
    assert "经小云" in text(browser.get("/access/?state=locked"))
    assert "经小云（clerk）" in text(browser.get("/access/doors/"))
    assert "登录锁定已解除" in change(browser, CLERK, "unlock")
    assert sign_in(Client()).status_code == 302


@database
def test_oneself_one_cannot_change() -> None:
    browser = visitor(SECURITY_ADMIN)
    assert "要由另一位管理员办理" in text(browser.get(f"/access/people/{of(SECURITY_ADMIN)}/"))
    assert "不能给自己办" in change(browser, SECURITY_ADMIN, "suspend")


@database
def test_an_administrator_of_a_county_sees_the_county() -> None:
    appoint(
        actor=operator(),
        act_id=uuid4(),
        username="county",
        full_name="县小管",
        role=Role.SECURITY_ADMIN,
        organisation_code=XIANGYUN,
        since=date(2026, 1, 1),
        password_hash=Account.objects.get(username="clerk").password,
    )
    Account.objects.filter(username="county").update(must_change_password=False)
    browser = visitor(Someone("county", "县小管", Role.SECURITY_ADMIN, XIANGYUN))
    page = text(browser.get("/access/"))
    assert "经小云" in page
    assert "林小县" not in page
    assert browser.get(f"/access/people/{of(NEIGHBOUR)}/").status_code == 404
    assert browser.post(f"/access/people/{of(NEIGHBOUR)}/suspend/", {"act_id": uuid4()}).status_code == 404


@database
def test_the_matrix_is_that_of_the_code() -> None:
    page = text(visitor(SECURITY_ADMIN).get("/access/roles/"))
    assert all(ROLE_WORDS[role][0] in page for role in Role if role is not Role.OPERATOR)
    row = page[page.index('<th scope="row">安全管理员') :].split("</tr>")[0]
    assert row.count("#check") == 1


@pytest.fixture(scope="module")
def union(django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Union]:
    """Four families compared, in a database of this module."""
    from tests.database import connected, copied_database  # noqa: PLC0415

    with django_db_blocker.unblock(), copied_database(f"audit_{uuid4().hex[:8]}") as where, connected(where):  # type: ignore[attr-defined]
        folder: Path = tmp_path_factory.mktemp("union")
        made: OwnDatabase = where
        yield Union(union_at_work(folder).folder, made)


def file_number() -> str:
    with acting(clerk()):
        return str(CaseFile.objects.order_by("number").values_list("number", flat=True).first())


def test_by_file_what_was_done_and_who_looked_without_the_family(union: Union) -> None:
    worker = visitor(CLERK)
    file = re.findall(r'href="(/files/[0-9a-f-]{36}/)"', text(worker.get("/files/")))[0]
    worker.get(file)
    with acting(clerk()):
        number = CaseFile.objects.get(pk=file.split("/")[2]).number
        names = list(CaseFile.objects.values_list("head_name", flat=True))
    for someone in (AUDITOR, AUDIT_ADMIN):
        page = text(visitor(someone).get(f"/audit/?by=case&number={number}"))
        assert "经小云" in page
        assert "看了什么" in page
        assert not [name for name in names if name in page]
    assert "没有查到" in text(visitor(AUDITOR).get("/audit/?by=case&number=none"))


def test_by_person_and_by_batch_and_page_by_page(union: Union) -> None:
    auditor = visitor(AUDITOR)
    page = text(auditor.get(f"/audit/?by=person&person={of(CLERK)}"))
    assert "经小云" in page
    many = text(auditor.get("/audit/?by=batch"))
    address = re.findall(r'href="(/audit/\?by=batch&amp;subject=[0-9a-f-]{36})"', many)[0].replace("&amp;", "&")
    assert "做了什么" in text(auditor.get(address))
    with acting(operator()):
        newest = Entry.objects.order_by("-id").values_list("pk", flat=True)[0]
    assert "这段时间没有。" in text(auditor.get(f"/audit/?by=person&person={of(CLERK)}&before=1"))
    assert auditor.get(f"/audit/?by=person&person={of(CLERK)}&before={newest}&first=2020-01-01").status_code == 200


def test_taking_it_out_is_an_act_and_the_table_is_safe_to_open(union: Union) -> None:
    response = visitor(AUDITOR).post("/audit/export/", {"act_id": uuid4(), "by": "case", "number": file_number()})
    rows = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
    assert rows[0][:3] == ["类别", "时间", "人员"]
    assert len(rows) > 1
    with acting(operator()):
        entry = Entry.objects.filter(verb="trail.taken_out").latest("id")
        assert entry.values["entries"] + entry.values["looks"] == len(rows) - 1


def test_nothing_is_taken_out_where_nothing_is_asked(union: Union) -> None:
    response = visitor(AUDITOR).post("/audit/export/", {"act_id": uuid4(), "by": "person"})
    assert response.status_code == 404


@pytest.mark.parametrize("someone", [CLERK, REVIEWER, SECURITY_ADMIN, SYSTEM_ADMIN], ids=lambda one: one.username)
def test_nobody_else_audits(union: Union, someone: Someone) -> None:
    browser = visitor(someone)
    assert browser.get("/audit/").status_code == 403
    assert browser.post("/audit/export/", {"act_id": uuid4(), "by": "case"}).status_code == 403
