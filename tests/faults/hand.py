"""A clerk in a hurry: settles, asks, records answers, takes back, looks at numbers, changes passwords, and sends some things twice."""

import os
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from pydantic_core import to_jsonable_python

from bangfu.core.problems import Problem
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.parameters import NOT_MET
from bangfu.decide.identification.services import Settled
from bangfu.decide.identification.settling import Way
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import Member
from bangfu.record.registry.services_unmask import Reason
from tests.faults.client import Client, Refused, call, wait_for_database
from tests.faults.journal import Sent

# No answer: the disk is full, and the act is to be sent again another time.
LATER = "later"
_QUESTION, _ANSWER, _WHY = "请说明家庭现在的收入。", "已说明，材料齐全。", "已核对材料，情况属实。"


@dataclass
class Case:
    """A determination as this clerk knows it."""

    id: UUID
    version: int
    state: str
    answered: bool
    acceptable: bool
    settlement: UUID | None = None


@dataclass
class Hand(Client):
    """Works on cases of its own; ``of`` clients share them out."""

    of: int = 1
    cases: list[Case] = field(default_factory=list)
    members: list[UUID] = field(default_factory=list)

    def work(self) -> None:
        """Until the run is over."""
        dice = random.Random(f"{self.plan.seed} {self.number} {os.getpid()}")
        self.recover()
        self._load()
        ways = [(self._move, 32), (self._look, 36), (self._password, 14), (self._sign, 9), (self._again, 3)]
        ways += [(self._other_content, 2), (self._late, 1), (self._clean, 2), (self._twice_at_once, 1)]
        steps = [way for way, weight in ways for _ in range(weight)]
        while not self.plan.is_over():
            try:
                dice.choice(steps)(dice)
            except Refused:
                self._load()

    def _load(self) -> None:
        wait_for_database(self.plan)
        with acting(self.actors["self"]):
            live = Determination.objects.exclude(state=Determination.State.SUPERSEDED).order_by("pk").defer("content")
            rows = self._share(list(live))
            standing = dict(Settlement.objects.filter(standing=True).values_list("determination_id", "pk"))
            files = [row.case_file_id for row in rows]
            self.members = list(Member.objects.filter(case_file__in=files).order_by("pk").values_list("pk", flat=True))
        self.cases = [
            Case(
                row.pk, row.version, row.state, row.answered,
                acceptable=row.class_name != NOT_MET, settlement=standing.get(row.pk),
            )
            for row in rows
        ]  # fmt: skip

    def _share(self, rows: list[Determination]) -> list[Determination]:
        """Nobody else works on these."""
        return rows[self.number :: self.of]

    def _move(self, dice: random.Random) -> None:
        case = dice.choice(self.cases)
        seen: dict[str, Any] = {"determination_id": case.id, "seen_version": case.version}
        if case.state == Determination.State.ASKED:
            self._now(case, self.do("answer", **seen, answer=_ANSWER))
        elif case.state == Determination.State.ACCEPTED:
            self._now(case, self.do("undo", settlement_id=case.settlement))
        elif case.acceptable and (case.answered or dice.random() < 0.5):
            self._now(case, self.do("settle", **seen, kind=Way.ACCEPT, reason=_WHY))
        else:
            self._now(case, self.do("settle", **seen, kind=Way.ASK, question=_QUESTION))

    def _now(self, case: Case, settled: Settled) -> None:
        answered = case.state == Determination.State.ASKED or (
            case.answered and settled.state != Determination.State.ASKED
        )
        case.version, case.state, case.settlement = settled.version, settled.state, settled.settlement_id
        case.answered = answered

    def _look(self, dice: random.Random) -> None:
        self.do("show_number", member_id=dice.choice(self.members), reason=dice.choice(list(Reason)))

    def _password(self, _: random.Random) -> None:
        self.do("change_password", password_hash=f"!{uuid4().hex}")

    def _sign(self, dice: random.Random) -> None:
        self.do(dice.choice(["sign_in", "sign_out"]))

    def _again(self, dice: random.Random) -> None:
        """An act that was acknowledged, once more: the first answer comes back, whatever has happened since."""
        if self.recent:
            sent, answer = dice.choice(self.recent)
            self._compare(sent, answer, self._told(sent))

    def _other_content(self, dice: random.Random) -> None:
        if self.recent:
            sent, _ = dice.choice(self.recent)
            told = self._told(replace(sent, name="change_password", given={"password_hash": "!other"}))
            self._compare(sent, "act.id_used", told)

    def _late(self, dice: random.Random) -> None:
        """What somebody saw before the last change: refused, and nothing is overwritten."""
        case = dice.choice(self.cases)
        seen = {"determination_id": str(case.id), "seen_version": case.version - 1}
        sent = Sent(uuid4(), "settle", "self", {**seen, "kind": "ask", "question": _QUESTION})
        self._compare(sent, "act.changed_meanwhile", self._told(sent))

    def _clean(self, dice: random.Random) -> None:
        picked = [case for case in dice.sample(self.cases, min(5, len(self.cases))) if case.state == "open"]
        if picked:
            ids, versions = [case.id for case in picked], [case.version for case in picked]
            if self.do("accept_clean", determination_ids=ids, seen_versions=versions).accepted:
                self._load()

    def _twice_at_once(self, dice: random.Random) -> None:
        """An impatient finger: the same act on two connections at the same time."""
        member = dice.choice(self.members)
        sent = Sent(uuid4(), "show_number", "self", {"member_id": str(member), "reason": Reason.FAMILY.value})
        self.journal.sent(sent)
        with ThreadPoolExecutor(2) as pool:
            told = list(pool.map(self._told_apart, [sent, sent]))
        answer = self.until_answered(sent)
        for one in told:
            self._compare(sent, to_jsonable_python(answer), one)

    def _told_apart(self, sent: Sent) -> Any:
        try:
            return self._told(sent)
        finally:
            connection.close()

    def _told(self, sent: Sent) -> Any:
        """What an act that is no new one is answered with: JSON, or the code of a problem; nothing of it is journalled."""
        return told(self, sent)

    def _compare(self, sent: Sent, expected: Any, found: Any) -> None:
        if found not in (expected, LATER):
            self.journal.contradicted(sent.act_id)


def told(client: Client, sent: Sent) -> Any:
    """The answer as JSON, or a problem's code, once there is one."""
    while True:
        try:
            return to_jsonable_python(call(client.actors[sent.who], sent))
        except Problem as problem:
            if problem.code == "act.no_room":
                return LATER
            if problem.code != "act.busy":
                return problem.code
        except DatabaseError:
            wait_for_database(client.plan)
