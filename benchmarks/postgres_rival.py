"""The rival at one tenth: the base rules in plain PostgreSQL SQL over loaded tables of keyed data, with source rows, sorted.

Two names of which one has uncommon characters are left out: to tell them apart takes more than SQL. No sentence (说明) is written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import psycopg
import pyarrow.parquet as pq
from psycopg.conninfo import make_conninfo

from bangfu.core.periods import Month, last_twelve_months
from bangfu.engine.datasets import declared_datasets
from benchmarks.bench_data import ON, Bench

_TYPES = {"INTEGER": "integer", "BIGINT": "bigint", "DATE": "date", "BOOLEAN": "boolean", "UBIGINT": "numeric"}
_LEFT_OUT = {"written", "broken"}


@contextmanager
def loaded(bench: Bench) -> Iterator[psycopg.Connection[Any]]:
    """A database of its own with the keyed tables loaded, indexed by number and analysed."""
    from bangfu.site.database.cluster import stop  # noqa: PLC0415, sets the environment when it is imported
    from bangfu.site.database.urls import database_urls  # noqa: PLC0415
    from benchmarks.database import HOME  # noqa: PLC0415

    owner = make_conninfo(database_urls(HOME).owner, dbname="postgres")
    try:
        with psycopg.connect(owner, autocommit=True) as connection:
            connection.execute("SET work_mem = '256MB'")
            _load(connection, "people", [bench.work / "register" / "filed.parquet"])
            for dataset, delivery in bench.staged.items():
                _load(connection, dataset, list(delivery.staged))
            connection.execute("CREATE INDEX ON people (key)")
            connection.execute("CREATE UNIQUE INDEX ON people (pid)")
            connection.execute("ANALYZE")
            yield connection
    finally:
        stop(HOME)


def _load(connection: psycopg.Connection[Any], table: str, files: list[Any]) -> None:
    own = duckdb.connect()
    listed = ", ".join(f"'{file}'" for file in files)
    hashes = [c for c in pq.read_schema(files[0]).names if c.startswith("name_hash")]
    leave = ", ".join(f'"{c}"' for c in [*hashes, *(_LEFT_OUT & set(pq.read_schema(files[0]).names))])
    query = f"SELECT {'* EXCLUDE (' + leave + ')' if leave else '*'} FROM read_parquet([{listed}])"
    if table != "people":
        # A row whose number had to be repaired is in both files.
        query += " WHERE key IS NOT NULL"
    described = own.execute(f"DESCRIBE {query}").fetchall()
    columns = ", ".join(f'"{name}" {_TYPES.get(str(kind), "text")}' for name, kind, *_ in described)
    connection.execute(f"DROP TABLE IF EXISTS {table}".encode())
    connection.execute(f"CREATE UNLOGGED TABLE {table} ({columns})".encode())
    with connection.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
        reader = own.execute(query)
        while rows := reader.fetchmany(20_000):
            for row in rows:
                copy.write_row(row)
    own.close()


def find(connection: psycopg.Connection[Any]) -> int:
    """All findings into the table ``found``; gives how many there are."""
    connection.execute("DROP TABLE IF EXISTS found")
    connection.execute("DROP TABLE IF EXISTS described")
    connection.execute(_DESCRIBED.encode())
    connection.execute("ANALYZE described")
    connection.execute(_query().encode())
    answer = connection.execute("SELECT count(*) FROM found").fetchone()
    return int(answer[0]) if answer else 0


def _query() -> str:
    month, year_start = Month.of(ON).number, last_twelve_months(ON).start
    claims = [_one(*rule) for rule in _ONE_ROW_EACH] + [_name_rule(dataset) for dataset in _DATASETS]
    claims += [text.format(month=month, day=ON, year_start=year_start) for text in _OTHERS]
    return f"""CREATE UNLOGGED TABLE found AS
        SELECT heads, persons, dataset, conclusion, kind, string_agg(DISTINCT dataset || ':' || lpad(row::text, 9, '0'), ';') AS sources
        FROM ({" UNION ALL ".join(claims)}) AS claim WHERE conclusion IS NOT NULL
        GROUP BY heads, persons, dataset, conclusion, kind ORDER BY heads, persons, dataset, conclusion, kind"""


_WHO = "p.household_text AS heads, p.person_text AS persons"
_DESCRIBED = """CREATE UNLOGGED TABLE described AS SELECT p.*,
    (coalesce(health = '残疾', FALSE) OR coalesce(illness_or_disability LIKE '%残疾%', FALSE)
        OR EXISTS (SELECT FROM disability d WHERE d.key = p.key AND d.status = '有效')) AS disabled,
    bool_or(coalesce(main_cause, '') LIKE '%患重特大疾病%' OR coalesce(secondary_causes, '') LIKE '%患重特大疾病%')
        OVER (PARTITION BY household) AS ill
    FROM people p"""


def _one(dataset: str, kind: str, conclusion: str, where: str) -> str:
    """A rule that needs nothing but the row and the person."""
    return f"""SELECT {_WHO}, '{dataset}' AS dataset, {conclusion} AS conclusion, '{kind}' AS kind, s.row
        FROM {dataset} s JOIN described p ON p.key = s.key WHERE {where}"""


def _name_rule(dataset: str) -> str:
    common = "coalesce(s.folded, s.name) ~ '^[一-龥]+$' AND p.folded ~ '^[一-龥]+$'"
    return _one(dataset, "姓名不符", "'疑点'", f"coalesce(s.folded, s.name) <> p.folded AND {common}")


_DATASETS = tuple(declared_datasets())
_FOR_DISABLED = "s.vehicle_type ~ '残疾人|轮椅' OR s.use ~ '残疾人|轮椅'"
_ONE_ROW_EACH = (
    ("deaths", "已死亡", "'矛盾'", "TRUE"),
    ("population", "已死亡", "'矛盾'", "s.status = '注销' AND s.reason = '死亡'"),
    ("population", "户籍注销", "'疑点'", "s.status = '注销' AND s.reason <> '死亡'"),
    (
        "vehicles",
        "名下机动车",
        f"CASE WHEN p.disabled AND ({_FOR_DISABLED}) THEN '疑点' ELSE '矛盾' END",
        "s.status IN ('正常', '查封') AND s.vehicle_type !~ '摩托车'",
    ),
    (
        "companies",
        "名下企业",
        "CASE WHEN s.status = '吊销' THEN '疑点' ELSE '矛盾' END",
        "s.status IN ('存续', '在业', '吊销', '存续(在营、开业、在册)')",
    ),
    ("real_estate", "经营性房产", "'矛盾'", "s.status = '现势' AND s.use IN ('商业', '商铺')"),
    (
        "social_insurance",
        "劳动关系",
        "CASE WHEN p.status = '在岗' THEN '佐证' WHEN p.status IN ('失(无)业', '下(待)岗') THEN '矛盾' END",
        "s.status = '参保缴费'",
    ),
    (
        "employment",
        "就业状态",
        "CASE s.status WHEN '失业' THEN '佐证' ELSE '矛盾' END",
        "s.status IN ('失业', '就业') AND p.status = '失(无)业'",
    ),
    (
        "pensions",
        "领取养老金",
        "CASE WHEN p.is_head THEN '矛盾' WHEN p.status = '退休' THEN '佐证' ELSE '疑点' END",
        "s.status = '正常'",
    ),
    ("provident_fund", "收入不符", "'矛盾'", "s.status = '正常' AND s.base * 120 > p.declared_income * 144"),
    ("students", "在读学生", "'佐证'", "p.status = '学生'"),
    (
        "disability",
        "残疾证",
        "CASE WHEN s.certificate_type = p.disability_type AND s.certificate_grade = p.disability_grade AND s.certificate_type <> '' "
        "AND s.certificate_grade <> '' THEN '佐证' ELSE '疑点' END",
        "s.status = '有效'",
    ),
    ("other_archives", "异地建档", "'矛盾'", "s.status = '在档'"),
)
_OTHERS = (
    f"SELECT {_WHO}, '' AS dataset, '无法核对' AS conclusion, '号码无效' AS kind, p.pid AS row FROM described p WHERE key IS NULL",
    f"""SELECT {_WHO}, 'population', '疑点', '查无此人', NULL::bigint FROM described p WHERE key IS NOT NULL AND place LIKE '53%'
        AND NOT EXISTS (SELECT FROM population s WHERE s.key = p.key)""",
    f"""SELECT {_WHO}, 'minimum_allowance', '佐证', '低保在享', s.row FROM minimum_allowance s JOIN described p ON p.key = s.key
        WHERE s.until IS NULL OR s.until >= {{month}}""",
    f"""SELECT {_WHO}, 'income_tax', '矛盾', '收入不符', unnest(t.rows) FROM described p JOIN (
            SELECT p.pid, sum(s.amount) AS paid, array_agg(s.row) AS rows FROM income_tax s JOIN described p ON p.key = s.key
            WHERE s.month BETWEEN {{month}} - 11 AND {{month}} GROUP BY p.pid) t ON t.pid = p.pid
        WHERE t.paid * 10 > p.declared_income * 144""",
    f"""SELECT {_WHO}, 'medical_settlement', '佐证', '医疗支出', unnest(t.rows) FROM described p JOIN (
            SELECT p.pid, sum(s.self_paid) AS paid, array_agg(s.row) AS rows FROM medical_settlement s JOIN described p ON p.key = s.key
            WHERE p.ill AND s.day BETWEEN '{{year_start}}' AND '{{day}}' GROUP BY p.pid) t ON t.pid = p.pid
        WHERE t.paid > 0""",
    """SELECT h.heads, h.heads, 'real_estate', CASE WHEN t.part THEN '疑点' ELSE '矛盾' END, '多套住房', unnest(t.rows) FROM (
            SELECT p.household, bool_or(NOT s.share IN ('全部', '100%', '100.0%', '100.00%', '100', '1', '1.0', '1/1')) AS part,
                array_agg(s.row) AS rows
            FROM real_estate s JOIN described p ON p.key = s.key
            WHERE s.status = '现势' AND s.use = '住宅' AND (s.unit <> '' OR s.location <> '')
            GROUP BY p.household HAVING count(DISTINCT coalesce(nullif(s.unit, ''), s.location)) >= 2) t
        JOIN (SELECT household, min(household_text) AS heads FROM people GROUP BY household) h ON h.household = t.household""",
)
