"""Answers that say what went wrong: what happened, to which value, what to do. Never a stack trace.

People get a page. Programs that ask for JSON get the same problem as RFC 9457 has it: code, both languages, status.
"""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from bangfu.core.problems import Problem, kind

PAGE_NOT_FOUND = kind(
    "desk.page_not_found",
    zh="没有这个页面。",
    en="There is no such page.",
    do_zh="请从左侧菜单重新打开。",
    do_en="Open it again from the menu.",
)
BROKEN = kind(
    "desk.broken",
    zh="程序出了内部错误，这一步没有完成，已完成的不受影响。",
    en="An internal error: this step was not done; what was done before stands.",
    do_zh="请重试；如仍出现，请告诉管理员时间和页面。",
    do_en="Try again; if it stays, tell an administrator the time and the page.",
)
FORM_EXPIRED = kind(
    "desk.form_expired",
    zh="表单已过期，没有提交。",
    en="The form has expired and was not sent.",
    do_zh="请返回刷新页面后重新提交。",
    do_en="Go back, reload the page and send it again.",
)
BAD_REQUEST = kind(
    "desk.bad_request",
    zh="浏览器送来的内容读不懂，没有处理。",
    en="What the browser sent cannot be read; nothing was done.",
    do_zh="请返回刷新页面后重新提交。",
    do_en="Go back, reload the page and send it again.",
)
TOO_MUCH = kind(
    "desk.too_much",
    zh="一次提交的内容太多，没有处理。",
    en="That is too much at once; nothing was done.",
    do_zh="请分几次提交；文件请在导入页面上传。",
    do_en="Send it in parts; files go through the import pages.",
)
DATABASE_AWAY = kind(
    "desk.database_away",
    zh="数据库暂时没有应答，这一步没有办完。",
    en="The database does not answer at the moment; this step was not finished.",
    do_zh="请过一会儿再试，同一次提交不会做两遍；如仍这样，请告诉系统管理员。",
    do_en="Try again in a moment: what is sent twice is done once. If it stays, tell the system administrator.",
)
_STATUS = {
    "access.not_allowed": 403,
    "access.not_found": 404,
    "act.against_rules": 409,
    "act.busy": 503,
    "act.changed_meanwhile": 409,
    "act.id_used": 409,
    "act.no_room": 503,
    "desk.bad_request": 400,
    "desk.broken": 500,
    "desk.database_away": 503,
    "desk.form_expired": 403,
    "desk.page_not_found": 404,
    "desk.too_much": 413,
}
_OTHERWISE = 422
_AWAY = 503
_PROBLEM_JSON = "application/problem+json"
_SECONDS_TO_WAIT = "5"


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem as a page of its own, as a part for htmx, or as problem details for a program."""
    status = status_of(problem)
    if _asks_for_json(request):
        response: HttpResponse = JsonResponse(
            details(problem, status, request.path), status=status, content_type=_PROBLEM_JSON
        )
    else:
        response = render(request, "desk/problem.html", {"problem": problem}, status=status)
    return _with_patience(response)


def status_of(problem: Problem) -> int:
    """The status that a problem is answered with."""
    return _STATUS.get(problem.code, _OTHERWISE)


def details(problem: Problem, status: int, instance: str) -> dict[str, Any]:
    """RFC 9457: ``title`` and ``detail`` in English, with what happened and what to do in both languages beside them."""
    return {
        "type": f"urn:bangfu:problem:{problem.code}",
        "title": problem.kind.en.format(**problem.values),
        "status": status,
        "detail": problem.en,
        "instance": instance,
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
    }


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 where it is only too much."""
    return problem_page(request, TOO_MUCH() if isinstance(exception, RequestDataTooBig) else BAD_REQUEST())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403."""
    return problem_page(request, FORM_EXPIRED())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return problem_page(request, PAGE_NOT_FOUND())


def broken(request: HttpRequest) -> HttpResponse:
    """500; the defect itself is in the log, without values. 503 where the database is away.

    Drawn without anything that is asked of the database: it may be what is broken.
    """
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    problem = DATABASE_AWAY() if away else BROKEN()
    if _asks_for_json(request):
        return problem_page(request, problem)
    page = render_to_string("desk/problem.html", {"problem": problem})
    return _with_patience(HttpResponse(page, status=status_of(problem)))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form without its mark."""
    return problem_page(request, FORM_EXPIRED())


def _asks_for_json(request: HttpRequest) -> bool:
    """Where nothing is said of what is wanted, it is a page."""
    preferred = request.get_preferred_type(["text/html", _PROBLEM_JSON, "application/json"])
    return preferred in (_PROBLEM_JSON, "application/json")


def _with_patience(response: HttpResponse) -> HttpResponse:
    if response.status_code == _AWAY:
        response["Retry-After"] = _SECONDS_TO_WAIT
    return response
