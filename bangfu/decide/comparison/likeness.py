"""Why two records may be one person, as a person reads it: a start, what each thing that agrees or differs adds, and where that leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from typing import Any

from bangfu.decide.comparison.words import Words

_OTHERS = (Words("另有相像的人", "Others"), Words("也可能是他们", "who are as likely"))
# The engine never says more than this (engine/matching): what is above it went into the roundness of the figure.
_MOST = 0.9999
_TOO_LITTLE = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was compared, how it came out, and what it adds: ``weight``, log2 of odds, below 0 where it speaks against."""

    name: Words
    says: Words
    weight: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """``start``: log2 of the odds that two records taken at random are one person. ``start`` and all steps lead to ``probability``.

    ``rows``: of the delivery, where the candidate stands; none where two files are compared.
    """

    probability: float
    start: float
    steps: tuple[Step, ...]
    rows: tuple[int, ...] = ()

    @property
    def percent(self) -> int:
        """Never rounded up to certainty."""
        return min(int(self.probability * 100), 99)

    @property
    def one_in(self) -> int:
        """One pair in how many is one person, to begin with: two figures, as nobody knows it better."""
        several = round(2**-self.start) + 1
        places = max(len(str(several)) - 2, 0)
        return round(several, -places)


def likeness_of(kept: Mapping[str, Any]) -> Likeness:
    """What was kept of a candidate (models.Finding.candidates)."""
    steps = [
        Step(Words(**said["name"]), Words(**said["says"]), said["weight"]) for said in kept["fields"] if said["weight"]
    ]
    probability = kept["probability"]
    if 0 < probability < _MOST:
        others = log2(probability / (1 - probability)) - kept["start"] - sum(step.weight for step in steps)
        # Weights are kept with two figures behind the point: that much is nobody's.
        if others < -_TOO_LITTLE * (len(steps) + 1):
            steps.append(Step(*_OTHERS, others))
    return Likeness(probability, kept["start"], tuple(steps), tuple(kept.get("rows") or ()))
