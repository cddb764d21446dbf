"""A department's extract becomes a sealed one, row by row: a bounded part of it is in memory, whatever its length.

The standard library and modules without other needs only: this is what the one-file tool runs on the department's machine (one_file.py).
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

from bangfu.core.credit_codes import read_credit_code
from bangfu.core.ids import fault_of, read_id
from bangfu.core.problems import kind
from bangfu.core.text import plain
from bangfu.core.whole_files import check_places, replacing
from bangfu.engine.intake.certificates import read_certificate
from bangfu.engine.intake.delimited import text_rows
from bangfu.engine.intake.headings import bare_heading
from bangfu.engine.sealing.tokens import FORM, UNKEYED, SealKey

_HEADING_WITHIN = 20
BROKEN = "columns"
_UNREADABLE_CODE = "unreadable"

NO_COLUMN = kind(
    "seal.no_column",
    zh="“{file}”里没有这些列：{columns}。",
    en="“{file}” has no columns {columns}.",
    do_zh="请核对数据集的名字和文件的表头。",
    do_en="Check the name of the dataset and the headings of the file.",
)
SEALED_ALREADY = kind(
    "seal.already",
    zh="“{file}”已经密封过。",
    en="“{file}” is sealed already.",
    do_zh="请密封原来的文件。",
    do_en="Seal the file that it was made of.",
)


class Recipe(TypedDict):
    """What the tool knows of a dataset: ``columns``: column → its headings, the printed one first; which of them must be there.

    ``key`` and ``person`` are sealed, as is ``credit_code`` (empty: there is none); ``kept`` goes out as it is; the rest is left out.
    """

    columns: dict[str, list[str]]
    required: list[str]
    key: str
    certificate: bool
    person: str
    credit_code: str
    kept: list[str]


@dataclass(slots=True)
class Sealed:
    """What came of a file. ``rows`` = ``keyed`` + all ``unkeyed`` (reason → rows); blank rows do not count. Headings as written."""

    fingerprint: str
    rows: int = 0
    keyed: int = 0
    unkeyed: Counter[str] = field(default_factory=Counter)
    unreadable_codes: int = 0
    sealed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where columns stand, from 0, and which of the file's columns go out, in their order."""

    headings: tuple[str, ...]
    at: Mapping[str, int]
    out: tuple[int, ...]


def seal_file(path: Path, target: Path, recipe: Recipe, key: SealKey) -> Sealed:
    """Seal a delimited file (UTF-8, GB18030) into ``target``: UTF-8, a record for each record, in the same order.

    Raises a Problem for a file that cannot be read or lacks a required column, or that is sealed already; nothing is written then.
    """
    check_places(target, read=path)
    sealed = Sealed(key.fingerprint)
    records = text_rows(path)
    before, layout = _layout(path, records, recipe)
    column = {at: name for name, at in layout.at.items()}
    names = [column.get(at, "") for at in layout.out]
    sealed.sealed = _headings(layout, names, sealed=True, recipe=recipe)
    sealed.kept = _headings(layout, names, sealed=False, recipe=recipe)
    sealed.left_out = tuple(h for at, h in enumerate(layout.headings) if h and at not in layout.out)
    with replacing(target) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerows([[""] * len(layout.out)] * before)
        writer.writerow([layout.headings[at] for at in layout.out])
        for _, cells, broken in records:
            writer.writerow(_sealed_row(cells, recipe, layout, key, sealed, broken=broken))
            if FORM in sealed.unkeyed:
                raise SEALED_ALREADY(file=path.name)
    return sealed


def _layout(
    path: Path, records: Iterator[tuple[int, tuple[str | None, ...], bool]], recipe: Recipe
) -> tuple[int, _Layout]:
    """The rows above the headings, and the layout. Raises a Problem where required columns are not there."""
    for number, cells, _ in records:
        headings = tuple(cell or "" for cell in cells)
        at = _places(headings, recipe)
        if all(column in at for column in recipe["required"]):
            wanted = {recipe["key"], recipe["person"], recipe["credit_code"], *recipe["kept"]}
            out = tuple(sorted(index for column, index in at.items() if column in wanted))
            return number - 1, _Layout(headings, at, out)
        if number >= _HEADING_WITHIN:
            break
    raise NO_COLUMN(file=path.name, columns="、".join(recipe["columns"][column][0] for column in recipe["required"]))


