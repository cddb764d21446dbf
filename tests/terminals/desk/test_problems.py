"""What went wrong is answered as a page to people and as RFC 9457 problem details to programs, with the same code and status."""

import json
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings

from bangfu.core.problems import Problem
from bangfu.ground.acts import problems as acts
from bangfu.record.registry.problems import IN_ANOTHER_FILE
from bangfu.terminals.desk.views import errors
from tests.decide.union import Union
from tests.people import AUDITOR, CLERK
from tests.terminals.desk.visiting import text, visitor

JSON = {"Accept": "application/problem+json"}


def request(accept: str = "") -> HttpRequest:
    return RequestFactory().get("/files/", headers={"Accept": accept} if accept else {})


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (errors.BAD_REQUEST(), 400), (acts.NOT_ALLOWED(role="x"), 403), (acts.NOT_FOUND(), 404),
        (acts.CHANGED_MEANWHILE(seen=1, now=2), 409), (errors.TOO_MUCH(), 413), (IN_ANOTHER_FILE(), 422),
        (errors.BROKEN(), 500), (acts.BUSY(seconds=10), 503), (acts.NO_ROOM(left=1, least=2), 503),
    ],
    ids=lambda value: getattr(value, "code", value),
)  # fmt: skip
@pytest.mark.parametrize("accept", ["", "text/html", "application/problem+json", "application/json"])
def test_each_problem_has_one_status_whoever_asks(problem: Problem, status: int, accept: str) -> None:
    answer = errors.problem_page(request(accept), problem)
    assert answer.status_code == status
    assert ("Retry-After" in answer) == (status == 503)
    if "json" not in accept:
        assert problem.code in answer.content.decode()
        return
    assert answer["Content-Type"] == "application/problem+json"
    told = json.loads(answer.content)
    assert told == {
        "type": f"urn:bangfu:problem:{problem.code}", "title": problem.kind.en.format(**problem.values),
        "status": status, "detail": problem.en, "instance": "/files/", "code": problem.code,
        "zh": problem.zh, "en": problem.en,
    }  # fmt: skip


def test_a_browser_that_takes_anything_gets_a_page() -> None:
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert errors.problem_page(request(accept), errors.BROKEN())["Content-Type"].startswith("text/html")


def test_pages_answer_a_program_with_problem_details(union: Union) -> None:
    clerk = visitor(CLERK)
    missing = clerk.get(f"/files/{uuid4()}/", headers=JSON)
    assert (missing.status_code, missing.json()["code"]) == (404, "access.not_found")
    nowhere = clerk.get("/nowhere/", headers=JSON)
    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "desk.page_not_found")
    forbidden = visitor(AUDITOR).get("/review/clean/", headers=JSON)
    assert (forbidden.status_code, forbidden.json()["code"]) == (403, "access.not_allowed")


def test_too_many_fields_are_a_bad_request_and_too_much_is_413(union: Union) -> None:
    clerk = visitor(CLERK)
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        many = clerk.post("/language/", {f"f{number}": "x" for number in range(9)}, headers=JSON)
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        much = clerk.post("/language/", "language=" + "x" * 99, content_type="application/x-www-form-urlencoded")
    assert (many.status_code, many.json()["code"]) == (400, "desk.bad_request")
    assert much.status_code == 413
    assert errors.TOO_MUCH().code in text(much)


@pytest.mark.parametrize(
    ("defect", "status", "code"), [(OperationalError, 503, "desk.database_away"), (ValueError, 500, "desk.broken")]
)
def test_a_defect_is_told_without_asking_the_database(
    union: Union, monkeypatch: pytest.MonkeyPatch, defect: type[Exception], status: int, code: str
) -> None:
    secret = "110105194912310" + "02X"

    def broken(*_: object, **__: object) -> None:
        raise defect(secret)

    clerk = Client(raise_request_exception=False)
    clerk.cookies = visitor(CLERK).cookies
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", broken)
    page = clerk.get("/files/")
    assert page.status_code == status
    assert code in text(page)
    assert secret not in text(page)
    told = clerk.get("/files/", headers=JSON)
    assert (told.status_code, told.json()["code"]) == (status, code)
