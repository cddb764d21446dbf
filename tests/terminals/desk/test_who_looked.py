"""Whoever is shown a sensitive value has looked: every page and every export that tells one of a family says so on that family's file."""

import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client

from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.taking_out import determinations_export
from bangfu.ground.acts.door import acting
from bangfu.ground.trail.models import Look
from bangfu.record.registry.models import CaseFile, Member
from tests.decide.union import Union
from tests.people import CLERK, LEADER, Someone, actor
from tests.terminals.desk.visiting import text, visitor

pytestmark = pytest.mark.usefixtures("built_assets")
# What may be told without a look: the form's own lists of choices.
CHOICES = re.compile("<(select|option|datalist)[ >].*?</\\1>", re.DOTALL)


def secrets_of(union: Union) -> dict[UUID, set[str]]:
    """By household: texts that nobody sees without looking. Of no use are those that several families share, or that stand for nothing."""
    with acting(actor(CLERK)):
        said: dict[UUID, set[str]] = {}
        for file in CaseFile.objects.all():
            people = Member.objects.filter(case_file=file)
            said[file.household_id] = {file.main_cause, *(f"**** {person.number_last_four}" for person in people)}
            said[file.household_id] |= {person.health for person in people}
        for found in Determination.objects.select_related("case_file"):
            said[found.household_id] |= {finding.says_zh for finding in found.case_file.findings.all()}
    every = [text for texts in said.values() for text in texts]
    return {
        household: {text for text in texts if text and every.count(text) == 1 and len(text) >= 4}
        for household, texts in said.items()
    }


def untold(union: Union, someone: Someone, show: Callable[[], str]) -> tuple[set[UUID], set[UUID]]:
    """The families of whom something was shown, and those among them whose files do not say so."""
    known = secrets_of(union)
    with acting(actor(CLERK)):
        before = Look.objects.order_by("-id").values_list("id", flat=True).first() or 0
    page = CHOICES.sub("", show())
    shown = {household for household, texts in known.items() if any(text in page for text in texts)}
    with acting(actor(CLERK)):
        looks = (
            Look.objects.filter(id__gt=before, person_id=actor(someone).person_id)
            .exclude(purpose="")
            .exclude(fields=[])
        )
        return shown, shown - set(looks.values_list("household_id", flat=True))


def addresses(union: Union, browser: Client) -> list[str]:
    """Every page that this role can walk to from the menu, and those behind a link in them."""
    seen, waiting = (
        set[str](),
        ["/", "/files/", "/files/?q=" + last_four(union), "/review/", "/review/clean/"],
    )
    while waiting:
        url = waiting.pop()
        if url in seen or len(seen) > 40:
            continue
        seen.add(url)
        links = re.findall(r'(?:href|hx-get)="(/(?:files|review|approvals?)/[^"#]*)"', text(browser.get(url)))
        waiting += [link.replace("&amp;", "&") for link in links if "?" not in link or link.startswith("/review/?")]
    return sorted(seen)


def shown_at(browser: Client, url: str) -> str:
    return text(browser.get(url))


def last_four(union: Union) -> str:
    with acting(actor(CLERK)):
        return Member.objects.filter(is_head=True).order_by("pk").values_list("number_last_four", flat=True)[0]


@pytest.mark.parametrize("someone", [CLERK, LEADER], ids=lambda someone: someone.username)
def test_every_page_that_shows_something_sensitive_says_so_on_the_file(union: Union, someone: Someone) -> None:
    browser = visitor(someone)
    told = {url: untold(union, someone, partial(shown_at, browser, url)) for url in addresses(union, browser)}
    assert {url: missing for url, (_, missing) in told.items() if missing} == {}
    if someone is CLERK:
        # Control: there is something to be told, in lists and on files.
        assert {url.split("/")[1] for url, (shown, _) in told.items() if shown} >= {"files", "review"}


@pytest.mark.parametrize("export", [findings_export, determinations_export])
def test_every_export_says_so_on_each_file(union: Union, tmp_path: Path, export: Callable[..., int]) -> None:
    clerk, target = actor(CLERK), tmp_path / "out.csv"
    assert export(clerk, target)
    page = f"{export.__name__}"
    with acting(clerk):
        numbers = set(Look.objects.filter(page=page).values_list("household_id", flat=True))
        looks = Look.objects.filter(page=page, person_id=clerk.person_id, purpose=clerk.purpose.value)
        assert looks.count() == len(numbers) > 0
        assert all("id_number" in look.fields for look in looks)


def test_control_a_page_that_records_nothing_is_noticed(union: Union, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["bangfu.record.registry.selectors.files"], "record_looks", lambda *_, **__: None)
    browser = visitor(CLERK)
    shown, missing = untold(union, CLERK, lambda: text(browser.get("/files/")))
    assert shown == missing != set()
