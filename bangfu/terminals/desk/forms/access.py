"""Forms of the access page: somebody new, one more appointment, standing in, a reason."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Organisation
from bangfu.ground.access.people import colleagues
from bangfu.ground.access.selectors import current_appointments, organisations_below
from bangfu.ground.access.services.glass import REASON_WORDS, Reason
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Role
from bangfu.terminals.desk import formats, words

_LONGEST_NAME, _LONGEST_USERNAME, _LONGEST_WORDS = 60, 40, 200


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, required=required)


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101, of this module
    field.choices = choices


def roles_to_give() -> list[tuple[str, str]]:
    """Every role that somebody can be appointed to."""
    return [(role.value, ROLE_WORDS[role][formats.english()]) for role in Role if role is not Role.OPERATOR]


class AppointForm(forms.Form):
    """Role × organisation × period."""

    role = forms.ChoiceField(label=_("岗位"))
    organisation = forms.ChoiceField(label=_("单位"))
    since = _day(_("从哪天起"))
    last = _day(_("到哪天止"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "role", roles_to_give())
        below = [one for one in organisations_below(actor) if one.level != Organisation.Level.EMPLOYER]
        _choices(self, "organisation", [(one.code, words.organisation(one.name)) for one in below])
        self.fields["since"].initial = today(MachineClock())

    @property
    def period(self) -> tuple[date, date | None]:
        """From a day, to a day or without end."""
        return self.cleaned_data["since"], self.cleaned_data["last"]


class NewPersonForm(AppointForm):
    """Somebody who has no account yet."""

    full_name = forms.CharField(label=_("姓名"), max_length=_LONGEST_NAME)
    username = forms.CharField(
        label=_("账号"), max_length=_LONGEST_USERNAME, help_text=_("2 到 40 个小写字母、数字、点或横线，以字母开头。")
    )
    field_order = ("full_name", "username", "role", "organisation", "since", "last")


class HandOverForm(forms.Form):
    """Who takes over."""

    to = forms.ChoiceField(label=_("移交给"))

    def __init__(self, people: list[Account], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "to", [(str(one.pk), f"{one.full_name}（{one.username}）") for one in people])


class StandInForm(forms.Form):
    """Which of one's appointments, to which colleague, for which days."""

    appointment = forms.ChoiceField(label=_("哪个岗位"))
    to = forms.ChoiceField(label=_("请谁代办"))
    first = _day(_("从哪天起"))
    last = _day(_("到哪天止"))

    def __init__(self, actor: Actor, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = current_appointments(account, today(MachineClock()))
        _choices(
            self,
            "appointment",
            [
                (
                    str(one.pk),
                    f"{words.organisation(one.organisation.name)} · {ROLE_WORDS[Role(one.role)][formats.english()]}",
                )
                for one in held
            ],
        )
        _choices(
            self, "to", [(str(one.pk), f"{one.full_name}（{one.username}）") for one in colleagues(actor, account)]
        )
        self.fields["first"].initial = today(MachineClock())


class GlassForm(forms.Form):
    """Why the glass must be broken."""

    reason = forms.ChoiceField(label=_("缘由"))
    words = forms.CharField(
        label=_("说明"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=_LONGEST_WORDS,
        help_text=_("5 到 200 字，上级会看到。不要写身份证号、银行卡号。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choices(self, "reason", [(one.value, pair[formats.english()]) for one, pair in REASON_WORDS.items()])

    @property
    def given(self) -> tuple[Reason, str]:
        """The reason and the words."""
        return Reason(self.cleaned_data["reason"]), str(self.cleaned_data["words"])
