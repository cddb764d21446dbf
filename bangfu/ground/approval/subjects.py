"""What can be approved: a higher room registers its subjects by name at start-up (DESIGN 1), called in the decision's transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from bangfu.ground.acts.actor import Actor
from bangfu.ground.approval.asked import Asked
from bangfu.ground.approval.problems import NO_SUBJECT

_SUBJECTS: dict[str, "Subject"] = {}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a case ended: who brought it about, when a decision, and in which words."""

    case_id: UUID
    subject_id: UUID
    actor: Actor
    word: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of subject. ``asked`` gives what is asked now, None where it is gone; ``policy_code`` names the chain that holds in a place.

    ``approved`` carries it out; ``returned`` and ``withdrawn`` give it back to whoever proposed it. All inside the deciding act's door.
    """

    name: str
    title: tuple[str, str]
    policy_code: str
    asked: Callable[[UUID], Asked | None]
    approved: Callable[[Outcome], None]
    returned: Callable[[Outcome], None]
    withdrawn: Callable[[Outcome], None]


def register_subject(subject: Subject) -> None:
    """At start-up, once per name; the same room may do it again with the same functions."""
    before = _SUBJECTS.get(subject.name)
    if before is not None and before != subject:
        raise ValueError(f"subject registered twice: {subject.name}")
    _SUBJECTS[subject.name] = subject


def subject_of(name: str) -> Subject:
    """A subject by its name; raises NO_SUBJECT for one that nobody has registered."""
    if name not in _SUBJECTS:
        raise NO_SUBJECT(subject=name)
    return _SUBJECTS[name]


def registered_subjects() -> list[Subject]:
    """All, by name."""
    return [_SUBJECTS[name] for name in sorted(_SUBJECTS)]
