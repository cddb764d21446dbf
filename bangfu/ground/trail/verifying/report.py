"""What a verification came to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

# What may be found, and how it is told. Values: {table} {row} {first} {last} {detail}.
WORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "altered": ("{table} 第 {row} 条被改动", "{table} {row} was altered"),
        "deleted": ("{table} 第 {row} 条被删除", "{table} {row} was deleted"),
        "inserted": (
            "{table} 第 {row} 条不在封存树里：事后插入，或封存记录被删",
            "{table} {row} is not in the tree: inserted afterwards, or its leaf was removed",
        ),
        "reordered": ("{table} 第 {row} 条不在原来的位置 {first}", "{table} {row} is out of its place {first}"),
        "leaf_missing": ("封存位置 {first} 至 {last} 缺失", "Leaves {first} to {last} are missing"),
        "leaf_added": (
            "封存位置 {first} 超出最后的凭证：{table} 第 {row} 条",
            "Leaf {first} is beyond the last checkpoint: {table} {row}",
        ),
        "leaf_changed": (
            "封存位置 {first} 至 {last} 之间有改动，与凭证的树根不符：{detail}",
            "Something between leaves {first} and {last} was changed; the root is not that of the checkpoint: {detail}",
        ),
        "truncated": (
            "留痕被截断：凭证 {detail} 有 {last} 条，这里只有 {first} 条",
            "The trail was cut off: checkpoint {detail} has {last} entries, here are {first}",
        ),
        "rewritten": (
            "前 {last} 条已不是交给上级时的内容（凭证 {detail}）",
            "The first {last} entries are not those that were handed over (checkpoint {detail})",
        ),
        "checkpoint": ("第 {first} 条处的凭证不成立：{detail}", "The checkpoint at {first} does not hold: {detail}"),
        "erased_without_act": (
            "{table} 第 {row} 条说是依法删除，但没有这样一项操作",
            "{table} {row} is said to be erased by law, but no act says so",
        ),
        "not_checkable": ("{table} 无法检验：{detail}", "{table} cannot be checked: {detail}"),
    }
)
MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; ``row`` is the number of the row in its table, ``first`` and ``last`` places in the tree."""

    what: str
    table: str = ""
    row: int | None = None
    first: int | None = None
    last: int | None = None
    detail: str = ""

    def sentences(self) -> tuple[str, str]:
        """In both languages."""
        zh, en = WORDS[self.what]
        values = {name: "?" if (value := getattr(self, name)) is None else value for name in self.__slots__}
        return zh.format(**values), en.format(**values)

    def values(self) -> dict[str, object]:
        """For machines, without what does not apply."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name)) not in (None, "")}


@dataclass(slots=True)
class Report:
    """``sealed`` leaves were checked against ``checkpoints``; ``unsealed`` rows came since, ``erased`` went by law."""

    sealed: int = 0
    unsealed: int = 0
    erased: int = 0
    checkpoints: int = 0
    compared: int = 0
    found: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        """Count it; the first thousand are kept."""
        self.found[finding.what] += 1
        if len(self.findings) < MOST_KEPT:
            self.findings.append(finding)

    @property
    def is_whole(self) -> bool:
        """Is nothing wrong?"""
        return not self.found

    def values(self, most: int = 100) -> dict[str, object]:
        """For machines."""
        return {
            "ok": self.is_whole,
            "sealed": self.sealed,
            "unsealed": self.unsealed,
            "erased": self.erased,
            "checkpoints": self.checkpoints,
            "compared_with_checkpoints_from_elsewhere": self.compared,
            "wrong": sum(self.found.values()),
            "by_kind": dict(sorted(self.found.items())),
            "findings": [finding.values() for finding in self.findings[:most]],
        }
