"""Filters and tags of the office pages. Filters write values; tags draw parts, each with a template in ``desk/components``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any
from uuid import uuid4

from django import template
from django.forms import BoundField
from django.middleware.csrf import get_token
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from bangfu.core.problems import Problem
from bangfu.decide.comparison.likeness import Likeness
from bangfu.terminals.desk import formats, waterfall, words

register = template.Library()

# Colour and shape of a word; "none" is a hollow ring without colour.
_TONES = {"矛盾": "due", "疑点": "doubt", "佐证": "ok", "无法核对": "none"}
_CONTROLS = {"Select": "form-select", "SelectMultiple": "form-select", "CheckboxInput": "form-check-input"}
_COLON = ("：", ": ")
_GROUPS = frozenset({"RadioSelect", "CheckboxSelectMultiple"})


@register.filter
def yuan(amount_fen: int | Fraction | None) -> str:
    """Fen as yuan: 1,234.50."""
    return formats.yuan(amount_fen)


@register.filter
def count(number: float | None) -> str:
    """A number with thousands."""
    return formats.count(number)


@register.filter
def day(value: date | datetime | None, style: str = "") -> str:
    """11月23日 / 23 Nov; ``day:"week"``, ``day:"full"``."""
    return formats.day(value, style)


@register.filter
def month(value: date | None) -> str:
    """2026年11月 / Nov 2026."""
    return formats.month(value)


@register.filter
def moment(value: datetime | None) -> str:
    """11月23日 14:02 / 23 Nov 14:02."""
    return formats.moment(value)


@register.filter
def clock(value: datetime | None) -> str:
    """08:00."""
    return formats.clock(value)


@register.filter
def size(number_of_bytes: int | None) -> str:
    """3.2 MB."""
    return formats.size(number_of_bytes)


@register.filter
def duration(seconds: float | None) -> str:
    """3 分 20 秒 / 3 min 20 s."""
    return formats.duration(seconds)


@register.filter
def took(seconds: float | None) -> str:
    """How long something took, below ten seconds to a tenth: 1.2 秒 / 1.2 s."""
    return formats.took(seconds)


@register.filter
def word(value: object, meant: str = "") -> str:
    """A word of the data (a code, a heading, a place) in the page's language, or as it is. A relation: ``word:"relation"``."""
    return words.translated(value, meant)


@register.filter
def organisation(name: str) -> str:
    """A union's name in the page's language."""
    return words.organisation(name)


@register.filter
def field_words(fields: Iterable[str]) -> str:
    """Names of fields in words: 健康状况、月收入."""
    return words.field_names(fields)


@register.filter
def tone(value: object) -> str:
    """The tone of a conclusion: 矛盾 due, 疑点 doubt, 佐证 ok, everything else none."""
    return _TONES.get(str(value), "none")


@register.filter
def lang(pair: Any, prefix: str = "") -> str:
    """The half of a pair that the page is read in: ``.zh``/``.en``, or keys, or two values; ``lang:"says"`` takes says_zh/says_en."""
    name = f"{prefix}_" if prefix else ""
    chosen = f"{name}en" if formats.english() else f"{name}zh"
    if pair is None or pair == "":
        return ""
    if isinstance(pair, Mapping):
        return str(pair.get(chosen) or "")
    if isinstance(pair, Sequence) and not isinstance(pair, str):
        return str(pair[formats.english()])
    return str(getattr(pair, chosen, "") or "")


@register.filter
def of(mapping: Mapping[Any, Any], key: object) -> Any:
    """The value of a mapping, or nothing."""
    return mapping.get(key, "")


@register.filter
def said(pair: Any) -> str:
    """As ``lang``, for a sentence that quotes words of the data: in English those that are known are in English too."""
    return words.quoted(lang(pair))


@register.filter
def happened(problem: Problem) -> str:
    """What went wrong, without what to do."""
    text = problem.kind.en if formats.english() else problem.kind.zh
    return text.format(**problem.values)


@register.filter
def todo(problem: Problem) -> str:
    """What to do about a problem."""
    text = problem.kind.do_en if formats.english() else problem.kind.do_zh
    return text.format(**problem.values)


@register.filter
def counted(number: int, unit: str) -> str:
    """A number with its unit: ``18|counted:"户"`` is 18 户 / 18 households. Units are those of words.UNITS."""
    return words.counted(number, unit)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of frontend/desk/src/icons.json; words stand beside it, so that readers aloud pass over it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("desk/icons.svg"),
        name,
    )


@register.simple_tag
def tag(text: object, tone: str = "none") -> SafeString:
    """A word with shape and colour: due (square), warn (triangle), ok (disc), doubt (diamond), none (ring)."""
    return format_html('<span class="tag {}">{}</span>', tone, text)


@register.simple_tag
def conclusion(value: str) -> SafeString:
    """A finding's conclusion as a tag, translated."""
    return tag(words.translated(value), _TONES.get(value, "none"))


@register.simple_tag
def meter(part: float, whole: float, label: str) -> SafeString:
    """A bar that says how much of the whole is done; ``label`` for those who do not see it."""
    most = max(whole, 1)
    return format_html(
        '<progress class="meter" max="{}" value="{}" aria-label="{}">{}%</progress>',
        str(most),
        str(min(part, most)),
        label,
        str(round(100 * min(part, most) / most)),
    )


@register.inclusion_tag("desk/components/waterfall.html", name="waterfall")
def waterfall_tag(likeness: Likeness) -> dict[str, Any]:
    """The chart of why two records may be one person."""
    return {"chart": waterfall.waterfall(likeness), "width": waterfall.WIDTH}


