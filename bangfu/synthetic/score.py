"""How good findings and determinations are, beside the truth of a synthetic prefecture. Never shows an ID number."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from bangfu.synthetic import problems
from bangfu.synthetic.outputs import DAMAGE, TRUTH, TRUTH_CLASSES

_FINDING = ("户主身份证号", "身份证号", "数据集", "结论", "种类")
_DETERMINATION = ("户主身份证号", "类别", "人均月净收入")
# A probable match is a question for a person, not a claim; it is counted apart.
_PROBABLE = "可能同一人"
_NO_DAMAGE = "没有已知的损坏"

Key = tuple[str, ...]
Table = list[tuple[str, ...]]


@dataclass(slots=True)
class Tally:
    """How many were expected, how many of them were found, and how many were found that nobody expected."""

    expected: int = 0
    found: int = 0
    false_alarms: int = 0

    @property
    def recall(self) -> float | None:
        """Share of the expected that was found; None where nothing was expected."""
        return self.found / self.expected if self.expected else None

    @property
    def precision(self) -> float | None:
        """Share of what was found that was expected; None where nothing was found."""
        claimed = self.found + self.false_alarms
        return self.found / claimed if claimed else None


@dataclass(slots=True)
class Score:
    """Recall and precision, overall and by kind (or class), and why something was missed or wrongly claimed."""

    comparable: Tally = field(default_factory=Tally)
    rest: Tally = field(default_factory=Tally)
    by_kind: dict[str, tuple[Tally, Tally]] = field(default_factory=dict)
    misses: Counter[tuple[str, str]] = field(default_factory=Counter)
    misses_of_rest: Counter[tuple[str, str]] = field(default_factory=Counter)
    false_alarms: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_judged: int = 0
    scope: tuple[str, ...] = ()

    @property
    def is_perfect(self) -> bool:
        """Was everything found that can be found, and nothing else claimed?"""
        return not self.misses and not self.false_alarms

    def kind(self, name: str) -> tuple[Tally, Tally]:
        """The tallies of a kind: comparable rows, and the rest."""
        return self.by_kind.setdefault(name, (Tally(), Tally()))


def score_findings(findings: Path, truth: Path) -> Score:
    """Compare findings with truth.parquet, row by row."""
    claimed = set(_read(findings, _FINDING))
    expected = {row[:5]: (row[5] == "true", row[6]) for row in _read(truth, TRUTH)}
    score = Score()
    for key, (comparable, reasons) in expected.items():
        overall = score.comparable if comparable else score.rest
        for tally in (overall, score.kind(key[4])[0 if comparable else 1]):
            tally.expected += 1
            tally.found += key in claimed
        if key not in claimed:
            group = score.misses if comparable else score.misses_of_rest
            group[_label(key), reasons or _NO_DAMAGE] += 1
    _count_false_alarms(score, claimed - expected.keys(), expected, truth)
    return score


def score_determinations(determinations: list[Path], truth: Path) -> Score:
    """Compare determinations with truth_classes.parquet, in those counties of which any household was determined."""
    claimed = {row[0]: row[1:] for path in determinations for row in _read(path, _DETERMINATION)}
    expected = {row[0]: row[1:] for row in _read(truth, TRUTH_CLASSES)}
    counties = {values[2] for number, values in expected.items() if number in claimed}
    if not counties:
        raise problems.NOTHING_TO_SCORE(file=determinations[0])
    score = Score(scope=tuple(sorted(counties)))
    for number, (name, net, county, reasons) in expected.items():
        if county not in counties:
            continue
        got = claimed.get(number)
        right = got is not None and got[0] == name and _same_amount(got[1], net)
        for tally in (score.comparable, score.kind(name)[0]):
            tally.expected += 1
            tally.found += right
        if not right:
            score.misses[_what_instead(name, got), reasons or _NO_DAMAGE] += 1
            if got is not None:
                _false_alarm(score, got[0], "类别或人均月净收入不对")
    for number in sorted(claimed.keys() - expected.keys()):
        _false_alarm(score, claimed[number][0], "标准答案里没有这一户")
    return score


def _count_false_alarms(score: Score, alarms: set[Key], expected: dict[Key, tuple[bool, str]], truth: Path) -> None:
    others = {(*key[:3], key[4]): key[3] for key in expected}
    damage: dict[Key, str] = {}
    beside = truth.with_name("damage.parquet")
    if alarms and beside.exists():
        damage = {row[:3]: row[3] for row in _read(beside, DAMAGE)}
    for key in sorted(alarms):
        if key[4] == _PROBABLE:
            score.not_judged += 1
            continue
        household, number, dataset, _, kind = key
        said = [damage.get((household, number, ""), ""), damage.get((household, number, dataset), "")]
        if (verdict := others.get((household, number, dataset, kind))) is not None:
            said.append(f"结论应为{verdict}")
        _false_alarm(score, kind, ";".join(filter(None, said)) or _NO_DAMAGE, _label(key))


def _false_alarm(score: Score, kind: str, reason: str, label: str = "") -> None:
    score.comparable.false_alarms += 1
    score.kind(kind)[0].false_alarms += 1
    score.false_alarms[label or kind, reason] += 1


def _label(key: Key) -> str:
    return f"{key[4]}·{key[3]}({key[2]})" if key[2] else f"{key[4]}·{key[3]}"


def _what_instead(name: str, got: tuple[str, ...] | None) -> str:
    if got is None:
        return f"{name}→没有认定"
    return f"{name}→{got[0]}" if got[0] != name else f"{name}，人均月净收入不同"


def _same_amount(one: str, other: str) -> bool:
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False


def _read(path: Path, columns: tuple[str, ...]) -> Table:
    """The named columns of a CSV or Parquet file as text; an empty cell is an empty text."""
    try:
        table = _table_of(path, columns)
        texts = [[_text(value) for value in table.column(name).to_pylist()] for name in columns]
    except (OSError, pa.ArrowException, KeyError) as error:
        raise problems.NOT_READABLE(file=path, columns="、".join(columns)) from error
    return list(zip(*texts, strict=True))


def _table_of(path: Path, columns: tuple[str, ...]) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path, columns=list(columns))
    as_text = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()), include_columns=list(columns), strings_can_be_null=False
    )
    return pa.csv.read_csv(path, convert_options=as_text)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
