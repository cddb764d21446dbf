"""Archive rows as text and back: one line of JSON per row, so that rows can wait on disk or in a database. Nothing is lost.

Values that JSON does not know carry their type as the only key of an object: {"id": …}, {"name": [text, note]}, {"day": …},
{"credit_code": …}. Problems are kept as code and values, and made again by the catalogue.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from bangfu.core.credit_codes import CreditCode
from bangfu.core.ids import IdNumber
from bangfu.core.names import PersonName
from bangfu.core.problems import Problem, problem_of
from bangfu.core.readings import Repair
from bangfu.engine.intake.archive_row import ArchiveRow, Outcome, Remark, Value

_READ: dict[str, Callable[[Any], Value]] = {
    "id": IdNumber,
    "name": lambda parts: PersonName(*parts),
    "day": date.fromisoformat,
    "credit_code": CreditCode,
}


def text_of_row(row: ArchiveRow) -> str:
    """One line of JSON without line breaks; equal rows give equal text."""
    return _ENCODER.encode(
        {
            "sheet": row.sheet,
            "number": row.number,
            "is_head": row.is_head,
            "household": row.household.text if row.household else None,
            "outcome": row.outcome.value,
            "values": row.values,
            "raw": row.raw,
            "remarks": [
                (remark.field, remark.problem, [repair.name for repair in remark.repairs]) for remark in row.remarks
            ],
            "wrong": row.wrong,
        }
    )


def row_of_text(text: str) -> ArchiveRow:
    """The row again. Takes only what text_of_row wrote; anything else is a programming error (KeyError, ValueError)."""
    kept = json.loads(text)
    return ArchiveRow(
        sheet=kept["sheet"],
        number=kept["number"],
        is_head=kept["is_head"],
        household=IdNumber(kept["household"]) if kept["household"] else None,
        values={
            field: _value(value) if isinstance(value, dict | list) else value for field, value in kept["values"].items()
        },
        raw=kept["raw"],
        remarks=tuple(
            Remark(field, _problem(problem), tuple(Repair[name] for name in repairs))
            for field, problem, repairs in kept["remarks"]
        ),
        outcome=Outcome(kept["outcome"]),
        wrong=tuple(problem_of(**problem) for problem in kept["wrong"]),
    )


def _typed(value: object) -> dict[str, object]:
    if isinstance(value, IdNumber):
        return {"id": value.text}
    if isinstance(value, PersonName):
        return {"name": [value.text, value.note]}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, CreditCode):
        return {"credit_code": value.text}
    if isinstance(value, Problem):
        return {"code": value.code, "values": value.values}
    raise TypeError(type(value).__name__)


def _value(kept: dict[str, Any] | list[str]) -> Value:
    if isinstance(kept, list):
        return tuple(kept)
    ((kind, content),) = kept.items()
    return _READ[kind](content)


def _problem(kept: dict[str, Any] | None) -> Problem | None:
    return problem_of(**kept) if kept is not None else None


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_typed)
