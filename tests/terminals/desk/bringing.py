"""What the tests of the import pages share: forms as a browser sends them, jobs as the worker does them."""

import re
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from bangfu.record.registry import jobs as registry_jobs
from bangfu.record.sources import jobs as sources_jobs
from tests.people import CAST
from tests.terminals.desk.messages import CHINESE
from tests.terminals.desk.visiting import text

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Response

_JOBS: dict[str, Any] = {
    "sources.check_delivery": sources_jobs.check_delivery,
    "sources.clear_delivery": sources_jobs.clear_delivery,
    "registry.check": registry_jobs.check,
    "registry.commit": registry_jobs.commit,
}
_INPUT = re.compile(r"<(input|select|textarea|option|button)\b([^>]*)>", re.DOTALL)
_ATTRIBUTE = re.compile(r'([\w-]+)(?:="([^"]*)")?')


def fields(page: str, action: str) -> dict[str, str]:
    """What a form would send as it stands: the form whose action contains ``action``."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", page, re.DOTALL)
    inside = next(body for head, body in forms if action in head)
    found: dict[str, str] = {}
    select = ""
    for tag, attributes in _INPUT.findall(inside):
        said = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        if tag == "select":
            select = said["name"]
            found[select] = ""
        elif tag == "option":
            if "selected" in said:
                found[select] = said["value"]
        elif said.get("name") and said.get("type") not in ("file", "submit"):
            found[said["name"]] = said.get("value", "")
    return found


def upload(name: str, content: bytes | BytesIO) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.getvalue())


def send(client: Client, url: str, page: str, action: str = "", **more: Any) -> "Response":
    """Send the form of a page, with some fields filled in."""
    return client.post(url, {**fields(page, action or url), **more})


def work_off() -> int:
    """Do what waits, in its order, as the worker would; gives how many jobs there were."""
    done = 0
    while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
        _JOBS[job.task_name](**job.args)
        ProcrastinateJob.objects.filter(pk=job.pk)._raw_delete("default")
        done += 1
    return done


def id_in(response: "Response") -> UUID:
    """The id in the address that an answer leads to."""
    found = re.search(r"/([0-9a-f-]{36})/", response["Location"])
    assert found, text(response)
    return UUID(found.group(1))


def buttons(page: str) -> list[str]:
    """The words of the primary buttons of a page's main part."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    found = re.findall(r'<(?:a|button)\b[^>]*class="btn go[^"]*"[^>]*>(.*?)</(?:a|button)>', main, re.DOTALL)
    return [re.sub(r"<[^>]*>|\s+", "", words) for words in found]


def chinese_of_ours(page: str) -> list[str]:
    """Chinese in the main part of an English page that is not the people's, their files', or a cell's of their files."""
    main = page.split("<main", 1)[1].split("</main>", 1)[0]
    # What stands in the sender's file stays as it is.
    main = re.sub(r'<td[^>]*><b>.*?</td>|<div class="sub">.*?</div>|(value|aria-label)="[^"]*"', "", main)
    for theirs in ("机动车.csv", "档案.xlsx", "祥城镇", *(someone.full_name for someone in CAST)):
        main = main.replace(theirs, "")
    return CHINESE.findall(main)
