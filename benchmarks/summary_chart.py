"""A small chart as SVG, written by hand: how far each row of DESIGN 5's table is from what it must reach and from its aim."""

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_WIDTH, _LABEL, _LINE, _TOP = 860, 480, 26, 34
# How far to each side, as a factor: four times too much to a quarter of what is wanted.
_DECADE = 4.0
_GOOD, _BAD, _AIM, _GREY = "#2f7d4f", "#b42318", "#0b5cad", "#667085"


def chart(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per row: a bar from the must (the middle) to what was measured, green on the right side of it; a tick at the aim."""
    shown = [row for row in rows if row["ratio"]]
    height = _TOP + _LINE * len(shown) + 10
    middle = _x(1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{middle}" y="14" text-anchor="middle" fill="{_GREY}">must reach</text>',
        f'<text x="{_WIDTH - 8}" y="14" text-anchor="end" fill="{_GREY}">better</text>',
        f'<line x1="{middle}" x2="{middle}" y1="20" y2="{height - 6}" stroke="{_GREY}"/>',
    ]
    for place, row in enumerate(shown):
        parts += _line(row, _TOP + place * _LINE)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(row: Mapping[str, Any], y: int) -> list[str]:
    factor, aim = _better(row, row["ratio"]), _better(row, row["aim"])
    start, end = sorted((_x(1), _x(factor)))
    good = _GOOD if factor >= 1 else _BAD
    return [
        f'<text x="8" y="{y + 13}" fill="#1d2939">{escape(str(row["row"]))}</text>',
        f'<rect x="{start:.1f}" y="{y + 3}" width="{max(end - start, 1):.1f}" height="13" fill="{good}"/>',
        f'<line x1="{_x(aim):.1f}" x2="{_x(aim):.1f}" y1="{y}" y2="{y + 19}" stroke="{_AIM}" stroke-width="2"/>',
        f'<text x="{_LABEL - 6}" y="{y + 13}" text-anchor="end" fill="{good}">{row["ratio"]:g}</text>',
    ]


def _better(row: Mapping[str, Any], value: float) -> float:
    """How many times better than the must; of an F1, by what is missing to 1."""
    if row["higher_is_better"] and row["must"] < 1:
        return float((1 - row["must"]) / max(1 - value, 1e-4))
    return float(value / row["must"] if row["higher_is_better"] else row["must"] / value)


def _x(factor: float) -> float:
    bounded = min(max(factor, 1 / _DECADE), _DECADE)
    half = (_WIDTH - _LABEL - 16) / 2
    return _LABEL + 8 + half + half * math.log(bounded) / math.log(_DECADE)
