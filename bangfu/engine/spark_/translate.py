"""The engine's queries, which are written for DuckDB, as Spark understands them.

sqlglot translates; what it would leave untouched or give another meaning is put right here, and a function that is not known here is
refused: passed through, it might exist on Spark and do something else. tests/properties holds the answers of both engines together.
"""

from collections.abc import Callable

import sqlglot
from sqlglot import exp

from bangfu.engine.spark_.functions import OURS

# Functions that sqlglot writes for Spark with the same meaning, as this engine uses them: on texts, numbers and lists without NULL.
_SAME: frozenset[type[exp.Expression]] = frozenset({
    exp.And, exp.Or, exp.Cast, exp.Case, exp.If, exp.Coalesce, exp.Contains, exp.Count, exp.Min, exp.Max, exp.LogicalOr, exp.LogicalAnd,
    exp.Substring, exp.StartsWith, exp.RegexpLike, exp.RegexpReplace, exp.Nullif, exp.Exists, exp.AnyValue, exp.Array,
    exp.ArrayAgg, exp.ArrayDistinct, exp.ArraySort, exp.ArrayToString, exp.ArrayMin, exp.Flatten, exp.Transform, exp.Explode,
    exp.Unnest, exp.Struct, exp.Replace, exp.Abs, exp.Greatest, exp.Least, exp.Round, exp.RowNumber,
})  # fmt: skip
# Sums of amounts grow past 64 bits on DuckDB without a word; Spark would stop.
_AMOUNT = "DECIMAL(20, 0)"


class NotTranslated(ValueError):
    """A query uses what has no known equal on Spark; the message says what."""


def on_spark(query: str) -> str:
    """A query of the engine for Spark. Raises NotTranslated for a function that is not known to mean the same."""
    tree: exp.Expression = sqlglot.parse_one(query, dialect="duckdb")  # type: ignore[assignment]
    # What stands inside is put right before what is around it.
    for node in reversed(list(tree.walk(bfs=False))):
        right = _put_right(node)  # type: ignore[arg-type]
        if right is not node:
            node.replace(right)
    return tree.sql(dialect="spark", identify=True, comments=False)


def _put_right(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Anonymous):
        return _named(node)
    changed = _OTHER.get(type(node))
    if changed is not None:
        return changed(node)
    if isinstance(node, exp.Func) and type(node) not in _SAME:
        raise NotTranslated(f"{node.sql_name()}: {node.sql(dialect='duckdb')}")
    return node


def _named(node: exp.Anonymous) -> exp.Expression:
    # Put here by the others below; strlen, which counts bytes, is not known to sqlglot.
    if node.name.lower() == "strlen":
        return exp.Anonymous(this="OCTET_LENGTH", expressions=node.expressions)
    if node.name.lower() in OURS:
        return exp.Anonymous(this=OURS[node.name.lower()], expressions=node.expressions)
    if node.name in ("CONCAT_WS", "SIZE", "OCTET_LENGTH"):
        return node
    raise NotTranslated(node.sql(dialect="duckdb"))


def _concat(node: exp.Expression) -> exp.Expression:
    """NULL counts as empty, and everything as text."""
    texts = [part if isinstance(part, exp.Literal) else exp.cast(part, "TEXT") for part in node.expressions]
    return exp.Anonymous(this="CONCAT_WS", expressions=[exp.Literal.string(""), *texts])


def _size(node: exp.Expression) -> exp.Expression:
    """``len`` is asked of lists alone; the length of a text is strlen."""
    return exp.Anonymous(this="SIZE", expressions=[node.this])


def _sum(node: exp.Expression) -> exp.Expression:
    return node if isinstance(node.this, exp.Cast) else exp.Sum(this=exp.cast(node.this, _AMOUNT))


def _yuan(node: exp.Expression) -> exp.Expression:
    """format('{:.2f}', fen / 100.0): exact, without a floating point."""
    (quotient,) = node.expressions
    if node.this.name != "{:.2f}" or not isinstance(quotient, exp.Div) or quotient.expression.sql() != "100.0":
        raise NotTranslated(node.sql(dialect="duckdb"))
    fen = exp.cast(quotient.this, "DECIMAL(30, 0)")
    return exp.cast(exp.Mul(this=fen, expression=exp.Literal.number("0.01")), "TEXT")


def _filtered(node: exp.Expression) -> exp.Expression:
    """DuckDB's arg_min passes over rows where the answer would be NULL."""
    if isinstance(node.this, exp.ArgMin):
        known = exp.Not(this=exp.Is(this=node.this.this.copy(), expression=exp.Null()))
        condition = node.expression.this
        return exp.Filter(this=node.this, expression=exp.Where(this=exp.and_(condition, known)))
    return node


def _arg_min(node: exp.Expression) -> exp.Expression:
    if not isinstance(node.parent, exp.Filter):
        raise NotTranslated(node.sql(dialect="duckdb"))
    return node


def _whole(node: exp.Expression) -> exp.Expression:
    r"""regexp_full_match; Java's $ also stands before a last line break, \z does not."""
    return exp.RegexpLike(this=node.this, expression=exp.Literal.string(rf"\A(?:{node.expression.name})\z"))


def _trim(node: exp.Expression) -> exp.Expression:
    """DuckDB takes off all that Unicode calls a space; Spark only the common one."""
    if node.expression:
        raise NotTranslated(node.sql(dialect="duckdb"))
    spaces = exp.Literal.string(r"\A\p{Zs}+|\p{Zs}+\z")
    return exp.RegexpReplace(this=node.this, expression=spaces, replacement=exp.Literal.string(""))


def _jaro_winkler(node: exp.Expression) -> exp.Expression:
    return exp.Anonymous(this=OURS["jaro_winkler_similarity"], expressions=[node.this, node.expression])


def _join(node: exp.Expression) -> exp.Expression:
    """Without LEFT, Spark takes ANTI and SEMI for the name of the table before them."""
    if node.args.get("kind") in ("ANTI", "SEMI"):
        node.set("side", "LEFT")
    return node


_OTHER: dict[type[exp.Expression], Callable[[exp.Expression], exp.Expression]] = {
    exp.Concat: _concat,
    exp.Length: _size,
    exp.Sum: _sum,
    exp.Format: _yuan,
    exp.Filter: _filtered,
    exp.ArgMin: _arg_min,
    exp.RegexpFullMatch: _whole,
    exp.Trim: _trim,
    exp.JarowinklerSimilarity: _jaro_winkler,
    exp.Join: _join,
}