def _places(headings: Sequence[str], recipe: Recipe) -> dict[str, int]:
    """The printed name first, then the aliases in their order: as in engine/intake, without what was chosen by hand."""
    seen: dict[str, int] = {}
    for index, heading in enumerate(headings):
        seen.setdefault(plain(heading), index)
        seen.setdefault(bare_heading(heading)[0], index)
    at = {column: seen[plain(names[0])] for column, names in recipe["columns"].items() if plain(names[0]) in seen}
    for column, names in recipe["columns"].items():
        found = (seen[n] for n in map(plain, names[1:]) if n in seen and seen[n] not in at.values())
        if column not in at and (place := next(found, None)) is not None:
            at[column] = place
    return at


def _headings(layout: _Layout, names: Sequence[str], *, sealed: bool, recipe: Recipe) -> tuple[str, ...]:
    secret = {recipe["key"], recipe["person"], recipe["credit_code"]}
    return tuple(
        layout.headings[at] for at, column in zip(layout.out, names, strict=True) if (column in secret) is sealed
    )


def _sealed_row(
    cells: Sequence[str | None], recipe: Recipe, layout: _Layout, key: SealKey, sealed: Sealed, *, broken: bool
) -> list[str]:
    if not any(cells):
        return [""] * len(layout.out)
    sealed.rows += 1
    if broken:
        sealed.unkeyed[BROKEN] += 1
        return [f"{UNKEYED}{BROKEN}" if at == layout.at[recipe["key"]] else "" for at in layout.out]

    def cell(column: str) -> str:
        at = layout.at.get(column)
        return (cells[at] or "") if at is not None and at < len(cells) else ""

    number, token = _number(cell(recipe["key"]), recipe, key)
    if number:
        sealed.keyed += 1
    else:
        sealed.unkeyed[token.removeprefix(UNKEYED)] += 1
    replaced = {recipe["key"]: token, recipe["person"]: key.name(number, cell(recipe["person"])) if number else ""}
    if recipe["credit_code"]:
        replaced[recipe["credit_code"]] = code = _credit_code(cell(recipe["credit_code"]), key)
        sealed.unreadable_codes += code.startswith(UNKEYED)
    own = {layout.at[column]: text for column, text in replaced.items() if column in layout.at}
    return [own.get(at, (cells[at] or "") if at < len(cells) else "") for at in layout.out]


def _number(raw: str, recipe: Recipe, key: SealKey) -> tuple[str, str]:
    """The number of 18 characters and what stands in its place; without a usable number, the reason."""
    if raw.startswith(FORM):
        return "", f"{UNKEYED}{FORM}"
    if recipe["certificate"]:
        number, fault, kind_and_grade = _certificate(raw)
        end = f".{kind_and_grade}"
    else:
        reading = read_id(raw or None)
        number, fault = reading.value.text if reading.value else "", fault_of(reading) or ""
        end = ""
    if fault:
        return "", f"{UNKEYED}{fault}"
    return number, f"{FORM}.{key.fingerprint}.{key.number(number)}{end}"


def _certificate(raw: str) -> tuple[str, str, str]:
    read = read_certificate(raw)
    return read.number, read.fault or "", f"{read.kind}{read.grade}"


def _credit_code(raw: str, key: SealKey) -> str:
    """A code whose check digit does not fit lives (core.credit_codes), and is sealed like others."""
    value = read_credit_code(raw).value
    if value is None:
        return f"{UNKEYED}{_UNREADABLE_CODE}" if plain(raw) else ""
    return f"{FORM}.{key.fingerprint}.{key.credit_code(value.text)}"
