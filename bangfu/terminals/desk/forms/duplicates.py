"""How a person settles a pair of files."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bangfu.terminals.desk.forms.review import LONGEST


def duplicate_states() -> dict[str, str]:
    """The parts of the list and their names; the first is shown first."""
    return {"waiting": gettext("待核实"), "same": gettext("是同一家"), "different": gettext("不是同一家")}


class DuplicateForm(forms.Form):
    """What each answer needs is for the act to say."""

    answer = forms.ChoiceField(choices=[("same", "same"), ("different", "different")])
    seen_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    close = forms.UUIDField(required=False)
    reason = forms.CharField(label=_("怎么核实的"), max_length=LONGEST, required=False)
