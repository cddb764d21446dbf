"""What the pages say, taken out of their sources, and what the catalogue has for it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[3]
TERMINALS = ROOT / "bangfu" / "terminals"
TEMPLATES = TERMINALS / "desk" / "templates"
CHINESE = re.compile("[\u3400-\u9fff]")
# What stands between the names of a list is translated, too.
_BETWEEN = "、"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_TRANSLATED = re.compile(
    r"{%\s*comment\b.*?endcomment\s*%}|{#.*?#}|{%\s*translate\s.*?%}|{%\s*blocktranslate\b.*?endblocktranslate\s*%}|\blang=\"zh-Hans\">中文<"
    # Units are words of words.UNITS, which have English.
    r"|\|counted:\"[^\"]*\"|\bunit=\"[^\"]*\"",
    re.DOTALL,
)


def templates() -> list[Path]:
    return sorted(TERMINALS.rglob("templates/**/*.html"))


def messages_of_code(source: str) -> set[str]:
    """Texts given to gettext and its kin. Nested calls and constants count; a variable cannot be seen."""
    found = extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS)
    texts = (message if isinstance(message, tuple) else (message,) for _, message, _, _ in found)
    return {text for several in texts for text in several if text and (CHINESE.search(text) or text == _BETWEEN)}


def messages_of_template(source: str) -> set[str]:
    """Texts of translate and blocktranslate, as Django's own makemessages sees them."""
    # What is not a text comes out as letters, indented as the template is: no indentation of Python.
    return messages_of_code(re.sub(r"(?m)^[ \t]+", "", templatize(source)))


def all_messages() -> Iterator[tuple[str, str]]:
    """Every text of the pages, with the file that says it."""
    for path in templates():
        yield from ((text, path.name) for text in messages_of_template(path.read_text("utf-8")))
    for path in sorted(TERMINALS.rglob("*.py")):
        yield from ((text, path.name) for text in messages_of_code(path.read_text("utf-8")))


def catalogue(language: str = "en") -> Catalog:
    with (ROOT / "locale" / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, abort_invalid=True)


def pairs(english: Catalog) -> Iterator[tuple[str, list[str]]]:
    """Every key with its forms in English (two where it is counted); a form that is not there is empty."""
    for message in english:
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if key:
            yield str(key), ["" if message.fuzzy else str(form or "") for form in forms]


def said_in(english: Catalog) -> set[str]:
    """Keys that have English in every form."""
    return {key for key, forms in pairs(english) if all(forms)}


def untranslated_chinese(source: str) -> list[str]:
    """Lines of a template that show Chinese outside of translate and blocktranslate."""
    rest = _TRANSLATED.sub("", source)
    return [line.strip() for line in rest.splitlines() if CHINESE.search(line)]
