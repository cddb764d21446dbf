"""What of a row is sealed, byte for byte: shared by whoever seals and whoever checks. No Django.

A row's commitment is SHA-256(salt ‖ its sealed columns as PostgreSQL's row_to_json writes them). A leaf's content is the row's table,
number and transaction, and the commitment: without the salt it says nothing of what the row said.
"""

from dataclasses import dataclass
from hashlib import sha256

from bangfu.core.merkle import leaf_hash

# Under these settings row_to_json writes the same bytes on every machine.
CANONICAL_SETTINGS = (
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
)
# Whoever seals or checks sees everything; '0' follows '/' as in every scope (acts/rls.py).
EVERYTHING = (
    ("app.scope", "/"),
    ("app.scope_end", "0"),
    ("app.actor", "00000000-0000-0000-0000-000000000000"),
    ("app.role", "operator"),
    ("app.purpose", "sealing"),
)
# Every ordinary table with a transaction's number is sealed, whichever room it belongs to: (table, key, columns in their order).
SEALED_TABLES = """
    SELECT c.relname::text, k.attname::text, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indnkeyatts = 1
    JOIN pg_catalog.pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0]
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname <> 'trail_leaf' AND EXISTS (
        SELECT FROM pg_catalog.pg_attribute x WHERE x.attrelid = c.oid AND x.attname = 'xact' AND NOT x.attisdropped
            AND x.attnotnull)
    GROUP BY c.relname, k.attname ORDER BY c.relname COLLATE "C"
"""


@dataclass(frozen=True, slots=True)
class SealedShape:
    """The sealed columns of a table; ``key`` is its primary key."""

    number: int
    table: str
    key: str
    columns: tuple[str, ...]

    def text_of(self, row: str) -> str:
        """SQL: a LATERAL join named ``s`` to the row named ``row``, of which ``row_to_json(s)`` is what is sealed."""
        columns = ", ".join(f"{row}.{quoted(name)}" for name in self.columns)
        return f"LATERAL (SELECT {columns}) AS s"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def commitment_of(salt: bytes, text: bytes) -> bytes:
    """The commitment to a row's text."""
    return sha256(salt + text).digest()


def leaf_of(table: str, row_id: int, xact: int, commitment: bytes) -> bytes:
    """The hash of a row's leaf."""
    return leaf_hash(b"bangfu-leaf-1\n%b\n%d\n%d\n%b" % (table.encode(), row_id, xact, commitment))
