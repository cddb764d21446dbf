"""ID numbers at scale: the SQL form of ``core.ids``, which remains the one specification.

Three tiers, each for what the one before left over: a clean number by arithmetic (96 of 100 rows), the common dirt by string
work, and everything else by ``core.ids`` itself, which also names the fault. The SQL accepts only what ``core.ids`` accepts, with the
same result; tests/properties holds them against each other. The key is the first 17 digits as BIGINT: once verified, the 18th is redundant.
"""

import duckdb
import pyarrow as pa

from bangfu.core.ids import fault_of, normal_form, read_id
from bangfu.engine.duckdb_.session import literal

_CHECK = "10X98765432"
# As core.text strips them. Vertical tab and form feed count as invisible there.
_SPACE = r"[\t\n\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
_INVISIBLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{2064}\x{feff}]"
_QUOTES = "['‘’`＇]+"
_ZERO_WIDTH = chr(0x200B)
_WIDE, _NARROW = "０１２３４５６７８９ＸｘＡ＊", "0123456789XxA*"
_BATCH = 50_000

_UNREAD = pa.schema([("text", pa.string()), ("key", pa.int64()), ("fault", pa.string()), ("tidy", pa.string())])


def create_macros(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macros check_of(key), whole_of(key), born_ok(key) and day_exists(year, month, day).

    check_of is the 18th character of a number; whole_of is what with_whole makes of its text.

    They take columns only: a macro repeats its argument, and nesting them would repeat it a thousand times.
    """
    high, low = (f"(CAST({half} AS DOUBLE) + 0.5)" for half in ("(k // 100000000)", "(k % 100000000)"))
    weighted = f"CAST(512 * ({_in_twos(high, 9)}) + 2 * ({_in_twos(low, 8)}) - 257 AS INTEGER)"
    statements = (
        f"CREATE OR REPLACE TEMP MACRO check_of(k) AS substr('{_CHECK}', {weighted} % 11 + 1, 1)",
        f"""CREATE OR REPLACE TEMP MACRO whole_of(k) AS
            CASE {weighted} % 11 WHEN 2 THEN -10 * k ELSE 10 * k + (12 - {weighted} % 11) % 11 END""",
        """CREATE OR REPLACE TEMP MACRO day_exists(y, m, d) AS y >= 1 AND m BETWEEN 1 AND 12 AND d >= 1 AND (d <= 28 OR CASE
            WHEN m = 2 THEN d = 29 AND y % 4 = 0 AND (y % 100 <> 0 OR y % 400 = 0)
            WHEN m IN (4, 6, 9, 11) THEN d <= 30 ELSE d <= 31 END)""",
        """CREATE OR REPLACE TEMP MACRO born_ok(k) AS
            day_exists(k // 10000000 % 10000, k // 100000 % 100, k // 1000 % 100)""",
    )
    for statement in statements:
        connection.execute(statement)


def _in_twos(number: str, digits: int) -> str:
    """Digits read as if each place were worth twice the next, and not ten times, plus a half: ``number`` is a DOUBLE, the half added.

    The weights of GB 11643 are these twos, modulo 11. With q(i) the number without its last i digits, each digit is q(i) - 10 q(i + 1),
    so that the sum is q(0) - 4 * (2 q(1) + 4 q(2) + ...). The half keeps every quotient away from a whole number, where rounding counts.
    """
    quotients = " + ".join(f"{_without(number, place)} * {2**place}" for place in range(1, digits))
    return f"{number} - 4 * ({quotients})"


def _without(number: str, places: int) -> str:
    """A number without its last digits; written alike wherever it is asked for, it is worked out once."""
    return f"floor({number} * 1e-{places})"


def with_whole(relation: str, text: str) -> str:
    """The relation with the columns ``whole`` and ``valid``, neither of them ever NULL.

    ``whole``: all 18 characters as one BIGINT, below zero and with a 0 for the X where they end in X; 0 where ``text`` cannot be a clean
    number. ``valid``: it is one, verified. Without NULL the arithmetic goes through whole vectors, at half the price.

    Casting is a third of the price of a regular expression. It also takes blanks, signs, underscores, points and exponents: the first
    four leave fewer digits (``valid`` sees that), exponents are looked for.
    """
    whole = f"""(SELECT *, coalesce(CASE WHEN strlen({text}) = 18 AND {text} >= '1' AND {text} < ':'
        AND NOT contains({text}, 'e') AND NOT contains({text}, 'E') THEN CASE WHEN suffix({text}, 'X')
        THEN -10 * TRY_CAST(substr({text}, 1, 17) AS BIGINT) ELSE TRY_CAST({text} AS BIGINT) END ELSE 0 END, 0) AS whole
        FROM {relation})"""
    halves = f"""(SELECT *, CAST(abs(whole) // 1000000000 AS DOUBLE) + 0.5 AS high, CAST(abs(whole) % 1000000000 AS DOUBLE) + 0.5 AS low
        FROM {whole})"""
    return f"(SELECT * EXCLUDE (high, low), {_VALID} AS valid FROM {halves})"


# The halves have nine digits each. Days after the 28th are few, and looked at one by one.
_WEIGHTED = (
    f"CAST(512 * ({_in_twos('high', 9)}) + {_in_twos('low', 9)} - 256.5 AS INTEGER) + 10 * CAST(whole < 0 AS INTEGER)"
)
_MONTH = f"{_without('low', 6)} - 100 * {_without('low', 8)}"
_DAY = f"{_without('low', 4)} - 100 * {_without('low', 6)}"
_VALID = f"""high >= 1e8 AND ({_WEIGHTED}) % 11 = 1 AND {_MONTH} BETWEEN 1 AND 12 AND {_DAY} >= 1
    AND (high - 1000 * {_without("high", 3)} >= 1 OR {_without("low", 8)} >= 1) AND CASE WHEN {_DAY} <= 28 THEN TRUE
    ELSE day_exists(abs(whole) // 100000000 % 10000, abs(whole) // 1000000 % 100, abs(whole) // 10000 % 100) END"""


def clean_key(of: str = "") -> str:
    """The key where the number is clean and verified, else NULL; ``of``: the alias of what with_whole made, with its point."""
    return f"CASE WHEN {of}valid THEN abs({of}whole) // 10 END"


def _tidied(text: str) -> str:
    """The common dirt taken off: as core.ids.normal_form, or less."""
    visible = f"regexp_replace({text}, '{_INVISIBLE}', '', 'g')"
    unquoted = f"regexp_replace({visible}, {literal(f'^{_SPACE}*{_QUOTES}')}, '')"
    tidied = f"translate(regexp_replace({unquoted}, '{_SPACE}', '', 'g'), '{_WIDE}', '{_NARROW}')"
    # Most have none of it, or what is quickly taken off: to look is cheaper than to take off by patterns three times.
    unmarked = f"CASE WHEN starts_with({text}, chr(39)) THEN substr({text}, 2) ELSE {text} END"
    quickly = f"replace(replace({unmarked}, {literal(_ZERO_WIDTH)}, ''), ' ', '')"
    return f"""CASE WHEN regexp_full_match({quickly}, '[0-9Xx*]*') THEN {quickly}
        WHEN regexp_full_match({quickly}, '[{_WIDE}{_NARROW}]*') THEN translate({quickly}, '{_WIDE}', '{_NARROW}') ELSE {tidied} END"""


def resolve_numbers(connection: duckdb.DuckDBPyConnection, texts: str, target: str, *, clean: bool = True) -> None:
    """Read every distinct ``text`` of the relation ``texts`` into the temporary table ``target``. ``clean``: some may be clean numbers.

    Columns: text (as written), key BIGINT, fault (a value of core.ids.Fault), tidy (NULL where there is a key; see NORMAL). key is NULL
    exactly where fault is not. NULL is not resolved: a missing number is the caller's to name.
    """
    unclean = f"(SELECT DISTINCT text FROM {texts} WHERE text IS NOT NULL)"
    if clean:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE _texts AS SELECT text, {clean_key()} AS key FROM {with_whole(unclean, 'text')}"
        )
        unclean = "(SELECT text FROM _texts WHERE key IS NULL)"
    tidied = f"(SELECT text, {_tidied('text')} AS tidy FROM {unclean})"
    # A pattern is looked for only where the length allows it.
    ended = f"""(SELECT text, CASE WHEN strlen(tidy) BETWEEN 18 AND 19 THEN CASE WHEN regexp_full_match(tidy, '[0-9]{{17}}[xхХ×*]')
        THEN concat(substr(tidy, 1, 17), 'X') ELSE tidy END ELSE tidy END AS tidy,
        CASE WHEN strlen(tidy) = 15 THEN CASE WHEN regexp_full_match(tidy, '[1-9][0-9]{{14}}')
        THEN CAST(concat(substr(tidy, 1, 6), '19', substr(tidy, 7)) AS BIGINT) END END AS raised FROM {tidied})"""
    keyed = f"""(SELECT text, tidy, abs(whole) // 10 AS digits, raised,
        coalesce({clean_key()}, CASE WHEN born_ok(raised) THEN raised END) AS key FROM {with_whole(ended, "tidy")})"""
    connection.execute(f"""CREATE OR REPLACE TEMP TABLE {target} AS
        SELECT text, key, {_COMMON_FAULTS} AS fault, CASE WHEN key IS NULL THEN tidy END AS tidy FROM {keyed}""")
    unread = connection.sql(f"SELECT text FROM {target} WHERE key IS NULL AND fault IS NULL").to_arrow_reader(_BATCH)
    batches = (_read_batch(batch.column(0).to_pylist()) for batch in unread)
    # Collected first: one connection cannot be read from and written to at once.
    rest = pa.Table.from_batches(list(batches), _UNREAD)
    connection.execute(f"DELETE FROM {target} WHERE key IS NULL AND fault IS NULL")
    connection.register("_rest", rest)
    connection.execute(f"INSERT INTO {target} SELECT text, key, fault, tidy FROM _rest")
    connection.unregister("_rest")
    if clean:
        connection.execute(f"INSERT INTO {target} SELECT text, key, NULL, NULL FROM _texts WHERE key IS NOT NULL")
        connection.execute("DROP TABLE _texts")


# What a text reads as, of what resolve_numbers made: the number of 18 characters, else the tidied text.
NORMAL = "CASE WHEN key IS NULL THEN tidy ELSE concat(key, check_of(key)) END"


# Of a text that has the shape of a number and is none: the same answers as core.ids, in the same order.
_COMMON_FAULTS = """CASE WHEN key IS NOT NULL THEN NULL
    WHEN raised IS NOT NULL THEN 'date'
    WHEN NOT regexp_full_match(tidy, '[1-9][0-9]{16}[0-9X]') THEN NULL
    WHEN NOT born_ok(digits) THEN 'date' WHEN tidy LIKE '%000' THEN 'spreadsheet' ELSE 'check_digit' END"""


def _read_batch(texts: list[str]) -> pa.RecordBatch:
    rows = []
    for text in texts:
        reading = read_id(text)
        fault = fault_of(reading)
        key = reading.value.key if reading.value else None
        rows.append((text, key, fault.value if fault else None, normal_form(text)[0] if key is None else None))
    return pa.RecordBatch.from_pylist([dict(zip(_UNREAD.names, row, strict=True)) for row in rows], _UNREAD)
