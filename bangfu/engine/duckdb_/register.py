"""The register as the comparison needs it: one row per person, with the key, and what the file says of the person."""

from datetime import date
from functools import lru_cache
from pathlib import Path

import duckdb
import yaml

from bangfu.core.money import read_amount
from bangfu.core.shipped import policy_folder
from bangfu.engine import problems
from bangfu.engine.datasets import Column, ColumnType
from bangfu.engine.duckdb_.names import fold_names, name_hash
from bangfu.engine.duckdb_.numbers import resolve_numbers
from bangfu.engine.duckdb_.session import count
from bangfu.engine.duckdb_.values import prepare
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
    form = yaml.safe_load((policy_folder() / "forms" / "archive.yaml").read_text("utf-8"))
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
    """Make the table ``filed``; gives how many broken rows were left out. Raises a Problem for a file that cannot be used.

    Columns: pid (the row in the file), household (a number that its members share), household_text and person_text (as exported: 18
    characters, or as written), household_rank and person_rank (of these in the table ``texts``: text, rank), key (NULL where the
    number is unusable, then ``fault``), name, folded (core.names.fold of it), place (division code, perhaps the head's), source
    (of a register made from workbooks), person_id and household_id (of a register made from a database; NULL otherwise), and
    rules.ruleset.FILE_COLUMNS, employer_code (18 characters, or empty). Incomes are fen a month; empty is 0, unreadable is NULL:
    nothing is held against a figure that nobody could read.

    With ``matching`` the table ``written`` (row, as in the file) also has what engine/matching compares.
    """
    columns = register_columns(matching=matching)
    open_raw(connection, path, Wanted(columns, frozenset(columns)), folder)
    connection.execute("""CREATE OR REPLACE TEMP TABLE written AS
        SELECT *, CASE WHEN trim(member_income) <> '' THEN member_income ELSE worker_income END AS income FROM raw""")
    if not count(connection, "SELECT count(*) FROM written"):
        raise problems.REGISTRY_EMPTY(file=path.name)
    # One row per distinct text, of heads and of persons alike.
    texts = "(SELECT id_number AS text FROM written UNION ALL SELECT head_number FROM written)"
    resolve_numbers(connection, texts, "numbers")
    values = {column: prepare(connection, "written", column, kind, today) for column, kind in _READ_AS.items()}
    cells = ", ".join(f"{prepared.value} AS {column}" for column, prepared in values.items())
    joins = " ".join(prepared.join for prepared in values.values())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE said AS SELECT source.row AS pid, {cells} FROM written AS source {joins}"
    )
    _mark_unreadable_incomes(connection)
    connection.execute("CREATE OR REPLACE TEMP TABLE division (name VARCHAR, code VARCHAR)")
    connection.executemany("INSERT INTO division VALUES (?, ?)", list(division_codes().items()))
    fold_names(connection, "written", "name", "folds")
    broken = count(connection, "SELECT count(*) FROM written WHERE broken")
    people = _PEOPLE.replace("IS_A_HOUSEHOLD", IS_A_HOUSEHOLD.format("head"))
    # A province's register fills the memory several times over: what is done with goes at once.
    done = ["said", "numbers", "folds", "unreadable_income", *([] if matching else ["written"])]
    for step in (people, *(f"DROP TABLE {table}" for table in done), _TEXTS, _RANKED, "DROP TABLE persons"):
        connection.execute(step)
    return broken