@register.simple_tag
def masked(last: str, label: str = "") -> SafeString:
    """A number of which only its last characters are known here: ****1234. Never give it the whole number."""
    said = gettext("尾号 %(last)s") % {"last": last}
    return format_html(
        '<span class="masked"><span aria-hidden="true">****{}</span><span class="visually-hidden">{} {}</span></span>',
        last,
        label,
        said,
    )


@register.simple_tag(takes_context=True)
def act(context: Context) -> SafeString:
    """Inside a form that does something: the token against forgery, and the id that makes the act safe to send twice."""
    token = get_token(context["request"]) if context.get("request") is not None else ""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="act_id" value="{}">',
        token,
        str(uuid4()),
    )


@register.simple_tag
def new_id() -> str:
    """An id for a form that does two things."""
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One line of the menu as it is drawn."""

    name: str
    label: str
    icon: str
    url: str
    count: int | None
    here: bool


_MENU = (
    ("desk", "checklist"),
    ("files", "folders"),
    ("review", "search"),
    ("duplicates", "users"),
    ("approvals", "shield-check"),
    ("deliveries", "building-community"),
    ("runs", "activity"),
    ("imports", "table-import"),
    ("identification", "scale"),
    ("help", "heart-handshake"),
    ("funds", "coin"),
    ("visits", "route"),
    ("exits", "home-move"),
    ("supervision", "eye"),
    ("assessment", "chart-bar"),
    ("policy", "file-text"),
    ("audit", "shield-check"),
    ("access", "users"),
    ("settings", "settings"),
)


@register.inclusion_tag("desk/components/menu.html", takes_context=True)
def menu(context: Context) -> dict[str, Any]:
    """The menu, in its fixed order. ``menu`` of the context: name → {url, count}; what has no address is not shown."""
    given = context.get("menu") or {}
    labels = words.menu_labels()
    entries = [
        MenuEntry(
            name, labels[name], drawing, given[name]["url"], given[name].get("count"), context.get("here") == name
        )
        for name, drawing in _MENU
        if given.get(name)
    ]
    return {"entries": entries}


@register.inclusion_tag("desk/components/stat.html")
def stat(
    value: float | None,
    label: str,
    *,
    of: float | None = None,
    unit: str = "",
    bar: bool = True,
    url: str = "",
    change: object = "",
) -> dict[str, Any]:
    """A figure with its denominator: ``{% stat done "已比对" of=total unit="户" %}``; ``of`` without ``bar=False`` draws a meter."""
    return {
        "value": value,
        "label": label,
        "of": of,
        "unit": words.unit(value if of is None else of, unit),
        "bar": bar and of is not None,
        "url": url,
        "change": change,
    }


@register.inclusion_tag("desk/components/work.html")
def work(job: Mapping[str, Any] | Any, *, url: str = "") -> dict[str, Any]:
    """Long work. ``job``: label, done, total, rate (per second), left (seconds), state (running, done, failed, waiting), problem.

    With ``url`` and state running or waiting the part asks that address again every two seconds and replaces itself.
    """
    at = job.get if isinstance(job, Mapping) else lambda name, default=None: getattr(job, name, default)
    shown = {name: at(name) for name in ("label", "done", "total", "rate", "left", "state", "problem")}
    return {"job": shown, "url": url, "alive": shown["state"] in ("running", "waiting")}


@register.inclusion_tag("desk/components/empty.html")
def empty(title: str, why: str, *, url: str = "", label: str = "", drawing: str = "folders") -> dict[str, str]:
    """An empty list says why, and what to do next."""
    return {"title": title, "why": why, "url": url, "label": label, "drawing": drawing}


@register.inclusion_tag("desk/components/pages.html", takes_context=True)
def pages(context: Context, page: Any) -> dict[str, Any]:
    """Links to the other pages of a django.core.paginator.Page; the query stays."""
    return {"page": page, "request": context.get("request")}


@register.inclusion_tag("desk/components/stages.html")
def stages(names: Sequence[str], current: int) -> dict[str, Any]:
    """The steps of a wizard; ``current`` counts from 1."""
    return {"stages": [(number, name) for number, name in enumerate(names, 1)], "current": current}


@register.inclusion_tag("desk/components/trouble.html")
def trouble(form: Any = None, problems: Sequence[Problem] = ()) -> dict[str, Any]:
    """The box above a page: what is wrong, each line leading to its field. Empty where nothing is."""
    lines = [
        (form[name].id_for_label, f"{form[name].label}{_COLON[formats.english()]}{error}")
        if name in form.fields
        else ("", error)
        for name, errors in (form.errors.items() if form is not None else ())
        for error in errors
    ]
    return {"lines": lines, "problems": problems}


@register.inclusion_tag("desk/components/field.html")
def field(bound: BoundField, *, hint: str = "", autocomplete: str = "", placeholder: str = "") -> dict[str, Any]:
    """One field of a Django form: label, hint, what is wrong, control; tied together for those who listen."""
    kind = type(bound.field.widget).__name__
    described = [f"{bound.id_for_label}-hint"] * bool(hint or bound.help_text) + [f"{bound.id_for_label}-wrong"] * bool(
        bound.errors
    )
    attributes: dict[str, Any] = {"class": _CONTROLS.get(kind, "" if kind in _GROUPS else "form-control")}
    attributes |= {"aria-describedby": " ".join(described)} if described else {}
    attributes |= {"aria-invalid": "true"} if bound.errors else {}
    attributes |= {
        name: value for name, value in (("autocomplete", autocomplete), ("placeholder", placeholder)) if value
    }
    return {
        "bound": bound,
        "hint": hint or bound.help_text,
        "kind": kind,
        "group": kind in _GROUPS,
        "control": bound.as_widget(attrs=attributes),
    }


@register.simple_tag
def key(name: str) -> SafeString:
    """A key cap."""
    return format_html("<kbd>{}</kbd>", name)
