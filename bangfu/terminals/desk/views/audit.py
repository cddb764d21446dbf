"""审计: the trail by file, by person, by act on many, by break-glass session; taken out as an act. Nobody's data is shown here."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from bangfu.decide.identification.selectors.history import decided_acts
from bangfu.ground.access.people import glasses, pages_behind, people_to_audit
from bangfu.ground.access.selectors import OPERATOR_ID
from bangfu.ground.access.services.signing_in import GATE_ID
from bangfu.ground.acts.actor import Actor, Purpose, Right
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.trail.auditing import PAGE, Asked, Seen, Told, acts_on_many, each_entry, each_look, entries, looks
from bangfu.ground.trail.services_export import record_taking_out
from bangfu.record.registry.selectors import acts_on
from bangfu.record.registry.selectors.audit import household_of, numbers_of, numbers_of_files
from bangfu.terminals.desk import words
from bangfu.terminals.desk.pages import DeskRequest, page, posted_act_id
from bangfu.terminals.desk.views.access import glass_reasons

WAYS = ("case", "person", "batch", "glass")
_MOST_TAKEN_OUT = 50_000


class AuditQuery(forms.Form):
    """By what, and for which days; what cannot be read asks for nothing."""

    number = forms.CharField(label=_("档案号"), max_length=40, required=False)
    person = forms.ChoiceField(label=_("人员"), required=False)
    subject = forms.UUIDField(required=False, widget=forms.HiddenInput)
    glass = forms.UUIDField(required=False, widget=forms.HiddenInput)
    first = forms.DateField(
        label=_("从"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last = forms.DateField(
        label=_("到"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )

    def __init__(self, given: Mapping[str, str], actor: Actor) -> None:
        super().__init__({name: given.get(name, "") for name in self.base_fields})
        self._actor = actor
        self.way = given.get("by", "") if given.get("by", "") in WAYS else "case"
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101, of this form
        known = [(str(pk), name) for pk, name in people_to_audit(actor)]
        machine = [(str(OPERATOR_ID), gettext("本机操作员")), (str(GATE_ID), gettext("登录口（失败的登录）"))]
        field.choices = [("", pgettext("choice", "请选择")), *known, *machine]
        self.is_valid()
        self.household = household_of(actor, self.given("number")) if self.given("number") else None

    def given(self, name: str) -> Any:
        """A field's value, or nothing."""
        return self.cleaned_data.get(name)

    @property
    def asks(self) -> bool:
        """Is it said what the trail is asked about?"""
        wanted = {"case": self.household, "person": self.given("person"), "batch": self.given("subject")}
        return bool(wanted.get(self.way, self.given("glass")))

    @property
    def asked(self) -> Asked:
        """What is asked of the trail."""
        days = Asked(first=self.given("first"), last=self.given("last"))
        match self.way:
            case "case":
                return replace(days, household_id=self.household, act_ids=self._acts())
            case "person":
                return replace(days, person_id=UUID(self.given("person")))
            case "batch":
                return replace(days, subject_id=self.given("subject"))
        return replace(days, glass_id=self.given("glass"))

    @property
    def about(self) -> tuple[str, str]:
        """By what it was asked, for the trail: no name of a household."""
        match self.way:
            case "case":
                return f"档案 {self.given('number')}", f"file {self.given('number')}"
            case "person":
                name = dict(people_to_audit(self._actor)).get(UUID(self.given("person")), "-")
                return f"人员 {name}", f"person {name}"
            case "batch":
                return "一批操作", "an act on many"
        return "应急查看", "a break-glass session"

    def _acts(self) -> frozenset[UUID]:
        if self.household is None:
            return frozenset()
        return frozenset(acts_on(self._actor, self.household) | decided_acts(self._actor, self.household))

    @property
    def hidden_values(self) -> list[tuple[str, str]]:
        """What was asked, for the form that takes it out."""
        names = ("number", "person", "subject", "glass", "first", "last")
        return [("by", self.way), *((name, str(self.given(name))) for name in names if self.given(name))]


@dataclass(frozen=True, slots=True)
class Tab:
    """One way of asking."""

    name: str
    label: str
    here: bool


