"""What holds where, when, and from which document; and the rule sets of identification, readable."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast

from django import forms
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bangfu.core.clock import MachineClock, today
from bangfu.core.periods import Period
from bangfu.decide.identification.rule_sets import rule_set, rule_set_names
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import organisations_below
from bangfu.ground.acts.actor import Actor, Purpose, Right
from bangfu.ground.policy.calendars import official_calendars
from bangfu.ground.policy.catalogue import Both, CodeSpec
from bangfu.ground.policy.files import EVERYWHERE
from bangfu.ground.policy.selectors import Held, Line, Stretch, policy_page, rules_for, value_on
from bangfu.terminals.desk import rule_pages, words
from bangfu.terminals.desk.formats import count, english, yuan
from bangfu.terminals.desk.pages import DeskRequest, page
from bangfu.terminals.desk.views.errors import PAGE_NOT_FOUND

_RULE_SET = "identification.rule_set"
_COMPARISONS = {"base": _("基本规则")}


class PolicyQuery(forms.Form):
    """Which day, which organisation; what cannot be used is told, and today and the reader's own are shown instead."""

    day = forms.DateField(
        label=_("哪一天"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), required=False
    )
    organisation = forms.ChoiceField(label=_("哪个工会"), required=False)

    def __init__(self, given: Mapping[str, str], actor: Actor) -> None:
        now = today(MachineClock())
        chosen = given.get("organisation") or actor.organisation
        super().__init__({"day": given.get("day") or str(now), "organisation": chosen})
        # Employers' unions may be thousands, and set nothing of their own: they are left out unless the reader is of one.
        shown = [
            union
            for union in organisations_below(actor)
            if union.level != Organisation.Level.EMPLOYER or union.code == actor.organisation
        ]
        cast("forms.ChoiceField", self.fields["organisation"]).choices = [(u.code, _indented(u, actor)) for u in shown]
        self.is_valid()
        self.on: date = self.cleaned_data.get("day") or now
        code = self.cleaned_data.get("organisation") or actor.organisation
        self.union = next(union for union in shown if union.code == code)

    @property
    def query(self) -> str:
        """For links that keep the choice."""
        return f"?day={self.on}&organisation={self.union.code}"


@dataclass(frozen=True, slots=True)
class ShownValue:
    """A value with its unit, document and place, as the page shows it."""

    text: str
    unit: Both | None
    url: str
    document: Both
    mark: str
    place: str
    inherited: bool
    period: Period


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line of the table."""

    code: str
    spec: CodeSpec
    now: ShownValue | None
    former: tuple[ShownValue, ...]
    coming: tuple[ShownValue, ...]


@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def policy(request: DeskRequest) -> HttpResponseBase:
    """All values of an organisation on a day."""
    form = PolicyQuery(request.GET.dict(), request.actor)
    groups = policy_page(request.actor, form.on, form.union.path)
    context = {
        "here": "policy",
        "form": form,
        "place": words.organisation(form.union.name),
        "groups": [(group.title, [_line(line, form.query) for line in group.lines]) for group in groups],
        "marks": mark_words(),
        "rule_sets": [(rule_set(name), _rules_url(name, form.query)) for name in rule_set_names()],
        "calendars": official_calendars(),
    }
    return TemplateResponse(request, "desk/policy/values.html", context)


@page(right=Right.SEE_POLICY, purpose=Purpose.OPERATIONS)
def rules(request: DeskRequest, name: str) -> HttpResponseBase:
    """One rule set; with the figures of an organisation on a day, where it holds there."""
    if name not in rule_set_names():
        raise PAGE_NOT_FOUND()
    form = PolicyQuery(request.GET.dict(), request.actor)
    declared = rule_set(name)
    settings = _settings_if_it_holds(name, form)
    context = {
        "here": "policy",
        "form": form,
        "rules": declared,
        "period": declared.period,
        "title_source": rule_pages.source(declared.title),
        "window_source": rule_pages.source(declared.income_window),
        "aid_source": rule_pages.source(declared.counts_earlier_aid),
        "holds": settings is not None,
        "allowance": settings.get("minimum_allowance") if settings else None,
        "place": words.organisation(form.union.name),
        "gate": rule_pages.shown_gate(declared, settings or {}),
        "classes": rule_pages.shown_rules(declared, settings or {}),
        "imputation": rule_pages.shown_imputation(declared, settings or {}),
        "exclusions": rule_pages.shown_exclusions(declared),
        "marks": mark_words(),
        "back": reverse("desk:policy") + form.query,
    }
    return TemplateResponse(request, "desk/policy/rules.html", context)


def mark_words() -> list[tuple[str, str, str]]:
    """Each mark with its short name and what it means."""
    return [
        ("H", gettext("原文"), gettext("读过文件原文或官方页面")),
        ("M", gettext("转载"), gettext("读过转载，或几处不可靠的来源说法一致")),
        ("K", gettext("通行"), gettext("通行的法律、标准，引用前请核对原文")),
        ("L", gettext("默认"), gettext("没有找到文件，是本系统的默认值，请按当地规定改")),
    ]


def _settings_if_it_holds(name: str, form: PolicyQuery) -> Mapping[str, Held] | None:
    """The place's settings, if this rule set is the one that holds there on the day."""
    held = value_on(form.union.path, _RULE_SET, form.on)
    if held is None or held.text != name:
        return None
    return rules_for(form.union.path, form.on).settings


def _line(line: Line, query: str) -> ShownLine:
    return ShownLine(
        line.code,
        line.spec,
        _shown(line.now, query) if line.now else None,
        tuple(_shown(stretch, query) for stretch in line.former),
        tuple(_shown(stretch, query) for stretch in line.coming),
    )


def _shown(stretch: Stretch, query: str) -> ShownValue:
    held = stretch.held
    place = gettext("各地通用") if held.organisation == EVERYWHERE else words.organisation(held.organisation_name)
    url = _rules_url(held.text, query) if held.code == _RULE_SET else ""
    return ShownValue(_text(held), held.unit, url, held.document, held.mark, place, held.inherited, stretch.period)


def _text(held: Held) -> str:
    match held.kind:
        case "yuan":
            return yuan(Fraction(held.text) * 100)
        case "share":
            return rule_pages.percent(Fraction(held.text))
        case "whole_number":
            return count(held.whole)
        case _ if held.code == _RULE_SET:
            title = rule_set(held.text).title
            return title.en if english() else title.zh
        case _:
            return str(_COMPARISONS.get(held.text, held.text))


def _rules_url(name: str, query: str) -> str:
    return reverse("desk:rules", kwargs={"name": name}) + query


def _indented(union: Organisation, actor: Actor) -> str:
    depth = union.path.removeprefix(actor.scope).count("/")
    return "\N{IDEOGRAPHIC SPACE}" * depth + words.organisation(union.name)
