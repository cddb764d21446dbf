"""Chains of approval: dated policy like every other value. A place's code names a file of ``policy/approval``; a case keeps what it said.

A step names roles and a level (the nearest union on the way up that is of it or higher); ``above`` leaves the step out for smaller amounts;
``working_days`` is its time; ``proof_above`` ("0.00": always) asks for fresh proof of who signs.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from bangfu.core.shipped import policy_folder
from bangfu.ground.access.models import Organisation
from bangfu.ground.acts.actor import Role
from bangfu.ground.approval.problems import NO_UNIT
from bangfu.ground.approval.rules import COUNTERSIGN, PROPOSE, STEP_APART, Step
from bangfu.ground.policy.catalogue import Both, Mark, Strict, broken, read_yaml, spec_of
from bangfu.ground.policy.selectors import required

_YUAN = r"[0-9]{1,12}\.[0-9]{2}"
Level = Literal["same", "township", "county", "prefecture", "province", "national"]
# From below; an employer's union is below all that a step may name.
_LEVELS = ("employer", "township", "county", "prefecture", "province", "national")


class StepSpec(Strict):
    """One step. ``agree`` and ``send_back`` are usual wordings of opinions."""

    code: str = Field(pattern="[a-z_]{2,20}")
    title: Both
    roles: tuple[Role, ...] = Field(min_length=1)
    level: Level = "same"
    above: str | None = Field(pattern=_YUAN, default=None)
    proof_above: str | None = Field(pattern=_YUAN, default=None)
    working_days: int = Field(ge=1, le=60)
    agree: tuple[Both, ...] = Field(min_length=1)
    send_back: tuple[Both, ...] = ()


class Chain(Strict):
    """Steps in their order."""

    title: Both
    document: Both
    mark: Mark
    proof_minutes: int = Field(ge=1, le=60, default=10)
    steps: tuple[StepSpec, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        codes = [step.code for step in self.steps]
        if len(set(codes)) < len(codes) or {PROPOSE, COUNTERSIGN} & set(codes):
            raise ValueError("every step has a code of its own")
        if all(step.above for step in self.steps):
            raise ValueError("one step at least is for every amount")
        return self


@dataclass(frozen=True, slots=True)
class Frozen:
    """A chain as a case keeps it: its content as JSON, the hash of that, and its steps for the rules."""

    name: str
    content: dict[str, Any]
    sha256: str
    steps: tuple[Step, ...]


@cache
def chain(folder: str, name: str) -> Chain:
    """A chain of ``policy/approval``; raises a problem that names the fault."""
    path = policy_folder() / folder / f"{name}.yaml"
    try:
        return Chain.model_validate(read_yaml(path))
    except ValidationError as error:
        raise broken(path, error) from error


def chain_for(org: str, policy_code: str, day: date, amount_fen: int | None) -> Frozen:
    """The chain that holds for an organisation on a day, with the steps that this amount needs; NOT_SET where there is none."""
    held = required(org, policy_code, day)
    declared = chain(str(spec_of(policy_code).folder), held.text)
    needed = [step for step in declared.steps if step.above is None or (amount_fen or 0) > fen(step.above)]
    content = declared.model_dump(mode="json") | {"steps": [step.model_dump(mode="json") for step in needed]}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    steps = tuple(
        Step(
            place=number * STEP_APART,
            code=step.code,
            roles=frozenset(role.value for role in step.roles),
            organisation=_unit(org, step.level, declared),
            proof_above_fen=fen(step.proof_above) if step.proof_above else None,
        )
        for number, step in enumerate(needed, 1)
    )
    return Frozen(held.text, content, hashlib.sha256(text.encode()).hexdigest(), steps)


def fen(text: str) -> int:
    """Yuan as policy writes them, in fen."""
    return int(text.replace(".", ""))


def _unit(org: str, level: Level, declared: Chain) -> str:
    """The path of the union whose people decide: the subject's own, or the nearest on the way up that is of the level or higher."""
    if level == "same":
        return org
    way_up = [org[: place + 1] for place, letter in enumerate(org) if letter == "/"]
    found = (
        Organisation.objects.filter(path__in=way_up, level__in=_LEVELS[_LEVELS.index(level) :])
        .order_by("-path")
        .first()
    )
    if found is None:
        raise NO_UNIT(chain=f"{declared.title.zh} ({declared.title.en})", level=level)
    return found.path
