"""One cell of the archive form read by the type of its field. Nothing is guessed: what cannot be read is said so."""

import re
from collections.abc import Callable
from datetime import date, datetime

from stdnum import luhn

from bangfu.core.credit_codes import read_credit_code
from bangfu.core.dates import read_date, read_month
from bangfu.core.ids import read_id
from bangfu.core.money import read_amount
from bangfu.core.names import read_name
from bangfu.core.problems import Problem
from bangfu.core.readings import Reading, Repair
from bangfu.core.text import clean, half_width, plain
from bangfu.engine.intake import problems
from bangfu.engine.intake.archive_row import Value
from bangfu.engine.intake.forms import CodeList, FieldSpec, code_lists, division_codes
from bangfu.engine.intake.ooxml import Broken
from bangfu.engine.intake.tables import Cell

Reader = Callable[[Cell], Reading[Value]]

# Spreadsheets keep fifteen digits.
_BEYOND_EXACT = 10**15

_YES = frozenset(["是", "有", "√", "✓", "✔", "对", "1", "1.0", "y", "yes", "true", "t"])
_NO = frozenset(["否", "无", "×", "✗", "✘", "x", "不是", "没有", "0", "0.0", "n", "no", "false", "f"])
_COUNT = re.compile(r"([0-9]{1,4})(?:\.0)?(?:人|口|岁|年|口人)?")
_AREA = re.compile(r"([0-9]+(?:\.[0-9]+)?)(?:㎡|m2|m²|平方米|平米|平方)?", re.IGNORECASE)
_NUMBERING = re.compile(r"^[(（]?[0-9]{1,2}[)）]?[.、．:：]?")
_SEPARATORS = re.compile(r"[、，,;；/|\s]+")
_MOBILE = re.compile(r"1[0-9]{10}")
_CARD = re.compile(r"[0-9]{12,19}")


def reader_of(spec: FieldSpec, *, today: date, ten_thousands: bool) -> Reader:
    """The function that reads cells of a field. Problems name the heading, never the value of a sensitive field."""
    if spec.type in ("code", "codes"):
        return _code_reader(spec, code_lists()[spec.codes or ""])
    readers: dict[str, Reader] = {
        "text": _read_text,
        "id": read_id,
        "name": lambda cell: read_name(text_of(cell)),
        "yuan": lambda cell: read_amount(cell, ten_thousands=ten_thousands),
        "date": lambda cell: read_date(cell, today),
        "month": lambda cell: _as_text(read_month(cell)),
        "count": lambda cell: _read_count(cell, spec.heading),
        "year": lambda cell: _read_count(cell, spec.heading),
        "area": _read_area,
        "yes_no": lambda cell: _read_yes_no(cell, spec.heading),
        "mobile": _read_mobile,
        "card": _read_card,
        "credit_code": lambda cell: _kept(read_credit_code(text_of(cell)), cell),
        "division": _read_division,
    }
    return readers[spec.type]


def read_broken(cell: Broken, heading: str) -> Reading[Value]:
    """A formula without its result, or an error: no value, and a problem that says so."""
    broken = problems.ERROR_VALUE if cell is Broken.ERROR else problems.NO_FORMULA_VALUE
    return Reading(None, (), broken(column=heading))


