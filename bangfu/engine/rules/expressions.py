"""The restricted language of declared conditions: parsed by sqlglot, checked against an allow-list, then written for an engine.

A declaration can never reach anything but the columns of its scope and the few functions below, which DuckDB and Spark
share (a function that one of them lacks would be passed through untouched and fail there).
"""

from collections.abc import Mapping
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

# table → its columns. The table "" holds columns written without a table.
Scope = Mapping[str, frozenset[str]]

_PLAIN = (
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between, exp.Is,
    exp.Null, exp.Boolean, exp.Literal, exp.Column, exp.Identifier, exp.Add, exp.Sub, exp.Mul, exp.Neg, exp.Case, exp.If,
    exp.Contains, exp.Coalesce,
)  # fmt: skip
_TOTALS = (exp.Sum, exp.Count, exp.Distinct, exp.LogicalOr, exp.LogicalAnd, exp.Min, exp.Max)


class NotAllowed(ValueError):
    """An expression outside the language; the message says which part."""


def parse(text: str, scope: Scope, *, totals: bool = False) -> exp.Expression:
    """Parse a condition or value. Raises NotAllowed for anything outside the allow-list or the scope; ``totals`` adds aggregates.

    The tree is shared by all who ask for the same: it is read, never changed.
    """
    return _parse(text, tuple(sorted(scope.items())), totals)


# A change of one household asks the same few hundred expressions again; each takes two milliseconds.
@lru_cache(maxsize=4096)
def _parse(text: str, columns: tuple[tuple[str, frozenset[str]], ...], totals: bool) -> exp.Expression:
    scope = dict(columns)
    try:
        # Behind SELECT, a column named like a statement ("use") is still a column.
        parsed = sqlglot.parse(f"SELECT {text}", dialect="duckdb")
    except SqlglotError as error:
        raise NotAllowed(f"cannot be parsed: {text}") from error
    select = parsed[0] if len(parsed) == 1 else None
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or _more_than_columns(select):
        raise NotAllowed(f"is not one expression: {text}")
    tree: exp.Expression = select.expressions[0]
    allowed = _PLAIN + _TOTALS if totals else _PLAIN
    for node in tree.walk():
        if not isinstance(node, allowed):
            raise NotAllowed(f"uses {node.key.upper()}: {text}")
        if isinstance(node, exp.Column):
            _check_column(node, scope, text)
    return tree


@lru_cache(maxsize=4096)
def sql_of(tree: exp.Expression, dialect: str = "duckdb") -> str:
    """The expression for an engine, in brackets, with every name quoted."""
    return f"({tree.sql(dialect=dialect, identify=True, comments=False)})"


def columns_of(tree: exp.Expression, table: str = "") -> set[str]:
    """Names of the columns of one table that the expression reads."""
    return {column.name for column in tree.find_all(exp.Column) if column.table == table}


def _check_column(column: exp.Column, scope: Scope, text: str) -> None:
    if column.args.get("db") or column.args.get("catalog") or column.name not in scope.get(column.table, frozenset()):
        raise NotAllowed(f"does not know {column.sql()}: {text}")


def _more_than_columns(select: exp.Select) -> bool:
    return any(value for part, value in select.args.items() if part != "expressions")
