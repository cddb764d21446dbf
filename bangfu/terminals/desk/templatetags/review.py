"""Tags of the review pages."""

from datetime import date

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_noop

from bangfu.decide.identification.parameters import NOT_MET
from bangfu.decide.identification.selectors import QueueItem
from bangfu.terminals.desk import formats, words
from bangfu.terminals.desk.templatetags.desk import tag, tone

register = template.Library()

_STATES = {
    "accepted": (gettext_noop("已属实上报"), "ok"),
    "refusal_proposed": (gettext_noop("已提议不予认定"), "none"),
    "refused": (gettext_noop("不予认定"), "due"),
    "superseded": (gettext_noop("已有新的建议"), "none"),
}
_COUNTED = {"due": "处矛盾", "doubt": "处疑点", "ok": "处佐证"}


@register.simple_tag
def case_tag(item: QueueItem, on: date) -> SafeString:
    """The one thing that matters most about a case in the queue: what is due, what stands, what speaks against it."""
    return tag(*_what_matters(item, on))


def _what_matters(item: QueueItem, on: date) -> tuple[str, str]:
    if item.due_on is not None:
        return _awaited(item.due_on, on)
    if item.state in _STATES:
        text, tone_of_state = _STATES[item.state]
        return gettext(text), tone_of_state
    if item.answered:
        return gettext("家庭已说明"), "warn"
    return _found(item)


def _awaited(due_on: date, on: date) -> tuple[str, str]:
    if due_on < on:
        return gettext("说明已逾期"), "due"
    if due_on == on:
        return gettext("今天到期"), "due"
    return gettext("%(day)s前说明") % {"day": formats.day(due_on)}, "none"


def _found(item: QueueItem) -> tuple[str, str]:
    """What departments' data or the file itself say against it; else what confirms it, in colour only where it may be accepted as it is."""
    first = item.tags[0] if item.tags else None
    shape = tone(first.conclusion) if first else ""
    if first and shape == "doubt" and len(first.kinds) == 1:
        return words.translated(first.kinds[0]), shape
    if first and shape in ("due", "doubt"):
        return words.counted(first.count, _COUNTED[shape]), shape
    if first and shape == "none":
        return words.translated(first.conclusion), shape
    if item.class_name == NOT_MET:
        return words.translated(NOT_MET), "none"
    if item.flags:
        return words.counted(item.flags, "处要核对"), "warn"
    if first:
        return words.counted(first.count, _COUNTED["ok"]), "ok" if item.clean else "none"
    return (gettext("无疑点"), "ok") if item.clean else (gettext("数据较旧"), "none")
