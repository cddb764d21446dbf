"""The query form of the review queue, and what a person writes when they settle a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from bangfu.decide.identification.selectors import QueueCounts, QueueFilters, View
from bangfu.decide.identification.settling import Way
from bangfu.engine.intake.forms import code_lists
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import organisations_below
from bangfu.ground.acts.actor import Actor
from bangfu.terminals.desk import words

LONGEST = 2_000
_ALL = pgettext_lazy("choice", "全部")


def view_words() -> dict[View, str]:
    """Names of the parts of the queue."""
    return {
        View.WAITING: gettext("全部待核实"),
        View.CONTRADICTED: gettext("有矛盾"),
        View.DOUBTFUL: gettext("有疑点"),
        View.CLEAN: gettext("无疑点"),
        View.ANSWERED: gettext("家庭已说明"),
        View.ASKED: gettext("等家庭说明"),
        View.OVERDUE: gettext("说明已逾期"),
        View.REFUSALS: gettext("已提议不予认定"),
        View.SETTLED_TODAY: gettext("我今天核实的"),
    }


def count_of(view: View, counts: QueueCounts) -> int:
    """How many a part of the queue holds."""
    return int(getattr(counts, view.value))


class QueueForm(forms.Form):
    """Which part of the queue; every field may be left out."""

    view = forms.ChoiceField(label=_("看哪些"), required=False)
    organisation = forms.ChoiceField(label=_("工会"), required=False)
    cause = forms.ChoiceField(label=_("主要致困原因"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        below = [place for place in organisations_below(actor) if place.level != Organisation.Level.EMPLOYER]
        self._paths = {place.code: place.path for place in below}
        causes = [(value, words.translated(value)) for value in code_lists()["cause"].values]
        places = [(place.code, words.organisation(place.name)) for place in below[1:]]
        self._offer("view", [(view.value, name) for view, name in view_words().items()])
        self._offer("organisation", [("", str(_ALL)), *places])
        self._offer("cause", [("", str(_ALL)), *causes])
        if not places:
            del self.fields["organisation"]

    def filters(self) -> QueueFilters:
        """What is asked for; what cannot be read asks for nothing."""
        self.is_valid()
        given = self.cleaned_data
        return QueueFilters(
            view=View(given.get("view") or View.WAITING),
            organisation=self._paths.get(given.get("organisation", ""), ""),
            cause=given.get("cause", ""),
        )

    @property
    def query(self) -> dict[str, str]:
        """The choices, for the addresses of the queue."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101, of this form
        field.choices = choices


class SettleForm(forms.Form):
    """How it is settled. What each way needs is for the act to say."""

    kind = forms.ChoiceField(choices=[(way.value, way.value) for way in Way])
    seen_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    seen_at = forms.IntegerField(min_value=0, required=False)
    reason_code = forms.CharField(max_length=20, required=False)
    reason = forms.CharField(label=_("理由"), max_length=LONGEST, required=False)
    question = forms.CharField(label=_("请家庭说明什么"), max_length=LONGEST, required=False)
    answer = forms.CharField(label=_("家庭怎么说"), max_length=LONGEST, required=False)


class AnswerForm(forms.Form):
    """What the family answered."""

    seen_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    answer = forms.CharField(label=_("家庭怎么说"), max_length=LONGEST, required=False)
