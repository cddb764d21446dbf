"""The register as the comparison needs it: one row per person, with the key, and what the file says of the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

import duckdb

from bangfu.core.declared import declared_in
from bangfu.core.money import read_amount
from bangfu.core.shipped import policy_folder
from bangfu.engine import problems
from bangfu.engine.datasets import Column, ColumnType
from bangfu.engine.duckdb_.names import fold_names, name_hash
from bangfu.engine.duckdb_.numbers import NORMAL, clean_key, resolve_numbers, with_whole
from bangfu.engine.duckdb_.session import count, name
from bangfu.engine.duckdb_.values import Prepared, odd_cell, prepare
from bangfu.engine.intake.deliveries_raw import Wanted, open_raw
from bangfu.engine.intake.forms import division_codes
from bangfu.engine.rules.ruleset import FILE_COLUMNS

# Where a heading of the archive form is an alias of two columns, the first one here gets it.
_WANTED: dict[str, tuple[str, ColumnType]] = {
    "name": ("姓名", "name"),
    "id_number": ("身份证号", "id"),
    "head_number": ("户主身份证号", "id"),
    "person_status": ("人员身份", "code"),
    "work_status": ("工作状态", "code"),
    "health": ("健康状况", "code"),
    "illness_or_disability": ("疾病/残疾类别", "code"),
    "member_income": ("月收入", "yuan"),
    "worker_income": ("本人月平均收入", "yuan"),
    "division": ("户口所在地行政区划", "code"),
    "main_cause": ("主要致困原因", "code"),
    "secondary_causes": ("次要致困原因", "code"),
    "employer_code": ("统一社会信用代码", "credit_code"),
    # Where the person stands in the workbook that the register was made of (engine/intake/people.py).
    "source": ("来源行", "text"),
    # Names that a database gave to the person and the household, passed through to the evidence.
    "person_id": ("人员标识", "text"),
    "household_id": ("档案标识", "text"),
}
# What only engine/matching asks for.
_OF_THE_PERSON: dict[str, tuple[str, ColumnType]] = {
    "sex": ("性别", "code"),
    "birth_date": ("出生日期", "date"),
    "employer": ("工作单位", "text"),
    "employer_or_school": ("单位或学校", "text"),
    "address": ("家庭住址", "text"),
}
_REQUIRED = ("name", "id_number", "head_number")
_CODES = (
    "person_status",
    "work_status",
    "health",
    "illness_or_disability",
    "division",
    "main_cause",
    "secondary_causes",
)
_READ_AS = {"income": "yuan", "employer_code": "credit_code"} | dict.fromkeys(_CODES, "code")


@lru_cache(maxsize=2)
def register_columns(*, matching: bool = False) -> dict[str, Column]:
    """The columns that are read from a register, with all the names that the archive form knows for them."""
    wanted = _WANTED | _OF_THE_PERSON if matching else _WANTED
    form = declared_in((policy_folder() / "forms" / "archive.yaml").read_text("utf-8"))
    fields = [*form["worker"].values(), *form["member"].values()]
    printed = {heading for heading, _ in wanted.values()}
    columns = {}
    for key, (heading, column_type) in wanted.items():
        names = [alias for field in fields if field["heading"] == heading for alias in field.get("aliases", ())]
        aliases = tuple(dict.fromkeys(alias for alias in names if alias not in printed))
        columns[key] = Column.model_validate(
            {
                "heading": heading,
                "aliases": aliases,
                "type": column_type,
                "class": "sensitive",
                "required": key in _REQUIRED,
            }
        )
    return columns


def load_register(
    connection: duckdb.DuckDBPyConnection, path: Path, folder: Path, today: date, *, matching: bool = False
) -> int:
    """Make the view ``filed``; gives how many broken rows were left out. Raises a Problem for a file that cannot be used.

    Columns: pid (the row in the file), household (a number that its members share), household_text and person_text (as exported: 18
    characters, or as written), household_rank and person_rank (of these in the view ``texts``: text, rank), household_key and key (NULL
    where the number is unusable, then ``fault``), name, folded (core.names.fold of it), place (division code, perhaps the head's), source
    (of a register made from workbooks), person_id and household_id (of a register made from a database; NULL otherwise), and
    rules.ruleset.FILE_COLUMNS, employer_code (18 characters, or empty). Incomes are fen a month; empty is 0, unreadable is NULL:
    nothing is held against a figure that nobody could read.

    With ``matching`` the view ``written`` (row, as in the file) also has what engine/matching compares. The views stand on the file, or
    on what ``folder`` has of it: only numbers are laid down, since a province's register fills the memory several times over.
    """
    columns = register_columns(matching=matching)
    open_raw(connection, path, Wanted(columns, frozenset(columns)), folder)
    # The deliveries have a view of that name too.
    connection.execute("ALTER VIEW raw RENAME TO raw_register")
    connection.execute("""CREATE OR REPLACE TEMP VIEW written AS SELECT *,
        CASE WHEN trim(member_income) <> '' THEN member_income ELSE worker_income END AS income FROM raw_register""")
    # What only the views read is looked at too: damage shows here.
    if not count(connection, "SELECT count(*), count(source), count(person_id), count(household_id) FROM written"):
        raise problems.REGISTRY_EMPTY(file=path.name)
    values = {column: prepare(connection, "written", column, kind, today) for column, kind in _READ_AS.items()}
    _lay_out_numbers(connection, values["division"])
    _mark_unreadable_incomes(connection)
    fold_names(connection, "written", "name", "folds")
    cells = ", ".join(f"{prepared.value} AS {column}" for column, prepared in values.items())
    joins = " ".join(prepared.join for prepared in values.values())
    connection.execute(_CELLS.format(cells=cells, joins=joins))
    connection.execute(_FILED)
    return count(connection, "SELECT count(*) FROM written WHERE broken")


def _lay_out_numbers(connection: duckdb.DuckDBPyConnection, division: Prepared) -> None:
    """Make ``placed``, who is who: pid, key, fault, is_head, person and home (names, see _PERSONS), household, place, the ranks."""
    connection.execute("CREATE OR REPLACE TEMP TABLE division (name VARCHAR, code VARCHAR)")
    connection.executemany("INSERT INTO division VALUES (?, ?)", list(division_codes().items()))
    own = with_whole("written", "id_number")
    both = with_whole(f"(SELECT * EXCLUDE (whole, valid), {clean_key()} AS own_key FROM {own})", "head_number")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE numbered AS
        SELECT row AS pid, own_key, {clean_key()} AS head_key, CASE WHEN own_key IS NULL THEN id_number END AS own_text,
            CASE WHEN head_key IS NULL THEN head_number END AS head_text, {division.value} AS said_division
        FROM {both} AS source {division.join} WHERE NOT broken""")
    # A clean number is its own name: only the others are read one by one.
    odd = "SELECT own_text AS text FROM numbered WHERE own_text <> '' UNION SELECT head_text FROM numbered WHERE head_text <> ''"
    resolve_numbers(connection, f"({odd})", "numbers")
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE odd AS
        SELECT *, row_number() OVER () AS id, dense_rank() OVER (ORDER BY normal) AS same
        FROM (SELECT *, {NORMAL} AS normal FROM numbers)""")
    steps = (_PERSONS.format(is_a_household=IS_A_HOUSEHOLD.format("head")), _HOMES, _RANKED, _TEXTS, _PLACED)
    # What is done with goes at once.
    done = (f"DROP TABLE {table}" for table in ("numbers", "odd", "numbered", "persons", "homes"))
    for step in (*steps, *done):
        connection.execute(step)


@dataclass(frozen=True, slots=True)
class Told:
    """What ``people`` is to say of everybody beside who they are. ``columns``: of rules.ruleset.FILE_COLUMNS. ``flags``: column → a
    condition on a row of ``filed AS file``. ``names``: those that a database gave, too.
    """

    columns: Sequence[str] = tuple(FILE_COLUMNS)
    flags: Mapping[str, str] = field(default_factory=dict)
    names: bool = True


def lay_out_people(connection: duckdb.DuckDBPyConnection, told: Told = Told()) -> None:
    """Make the table ``people`` from ``filed``: what matching by key and the judgement go through again and again, and no more.

    Columns: pid, key, fault, household, household_rank, person_rank, household_key, place, is_head, what is ``told``, and name_hash, the
    hash of the folded name (NULL for an empty one): whether two names are the same is asked millions of times.
    """
    names = ("person_id", "household_id") if told.names else ()
    said = "".join(f", {column}" for column in dict.fromkeys(("is_head", *told.columns, *names)))
    flags = "".join(f", coalesce({condition}, FALSE) AS {name(column)}" for column, condition in told.flags.items())
    connection.execute(f"""CREATE OR REPLACE TABLE people AS
        SELECT pid, key, fault, household, household_rank, person_rank, household_key, place,
            {name_hash("folded")} AS name_hash{said}{flags} FROM filed AS file""")


def let_go_of_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Once ``people`` is there, of a register that load_register took: let ``filed`` stand on it, and drop what it stood on.

    ``filed`` then has pid, key, name, folded, source and employer_code: what a comparison by number asks for.
    """
    connection.execute(_FILED_ON_PEOPLE)
    connection.execute("DROP TABLE placed")


