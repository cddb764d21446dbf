"""Records as the model compares them: one row per person or per department entry, made of what is written about them."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from bangfu.core.ids import read_id
from bangfu.core.names import fold, simplified
from bangfu.engine.matching.names import sound_key, surname_key
from bangfu.engine.matching.numbers import Parts, parts_of

SCHEMA = pa.schema(
    [(column, pa.string()) for column in (
        "rid", "name", "folded", "sound", "surname", "birth", "birth_year", "birth_month", "birth_day", "division", "tail", "sex",
        "employer", "address",
    )] + [("born", pa.int64()), ("key", pa.int64()), ("masked", pa.bool_())]
)  # fmt: skip
_SEXES = {"1": "1", "男": "1", "男性": "1", "2": "2", "女": "2", "女性": "2"}
_NOT_WORDS = re.compile(r"[\W_]+")
_FORM_OF_COMPANY = re.compile(r"(股份|有限|责任|集团|公司)+$")
_PROVINCE = re.compile(r"^[^省区市州县]{2,4}(省|自治区)")
_PREFECTURE = re.compile(r"^[^省区市州县]{2,8}(自治州|州|地区|市)(?=[^省区市州县]{1,8}[区市县旗])")


@dataclass(frozen=True, slots=True)
class Written:
    """What is written about one person; whatever is not known is empty or None. ``division``: a code of two to twelve digits.

    ``keyed``: a valid number is this person's key; not so where something else in its cell was wrong.
    """

    rid: str
    name: str
    number: str = ""
    birth: date | None = None
    sex: str = ""
    division: str = ""
    employer: str = ""
    address: str = ""
    keyed: bool = True


def record_table(people: Iterable[Written]) -> pa.Table:
    """The records of SCHEMA, in the same order. ``rid`` must be unique: it comes back with every candidate.

    ``born``: the day of a whole birth date that exists, as a number of days.
    """
    return pa.Table.from_pylist([_record(person) for person in people], SCHEMA)


def _record(person: Written) -> dict[str, object]:
    valid = read_id(person.number).value
    parts = parts_of(person.number)
    birth = _birth(person, parts, verified=valid is not None)
    whole = birth if birth and len(birth) == 8 and "*" not in birth else None
    return {
        "rid": person.rid,
        "name": person.name,
        "folded": fold(person.name),
        "sound": sound_key(person.name) or None,
        "surname": surname_key(person.name) or None,
        "birth": birth,
        "birth_year": whole[:4] if whole else None,
        "birth_month": whole[:6] if whole else None,
        "birth_day": whole[4:] if whole else None,
        "division": parts.division or _division(person.division),
        "tail": parts.tail,
        "sex": valid.sex if valid else _SEXES.get(person.sex.strip()) or _sex_of(parts.tail),
        "employer": employer_key(person.employer) or None,
        "address": address_key(person.address) or None,
        "born": _day_number(whole),
        "key": valid.key if valid and person.keyed else None,
        "masked": parts.masked,
    }


def employer_key(text: str) -> str:
    """An employer's name without punctuation and without its legal form."""
    bare = _NOT_WORDS.sub("", simplified(unicodedata.normalize("NFKC", text)))
    return _FORM_OF_COMPANY.sub("", bare) or bare


def address_key(text: str) -> str:
    """An address from the county on, without punctuation: one office writes the province, another does not."""
    bare = _NOT_WORDS.sub("", simplified(unicodedata.normalize("NFKC", text)))
    return _PREFECTURE.sub("", _PROVINCE.sub("", bare))


def _birth(person: Written, parts: Parts, *, verified: bool) -> str | None:
    """A verified number knows best; then what was declared, since a number that fails may fail there."""
    if verified or person.birth is None:
        return parts.birth
    return person.birth.strftime("%Y%m%d")


def _day_number(birth: str | None) -> int | None:
    try:
        return date(int(birth[:4]), int(birth[4:6]), int(birth[6:])).toordinal() if birth else None
    except ValueError:
        return None


def _division(text: str) -> str | None:
    return text[:6].ljust(6, "0") if text[:2].isdigit() and len(text) >= 2 else None


def _sex_of(tail: str | None) -> str | None:
    return ("1" if int(tail[2]) % 2 else "2") if tail and tail[2].isdigit() else None
