"""A subject of the tests' own, without a household: what is asked stands in a dictionary, what becomes of it in a list."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import Account, Appointment, Organisation
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right, Role
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.verbs import verb
from bangfu.ground.approval.asked import Asked, Field
from bangfu.ground.approval.models import Case
from bangfu.ground.approval.services import approve_case, return_case, submit
from bangfu.ground.approval.services.decide import Decided
from bangfu.ground.approval.subjects import _SUBJECTS, Outcome, Subject, register_subject
from bangfu.ground.policy.models import Value
from tests.people import CLERK, XIANGYUN, Someone, actor

ORG = "/53/5329/532923/"
NAME = "tests.matter"
PROPOSED = verb("tests.matter_proposed", zh="提出了试验事项", en="proposed a matter of the tests")


@dataclass
class Matter:
    """One subject: what it says now, and what became of it."""

    id: UUID = field(default_factory=uuid4)
    says: dict[str, str] = field(default_factory=lambda: {"reason": "名下有车"})
    amount_fen: int | None = None
    became: list[tuple[str, str]] = field(default_factory=list)
    breaks: bool = False


MATTERS: dict[UUID, Matter] = {}


def _asked(subject_id: UUID) -> Asked | None:
    matter = MATTERS.get(subject_id)
    if matter is None:
        return None
    lines = tuple(Field(code, (f"{code}项", code), (text, text)) for code, text in matter.says.items())
    return Asked(("试验事项", "Matter"), ("一件事", "a matter"), ORG, lines, amount_fen=matter.amount_fen)


def _became(name: str, outcome: Outcome) -> None:
    matter = MATTERS[outcome.subject_id]
    if matter.breaks:
        raise RuntimeError("carrying out broke")
    matter.became.append((name, outcome.actor.name))


SUBJECT = Subject(
    name=NAME,
    title=("试验事项", "Matter"),
    policy_code="approval.refusal",
    asked=_asked,
    approved=lambda outcome: _became("approved", outcome),
    returned=lambda outcome: _became("returned", outcome),
    withdrawn=lambda outcome: _became("withdrawn", outcome),
)


@act(PROPOSED, right=Right.SEE_FILES)
def propose(*, actor: Actor, act_id: UUID, matter_id: UUID, on: date) -> Done[UUID]:
    """The act of a higher room that submits."""
    case = submit(actor, subject=NAME, subject_id=matter_id, on=on)
    return Done(case.pk, ORG, NAME, matter_id)


@contextmanager
def registered() -> Iterator[None]:
    """The subject is known while a test runs."""
    register_subject(SUBJECT)
    try:
        yield
    finally:
        _SUBJECTS.pop(NAME, None)
        MATTERS.clear()


def matter(**given: object) -> Matter:
    """A new one."""
    made = Matter(**given)  # type: ignore[arg-type]
    MATTERS[made.id] = made
    return made


def proposed(about: Matter, who: Someone = CLERK) -> Case:
    """Submitted by somebody of the cast."""
    propose(actor=actor(who), act_id=uuid4(), matter_id=about.id, on=day())
    return latest(about)


def latest(about: Matter) -> Case:
    with acting(actor(CLERK)):
        found = Case.objects.filter(subject_id=about.id).order_by("-opened_at").first()
        assert found is not None
        return found


def approve(about: Matter, who: Actor, **given: object) -> Decided:
    case = latest(about)
    wanted = {"case_id": case.pk, "seen_version": case.version, "seen_sha256": case.content_sha256, "word": "同意"}
    return approve_case(actor=who, act_id=uuid4(), **(wanted | given))  # type: ignore[arg-type]


def give_back(about: Matter, who: Actor, **given: object) -> Decided:
    case = latest(about)
    wanted = {"case_id": case.pk, "seen_version": case.version, "seen_sha256": case.content_sha256, "word": "请补充"}
    return return_case(actor=who, act_id=uuid4(), **(wanted | given))  # type: ignore[arg-type]


def chain_of_xiangyun(name: str) -> None:
    """The county's own chain, from 2016 on."""
    Value.objects.create(
        code="approval.refusal", organisation=XIANGYUN, path=ORG, period=DateRange(date(2016, 1, 1), None),
        value=name, document_zh="试验", document_en="test", mark="L", file="test.yaml",
    )  # fmt: skip


def appointed(username: str, role: Role, organisation: str = XIANGYUN) -> Someone:
    """Somebody more, appointed as a test needs them."""
    account = Account.objects.create(username=username, full_name=username, password="!", must_change_password=False)
    Appointment.objects.create(
        account=account,
        organisation=Organisation.objects.get(code=organisation),
        role=role.value,
        period=DateRange(date(2026, 1, 1), None),
    )
    return Someone(username, username, role, organisation)


def person_id(someone: Someone) -> UUID:
    return UUID(str(Account.objects.get(username=someone.username).pk))


def day() -> date:
    return today(MachineClock())


def refused(code: str) -> pytest.RaisesExc[BaseException]:
    """Expect a problem by its code."""
    from bangfu.core.problems import Problem  # noqa: PLC0415

    return pytest.RaisesExc(Problem, check=lambda error: error.code == code)
