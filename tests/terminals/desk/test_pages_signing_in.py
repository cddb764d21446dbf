"""Signing in under attack, with a second factor, again for what weighs more; sessions that end; the glass broken."""

import re
from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from bangfu.ground.access.models import Account, Factor, Glass, GlassPage, SignedIn
from bangfu.ground.access.second_factors import new_secret, secret_of
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail.models import Look
from tests.people import AUDITOR, CLERK, FINANCE, LEADER, PASSWORD, SECURITY_ADMIN, Someone
from tests.terminals.desk.visiting import sign_in, text, visitor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("built_assets")]


def account(someone: Someone = CLERK) -> Account:
    return Account.objects.get(username=someone.username)


def with_app(someone: Someone = CLERK) -> pyotp.TOTP:
    """Somebody who has set up an app for codes."""
    sealed = new_secret()
    Factor.objects.create(account=account(someone), kind=Factor.Kind.TOTP, name="", sealed=sealed)
    return pyotp.TOTP(secret_of(sealed))


def test_too_many_attempts_are_told_plainly_and_the_right_password_waits_too(client: Client) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong-wrong-wrong").status_code == 422
    response = sign_in(client)
    assert response.status_code == 429
    assert "请过 1 分钟再试" in text(response)
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", ["clerk", "nobody-of-this-name"])
def test_a_failed_attempt_is_in_the_trail_without_the_name_that_was_typed(client: Client, name: str) -> None:
    sign_in(client, name, "wrong-wrong-wrong")
    with acting(operator()):
        entry = Entry.objects.get(verb="access.sign_in_failed")
        assert entry.subject_id == (account().pk if name == "clerk" else None)
        assert name not in str(entry.values)


def test_with_a_second_factor_the_password_alone_opens_nothing(client: Client) -> None:
    app = with_app()
    assert sign_in(client, next="/policy/").headers["Location"] == "/sign-in/second/"
    assert client.get("/").headers["Location"].startswith("/sign-in/?next=")
    wrong = client.post("/sign-in/second/", {"code": "000000"})
    assert wrong.status_code == 422
    assert "验证没有通过" in text(wrong)
    assert client.post("/sign-in/second/", {"code": app.now()}).headers["Location"] == "/policy/"
    assert SignedIn.objects.get(account=account()).factor == "totp"


def test_codes_are_not_to_be_guessed_either(client: Client) -> None:
    with_app()
    sign_in(client)
    said = [text(client.post("/sign-in/second/", {"code": f"00000{number}"})) for number in range(6)]
    assert "输错次数太多" in said[-1]


def test_the_second_page_without_the_first_leads_back(client: Client) -> None:
    assert client.get("/sign-in/second/").headers["Location"] == "/sign-in/"


def test_an_app_is_set_up_and_recovery_codes_are_shown_once(client: Client) -> None:
    sign_in(client)
    page = text(client.get("/mine/second-factors/"))
    secret = re.findall(r'<code class="once">([A-Z2-7]{32})</code>', page)[0]
    given = {"act_id": uuid4(), "codes_act_id": uuid4(), "code": pyotp.TOTP(secret).now()}
    shown = client.post("/mine/second-factors/app/", given)
    codes = re.findall(r'<code class="once">([a-z2-9-]{14})</code>', text(shown))
    assert len(codes) == 10
    assert codes[0] not in text(client.get("/mine/second-factors/"))
    other = Client()
    sign_in(other)
    assert other.post("/sign-in/second/", {"code": codes[0]}).headers["Location"] == "/"
    third = Client()
    sign_in(third)
    assert third.post("/sign-in/second/", {"code": codes[0]}).status_code == 422


