"""The database keeps the four eyes by itself: raw SQL as the app's role, selectors and acts bypassed, two sessions at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from bangfu.ground.acts.actor import Role
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.models import Case, Opinion
from tests.database import OwnDatabase
from tests.ground.approval.matter import (
    NAME,
    ORG,
    appointed,
    approve,
    chain_of_xiangyun,
    day,
    latest,
    matter,
    person_id,
    propose,
    proposed,
    refused,
)
from tests.people import APPROVER, CLERK, REVIEWER, Someone, actor

Session = psycopg.Connection[Any]
OPINION = """INSERT INTO approval_opinion (id, case_id, org, subject_type, subject_id, place, capacity, kind, word, person_id, person_name,
    behalf_name, role, organisation, seen, content_sha256, signature, at, batch)
    SELECT gen_random_uuid(), id, org, subject_type, subject_id, 100, %(capacity)s, 'approve', 'x', %(person)s, 'x', '', 'reviewer', org,
    content, content_sha256, '', now(), false FROM approval_case WHERE id = %(case)s RETURNING id"""
PART = """INSERT INTO approval_part (id, subject_type, subject_id, person_id, capacity, org)
    VALUES (gen_random_uuid(), %(type)s, %(subject)s, %(person)s, %(capacity)s, %(org)s)"""


@contextmanager
def raw(office: OwnDatabase, someone: Someone, *, commit: bool = False) -> Iterator[Session]:
    """A session of the app's role in which anything may be sent, with the settings of somebody's door."""
    with psycopg.connect(office.app) as session:
        who = person_id(someone)
        for name, value in (("scope", ORG), ("scope_end", f"{ORG[:-1]}0"), ("actor", str(who)), ("purpose", "filing")):
            session.execute("SELECT set_config(%s, %s, false)", [f"app.{name}", value])
        yield session
        if not commit:
            session.rollback()


def part(session: Session, case: Case, who: UUID, capacity: str) -> None:
    given = {"type": NAME, "subject": case.subject_id, "person": who, "capacity": capacity, "org": ORG}
    session.execute(PART, given)


def opinion(session: Session, case: Case, who: UUID, capacity: str = "review") -> UUID:
    row = session.execute(OPINION, {"case": case.pk, "person": who, "capacity": capacity}).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_the_proposer_gets_no_other_capacity(office: OwnDatabase) -> None:
    case = proposed(matter())
    with raw(office, CLERK) as session, pytest.raises(psycopg.errors.UniqueViolation, match="one_capacity_per_person"):
        part(session, case, person_id(CLERK), "review")


def test_the_proposer_s_opinion_has_nothing_to_refer_to(office: OwnDatabase) -> None:
    case = proposed(matter())
    with raw(office, CLERK) as session, pytest.raises(psycopg.errors.ForeignKeyViolation):
        opinion(session, case, person_id(CLERK))
    with raw(office, CLERK) as session:
        # Even with the proposer's own capacity: that is not the step's.
        made = opinion(session, case, person_id(CLERK), "propose")
        with pytest.raises(psycopg.errors.CheckViolation):
            session.execute("UPDATE approval_step SET turn = false, done = true, opinion_id = %s", [made])


def test_nobody_signs_for_another(office: OwnDatabase) -> None:
    case = proposed(matter())
    with raw(office, CLERK) as session:
        part(session, case, person_id(REVIEWER), "review")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            opinion(session, case, person_id(REVIEWER))


AGAINST = {
    "UPDATE approval_case SET state = 'approved', closed_at = now()": "not every step is done",
    "UPDATE approval_step SET turn = false, done = true": "a step is done by an opinion",
    "UPDATE approval_case SET proposer_id = gen_random_uuid()": "frozen",
    "UPDATE approval_case SET steps_needed = 0": "frozen",
    "UPDATE approval_case SET content = 'x'": "frozen",
    "UPDATE approval_step SET code = 'propose'": "stays as it was",
    "DELETE FROM approval_step": "permission denied",
    "DELETE FROM approval_case": "permission denied",
    "UPDATE approval_part SET capacity = 'review'": "permission denied",
    "DELETE FROM approval_part": "permission denied",
    "UPDATE approval_opinion SET word = 'x'": "permission denied",
    "ALTER TABLE approval_case DISABLE TRIGGER ALL": "must be owner",
}


def test_raw_sql_gets_around_nothing(office: OwnDatabase) -> None:
    proposed(matter())
    with raw(office, CLERK) as session:
        for statement, complaint in AGAINST.items():
            with pytest.raises(psycopg.Error, match=complaint), session.transaction():
                session.execute(statement.encode())


def test_a_decided_case_stays_as_it_is(office: OwnDatabase) -> None:
    about = matter()
    proposed(about)
    approve(about, actor(REVIEWER))
    with raw(office, CLERK) as session, pytest.raises(psycopg.errors.CheckViolation, match="closed case"):
        session.execute("UPDATE approval_case SET state = 'deciding', closed_at = NULL")


def test_an_opinion_on_other_content_does_no_step(office: OwnDatabase) -> None:
    case = proposed(matter())
    with raw(office, REVIEWER) as session:
        part(session, case, person_id(REVIEWER), "review")
        forged = OPINION.replace("content, content_sha256", "'x', encode(sha256('x'), 'hex')")
        made = session.execute(
            forged.encode(), {"case": case.pk, "person": person_id(REVIEWER), "capacity": "review"}
        ).fetchone()
        assert made is not None
        with pytest.raises(psycopg.errors.CheckViolation, match="done by an opinion"):
            session.execute("UPDATE approval_step SET turn = false, done = true, opinion_id = %s", [made[0]])


def test_two_sessions_at_once_give_one_person_one_capacity(office: OwnDatabase) -> None:
    """One proposes a second round while deciding on the first in another window: whoever commits second is refused."""
    both = appointed("both", Role.REVIEWER)
    case, who = proposed(matter()), person_id(both)
    with raw(office, both) as first, raw(office, both) as second:
        part(first, case, who, "review")
        second.execute("SET lock_timeout = '200ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            part(second, case, who, "propose")
        second.rollback()
        opinion(first, case, who)
        first.commit()
    with raw(office, both) as third, pytest.raises(psycopg.errors.UniqueViolation):
        part(third, case, who, "propose")


def test_the_acts_are_refused_by_the_database_too_where_the_rules_are_silent(
    office: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules taken out: what is left is the database, and people hear a problem and no crash."""
    both = appointed("both", Role.REVIEWER)
    about = matter()
    propose(actor=actor(both), act_id=uuid4(), matter_id=about.id, on=day())
    monkeypatch.setattr("bangfu.ground.approval.rules.not_to_decide", lambda *_: None)
    with refused("approval.one_person_twice"):
        approve(about, actor(both))
    assert latest(about).state == "deciding"


