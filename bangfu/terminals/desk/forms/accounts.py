"""Signing in, and a new password."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from bangfu.ground.access.models import Account

_LONGEST = 200
# Django's own sentences are not all there in Chinese.
_COMPLAINTS = {
    "password_too_short": gettext_noop("新密码太短，至少 12 个字符。"),
    "password_too_similar": gettext_noop("新密码与账号或姓名太相近，请换一个。"),
    "password_too_common": gettext_noop("新密码是很多人都用的，容易被猜到，请换一个。"),
    "password_entirely_numeric": gettext_noop("新密码不能只有数字。"),
}


class SignInForm(forms.Form):
    """User name and password, as typed; nothing says which of the two was wrong."""

    username = forms.CharField(label=_("账号"), max_length=60)
    password = forms.CharField(label=_("密码"), max_length=_LONGEST, strip=False, widget=forms.PasswordInput)


class CodeForm(forms.Form):
    """A code of an app or a recovery code; or what a security key answered, which a script fills in."""

    code = forms.CharField(label=_("验证码或恢复码"), max_length=40, required=False)
    answer = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)


class AgainForm(CodeForm):
    """Who are you, once more."""

    password = forms.CharField(label=_("密码"), max_length=_LONGEST, strip=False, widget=forms.PasswordInput)


class NewPasswordForm(forms.Form):
    """A new password twice; the present one too, unless it was used a moment ago at the first sign-in."""

    present = forms.CharField(label=_("现在的密码"), max_length=_LONGEST, strip=False, widget=forms.PasswordInput)
    new = forms.CharField(label=_("新密码"), max_length=_LONGEST, strip=False, widget=forms.PasswordInput)
    again = forms.CharField(label=_("再输一遍新密码"), max_length=_LONGEST, strip=False, widget=forms.PasswordInput)

    def __init__(self, account: Account, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account
        if first:
            del self.fields["present"]

    def clean_present(self) -> str:
        """Whoever finds an open page must not take the account over."""
        present = str(self.cleaned_data["present"])
        if not self._account.check_password(present):
            raise ValidationError(gettext("现在的密码不对。"))
        return present

    def clean_new(self) -> str:
        """Long enough, not known everywhere, not the old one."""
        new = str(self.cleaned_data["new"])
        try:
            validate_password(new, self._account)
        except ValidationError as refused:
            raise ValidationError([_complaint(error) for error in refused.error_list]) from None
        if self._account.check_password(new):
            raise ValidationError(gettext("新密码与现在的相同，请换一个。"))
        return new

    def clean(self) -> dict[str, Any]:
        """Both must be the same."""
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", gettext("两次输入的新密码不一样。"))
        return given


def _complaint(error: ValidationError) -> str:
    known = _COMPLAINTS.get(error.code or "")
    return gettext(known) if known else " ".join(error.messages)