def test_a_second_factor_is_changed_only_shortly_after_the_password(client: Client) -> None:
    sign_in(client)
    SignedIn.objects.update(proved_at=timezone.now() - timedelta(minutes=11))
    assert client.get("/mine/second-factors/").headers["Location"].startswith("/again/?next=")
    led = client.post("/mine/second-factors/codes/", {"act_id": uuid4()})
    assert led.headers["Location"].startswith("/again/")
    assert client.post("/again/", {"password": "wrong", "next": "/mine/second-factors/"}).status_code == 422
    right = client.post("/again/", {"password": PASSWORD, "next": "/mine/second-factors/"})
    assert right.headers["Location"] == "/mine/second-factors/"
    assert client.get("/mine/second-factors/").status_code == 200


def test_once_more_asks_for_the_second_factor_of_whoever_has_one(client: Client) -> None:
    sign_in(client)
    app = with_app()
    assert client.post("/again/", {"password": PASSWORD}).status_code == 422
    assert client.post("/again/", {"password": PASSWORD, "code": app.now()}).headers["Location"] == "/"


def test_an_administrator_without_a_second_factor_gets_no_further_once_it_is_overdue() -> None:
    browser = visitor(SECURITY_ADMIN)
    assert browser.get("/access/").status_code == 200
    Account.objects.filter(username="security").update(created_at=timezone.now() - timedelta(days=8))
    assert browser.get("/access/").headers["Location"] == "/mine/second-factors/"
    assert "登记一种之后，才能做别的" in text(browser.get("/mine/second-factors/"))
    Account.objects.filter(username="clerk").update(created_at=timezone.now() - timedelta(days=8))
    assert visitor(CLERK).get("/").status_code == 200


def test_a_session_left_alone_ends_and_says_so(client: Client) -> None:
    sign_in(client)
    SignedIn.objects.update(seen_at=timezone.now() - timedelta(minutes=31))
    assert client.get("/").headers["Location"].startswith("/sign-in/")
    assert "登录已到时限" in text(client.get("/sign-in/"))


def test_a_session_is_ended_from_another_browser(client: Client) -> None:
    elsewhere = Client()
    for one in (client, elsewhere):
        sign_in(one)
    assert text(client.get("/mine/")).count("127.0.0.1") == 2
    client.post("/mine/sessions/", {"act_id": uuid4()})
    assert elsewhere.get("/").status_code == 302
    assert client.get("/").status_code == 200


def break_it(browser: Client) -> None:
    given = {"act_id": uuid4(), "reason": "family_in_danger", "words": "家庭失火，要马上联系"}
    assert browser.post("/glass/", given).headers["Location"] == "/files/"


def test_the_glass_opens_files_the_superior_is_told_and_every_page_is_kept() -> None:
    browser, superior = visitor(FINANCE), visitor(LEADER)
    assert browser.get("/files/").status_code == 403
    break_it(browser)
    page = text(browser.get("/files/"))
    assert "应急查看中" in page
    with acting(operator()):
        assert [one.page for one in GlassPage.objects.order_by("id")] == ["files"]
    seen = text(superior.get("/"))
    assert "蔡小务" in seen
    assert "家庭失火，要马上联系" in seen
    superior.post("/glass/noted/", {"act_id": uuid4(), "glass": Glass.objects.get().pk})
    assert "家庭失火" not in text(superior.get("/"))
    browser.post("/glass/end/", {"act_id": uuid4()})
    assert browser.get("/files/").status_code == 403


def test_behind_the_glass_nothing_can_be_changed() -> None:
    browser = visitor(FINANCE)
    break_it(browser)
    assert browser.post("/runs/start/", {"act_id": uuid4()}).status_code == 403
    assert browser.get("/imports/").status_code == 403


def test_auditors_see_the_session_and_what_was_looked_at() -> None:
    break_it(browser := visitor(FINANCE))
    browser.get("/files/")
    auditor = visitor(AUDITOR)
    page = text(auditor.get("/audit/?by=glass"))
    assert "家庭失火" in page
    address = re.findall(r'href="(/audit/\?by=glass&amp;glass=[0-9a-f-]+)"', page)[0].replace("&amp;", "&")
    opened = text(auditor.get(address))
    assert "打开的每一页" in opened
    assert opened.count("<div>档案</div>") == 1
    with acting(operator()):
        assert not Look.objects.exists()
