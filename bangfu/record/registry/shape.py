"""What a row of the archive form becomes in the tables, and back: the same typed values both ways (DESIGN 4).

One mapping for both directions, so that the registry says of a household exactly what its workbook said.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Any

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import Fault, IdNumber, fault_of, read_id
from bangfu.core.names import PersonName
from bangfu.core.problems import Problem, problem_of
from bangfu.engine.intake.archive_row import ArchiveRow, Remark, Value
from bangfu.engine.intake.forms import archive_form, code_lists
from bangfu.ground.access.sealing import keyed_hash, seal
from bangfu.record.registry.models import CaseFile, Expenditure, Member

# Fields of the form that are columns of CaseFile, of Member, of Dwelling; where the column has another name, the name.
_FILE = (
    "file_number category postcode address division single_parent can_help_self zero_employment cause_text attachment_kind "
    "attachment_name remark filed_by reviewed_by entered_by party_opinion base_union_opinion system_union_opinion "
    "employer_union_opinion is_target target_since key_group four_batches application_kind skills needs"
)
FILE_FIELDS: dict[str, str] = {name: name for name in _FILE.split()} | {
    "persons": "stated_persons",
    "total_yearly_income": "stated_total_yearly_income_fen",
    "income_per_head": "stated_income_per_head_fen",
    "monthly_rigid_expenditure": "monthly_rigid_expenditure_fen",
}
_PERSON = (
    "ethnic_group sex political_status birth_date health illness_or_disability work_status model_worker mobile other_contact "
    "marital_status household_registration medical_insurance employer_nature enterprise_state industry contract_signed contract_term"
)
HEAD_FIELDS: dict[str, str] = {name: name for name in [*_PERSON.split(), "started_work", "employer_code"]} | {
    "employer": "employer_or_school"
}
_MEMBER = "relation age person_status education enrolled schooling_years employer_or_school remark"
MEMBER_FIELDS: dict[str, str] = {name: name for name in [*_PERSON.split(), *_MEMBER.split()]}
EXPENDITURES: tuple[str, ...] = tuple(Expenditure.Head.values)
# Wider than any dwelling; more does not fit into the column.
_LARGEST_AREA = 10**12
_PINYIN_KEPT, _FOLDED_KEPT, _INITIALS_KEPT = 400, 200, 100
_AS_WRITTEN = "as_written"
# Where a row stands in its workbook; one row of a summary table may hold a head and a member.
Place = tuple[str, int, bool]


def place_of(row: ArchiveRow) -> Place:
    """See Place."""
    return row.sheet, row.number, row.is_head


def row_hash(row: ArchiveRow) -> str:
    """Equal for rows that say the same, whatever their place in the file."""
    return _hash(row, as_written(row), doubts(row))


def _hash(row: ArchiveRow, written: dict[str, str], doubted: list[dict[str, Any]]) -> str:
    values = {field: value for field, value in row.values.items() if field != "head_id_number"}
    text = _CANONICAL.encode({"values": values, "raw": written, "doubts": doubted})
    return hashlib.sha256(text.encode()).hexdigest()


def as_written(row: ArchiveRow) -> dict[str, str]:
    """What could not be read, as it was written, and the cells of headings that the form does not have."""
    return {
        field: _clean(text)
        for field, text in (sorted(row.raw.items()) if row.raw else ())
        if text and field not in row.values and field != "head_id_number"
    }


def doubts(row: ArchiveRow) -> list[dict[str, Any]]:
    """What is doubtful about the row: field and problem, never the value itself."""
    return [
        {"field": remark.field, "code": remark.problem.code, "values": _without_value(remark.problem)}
        for remark in row.remarks
        if remark.problem is not None and remark.field != "head_id_number"
    ]


def remarks_of(kept: Iterable[Mapping[str, Any]]) -> tuple[Remark, ...]:
    """The doubts again, as the reader gave them."""
    return tuple(Remark(doubt["field"], problem_of(doubt["code"], doubt["values"])) for doubt in kept)


def file_columns(row: ArchiveRow, person: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of CaseFile that the head's row says. ``person``: what ``person_columns`` makes of the same row."""
    columns = _said_by(row, _columns_of(CaseFile))
    main = row.values.get("main_cause")
    return columns | {
        "head_name": person["name"],
        "head_pinyin": person["pinyin"],
        "main_cause": _text(main) if main is not None else "",
        "generation": generation_of(str(columns.get("category", ""))),
        "row_hash": person["row_hash"],
    }


def person_columns(row: ArchiveRow, *, head: bool) -> dict[str, Any]:
    """Columns of Member that a row says, the number sealed. What it does not say is left out: see ``nothing_said``."""
    columns = _said_by(row, _columns_of(Member, head=head))
    name, written, doubted = row.values["name"], as_written(row), doubts(row)
    pinyin = _pinyin(name)
    columns |= {
        "name": _text(name),
        "note": _clean(name.note) if isinstance(name, PersonName) else "",
        "folded": name.folded[:_FOLDED_KEPT] if isinstance(name, PersonName) else "",
        "pinyin": pinyin,
        "pinyin_joined": pinyin.replace(" ", ""),
        "initials": "".join([syllable[0] for syllable in pinyin.split()])[:_INITIALS_KEPT],
        "row_hash": _hash(row, written, doubted),
        "doubts": doubted,
        "as_written_sealed": seal(json.dumps(written, ensure_ascii=False), _AS_WRITTEN) if written else None,
    }
    return columns | _number_columns(row)


@cache
def nothing_said(model: type[CaseFile | Member]) -> Mapping[str, Any]:
    """The columns that rows of the form fill, empty: what a row that is there is laid over when a workbook says it anew."""
    fields = FILE_FIELDS if model is CaseFile else HEAD_FIELDS | MEMBER_FIELDS
    return {column: "" if column in _text_columns(model) else None for column in fields.values()}


