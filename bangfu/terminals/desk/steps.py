"""The steps of bringing something in, the same for archives and for department data."""

from django.http import HttpRequest
from django.utils.translation import gettext

from bangfu.terminals.desk.views.errors import FORM_EXPIRED

ABOUT_STEP, UPLOAD_STEP, COLUMNS_STEP, CHECK_STEP, LOOK_STEP, COMMIT_STEP, RECEIPT_STEP = range(1, 8)


def stage_names() -> list[str]:
    """What the steps are called, in their order."""
    return [
        gettext("来源和用途"),
        gettext("上传"),
        gettext("对应列"),
        gettext("检查"),
        gettext("预览"),
        gettext("提交"),
        gettext("回执"),
    ]


def posted_version(request: HttpRequest) -> int:
    """The version that the page showed, so that nobody decides on what has changed since; FORM_EXPIRED where there is none."""
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        raise FORM_EXPIRED() from None
