"""A rule set made ready for use: its dated figures joined with the settings of a call, as plain values. Money in fen."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Operator = Literal["<", "<=", ">", ">="]
Rational = int | Fraction

# DESIGN 4: the answer where no class of the set is met.
NOT_MET = "不符合"
NOT_MET_ENGLISH = "not met"
_HOLDS: dict[Operator, Callable[[Rational, Rational], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(left: Rational, compared: Operator, right: Rational) -> bool:
    """Compare exactly, with the operator of the place: whole numbers and fractions only, nothing rounded."""
    return _HOLDS[compared](left, right)


@dataclass(frozen=True, slots=True)
class Line:
    """A multiple of the local minimum living allowance (低保): ``limit_fen`` per person and month."""

    multiple: Fraction
    operator: Operator
    limit_fen: Fraction

    def admits(self, figure_fen: Rational) -> bool:
        """Does a figure (fen per person and month) pass?"""
        return holds(figure_fen, self.operator, self.limit_fen)


@dataclass(frozen=True, slots=True)
class NetIncome:
    """(income - rigid expenditure [- necessary employment cost]) / 12 / persons against a line: 深度困难, 相对困难 (DOMAIN 1.4)."""

    line: Line
    after_employment_cost: bool


@dataclass(frozen=True, slots=True)
class AccidentRatio:
    """Loss by accident, after compensation, above a share of the year's income: 意外致困 (DOMAIN 1.4, Qingdao)."""

    ratio: Fraction
    operator: Operator


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """Income per head against a line, nothing deducted: 低保户 (DOMAIN 1.3)."""

    line: Line


@dataclass(frozen=True, slots=True)
class SpecialReason:
    """Income per head against one line, a special reason, and the net figure against another: 低保边缘户 (DOMAIN 1.3)."""

    income: Line
    net: Line


@dataclass(frozen=True, slots=True)
class AccidentNet:
    """Income per head against one line, and income less accident loss against another; with ``wealth`` the net investments
    and savings are added: 意外致困户 (a) and (b) (DOMAIN 1.3)."""

    income: Line
    net: Line
    wealth: bool


@dataclass(frozen=True, slots=True)
class NotSeen:
    """The figure of this class was not found in the place's document and no setting gives it: the class does not exist."""

    class_name: str
    setting: str


Test = NetIncome | AccidentRatio | IncomeLine | SpecialReason | AccidentNet | NotSeen


@dataclass(frozen=True, slots=True)
class Rule:
    """One way into a class. ``id`` is unique in the set; several rules may lead to one class."""

    id: str
    class_name: str
    test: Test


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition before all classes: yearly income per head against a figure in fen per year (DOMAIN 1.4, Anqing)."""

    operator: Operator
    limit_fen: int


@dataclass(frozen=True, slots=True)
class Imputation:
    """Who of working age, able and without work is counted at the local minimum wage (DOMAIN 1.5, S9); wage None: nobody."""

    wage_fen: int | None
    from_age: int
    men_until: int
    women_until: int
    idle_statuses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something that stands against recognition if a person confirms it. ``classes`` empty: it stands against all of them.

    ``clues`` are (种类, 结论) of findings that point to it; none where no department's data can show it.
    """

    id: str
    text: Bilingual
    classes: tuple[str, ...]
    clues: frozenset[tuple[str, str]]
    parameters: tuple[Bilingual, ...]
    exceptions: tuple[Bilingual, ...]
    evidence: Bilingual


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything a determination needs from policy. ``version`` is the SHA-256 of the rule set's canonical content.

    ``settings`` are the (name, value) pairs of the call, sorted: fen as int, multiples and ratios as Fraction.
    ``english`` translates the class names.
    """

    name: str
    version: str
    settings: tuple[tuple[str, Rational], ...]
    rules: tuple[Rule, ...]
    gate: Gate | None
    imputation: Imputation
    counts_earlier_aid: bool
    exclusions: tuple[Exclusion, ...]
    english: tuple[tuple[str, str], ...]

    @property
    def class_names(self) -> tuple[str, ...]:
        """The classes that exist, in the order in which they are tested, and 不符合."""
        return (*dict.fromkeys(r.class_name for r in self.rules if not isinstance(r.test, NotSeen)), NOT_MET)
