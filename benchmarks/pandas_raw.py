"""The rival from the raw files: pandas reads, verifies numbers, reads values, joins, judges, and writes with source rows, sorted.

As a competent programmer would write it: vectorised over columns; what is not regular is read by ``bangfu.core``, each distinct text once;
values only of rows that concern the register. The rules are those of pandas_rival.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pyarrow.parquet as pq
import python_calamine as calamine

from bangfu.core.dates import read_date, read_month
from bangfu.core.ids import fault_of, normal_form, read_id
from bangfu.core.money import read_amount
from bangfu.core.text import plain
from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.intake.certificates import DISABILITY_KINDS, read_certificate
from bangfu.engine.intake.deliveries import staged_columns
from bangfu.engine.intake.deliveries_raw import cell_text
from bangfu.engine.intake.forms import division_codes
from benchmarks.bench_data import ON, Bench
from benchmarks.pandas_rival import judge

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
_CLEAN = r"[1-9][0-9]{16}[0-9X]"
_REGISTER = {
    "姓名": "name", "身份证号": "id_number", "户主身份证号": "head_number", "人员身份": "person_status", "工作状态": "work_status",
    "健康状况": "health", "疾病/残疾类别": "illness_or_disability", "月收入": "member_income", "本人月平均收入": "worker_income",
    "户口所在地行政区划": "division", "主要致困原因": "main_cause", "次要致困原因": "secondary_causes",
}  # fmt: skip
_CODES = ("person_status", "work_status", "health", "illness_or_disability", "division", "main_cause", "secondary_causes")  # fmt: skip


def find_raw(bench: Bench, out: Path) -> None:
    """Write all findings of a prefecture."""
    people = _people(bench.register)
    matched = {
        dataset: _about(people, declared_datasets()[dataset], path) for dataset, path in bench.delivered.files.items()
    }
    names = {"": bench.register.name} | {dataset: path.name for dataset, path in bench.delivered.files.items()}
    coverage = bench.delivered.about["population"].coverage
    judge(people, matched, names, coverage, ON, sources=True).to_parquet(out, compression="zstd", index=False)


def _numbers(texts: pd.Series) -> pd.DataFrame:
    """key (0 where unusable), number, normal, fault; in the order of ``texts``."""
    found = pd.DataFrame({"key": 0, "number": None, "normal": "", "fault": "missing"}, index=texts.index)
    shaped = texts.str.fullmatch(_CLEAN).fillna(value=False).astype(bool)
    digits = np.frombuffer("".join(texts[shaped]).encode(), dtype=np.uint8).reshape(-1, 18)
    sums = (digits[:, :17].astype(np.int64) - 48) @ _WEIGHTS % 11
    born = texts[shaped].str.slice(6, 14)
    days = pd.Series(born.unique())
    real = set(days[pd.to_datetime(days, format="%Y%m%d", errors="coerce").notna()])
    right = (_CHECK[sums] == digits[:, 17]) & born.isin(real).to_numpy()
    clean = texts[shaped][right]
    found.loc[clean.index, "key"] = clean.str.slice(0, 17).astype("int64")
    found.loc[clean.index, "number"] = clean
    found.loc[clean.index, "normal"] = clean
    found.loc[clean.index, "fault"] = ""
    rest = texts[found["key"].eq(0) & texts.notna()]
    read = {text: _read_number(text) for text in rest.unique()}
    for column, values in zip(found.columns, zip(*read.values(), strict=True), strict=True) if read else ():
        found.loc[rest.index, column] = rest.map(dict(zip(read, values, strict=True)))
    return found


def _read_number(text: str) -> tuple[int, str | None, str, str]:
    reading = read_id(text)
    if reading.value is not None:
        return reading.value.key, reading.value.text, reading.value.text, ""
    fault = fault_of(reading)
    return 0, None, normal_form(text)[0], fault.value if fault else ""


def _people(path: Path) -> pd.DataFrame:
    there = set(pq.read_schema(path).names)
    raw = pd.read_parquet(path, columns=[heading for heading in _REGISTER if heading in there]).rename(
        columns=_REGISTER
    )
    raw = raw[raw.notna().any(axis=1)]
    said = raw.assign(**{column: _read(raw[column], "code") for column in _CODES})
    own, head = _numbers(raw["id_number"]), _numbers(raw["head_number"])
    tied = head["key"].ne(0) | (
        head["normal"].str.encode("utf-8").str.len().ge(15) & ~head["fault"].isin(["masked", "several", "with_text"])
    )
    pid = raw.index + 1
    family = head["normal"].where(tied, "row " + pd.Series(pid, index=raw.index).astype("str"))
    income = raw["member_income"].where(raw["member_income"].fillna("").str.strip() != "", raw["worker_income"])
    amounts = _read(income, "yuan")
    unread = amounts.isna() & income.fillna("").map(lambda text: read_amount(text).problem is not None)
    is_head = own["normal"].ne("") & own["normal"].eq(head["normal"])
    codes = said["division"].map(division_codes())
    place = said["division"].where(said["division"].str.fullmatch("[0-9]{2,12}"), codes)
    of_head = place[is_head].groupby(family[is_head]).first()
    people = pd.DataFrame(
        {
            "pid": pid,
            "key": own["key"].astype("Int64").where(own["key"].ne(0)),
            "household": family.factorize()[0],
            "household_text": head["number"].fillna(raw["head_number"]).fillna(""),
            "person_text": own["number"].fillna(raw["id_number"]).fillna(""),
            "name": raw["name"].fillna(""),
            "place": place.fillna(family.map(of_head)),
            "is_head": is_head,
            "status": said["person_status"].where(said["person_status"] != "", said["work_status"]),
            "declared_income": amounts.fillna(0).astype("Int64").mask(unread),
            "disability_type": said["illness_or_disability"].str.extract("(视力|听力|言语|肢体|智力|精神|多重)")[0].fillna(""),
            "disability_grade": said["illness_or_disability"].str.extract("([一二三四1-4])级")[0].fillna("")
            .str.translate(str.maketrans("一二三四", "1234")),
            **{column: said[column] for column in ("health", "illness_or_disability", "main_cause", "secondary_causes")},
        }
    )  # fmt: skip
    return people.set_index("pid", drop=False).rename_axis(None)


def _about(people: pd.DataFrame, dataset: Dataset, path: Path) -> pd.DataFrame:
    """The rows of a delivery about persons of the register, their values read."""
    columns = {key: dataset.columns[key] for key in _read_columns(dataset)}
    raw = _frame(path, [column.heading for column in columns.values()])
    raw.columns = pd.Index(["row", *columns])
    if dataset.columns[dataset.key].type == "disability_id":
        raw = _certificates(raw, dataset.key)
    else:
        raw["key"] = _numbers(raw[dataset.key])["key"]
    own = people.loc[people["key"].notna(), ["pid", "key"]].astype({"key": "int64"})
    rows = raw[raw["key"].isin(own["key"])].merge(own, on="key")
    rows["name"] = rows[dataset.person].fillna("")
    for column, column_type in staged_columns(dataset).items():
        if column in dataset.columns:
            rows[column] = _read(rows[column], column_type)
    return rows


def _read_columns(dataset: Dataset) -> list[str]:
    read = (dataset.key, dataset.person, *staged_columns(dataset))
    return [column for column in dict.fromkeys(read) if column in dataset.columns]


def _certificates(raw: pd.DataFrame, key: str) -> pd.DataFrame:
    texts = raw[key]
    whole = texts.str.fullmatch(rf"{_CLEAN}[1-7][1-4]").fillna(value=False).astype(bool)
    raw["key"] = 0
    raw.loc[whole, "key"] = _numbers(texts[whole].str.slice(0, 18))["key"]
    kinds = {str(index): kind for index, kind in enumerate(DISABILITY_KINDS, 1)}
    raw["certificate_type"] = texts.str.slice(18, 19).map(kinds).where(whole, "")
    raw["certificate_grade"] = texts.str.slice(19, 20).where(whole, "")
    for index, text in texts[raw["key"].eq(0) & texts.notna()].items():
        read = read_certificate(text)
        if read.number:
            raw.loc[index, ["key", "certificate_type", "certificate_grade"]] = [
                int(read.number[:17]),
                read.kind_word,
                read.grade,
            ]
    return raw


def _frame(path: Path, headings: list[str]) -> pd.DataFrame:
    """row and the wanted columns of a delivered file, as texts; what is empty is missing."""
    if path.suffix == ".parquet":
        raw = pd.read_parquet(path, columns=headings)
        first = 1
    elif path.suffix == ".xlsx":
        above, *rows = calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
        wanted = [above.index(heading) for heading in headings]
        raw = pd.DataFrame([[cell_text(row[at], "id") for at in wanted] for row in rows], columns=headings)
        first = 2
    else:
        try:
            path.read_bytes().decode()
            encoding = "utf-8-sig"
        except UnicodeDecodeError:
            encoding = "gb18030"
        raw = pd.read_csv(path, dtype=str, encoding=encoding, usecols=headings, keep_default_na=False)[headings]
        raw = raw.mask(raw == "")
        first = 2
    raw.insert(0, "row", np.arange(first, len(raw) + first))
    return raw


def _read(cells: pd.Series, column_type: str) -> pd.Series:
    """Values of a column, each distinct text read once."""
    readers: dict[str, Callable[[str], object]] = {
        "code": plain,
        "yuan": lambda text: read_amount(text).value,
        "date": lambda text: read_date(text, ON).value,
        "month": _month,
    }
    if column_type not in readers:
        return cells.fillna("")
    if column_type == "yuan":
        return _amounts(cells)
    distinct = {text: readers[column_type](text) for text in cells.dropna().unique()}
    values = cells.map(distinct)
    if column_type == "code":
        return values.fillna("")
    return values.astype("Int64") if column_type == "month" else values


def _amounts(cells: pd.Series) -> pd.Series:
    clean = cells.str.fullmatch(r"[0-9]{1,11}(\.[0-9]{1,2})?").fillna(value=False).astype(bool)
    values = pd.Series(pd.NA, index=cells.index, dtype="Int64")
    values[clean] = (cells[clean].astype("float64") * 100).round().astype("int64")
    odd = cells[~clean & cells.notna()]
    read = {text: read_amount(text).value for text in odd.unique()}
    values.loc[odd.index] = pd.array([read[text] for text in odd], dtype="Int64")
    return values


def _month(text: str) -> int | None:
    reading = read_month(text)
    if reading.problem is not None:
        return -1
    return reading.value.number if reading.value else None