def lay_out_people(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``people`` from ``filed``: what matching by key and the judgement go through again and again, and no more.

    Columns: pid, key, fault, household, household_rank, person_rank, place, person_id, household_id, rules.ruleset.FILE_COLUMNS, and
    name_hash, the hash of the folded name (NULL for an empty one): whether two names are the same is asked millions of times.
    """
    said = "".join(f", {column}" for column in FILE_COLUMNS)
    connection.execute(f"""CREATE OR REPLACE TABLE people AS
        SELECT pid, key, fault, household, household_rank, person_rank, place, person_id, household_id,
            {name_hash("folded")} AS name_hash{said} FROM filed""")


def _mark_unreadable_incomes(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``unreadable_income`` (text): written incomes that are no amounts; few, and each looked at once."""
    unread = "said.income IS NULL AND trim(coalesce(written.income, '')) <> ''"
    query = f"SELECT DISTINCT written.income FROM written JOIN said ON said.pid = written.row WHERE {unread}"
    texts = [str(text) for (text,) in connection.execute(query).fetchall()]
    connection.execute("CREATE OR REPLACE TEMP TABLE unreadable_income (text VARCHAR)")
    for text in texts:
        if read_amount(text).problem is not None:
            connection.execute("INSERT INTO unreadable_income VALUES (?)", [text])


# A head's number that is missing, masked or no number at all makes a household of its own: strangers must not share their homes.
IS_A_HOUSEHOLD = """({0}.key IS NOT NULL
    OR (strlen({0}.normal) >= 15 AND coalesce({0}.fault, '') NOT IN ('masked', 'several', 'with_text')))"""
_PEOPLE = """CREATE OR REPLACE TEMP TABLE persons AS
WITH person AS (
    SELECT written.row AS pid,
        CASE WHEN IS_A_HOUSEHOLD THEN head.normal ELSE concat('row ', written.row) END AS family,
        coalesce(head.number, written.head_number, '') AS household_text,
        coalesce(own.number, written.id_number, '') AS person_text,
        own.key AS key,
        CASE WHEN own.key IS NULL THEN coalesce(own.fault, 'missing') END AS fault,
        coalesce(written.name, '') AS name, coalesce(folds.folded, written.name, '') AS folded,
        coalesce(own.normal <> '' AND own.normal = head.normal, FALSE) AS is_head,
        coalesce(nullif(said.person_status, ''), said.work_status) AS status, said.employer_code,
        CASE WHEN unreadable_income.text IS NULL THEN coalesce(said.income, 0) END AS declared_income,
        said.health, said.illness_or_disability, said.main_cause, said.secondary_causes,
        CASE WHEN said.illness_or_disability = '' THEN '' ELSE regexp_extract(said.illness_or_disability,
            '(视力|听力|言语|肢体|智力|精神|多重)', 1) END AS disability_type,
        CASE WHEN said.illness_or_disability = '' THEN '' ELSE translate(regexp_extract(said.illness_or_disability,
            '([一二三四1-4])级', 1), '一二三四', '1234') END AS disability_grade,
        CASE WHEN said.division < ':' AND regexp_full_match(said.division, '[0-9]{2,12}') THEN said.division ELSE division.code END
            AS own_place,
        coalesce(written.source, '') AS source,
        written.person_id, written.household_id
    FROM written
    JOIN said ON said.pid = written.row
    LEFT JOIN unreadable_income ON unreadable_income.text = written.income
    LEFT JOIN division ON division.name = said.division
    LEFT JOIN folds ON folds.text = written.name
    LEFT JOIN numbers AS own ON own.text = written.id_number
    LEFT JOIN numbers AS head ON head.text = written.head_number
    WHERE NOT written.broken)
SELECT person.* EXCLUDE (own_place, family), CAST(home.household AS INTEGER) AS household, coalesce(own_place, home.place) AS place
FROM person JOIN (
    SELECT family, row_number() OVER () AS household, arg_min(own_place, pid) FILTER (WHERE is_head) AS place FROM person GROUP BY family
) AS home USING (family)"""

# Two persons whom the texts cannot tell apart have the same ranks. Findings are grouped and sorted by these, not by text.
_TEXTS = """CREATE OR REPLACE TEMP TABLE texts AS SELECT text, CAST(row_number() OVER (ORDER BY text) AS INTEGER) AS rank
FROM (SELECT household_text AS text FROM persons UNION SELECT person_text FROM persons)"""
_RANKED = """CREATE OR REPLACE TEMP TABLE filed AS
SELECT persons.*, heads.rank AS household_rank, own.rank AS person_rank
FROM persons JOIN texts AS heads ON heads.text = household_text JOIN texts AS own ON own.text = person_text"""
