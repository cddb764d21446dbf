"""The drawing of a likeness: one bar for each step, each beginning where the one before ended. Numbers for SVG attributes, no style."""

from dataclasses import dataclass
from math import log2

from django.utils.translation import gettext

from bangfu.decide.comparison.likeness import Likeness
from bangfu.terminals.desk import formats, words

WIDTH = 240
_LEAST = 1.5


@dataclass(frozen=True, slots=True)
class Bar:
    """``name`` and ``says`` in the page's language; ``factor``: × or ÷ how much; from ``x`` on ``width`` of WIDTH.

    ``tone``: for, against or start.
    """

    name: str
    says: str
    factor: str
    x: str
    width: str
    tone: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """``even``: where both are as likely; ``end``: where the steps lead."""

    percent: int
    one_in: str
    even: str
    end: str
    bars: tuple[Bar, ...]


def waterfall(likeness: Likeness) -> Waterfall:
    """A likeness as its bars, the start first."""
    ends = [likeness.start]
    for step in likeness.steps:
        ends.append(ends[-1] + step.weight)
    low, high = min(*ends, 0.0) - 1, max(*ends, 0.0) + 1

    def at(value: float) -> float:
        return (value - low) / (high - low) * WIDTH

    def bar(name: str, says: str, factor: str, begin: float, end: float, tone: str) -> Bar:
        left, right = sorted((at(begin), at(end)))
        return Bar(name, says, factor, _figure(left), _figure(max(right - left, _LEAST)), tone)

    one_in = formats.count(likeness.one_in)
    first = bar(gettext("起点"), gettext("随便两条记录"), f"1 : {one_in}", 0, likeness.start, "start")
    rest = [
        bar(
            words.pair(step.name),
            words.pair(step.says),
            factor_of(step.weight),
            begin,
            begin + step.weight,
            "for" if step.weight > 0 else "against",
        )
        for step, begin in zip(likeness.steps, ends, strict=False)
    ]
    return Waterfall(likeness.percent, one_in, _figure(at(0)), _figure(at(ends[-1])), (first, *rest))


def factor_of(weight: float) -> str:
    """×120, ÷3.5: what a step does to the odds, with two figures."""
    times = 2 ** abs(weight)
    digits = 1 - int(log2(times) / log2(10)) if times >= 10 else 1
    rounded = round(times, digits)
    text = formats.count(int(rounded)) if rounded >= 10 else f"{rounded:.1f}".removesuffix(".0")
    return f"{'×' if weight > 0 else '÷'}{text}"


def _figure(value: float) -> str:
    # Whatever the language, an SVG attribute has a point.
    return f"{value:.1f}"