@lru_cache(maxsize=8192)
def number_hash(number: IdNumber) -> bytes:
    """By which a person is found again."""
    return keyed_hash(number.text, "id")


@cache
def _columns_of(model: type[CaseFile | Member], *, head: bool = True) -> Mapping[str, tuple[str, bool]]:
    """Field → (column, is it a text?)."""
    fields = FILE_FIELDS if model is CaseFile else HEAD_FIELDS if head else MEMBER_FIELDS
    return {field: (column, column in _text_columns(model)) for field, column in fields.items()}


def _said_by(row: ArchiveRow, columns: Mapping[str, tuple[str, bool]]) -> dict[str, Any]:
    found = {}
    for field, value in row.values.items():
        if field in columns:
            column, is_text = columns[field]
            found[column] = _text(value) if is_text else value
    return found


def _number_columns(row: ArchiveRow) -> dict[str, Any]:
    number = row.values.get("id_number")
    if isinstance(number, IdNumber):
        return {
            "number_sealed": seal(number.text, "member.number"),
            "number_hash": number_hash(number),
            "number_last_four": number.text[-4:],
            "number_state": Member.NumberState.VALID,
            "number_doubt": "",
        }
    written = row.raw.get("id_number", "")
    fault = fault_of(read_id(written)) if written else None
    missing = not written or fault is Fault.MISSING
    return {
        "number_sealed": None,
        "number_hash": None,
        "number_last_four": "",
        "number_state": Member.NumberState.MISSING if missing else Member.NumberState.INVALID,
        "number_doubt": fault.value if fault else "missing" if missing else "",
    }


def generation_of(category: str) -> str:
    """A or B where the category belongs to one generation's list only (DOMAIN 0.1)."""
    generations = code_lists()["hardship_category"].generations
    return next((name for name, values in generations.items() if category in values), "")


def dwelling_columns(row: ArchiveRow) -> dict[str, Any] | None:
    """Columns of Dwelling, or None where the row says nothing about it."""
    kind, area = row.values.get("housing_type"), row.values.get("floor_area")
    if kind is None and area is None:
        return None
    measured = isinstance(area, int) and not isinstance(area, bool) and area <= _LARGEST_AREA
    return {
        "housing_type": _text(kind) if kind is not None else "",
        "floor_area": area if measured else None,
        "floor_area_text": "" if measured or area is None else _text(area),
    }


def causes(row: ArchiveRow) -> list[tuple[int, str]]:
    """(rank, cause): the main one is 0; secondary ones follow even where there is no main one."""
    main, others = row.values.get("main_cause"), row.values.get("secondary_causes")
    found = [] if main is None else [(0, _text(main))]
    return [*found, *((rank, _clean(text)) for rank, text in enumerate(_texts(others), 1))]


def expenditures(row: ArchiveRow) -> dict[str, int]:
    """Head → fen of the year; a zero that is written is kept, an empty cell says nothing."""
    return {head: value for head in EXPENDITURES if (value := _fen(row, head)) is not None}


def wage(row: ArchiveRow) -> int | None:
    """The person's own income of a month, in fen."""
    return _fen(row, "monthly_income")


def other_income(row: ArchiveRow) -> int | None:
    """The family's other income of a year, in fen."""
    return _fen(row, "other_yearly_income")


def bank_columns(row: ArchiveRow) -> dict[str, Any] | None:
    """Columns of BankAccount, the card sealed; None where the row says nothing about it."""
    said = {name: row.values.get(name) for name in ("bank", "bank_branch", "bank_card")}
    if all(value is None for value in said.values()):
        return None
    card = _text(said["bank_card"]) if said["bank_card"] is not None else ""
    doubt = next((r.problem.code for r in row.remarks if r.field == "bank_card" and r.problem), "")
    return {
        "bank": _text(said["bank"]) if said["bank"] is not None else "",
        "branch": _text(said["bank_branch"]) if said["bank_branch"] is not None else "",
        "card_sealed": seal(card, "bank.card") if card else None,
        "card_hash": keyed_hash(card, "card") if card else None,
        "card_last_four": card[-4:],
        "card_doubt": doubt,
    }


@cache
def _text_columns(model: type[CaseFile | Member]) -> frozenset[str]:
    fields: Any = model._meta.concrete_fields
    return frozenset(f.column for f in fields if f.get_internal_type() in ("TextField", "CharField"))


def _text(value: Value) -> str:
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, IdNumber | PersonName | CreditCode):
        return _clean(value.text)
    if isinstance(value, tuple):
        return _clean("、".join(value))
    return _clean(str(value))


def _texts(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _clean(text: str) -> str:
    # PostgreSQL has no place for it.
    return text.replace("\x00", "")


def _pinyin(name: Value) -> str:
    return name.pinyin[:_PINYIN_KEPT] if isinstance(name, PersonName) else ""


def _fen(row: ArchiveRow, field: str) -> int | None:
    value = row.values.get(field)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _without_value(problem: Problem) -> dict[str, Any]:
    return {name: "…" if name == "value" else _shown(value) for name, value in problem.values.items()}


def _shown(value: object) -> object:
    return value if isinstance(value, int | str) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PersonName):
        return [value.text, value.note]
    if isinstance(value, IdNumber | CreditCode):
        return value.text
    raise TypeError(type(value).__name__)


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_plain)


def looked_at() -> list[str]:
    """The sensitive fields of the form: what a look at a whole file is a look at."""
    fields = archive_form()
    named = {**fields.worker, **fields.member}
    return [name for name, spec in named.items() if spec.sensitivity == "sensitive"]
