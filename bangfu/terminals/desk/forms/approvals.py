"""What a person says of a case, and to whom they hand it."""

from django import forms

from bangfu.ground.approval.rules import Move

LONGEST = 2_000
_HANDED = (Move.TRANSFER, Move.COUNTERSIGN, Move.DELEGATE)


class SeenForm(forms.Form):
    """Which version of the case was seen."""

    seen_version = forms.IntegerField(min_value=1, max_value=2**31 - 1)


class WordForm(SeenForm):
    """An opinion on what was seen, by its hash. Whether a word is needed is for the act to say."""

    seen = forms.RegexField("^[0-9a-f]{64}$")
    word = forms.CharField(max_length=LONGEST, required=False)
    back_to = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class HandForm(SeenForm):
    """To whom, in which way."""

    move = forms.ChoiceField(choices=[(move.value, move.value) for move in _HANDED])
    to = forms.UUIDField()
    word = forms.CharField(max_length=LONGEST, required=False)
