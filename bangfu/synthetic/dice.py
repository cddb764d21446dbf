"""Chance, seeded: the same seed gives the same prefecture on any day and machine."""

import random
from bisect import bisect
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Odds(Generic[T]):
    """Values with their weights, prepared for many draws."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self.values = list(weights)
        self.steps = list(accumulate(weights.values()))


class Dice(random.Random):
    """A stream of chance named by a text. Seeding by text uses SHA-512, so it does not depend on PYTHONHASHSEED."""

    def __init__(self, name: str) -> None:
        super().__init__(name)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def pick(self, values: Sequence[T]) -> T:
        """One of the values, all equally likely."""
        return values[int(self.random() * len(values))]

    def between(self, first: int, last: int) -> int:
        """A whole number, both ends included."""
        return first + int(self.random() * (last - first + 1))

    def draw(self, odds: Odds[T]) -> T:
        """One of the values, by their weights."""
        return odds.values[bisect(odds.steps, self.random() * odds.steps[-1])]
