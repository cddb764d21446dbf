"""What can be done, as a catalogue: a dotted verb, and the sentence in which the trail tells it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_CATALOGUE: dict[str, "Verb"] = {}


@dataclass(frozen=True, slots=True)
class Verb:
    """``zh`` and ``en`` may name values of the entry; never a person's data."""

    code: str
    zh: str
    en: str

    def sentences(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """The sentence in both languages; a value that is not there is shown as a dash."""
        known = _Known(values)
        return self.zh.format_map(known), self.en.format_map(known)


class _Known(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "-"


def verb(code: str, *, zh: str, en: str) -> Verb:
    """Enter a verb into the catalogue; refuses a code used twice."""
    if code in _CATALOGUE:
        raise ValueError(f"verb used twice: {code}")
    _CATALOGUE[code] = Verb(code, zh, en)
    return _CATALOGUE[code]


def verb_of(code: str) -> Verb:
    """A verb by its code; one that is no longer known tells itself by its code."""
    return _CATALOGUE.get(code) or Verb(code, code, code)


def all_verbs() -> Iterator[Verb]:
    """All verbs of the modules imported so far, by code."""
    yield from (_CATALOGUE[code] for code in sorted(_CATALOGUE))
