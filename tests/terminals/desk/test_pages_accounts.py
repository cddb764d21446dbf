"""Signing in and out, passwords, appointments, the language."""

import re
from datetime import date
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services import appoint_also
from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from tests.people import BINCHUAN, CLERK, PASSWORD
from tests.terminals.desk.visiting import sign_in, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("built_assets")]
NEW = "yunnan-2027-yun"


def verbs(username: str = CLERK.username) -> list[str]:
    person = Account.objects.get(username=username).pk
    with acting(operator()):
        return list(Entry.objects.filter(person_id=person).order_by("id").values_list("verb", flat=True))


def must_change(username: str = CLERK.username) -> None:
    Account.objects.filter(username=username).update(must_change_password=True)


def test_who_has_not_signed_in_is_led_to_the_sign_in_and_back(client: Client) -> None:
    response = client.get("/?x=1")
    assert response.status_code == 302
    assert response.headers["Location"] == "/sign-in/?next=/%3Fx%3D1"
    assert 'name="next" value="/?x=1"' in text(client.get(response.headers["Location"]))
    assert sign_in(client, next="/?x=1").headers["Location"] == "/?x=1"


def test_the_session_gets_a_new_key_on_signing_in(client: Client) -> None:
    session = client.session
    session["planted"] = 1
    session.save()
    planted = session.session_key
    sign_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


@pytest.mark.parametrize("name", ["clerk", "nobody-of-this-name"])
def test_a_wrong_password_and_an_unknown_name_read_the_same(client: Client, name: str) -> None:
    response = sign_in(client, name, "wrong-" + PASSWORD)
    assert response.status_code == 422
    assert "账号或密码不对，请重新输入。" in text(response)
    assert "_auth_user_id" not in client.session


def test_an_account_that_was_stopped_reads_like_a_wrong_password(client: Client) -> None:
    Account.objects.filter(username=CLERK.username).update(is_active=False)
    assert "账号或密码不对" in text(sign_in(client))


def test_the_password_is_never_sent_back(client: Client) -> None:
    assert "secret-typed-wrong" not in text(sign_in(client, password="secret-typed-wrong"))


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/x", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client: Client, elsewhere: str) -> None:
    assert sign_in(client, next=elsewhere).headers["Location"] == "/"


def test_signing_in_and_out_are_told_in_the_trail(client: Client) -> None:
    sign_in(client)
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert verbs() == ["access.signed_in", "access.signed_out"]
    assert client.get("/").status_code == 302


def test_signing_out_needs_a_form_and_not_a_link(client: Client) -> None:
    sign_in(client)
    assert client.get("/sign-out/").status_code == 405


def test_the_first_password_must_be_changed_before_anything_is_shown(client: Client) -> None:
    must_change()
    assert sign_in(client, next="/files/").headers["Location"] == "/password/"
    assert client.get("/").headers["Location"] == "/password/"
    page = text(client.get("/password/"))
    assert "第一次登录" in page
    assert 'name="present"' not in page
    response = client.post("/password/", {"act_id": uuid4(), "new": NEW, "again": NEW})
    assert response.headers["Location"] == "/"
    assert client.get("/").status_code == 200
    assert "access.password_changed" in verbs()
    client.logout()
    assert sign_in(client).status_code == 422
    assert sign_in(client, password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("language", "new", "again", "complaint"),
    [
        ("zh-hans", "short1", "short1", "新密码太短"),
        ("en", "short1", "short1", "The new password is too short"),
        ("zh-hans", "84731920561", "84731920561", "不能只有数字"),
        ("en", "84731920561", "84731920561", "cannot be digits only"),
        ("zh-hans", PASSWORD, PASSWORD, "新密码与现在的相同"),
        ("en", NEW, NEW + "x", "The two new passwords are not the same."),
        ("zh-hans", "qwertyuiop", "qwertyuiop", "容易被猜到"),
        ("en", "neighbour1", "neighbour1", "too close to the user name"),
    ],
)
def test_a_bad_new_password_is_refused_in_either_language(
    client: Client, language: str, new: str, again: str, complaint: str
) -> None:
    must_change("neighbour")
    client.cookies["language"] = language
    sign_in(client, "neighbour")
    response = client.post("/password/", {"act_id": uuid4(), "new": new, "again": again})
    assert response.status_code == 422
    assert complaint in text(response)
    assert Account.objects.get(username="neighbour").must_change_password


def test_later_a_new_password_needs_the_present_one(client: Client) -> None:
    sign_in(client)
    given = {"act_id": str(uuid4()), "new": NEW, "again": NEW}
    assert "现在的密码不对" in text(client.post("/password/", {**given, "present": "guessed-it"}))
    assert client.post("/password/", {**given, "present": PASSWORD}).status_code == 302


def test_a_new_password_ends_the_sessions_elsewhere(client: Client) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        sign_in(one)
    client.post("/password/", {"act_id": uuid4(), "new": NEW, "again": NEW, "present": PASSWORD})
    assert client.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_whoever_holds_several_appointments_chooses_one(client: Client) -> None:
    appoint_also(
        actor=operator(), act_id=uuid4(), account_id=Account.objects.get(username=CLERK.username).pk,
        role=Role.REVIEWER, organisation_code=BINCHUAN, since=date(2026, 1, 1),
    )  # fmt: skip
    assert sign_in(client).headers["Location"] == "/appointment/"
    page = text(client.get("/appointment/"))
    second = re.findall(r'value="([0-9a-f-]{36})"><span>宾川县总工会', page)[0]
    assert client.post("/appointment/", {"appointment": second}).headers["Location"] == "/"
    assert "宾川县总工会" in text(client.get("/"))
    assert "换岗位" in text(client.get("/"))


def test_an_appointment_of_somebody_else_cannot_be_chosen(client: Client) -> None:
    sign_in(client)
    other = Account.objects.get(username="neighbour").appointments.get().pk
    client.post("/appointment/", {"appointment": other})
    assert "祥云县总工会" in text(client.get("/"))


def test_an_account_without_an_appointment_is_told_so_after_the_right_password_only(client: Client) -> None:
    appointment = Account.objects.get(username=CLERK.username).appointments.get()
    appointment.delete()
    assert "目前没有任何岗位" in text(sign_in(client))
    assert "账号或密码不对" in text(sign_in(client, password="wrong"))
    assert "_auth_user_id" not in client.session


def test_the_language_is_switched_at_once_and_stays(client: Client) -> None:
    response = client.post("/language/", {"language": "en", "next": "/sign-in/?next=/"})
    assert response.headers["Location"] == "/sign-in/?next=/"
    assert "Sign in" in text(client.get("/sign-in/"))
    client.post("/language/", {"language": "xx", "next": "//example.org"})
    sign_in(client)
    page = text(client.get("/"))
    assert "Xiangyun County Federation of Trade Unions" in page
    assert "clerk" in page


def test_the_watermark_names_the_reader_and_nobody_before_the_sign_in(client: Client) -> None:
    assert CLERK.full_name not in text(client.get("/watermark.svg"))
    sign_in(client)
    drawing = client.get("/watermark.svg")
    assert drawing.headers["Content-Type"] == "image/svg+xml"
    assert drawing.headers["Cache-Control"] == "no-store"
    assert f"祥云县总工会 · {CLERK.full_name}" in text(drawing)


def test_an_old_form_is_a_problem_and_no_fault(client: Client) -> None:
    sign_in(client)
    response = client.post("/password/", {"act_id": "x", "new": NEW, "again": NEW, "present": PASSWORD})
    assert response.status_code == 403
    assert "表单已过期" in text(response)