def test_one_person_does_not_decide_two_steps_though_the_rules_are_silent(
    office: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain_of_xiangyun("reviewer-and-meeting")
    about = matter()
    proposed(about)
    approve(about, actor(REVIEWER))
    monkeypatch.setattr("bangfu.ground.approval.rules.not_to_decide", lambda *_: None)
    with refused("approval.one_person_twice"):
        approve(about, actor(REVIEWER))
    assert approve(about, actor(APPROVER)).state == "approved"


def test_control_without_the_key_the_proposer_would_decide(
    office: OwnDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both taken out, rules and key: the search for one person in two capacities finds it."""
    with psycopg.connect(office.owner, autocommit=True) as owner:
        for table, name in (
            ("approval_case", "approval_case_proposer_part"),
            ("approval_opinion", "approval_opinion_part"),
            ("approval_part", "one_capacity_per_person"),
        ):
            owner.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    both = appointed("both", Role.REVIEWER)
    about = matter()
    propose(actor=actor(both), act_id=uuid4(), matter_id=about.id, on=day())
    monkeypatch.setattr("bangfu.ground.approval.rules.not_to_decide", lambda *_: None)
    approve(about, actor(both))
    with acting(actor(CLERK)):
        case = Case.objects.get(subject_id=about.id)
        assert list(Opinion.objects.filter(case=case).values_list("person_id", flat=True)) == [case.proposer_id]
