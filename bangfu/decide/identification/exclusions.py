"""What would stand against recognition if a person confirmed it. A machine refuses nobody: an exclusion never changes the class."""

from collections.abc import Iterable
from dataclasses import dataclass

from bangfu.decide.identification.parameters import NOT_MET, Bilingual, Exclusion

# (种类, 结论) of a finding of the comparison (DESIGN 4).
FindingKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PossibleExclusion:
    """An exclusion that findings point to: to be looked at by a person, with its exceptions and the evidence it needs."""

    exclusion: Exclusion
    findings: tuple[FindingKey, ...]
    class_name: str

    @property
    def text(self) -> Bilingual:
        """One sentence in both languages: if true, and if no exception applies."""
        clues_zh = "、".join(f"{kind}·{conclusion}" for kind, conclusion in self.findings)
        clues_en = ", ".join(f"{kind} {conclusion}" for kind, conclusion in self.findings)
        return Bilingual(
            f"若属实且无例外：{self.exclusion.text.zh}，不能认定为{self.class_name}（{self.exclusion.id}；线索：{clues_zh}；"
            f"{_listed('例外', [e.zh for e in self.exclusion.exceptions])}须核实：{self.exclusion.evidence.zh}）",
            f"If confirmed and no exception applies: {self.exclusion.text.en}: not to be recognised "
            f"({self.exclusion.id}; clues: {clues_en}; "
            f"{_listed('exceptions', [e.en for e in self.exclusion.exceptions], english=True)}to verify: {self.exclusion.evidence.en})",
        )


def exclusions_if_confirmed(
    exclusions: Iterable[Exclusion], class_name: str, findings: Iterable[FindingKey]
) -> tuple[PossibleExclusion, ...]:
    """Which exclusions would stand against the proposed class if the findings were confirmed; none against 不符合.

    The scope differs by place: Xingtai's list stands against the deep class only, Qingdao's against all (DOMAIN 1.4).
    """
    if class_name == NOT_MET:
        return ()
    known = frozenset(findings)
    return tuple(
        PossibleExclusion(exclusion, tuple(sorted(exclusion.clues & known)), class_name)
        for exclusion in exclusions
        if exclusion.clues & known and (not exclusion.classes or class_name in exclusion.classes)
    )


def _listed(label: str, texts: list[str], *, english: bool = False) -> str:
    if not texts:
        return ""
    return f"{label}: {', '.join(texts)}; " if english else f"{label}：{'、'.join(texts)}；"
