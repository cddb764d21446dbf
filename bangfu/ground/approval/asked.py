"""What is asked, as it is shown and signed: one canonical text, its hash, and how two of them differ."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One line: ``code`` keeps it apart from the others; title and value are (Chinese, English)."""

    code: str
    title: Pair
    value: Pair


@dataclass(frozen=True, slots=True)
class Asked:
    """A subject as somebody decides on it. ``about``: in one line for lists. ``org``: the path that it belongs to.

    Names are masked; never a whole ID number, card or mobile: what is signed is kept for as long as the file is.
    """

    title: Pair
    about: Pair
    org: str
    fields: tuple[Field, ...]
    household_id: UUID | None = None
    amount_fen: int | None = None

    def canonical(self, subject_type: str, subject_id: UUID) -> str:
        """The same bytes for the same content: sorted keys, no spaces."""
        said = {
            "subject": [subject_type, str(subject_id)],
            "title": self.title,
            "about": self.about,
            "org": self.org,
            "household": str(self.household_id) if self.household_id else None,
            "amount_fen": self.amount_fen,
            "fields": [[field.code, field.title, field.value] for field in self.fields],
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Change:
    """A line that is otherwise now; an empty value: it was not there, or is gone."""

    title: Pair
    before: Pair
    now: Pair


def read_asked(canonical: str) -> Asked:
    """What a canonical text says."""
    said: Mapping[str, Any] = json.loads(canonical)
    return Asked(
        title=_pair(said["title"]),
        about=_pair(said["about"]),
        org=said["org"],
        fields=tuple(Field(code, _pair(title), _pair(value)) for code, title, value in said["fields"]),
        household_id=UUID(said["household"]) if said["household"] else None,
        amount_fen=said["amount_fen"],
    )


def sha256(text: str) -> str:
    """Lower-case hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def changes(before: Asked, now: Asked) -> list[Change]:
    """Lines that differ, in the order of what is now."""
    old, new = ({field.code: field for field in asked.fields} for asked in (before, now))
    found = []
    for code in dict.fromkeys((*new, *old)):
        was, is_now = old.get(code), new.get(code)
        nothing = ("", "")
        first, second = was.value if was else nothing, is_now.value if is_now else nothing
        if first != second:
            found.append(Change((is_now or was).title, first, second))  # type: ignore[union-attr]
    if before.amount_fen != now.amount_fen:
        found.append(Change(("金额（分）", "amount (fen)"), _amount(before), _amount(now)))
    return found


def _amount(asked: Asked) -> Pair:
    text = "" if asked.amount_fen is None else str(asked.amount_fen)
    return text, text


def _pair(given: Any) -> Pair:
    zh, en = given
    return str(zh), str(en)
