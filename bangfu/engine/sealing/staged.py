"""A sealed file on its way into staging: tokens become keys, reasons stay reasons (engine/intake/deliveries.py)."""

import duckdb

from bangfu.core.ids import Fault
from bangfu.core.problems import kind
from bangfu.engine.duckdb_.session import literal, name
from bangfu.engine.sealing.tokens import FORM, UNKEYED

_TOKEN = rf"{FORM}\.[0-9a-f]{{8}}\.[0-9a-f]{{32}}(\.[1-7][1-4])?"
_REASONS = "|".join([*Fault, "columns"])
_SEALED = rf"{_TOKEN}|{UNKEYED}({_REASONS})"

MIXED = kind(
    "seal.mixed",
    zh="密封的文件里有 {rows} 行没有密封，或是用另一把密钥密封的。",
    en="{rows} rows of the sealed file are not sealed, or were sealed with another key.",
    do_zh="请让部门用一把密钥把整份数据重新密封。",
    do_en="Have the department seal the whole extract again, with one key.",
)


def sealed_with(connection: duckdb.DuckDBPyConnection, number: str) -> str:
    """The fingerprint of the key that the view ``raw`` was sealed with, empty for open numbers. Raises a Problem for a mixture."""
    cell = name(number)
    first = connection.execute(f"SELECT {cell} FROM raw WHERE {cell} <> '' LIMIT 1").fetchall()
    if not any(str(text).startswith(FORM) for (text,) in first):
        return ""
    prints = f"SELECT DISTINCT substr({cell}, {len(FORM) + 2}, 8) FROM raw WHERE regexp_full_match({cell}, {literal(_TOKEN)}) LIMIT 2"
    found = [str(one) for (one,) in connection.execute(prints).fetchall()]
    strange = f"SELECT count(*) FROM raw WHERE NOT broken AND {cell} <> '' AND NOT regexp_full_match({cell}, {literal(_SEALED)})"
    ((rows,),) = connection.execute(strange).fetchall()
    if rows or len(found) > 1:
        raise MIXED(rows=rows or "…")
    # Not one row could be keyed: then no key was used, and none is asked for.
    return found[0] if found else FORM


def token_key(number: str) -> str:
    """The key of a token, an expression: its first 63 bits, below zero, where no number's key is; NULL where there is no token."""
    digits = f"concat('0x', substr({number}, {len(FORM) + 11}, 16))"
    return f"CASE WHEN regexp_full_match({number}, {literal(_TOKEN)}) THEN -1 - CAST(CAST({digits} AS UBIGINT) >> 1 AS BIGINT) END"


def key_of_token(token: str) -> int:
    """The same of 32 hexadecimal digits."""
    return -1 - (int(token[:16], 16) >> 1)


def resolve_tokens(connection: duckdb.DuckDBPyConnection, texts: str, target: str) -> None:
    """As resolve_numbers, of what the tool left without a token: text, key (NULL), fault."""
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {target} AS SELECT DISTINCT text, CAST(NULL AS BIGINT) AS key,
        substr(text, {len(UNKEYED) + 1}) AS fault, '' AS certificate_type, '' AS certificate_grade
        FROM {texts} WHERE text IS NOT NULL""")
