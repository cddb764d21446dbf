"""What is said of a file that is brought in: where it comes from, on which basis, what it should hold."""

from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bangfu.core.problems import Problem
from bangfu.engine.datasets import declared_datasets
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import organisations_below
from bangfu.ground.acts.actor import Actor
from bangfu.record.registry.models import Consent
from bangfu.record.sources.about import About, widths_of
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.places import codes_in
from bangfu.terminals.desk import words
from bangfu.terminals.desk.formats import english

ARCHIVE_BASES = (
    (Consent.Basis.AUTHORISATION.value, _("家庭签了授权书")),
    (Consent.Basis.STATUTORY_DUTY.value, _("履行法定职责")),
)
DATA_BASES = (
    (Delivery.Basis.AGREEMENT.value, _("部门间数据共享协议")),
    (Delivery.Basis.STATUTORY_DUTY.value, _("履行法定职责")),
    (Delivery.Basis.AUTHORISATION.value, _("家庭签了授权书")),
)
_LONGEST = 200


class DeliveryAboutForm(forms.Form):
    """Which data, of which day, from whom, on which basis."""

    dataset = forms.ChoiceField(label=_("数据"))
    as_of = forms.DateField(
        label=_("数据截至哪一天"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    source = forms.CharField(label=_("提供部门"), max_length=_LONGEST, required=False)
    basis = forms.ChoiceField(label=_("依据"), choices=DATA_BASES, initial=DATA_BASES[0][0])
    document = forms.CharField(label=_("协议或来函文号"), max_length=_LONGEST, required=False)
    coverage = forms.CharField(label=_("覆盖的地方"), max_length=_LONGEST, required=False)
    control_rows = forms.IntegerField(label=_("部门说有多少行"), min_value=0, max_value=10**12, required=False)
    widths = forms.CharField(label=_("定长文本的列宽"), max_length=1_000, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [
            (
                name,
                f"{said.department.en} · {said.title.en}" if english() else f"{said.department.zh} · {said.title.zh}",
            )
            for name, said in declared_datasets().items()
        ]
        names.sort(key=lambda entry: entry[1])
        cast("forms.ChoiceField", self.fields["dataset"]).choices = names

    def clean_as_of(self) -> date:
        """A day that the database can keep."""
        day: date = self.cleaned_data["as_of"]
        if day.year < 1950:
            raise ValidationError(_("日期太早了，请检查年份。"))
        return day

    def clean(self) -> dict[str, Any]:
        """What was said, together: the act would refuse it, and the field is known here."""
        given = super().clean() or {}
        for field, read in (("coverage", codes_in), ("widths", widths_of)):
            try:
                given[field] = read(given.get(field) or "")
            except Problem as problem:
                self.add_error(field, problem.en if english() else problem.zh)
        if not self.errors:
            try:
                self.about = About(**given)
            except Problem as problem:
                about = "coverage" if problem.code == "delivery.coverage" else None
                self.add_error(about, problem.en if english() else problem.zh)
        return given


class ArchiveAboutForm(forms.Form):
    """Whose households, from whom, on which basis they may be compared."""

    organisation = forms.ChoiceField(label=_("送档单位"))
    source = forms.CharField(label=_("来源"), max_length=_LONGEST, required=False)
    basis = forms.ChoiceField(label=_("比对依据"), choices=ARCHIVE_BASES, initial=ARCHIVE_BASES[0][0])
    document = forms.CharField(label=_("授权书或文件编号"), max_length=_LONGEST, required=False)
    control_households = forms.IntegerField(label=_("应有多少户"), min_value=0, max_value=10**9, required=False)
    control_rows = forms.IntegerField(label=_("应有多少行"), min_value=0, max_value=10**9, required=False)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unions = [
            union
            for union in organisations_below(actor)
            if union.level != Organisation.Level.EMPLOYER or union.code == actor.organisation
        ]
        self.fields["organisation"].initial = actor.organisation
        cast("forms.ChoiceField", self.fields["organisation"]).choices = [
            (union.code, words.organisation(union.name)) for union in unions
        ]
