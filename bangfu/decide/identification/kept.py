"""What a kept determination says: its canonical JSON read back. Nothing is computed here that the rules have not said."""

import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bangfu.core.money import yuan
from bangfu.decide.comparison.words import Words
from bangfu.decide.identification.household import RIGID_FIELDS
from bangfu.decide.identification.parameters import NOT_MET
from bangfu.decide.identification.wording import FIELDS

# The sentence of a step that compares a figure with a line, and the deductions that it names besides rigid expenditure.
_TESTS = {"net", "net_after_employment_cost", "income_per_head", "net_of_accident", "net_of_accident_with_wealth"}
_FURTHER = {
    "employment_cost_fen": Words("减 必要就业成本", "less necessary employment cost"),
    "loss_fen": Words("减 意外损失", "less loss by accident"),
    "wealth_fen": Words("加 净投资和存款", "plus investments and savings"),
}
_BELOW, _AT_MOST = Words("低于", "below"), Words("不高于", "at most")
_ABOVE, _AT_LEAST = Words("高于", "above"), Words("不低于", "at least")
# How the figure stands to the line, by the test's operator and whether it was met.
_STANDS = {("<", True): _BELOW, ("<=", True): _AT_MOST, (">", True): _ABOVE, (">=", True): _AT_LEAST}
_STANDS |= {("<", False): _AT_LEAST, ("<=", False): _ABOVE, (">", False): _AT_MOST, (">=", False): _BELOW}
_RIGID_WORDS = {name: Words(f"减 {FIELDS[name][0]}", f"less {FIELDS[name][1]}") for name in RIGID_FIELDS}


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of the arithmetic. ``amount_fen`` is exact, to be shown rounded; None where the line is a sentence."""

    words: Words
    amount_fen: Fraction | None = None
    result: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """A determination's content. ``reasons`` end with the possible exclusions; ``trace`` is every test in its order."""

    content: dict[str, Any]

    @property
    def reasons(self) -> list[Words]:
        """Why, in both languages."""
        return [Words(one["zh"], one["en"]) for one in (*self.content["reasons"], *self.content["exclusions"])]

    @property
    def reasons_zh(self) -> str:
        """The reasons as one Chinese text, as the export has it."""
        return "；".join(words.zh for words in self.reasons)

    @property
    def trace(self) -> list[Words]:
        """Everything that was counted and tested."""
        return [Words(step["zh"], step["en"]) for step in self.content["trace"]]

    @property
    def net_fen(self) -> Fraction:
        """Net monthly income per person."""
        return Fraction(str(self.content["net_fen"]))

    @property
    def persons(self) -> int:
        """Who is counted in every sum per head."""
        return len(self.content["facts"]["people"])

    def exclusions_of(self, kind: str, conclusion: str) -> list[str]:
        """Ids of the possible exclusions that a finding points to."""
        return [one["id"] for one in self.content["exclusions"] if [kind, conclusion] in one["findings"]]

    def arithmetic(self) -> list[Sum]:
        """Income, less what is deducted head by head, by twelve months and persons, against the line of the class that decided."""
        decided = self._decided()
        if decided is None:
            return [Sum(Words("12 个月收入", "income of 12 months"), Fraction(self._income_fen())), *self._gate()]
        values = decided["values"]
        lines = [Sum(Words("12 个月可支配收入", "disposable income of 12 months"), Fraction(values["income_fen"]))]
        if "rigid_fen" in values:
            lines += [
                Sum(_RIGID_WORDS[name], Fraction(-amount))
                for name, amount in zip(RIGID_FIELDS, self.content["facts"]["rigid_fen"], strict=True)
                if amount
            ]
        for name, words in _FURTHER.items():
            if values.get(name):
                sign = 1 if name == "wealth_fen" else -1
                lines.append(Sum(words, Fraction(sign * values[name])))
        persons = values["persons"]
        figure = Fraction(str(values["figure_fen"]))
        lines.append(Sum(Words(f"÷ 12 ÷ {persons} 人", f"÷ 12 ÷ {persons} persons"), figure))
        lines.append(Sum(self._against(decided), None, result=True))
        return lines

    def _decided(self) -> dict[str, Any] | None:
        """The test that the answer hangs on: the one that was met, else the last that was not."""
        tests = [step for step in self.content["trace"] if step["code"] in _TESTS]
        if self.content["class"] == NOT_MET:
            return tests[-1] if tests else None
        met = [step for step in tests if step["holds"]]
        return met[-1] if met else None

    def _against(self, step: dict[str, Any]) -> Words:
        """The class and the line that it was held against, as the figure stands to it."""
        operator, limit = str(step["values"]["operator"]), _thousands(yuan(Fraction(str(step["values"]["limit_fen"]))))
        stands = _STANDS[operator, bool(step["holds"])]
        if self.content["class"] == NOT_MET:
            return Words(f"{stands.zh} {limit}，不符合任何一类", f"{stands.en} {limit}: meets no class")
        return Words(
            f"{self.content['class']}（{stands.zh} {limit}）", f"{self.content['class_en']} ({stands.en} {limit})"
        )

    def _gate(self) -> list[Sum]:
        told = [step for step in self.content["trace"] if step["holds"] is not None]
        return [Sum(Words(step["zh"], step["en"]), None, result=True) for step in told[-1:]]

    def _income_fen(self) -> int:
        countable = [step for step in self.content["trace"] if step["code"] in ("income", "countable_income")]
        return int(countable[-1]["values"]["income_fen"])


def _thousands(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    return f"{int(whole):,}.{cents}"


def kept(content: str) -> Kept:
    """Read a determination's content."""
    return Kept(json.loads(content))
