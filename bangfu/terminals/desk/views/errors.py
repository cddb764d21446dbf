"""Pages for what went wrong: what happened, to which value, what to do. Never a stack trace."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

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
_STATUS = {
    "access.not_allowed": 403,
    "access.not_found": 404,
    "desk.page_not_found": 404,
    "act.changed_meanwhile": 409,
    "act.busy": 503,
    "desk.broken": 500,
    "desk.form_expired": 403,
}


def problem_page(request: HttpRequest, problem: Problem) -> HttpResponse:
    """A problem as a page of its own, or as a part for htmx."""
    return render(request, "desk/problem.html", {"problem": problem}, status=_STATUS.get(problem.code, 422))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """403."""
    return problem_page(request, FORM_EXPIRED())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404."""
    return problem_page(request, PAGE_NOT_FOUND())


def broken(request: HttpRequest) -> HttpResponse:
    """500; the defect itself is in the log, without values."""
    return problem_page(request, BROKEN())


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form without its mark."""
    return problem_page(request, FORM_EXPIRED())