@require_GET
@page(right=Right.AUDIT, purpose=Purpose.SUPERVISION)
def audit(request: DeskRequest) -> HttpResponseBase:
    """The trail, asked about one thing at a time."""
    actor, form = request.actor, AuditQuery(request.GET.dict(), request.actor)
    labels = {
        "case": gettext("按户"),
        "person": gettext("按人"),
        "batch": gettext("按批"),
        "glass": gettext("应急查看"),
    }
    context: dict[str, Any] = {
        "here": "audit",
        "form": form,
        "tabs": [Tab(name, label, form.way == name) for name, label in labels.items()],
        "reasons": glass_reasons(),
    }
    if form.asks:
        context |= _asked(actor, form, request)
        if form.way == "glass":
            context["pages"] = _pages(actor, form.given("glass"))
    elif form.way == "batch":
        context |= _many(actor, _number(request, "before"))
    elif form.way == "glass":
        context["glasses"] = list(glasses(actor)[:PAGE])
    return TemplateResponse(request, "desk/audit/audit.html", context)


@require_POST
@page(right=Right.AUDIT, purpose=Purpose.SUPERVISION)
def export(request: DeskRequest) -> HttpResponseBase:
    """What is asked about, as a table; that it was taken out is in the trail before it is given."""
    actor = request.actor
    with acting(actor):
        form = AuditQuery(request.POST.dict(), actor)
        if not form.asks:
            raise NOT_FOUND()
        asked = form.asked
        done = list(each_entry(actor, asked, _MOST_TAKEN_OUT))
        seen = [] if form.way == "batch" else list(each_look(actor, asked, _MOST_TAKEN_OUT))
        numbers = _numbers(actor, done, seen)
        rows = [*_entry_rows(done, numbers), *_look_rows(seen, numbers)]
        about = form.about
    record_taking_out(
        actor=actor,
        act_id=posted_act_id(request),
        entries=len(done),
        looks=len(seen),
        about=about,
        household_id=form.household,
    )
    return _table(rows)


def _asked(actor: Actor, form: AuditQuery, request: DeskRequest) -> dict[str, Any]:
    done = entries(actor, form.asked, before=_number(request, "before"))
    seen = [] if form.way == "batch" else looks(actor, form.asked, before=_number(request, "looked_before"))
    numbers = _numbers(actor, done, seen)
    return {
        "entries": [(one, numbers.get(one.household_id, "") if one.household_id else "") for one in done],
        "looks": [(one, numbers.get(one.household_id, "")) for one in seen],
        "following": done[-1].number if len(done) == PAGE else None,
        "looks_following": seen[-1].number if len(seen) == PAGE else None,
        "later": bool(_number(request, "before") or _number(request, "looked_before")),
    }


def _pages(actor: Actor, glass_id: UUID) -> list[tuple[datetime, str, str]]:
    """When, which page, and the number of the file where it was one."""
    opened = pages_behind(actor, glass_id)
    numbers = numbers_of_files(actor, [one.subject_id for one in opened if one.subject_id])
    labels = words.menu_labels() | {"home": gettext("待办"), "file": gettext("档案"), "glass": gettext("应急查看")}
    return [
        (
            one.at,
            labels.get(one.page.split("_")[0], one.page),
            numbers.get(one.subject_id, "") if one.subject_id else "",
        )
        for one in opened
    ]


def _numbers(actor: Actor, done: list[Told], seen: list[Seen]) -> dict[UUID, str]:
    told = {one.household_id for one in done if one.household_id}
    return numbers_of(actor, told | {one.household_id for one in seen})


def _many(actor: Actor, before: int | None) -> dict[str, Any]:
    found, following = acts_on_many(actor, before=before)
    return {"many": found, "following": following, "later": before is not None}


def _number(request: DeskRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else None


def _entry_rows(done: list[Told], numbers: Mapping[UUID, str]) -> Iterator[list[str]]:
    for one in done:
        number = numbers.get(one.household_id, "") if one.household_id else ""
        yield [
            gettext("操作"),
            f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S}",
            f"{one.who}（{gettext('代')}{one.stands_for}）" if one.stands_for else one.who,
            words.pair_of(one.role),
            one.organisation,
            words.pair_of(one.purpose),
            words.pair_of((one.zh, one.en)),
            number,
        ]


def _look_rows(seen: list[Seen], numbers: Mapping[UUID, str]) -> Iterator[list[str]]:
    for one in seen:
        yield [
            gettext("查看"),
            f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S}",
            one.who,
            words.pair_of(one.role),
            one.organisation,
            words.pair_of(one.purpose),
            words.field_names(one.fields),
            numbers.get(one.household_id, ""),
        ]


def _table(rows: list[list[str]]) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            *(gettext("类别"), gettext("时间"), gettext("人员"), gettext("岗位")),
            *(gettext("单位代码"), gettext("目的"), gettext("内容"), gettext("档案号")),
        ]
    )
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    # With a mark in front, so that Excel reads it as UTF-8.
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"trail-{timezone.localtime():%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is text all the same."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