def text_of(cell: Cell) -> str:
    """A cell as a person sees it: whole numbers without a fraction, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and abs(cell) >= _BEYOND_EXACT:
        # As spreadsheets show it: spelled out, the digits that were lost would look like digits that are there.
        return f"{cell:.14E}"
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if not (cell.hour or cell.minute or cell.second) else str(cell)
    if isinstance(cell, Broken):
        return "#N/A" if cell is Broken.ERROR else ""
    return "" if cell is None else str(cell)


def _read_text(cell: Cell) -> Reading[Value]:
    text, repairs = clean(text_of(cell))
    return Reading(text or None, repairs)


def _as_text(reading: Reading[object]) -> Reading[Value]:
    return Reading(None if reading.value is None else str(reading.value), reading.repairs, reading.problem)


def _kept(reading: Reading[Value], cell: Cell) -> Reading[Value]:
    """A value that is doubtful is kept as written."""
    value = reading.value if reading.value is not None else clean(text_of(cell))[0] or None
    return Reading(value, reading.repairs, reading.problem)


def _code_reader(spec: FieldSpec, codes: CodeList) -> Reader:
    known = {plain(value): value for value in codes.values}
    if spec.codes == "ethnic_group":
        known |= {value.removesuffix("族"): value for value in codes.values}

    def one(text: str) -> tuple[str, tuple[Repair, ...], Problem | None]:
        cleaned, repairs = clean(text)
        bare = plain(cleaned)
        found = known.get(bare) or known.get(_NUMBERING.sub("", bare))
        if found is not None:
            wide = half_width(cleaned)[1] if found != cleaned else ()
            return found, repairs + wide, None
        problem = problems.NOT_IN_LIST(column=spec.heading) if codes.complete else None
        return cleaned, repairs, problem

    def read_one(text: str) -> Reading[Value]:
        value, repairs, problem = one(text)
        return Reading(value or None, repairs, problem if value else None)

    def read_several(text: str) -> Reading[Value]:
        parts = [one(part) for part in _SEPARATORS.split(clean(text)[0]) if part]
        most = codes.most.get("secondary_causes", len(parts))
        doubts = [problem for _, _, problem in parts if problem]
        if len(parts) > most:
            doubts.append(problems.TOO_MANY_CODES(column=spec.heading, most=most, count=len(parts)))
        repairs = tuple(repair for _, found, _ in parts for repair in found)
        return Reading(tuple(value for value, _, _ in parts) or None, repairs, doubts[0] if doubts else None)

    read = read_several if spec.type == "codes" else read_one
    return lambda cell: read(text_of(cell))


def _read_count(cell: Cell, heading: str) -> Reading[Value]:
    text = plain(text_of(cell))
    if not text:
        return Reading(None)
    found = _COUNT.fullmatch(text)
    return Reading(int(found[1])) if found else Reading(None, (), problems.NOT_A_COUNT(column=heading))


def _read_area(cell: Cell) -> Reading[Value]:
    text = plain(text_of(cell))
    found = _AREA.fullmatch(text)
    if found is None:
        return Reading(clean(text_of(cell))[0] or None)
    whole, _, part = found[1].partition(".")
    return Reading(int(whole) * 100 + int((part + "00")[:2]), (Repair.UNIT,) if found[1] != text else ())


def _read_yes_no(cell: Cell, heading: str) -> Reading[Value]:
    text = plain(text_of(cell))
    if not text or text in ("/", "-"):
        return Reading(None)
    lower = text.lower()
    if lower not in _YES and lower not in _NO:
        return Reading(None, (), problems.NOT_YES_OR_NO(column=heading))
    return Reading(lower in _YES, () if text in ("是", "否") else (Repair.YES_NO,))


def _read_mobile(cell: Cell) -> Reading[Value]:
    if isinstance(cell, str) and _MOBILE.fullmatch(cell):
        return Reading(cell)
    text = plain(text_of(cell))
    bare = text.removeprefix("+86").replace("-", "")
    if not text or _MOBILE.fullmatch(bare):
        return Reading(bare or None, () if bare == text_of(cell) else (Repair.SPACES,))
    return Reading(text, (), problems.NOT_A_MOBILE())


def _read_card(cell: Cell) -> Reading[Value]:
    if isinstance(cell, int | float) and abs(cell) >= 10**15:
        return Reading(None, (), problems.CARD_DAMAGED())
    text = plain(text_of(cell)).lstrip("'").replace("-", "")
    if not text:
        return Reading(None)
    fine = _CARD.fullmatch(text) and luhn.is_valid(text)
    return Reading(text, () if text == text_of(cell) else (Repair.SPACES,), None if fine else problems.CARD_CHECK())


def _read_division(cell: Cell) -> Reading[Value]:
    text = plain(text_of(cell))
    return Reading(division_codes().get(text, text) or None)
