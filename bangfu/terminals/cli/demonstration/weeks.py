"""Some weeks of work: proposals that came in over time, some settled, some families asked, a few refusals proposed."""

import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from bangfu.decide.identification.models import Determination, Settlement
from bangfu.decide.identification.proposing import pending
from bangfu.decide.identification.services import Changed, finish_proposals, propose_determinations, settle
from bangfu.decide.identification.services.settle import refusal_codes
from bangfu.decide.identification.settling import Way
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.registry.models import CaseFile
from bangfu.terminals.cli.demonstration import people

# How many days ago each share of the files was proposed: what waits did not all come on one day.
_DAYS_AGO = (38, 24, 17, 11, 4, 1)
_AT_ONCE = 500
_OPEN = Determination.State.OPEN
# Per county: accepted without looking twice, accepted although something contradicts, and families asked so many days ago:
# with ten working days to answer, the first are overdue.
_ACCEPTED, _ACCEPTED_ALL_THE_SAME, _REFUSED = 24, 4, 3
_ASKED_DAYS_AGO = (30, 22, 16, 14, 6, 2, 0)
_REASON = "已入户核实：名下车辆已报废，车管所尚未注销，有回收证明。"
_QUESTION = "请说明登记在您家名下的财产或收入是怎么来的，并带上有关证明。"
_HEARD = "户主当面说明：情况属实，没有其他材料。"
_REFUSAL = "当面核对了收入和财产证明，与部门数据一致。"


def propose(actor: Actor, day: date) -> int:
    """Propose for every file, as of several days up to ``day``; gives how many are new. Nothing is done a second time."""
    with acting(actor):
        proposed = Determination.objects.values("case_file")
        files = list(CaseFile.objects.exclude(pk__in=proposed).order_by("number").values_list("pk", flat=True))
    opened = 0
    for turn, days_ago in enumerate(_DAYS_AGO):
        for chunk in _chunks(files[turn :: len(_DAYS_AGO)]):
            on = day - timedelta(days=days_ago)
            opened += propose_determinations(actor=actor, act_id=uuid4(), on=on, files=chunk).opened
    with acting(actor):
        keys = [key for several in pending().values() for key in several]
    for key in keys:
        # What was brought and compared has been followed: the worker need not do it again as of today.
        finish_proposals(actor=actor, act_id=key, changed=Changed(opened, 0, 0, 0, 0))
        opened = 0
    return opened


def settle_some(day: date) -> int:
    """Settle some of two counties' files; gives how many. Nothing is done where somebody has settled before."""
    settled = 0
    for person in (people.CLERK, people.NEIGHBOUR):
        actor = people.actor(person, Purpose.IDENTIFICATION)
        with acting(actor):
            before = Settlement.objects.filter(settled_by=actor.person_id).exists()
        if not before:
            settled += _settle(actor, day)
    return settled


def _settle(actor: Actor, day: date) -> int:
    with acting(actor):
        waiting = list(Determination.objects.filter(state=_OPEN).order_by("waiting_since", "case_file__number"))
        refusable = {row.pk: codes for row in waiting if row.contradictions and (codes := refusal_codes(row))}
    # Half of everything is left for whoever tries the demo.
    budget = len(waiting) // 2
    clean = [row for row in waiting if not (row.contradictions or row.doubts) and row.class_name != "不符合"]
    doubted = [row for row in waiting if row.contradictions and row.class_name != "不符合"]
    asked, doubted = doubted[: len(_ASKED_DAYS_AGO)], doubted[len(_ASKED_DAYS_AGO) :]
    accepted, doubted = doubted[:_ACCEPTED_ALL_THE_SAME], doubted[_ACCEPTED_ALL_THE_SAME:]
    refused = [row for row in doubted if row.pk in refusable][:_REFUSED]
    acts: list[dict[str, object]] = [
        *(_of(row) | {"kind": Way.ASK, "question": _QUESTION, "on": day - timedelta(days=ago)}
          for row, ago in zip(asked, _ASKED_DAYS_AGO, strict=False)),
        *(_of(row) | {"kind": Way.ACCEPT, "reason": _REASON} for row in accepted),
        *(_of(row) | {"kind": Way.REFUSE, "reason_code": min(refusable[row.pk]), "reason": _REFUSAL, "answer": _HEARD}
          for row in refused),
        *(_of(row) | {"kind": Way.ACCEPT} for row in clean[:_ACCEPTED]),
    ]  # fmt: skip
    now = int(time.time())
    for number, said in enumerate(acts[:budget]):
        settle(actor=actor, act_id=uuid4(), seen_at=now - 20 - number * 7 % 40, **said)  # type: ignore[arg-type]
    return len(acts[:budget])


def _of(row: Determination) -> dict[str, object]:
    return {"determination_id": row.pk, "seen_version": row.version}


def _chunks(files: Sequence[UUID]) -> Iterator[list[UUID]]:
    for begin in range(0, len(files), _AT_ONCE):
        yield list(files[begin : begin + _AT_ONCE])