def _mark_unreadable_incomes(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``unreadable_income`` (text): written incomes that are no amounts; few, and each looked at once."""
    texts = connection.execute(f"SELECT DISTINCT income FROM written WHERE {odd_cell('income', 'yuan')}").fetchall()
    unreadable = [(text,) for (text,) in texts if str(text).strip() and read_amount(str(text)).problem is not None]
    connection.execute("CREATE OR REPLACE TEMP TABLE unreadable_income (text VARCHAR)")
    if unreadable:
        connection.executemany("INSERT INTO unreadable_income VALUES (?)", unreadable)


# A head's number that is missing, masked or no number at all makes a household of its own: strangers must not share their homes.
IS_A_HOUSEHOLD = """({0}.key IS NOT NULL
    OR (strlen({0}.normal) >= 15 AND coalesce({0}.fault, '') NOT IN ('masked', 'several', 'with_text')))"""
# Everybody has a name by number: the key, or the id of an odd text below zero, or 0 of no text at all. ``family``: what members of a
# household share: the head's key, or what the odd text reads as, below zero and even, or their own row, below zero and odd.
_PERSONS = """CREATE OR REPLACE TEMP TABLE persons AS
SELECT pid, coalesce(own_key, own.key) AS key,
    CASE WHEN coalesce(own_key, own.key) IS NULL THEN coalesce(own.fault, 'missing') END AS fault,
    coalesce(own_key, own.key, -own.id, 0) AS person, coalesce(head_key, head.key, -head.id, 0) AS home,
    CASE WHEN head_key IS NOT NULL THEN head_key WHEN {is_a_household} THEN coalesce(head.key, -2 * head.same) ELSE -2 * pid - 1 END
        AS family,
    coalesce(coalesce(own_key, own.key, -own.same) = coalesce(head_key, head.key, -head.same) AND own.normal IS DISTINCT FROM '', FALSE)
        AS is_head,
    CASE WHEN said_division < ':' AND regexp_full_match(said_division, '[0-9]{{2,12}}') THEN said_division ELSE division.code END
        AS own_place
FROM numbered LEFT JOIN odd AS own ON own.text = own_text LEFT JOIN odd AS head ON head.text = head_text
LEFT JOIN division ON division.name = said_division"""

_HOMES = """CREATE OR REPLACE TEMP TABLE homes AS
SELECT family, CAST(row_number() OVER () AS INTEGER) AS household, arg_min(own_place, pid) FILTER (WHERE is_head) AS place
FROM persons GROUP BY family"""


# The greatest key whose number is no greater than a text: numbers and other texts sort by it. ``digits``: those that the text begins with,
# up to 17; ``seventeen``: these as a number, where there are as many.
_BELOW = f"""CASE strlen(digits) WHEN 17 THEN seventeen - CAST(substr(text, 18) < check_of(seventeen) AS BIGINT)
    WHEN 0 THEN CASE WHEN text < '1' THEN 0 ELSE {10**17} END
    ELSE CASE WHEN substr(text, strlen(digits) + 1, 1) > '9' THEN CAST(rpad(digits, 17, '9') AS BIGINT)
        ELSE CAST(rpad(digits, 17, '0') AS BIGINT) - 1 END END"""
# Two persons whom the texts cannot tell apart have the same ranks. Findings are grouped and sorted by these, not by text. The order is that
# of the texts; of those with the same key below, its number comes first, and the others, which are no number, by themselves.
_RANKED = f"""CREATE OR REPLACE TEMP TABLE ranked AS
SELECT named, odd, CAST(row_number() OVER (ORDER BY below, odd) AS INTEGER) AS rank FROM (
    SELECT named, '' AS odd, named AS below
    FROM (SELECT key AS named FROM persons WHERE key IS NOT NULL UNION SELECT home FROM persons WHERE home > 0)
    UNION ALL SELECT named, text, {_BELOW} FROM (
        SELECT named, text, digits, CASE WHEN strlen(digits) = 17 THEN CAST(digits AS BIGINT) END AS seventeen FROM (
            SELECT named, coalesce(odd.text, '') AS text, regexp_extract(coalesce(odd.text, ''), '^[1-9][0-9]{{0,16}}') AS digits
            FROM (SELECT person AS named FROM persons WHERE person <= 0 UNION SELECT home FROM persons WHERE home <= 0)
            LEFT JOIN odd ON odd.id = -named)))"""
_TEXTS = """CREATE OR REPLACE TEMP VIEW texts AS
SELECT CASE WHEN named > 0 THEN concat(named, check_of(named)) ELSE odd END AS text, rank FROM ranked"""

_PLACED = """CREATE OR REPLACE TEMP TABLE placed AS
SELECT persons.* EXCLUDE (family, own_place), household, coalesce(own_place, homes.place) AS place,
    heads.rank AS household_rank, own.rank AS person_rank, CASE WHEN home > 0 THEN home END AS household_key
FROM persons JOIN homes USING (family) JOIN ranked AS heads ON heads.named = home JOIN ranked AS own ON own.named = person"""

_CELLS = """CREATE OR REPLACE TEMP VIEW cells AS
SELECT source.row AS pid, source.id_number, source.head_number, coalesce(source.name, '') AS name,
    coalesce(folds.folded, source.name, '') AS folded, coalesce(source.source, '') AS source, source.person_id, source.household_id,
    unreadable_income.text AS unreadable, {cells}
FROM written AS source {joins} LEFT JOIN folds ON folds.text = source.name
LEFT JOIN unreadable_income ON unreadable_income.text = source.income"""

_FILED = """CREATE OR REPLACE TEMP VIEW filed AS
SELECT placed.* EXCLUDE (person, home), name, folded, source, person_id, household_id,
    CASE WHEN home > 0 THEN concat(home, check_of(home)) ELSE coalesce(head_number, '') END AS household_text,
    CASE WHEN person > 0 THEN concat(person, check_of(person)) ELSE coalesce(id_number, '') END AS person_text,
    coalesce(nullif(person_status, ''), work_status) AS status, employer_code,
    CASE WHEN unreadable IS NULL THEN coalesce(income, 0) END AS declared_income,
    health, illness_or_disability, main_cause, secondary_causes,
    CASE WHEN illness_or_disability = '' THEN '' ELSE regexp_extract(illness_or_disability,
        '(视力|听力|言语|肢体|智力|精神|多重)', 1) END AS disability_type,
    CASE WHEN illness_or_disability = '' THEN '' ELSE translate(regexp_extract(illness_or_disability,
        '([一二三四1-4])级', 1), '一二三四', '1234') END AS disability_grade
FROM cells JOIN placed USING (pid)"""
# What is still asked of ``filed`` once ``people`` is there, unless somebody looks for people without a number.
_FILED_ON_PEOPLE = """CREATE OR REPLACE TEMP VIEW filed AS
SELECT pid, people.key, name, folded, source, employer_code FROM cells JOIN people USING (pid)"""
