"""The query form above the list of files, and the reason for showing a number."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bangfu.core.text import plain
from bangfu.decide.comparison.selectors import files_with, known_kinds
from bangfu.engine.intake.forms import code_lists
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import organisations_below
from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.selectors import FileQuery
from bangfu.record.registry.services_unmask import REASON_WORDS, Reason
from bangfu.terminals.desk import formats, words

_WHOLE_NUMBER = re.compile("[0-9]{14,17}[0-9Xx]")
_ALL = pgettext_lazy("choice", "全部")


class FileQueryForm(forms.Form):
    """Every field may be left out; what cannot be read asks for nothing."""

    q = forms.CharField(label=_("查找"), max_length=40, required=False)
    organisation = forms.ChoiceField(label=_("工会"), required=False)
    category = forms.ChoiceField(label=_("困难类别"), required=False)
    cause = forms.ChoiceField(label=_("主要致困原因"), required=False)
    found = forms.ChoiceField(label=_("比对结果"), required=False)
    unverified = forms.BooleanField(label=_("只看号码未核验的"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._paths = {place.code: place.path for place in organisations_below(actor) if _is_place(place)}
        places = [
            (place.code, words.organisation(place.name)) for place in organisations_below(actor) if _is_place(place)
        ]
        self._offer("organisation", places[1:])
        self._offer("category", _codes("hardship_category"))
        self._offer("cause", _codes("cause"))
        self._offer("found", [(kind, words.translated(kind)) for kind in known_kinds()])
        self._actor = actor
        if not actor.may(Right.SEE_SENSITIVE):
            del self.fields["cause"], self.fields["found"]
        if len(places) <= 1:
            del self.fields["organisation"]

    def query(self, after: str) -> FileQuery:
        """What is asked for."""
        self.is_valid()
        given = self.cleaned_data
        return FileQuery(
            text=given.get("q", ""),
            organisation=self._paths.get(given.get("organisation", ""), ""),
            category=given.get("category", ""),
            cause=given.get("cause", ""),
            unverified=bool(given.get("unverified")),
            after=after,
            among=files_with(self._actor, given["found"]) if given.get("found") else None,
        )

    @property
    def asks(self) -> bool:
        """Is anything asked for?"""
        return any(self.cleaned_data.values())

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101, of this form
        field.choices = [("", _ALL), *choices]


class ShowNumberForm(forms.Form):
    """Why the whole number is needed."""

    reason = forms.ChoiceField(label=_("为什么要看完整号码"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101, of this form
        field.choices = [(reason.value, pair[formats.english()]) for reason, pair in REASON_WORDS.items()]

    def reason_given(self) -> Reason | None:
        """The reason, if there is one of the list."""
        return Reason(self.cleaned_data["reason"]) if self.is_valid() else None


def last_four(text: str) -> str:
    """The last four, if somebody typed a whole ID number, right or wrong; else nothing. A number has no place in an address."""
    bare = plain(text)
    return bare[-4:].upper() if _WHOLE_NUMBER.fullmatch(bare) else ""


def _is_place(organisation: Organisation) -> bool:
    return organisation.level != Organisation.Level.EMPLOYER


def _codes(name: str) -> list[tuple[str, str]]:
    return [(value, words.translated(value)) for value in code_lists()[name].values]
