"""Every path through the rules, searched; each control found; random sequences replayed as acts on a real database."""

import random
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from bangfu.core.problems import Problem
from bangfu.ground.acts.actor import Actor, Role
from bangfu.ground.acts.door import acting
from bangfu.ground.approval import rules
from bangfu.ground.approval.models import Case
from bangfu.ground.approval.people import person_for
from bangfu.ground.approval.rules import Move
from bangfu.ground.approval.services import (
    approve_case,
    countersign_step,
    delegate_step,
    return_case,
    transfer_step,
    withdraw_case,
)
from bangfu.ground.approval.standing import parts_of, person_of, standing_of, steps_of
from benchmarks.four_eyes import CONTROLS, PEOPLE, search, without
from tests.database import OwnDatabase
from tests.ground.approval.matter import (
    NAME,
    Matter,
    appointed,
    chain_of_xiangyun,
    day,
    matter,
    person_id,
    propose,
)
from tests.people import CLERK, actor

SEED, WALKS, MOVES = 20261124, 30, 10
HANDS = {Move.TRANSFER: transfer_step, Move.DELEGATE: delegate_step, Move.COUNTERSIGN: countersign_step}
# Independent of parts: who proposed, who agreed at which step, and for whom.
TWICE = """
    WITH did AS (
        SELECT subject_id, proposer_id AS person, 'propose' AS what FROM approval_case
        UNION SELECT subject_id, proposer_behalf_id, 'propose' FROM approval_case
        UNION SELECT subject_id, person_id, capacity FROM approval_opinion WHERE kind = 'approve'
        UNION SELECT subject_id, behalf_id, capacity FROM approval_opinion WHERE kind = 'approve'
    )
    SELECT subject_id, person FROM did WHERE person IS NOT NULL GROUP BY 1, 2 HAVING count(DISTINCT what) > 1
"""


AGREED_TOO = "SELECT subject_id, proposer_id, 'review' FROM approval_case"


def test_no_path_of_four_moves_by_four_persons_has_one_person_twice() -> None:
    found = search(4)
    assert (found.guilty, found.example) == (0, "")
    assert found.paths > 150_000
    assert found.approved > 1_000


@pytest.mark.parametrize(("name", "depth"), list(zip(CONTROLS, (3, 3, 3, 5), strict=True)))
def test_control_with_a_rule_taken_out_the_search_finds_it(name: str, depth: int) -> None:
    with without(name):
        assert search(depth, PEOPLE[:3]).guilty > 0
    assert search(3, PEOPLE[:3]).guilty == 0


class Walk:
    """One matter, and moves by chance: whatever the rules say of a move must be what becomes of it as an act."""

    def __init__(self, people: list[Actor], chance: random.Random) -> None:
        self.people, self.chance = people, chance
        self.about: Matter = matter()
        self.done: list[str] = []

    def somebody(self) -> Actor:
        """Anybody, in any role, now and then for somebody else."""
        one, other = self.chance.sample(self.people, 2)
        roles = (Role.CLERK, Role.REVIEWER, Role.REVIEWER, Role.APPROVER, Role.APPROVER)
        acts = replace(one, role=self.chance.choice(roles))
        if self.chance.random() < 0.25:
            acts = replace(acts, stands_for_id=other.person_id, stands_for_name=other.name)
        return acts

    def step(self) -> None:
        """One move, allowed or refused."""
        who = self.somebody()
        with acting(who):
            case = Case.objects.filter(subject_id=self.about.id).order_by("-opened_at").first()
            parts = parts_of(NAME, self.about.id)
        if case is None or case.state != rules.State.DECIDING:
            who = replace(who, role=Role.CLERK)
            expected = rules.not_to_propose(parts, person_of(who)) is None
            self.check("propose", expected, who, {"matter_id": self.about.id, "on": day()}, propose)
            return
        self.decide(who, case)

    def decide(self, who: Actor, case: Case) -> None:
        move = self.chance.choice([Move.APPROVE] * 4 + list(Move))
        given: dict[str, Any] = {"case_id": case.pk, "seen_version": case.version}
        to: UUID | None = None
        with acting(who):
            standing = standing_of(case, steps_of(case))
            back_to = self.chance.choice([None, *rules.places_before(standing)])
            if move in HANDS:
                to = given["to_person"] = self.chance.choice(self.people).person_id
            named = person_for(standing, case.org, move, to) if to else None
            against = rules.objection(standing, person_of(who), move, to=named, back_to=back_to)
        expected = against is None and (move is Move.WITHDRAW or who.role is not Role.CLERK)
        if move in (Move.APPROVE, Move.RETURN):
            given |= {"seen_sha256": case.content_sha256, "word": "写一句"}
        if move is Move.RETURN:
            given["back_to"] = back_to
        acts = {Move.APPROVE: approve_case, Move.RETURN: return_case, Move.WITHDRAW: withdraw_case, **HANDS}
        self.check(move.value, expected, who, given, acts[move])

    def check(self, name: str, expected: bool, who: Actor, given: dict[str, Any], act: Any) -> None:
        self.done.append(f"{who.name} as {who.role} for {who.stands_for_name or '-'}: {name}")
        try:
            act(actor=who, act_id=uuid4(), **given)
            happened = True
        except Problem:
            happened = False
        assert happened == expected, self.done


def test_random_sequences_go_on_a_real_database_as_the_rules_say(office: OwnDatabase) -> None:
    chain_of_xiangyun("reviewer-and-meeting")
    chance = random.Random(SEED)
    people = []
    for name in ("anna", "bo", "chen", "dan"):
        someone = appointed(name, Role.REVIEWER)
        appointed_again(name, Role.APPROVER)
        people.append(replace(actor(someone), person_id=person_id(someone)))
    walks = [Walk(people, chance) for _ in range(WALKS)]
    for walk in walks:
        for _ in range(MOVES):
            walk.step()
    with acting(actor(CLERK)):
        states = set(Case.objects.values_list("state", flat=True))
    assert {"approved", "returned", "withdrawn"} <= states
    with psycopg.connect(office.owner) as owner:
        owner.execute("SET row_security = off")
        assert owner.execute(TWICE).fetchall() == []
        # The query notices: a book in which the proposers had agreed too.
        control = TWICE.replace("UNION", f"UNION {AGREED_TOO} UNION", 1)
        assert owner.execute(control.encode()).fetchall() != []


def appointed_again(username: str, role: Role) -> None:
    from bangfu.ground.access.models import Account, Appointment  # noqa: PLC0415

    first = Appointment.objects.get(account__username=username)
    Appointment.objects.create(
        account=Account.objects.get(username=username),
        organisation_id=first.organisation_id,
        role=role.value,
        period=first.period,
    )
