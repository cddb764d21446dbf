"""Four unions with the same things in each: one's own, the next county's, the prefecture's above, a township's below.

Whoever stands in the first must see what is its own and what is below, and no trace of the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from bangfu.core.clock import MachineClock, today
from bangfu.decide.comparison.models import Duplicate
from bangfu.decide.comparison.running import compare_now
from bangfu.decide.comparison.services import start_run
from bangfu.decide.comparison.services_duplicates import Pair, record_duplicates
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.services import accept_clean, settle
from bangfu.decide.identification.services.settle import refusal_codes
from bangfu.decide.identification.settling import Way
from bangfu.ground.access.models import Account
from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services import appoint
from bangfu.ground.acts.actor import Actor, Purpose, Role
from bangfu.ground.acts.door import acting
from bangfu.ground.approval.models import Case
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.services_unmask import Reason, show_number
from tests.engine.intake.books import number, write_book
from tests.people import BINCHUAN, DALI, QUICK_HASH, TOWNSHIP, XIANGYUN, Someone
from tests.record.registry.bringing import bring
from tests.record.sources.making import brought, vehicles

OWN, NEIGHBOUR, ABOVE, BELOW = "own", "neighbour", "above", "below"
# Where each stands, and a surname by which its one family is known on any page.
PLACES: Mapping[str, tuple[str, str, str]] = {
    OWN: (XIANGYUN, f"/53/5329/{XIANGYUN}/", "亓"),
    NEIGHBOUR: (BINCHUAN, f"/53/5329/{BINCHUAN}/", "仉"),
    ABOVE: (DALI, "/53/5329/", "乜"),
    BELOW: (TOWNSHIP, f"/53/5329/{XIANGYUN}/{TOWNSHIP}/", "郗"),
}
# Roles that somebody signs in with; the operator is whoever runs commands on the machine.
ROLES = tuple(role for role in Role if role is not Role.OPERATOR)


@dataclass
class Things:
    """What one union has, by the name that addresses give it."""

    parts: dict[str, UUID] = field(default_factory=dict)
    member: UUID | None = None


def someone_as(role: Role) -> Someone:
    """Who holds a role in one's own union."""
    return Someone(f"scope-{role.value.replace('_', '-')}", f"岗{role.value}", role, XIANGYUN)


def make_world(folder: Path) -> dict[str, Things]:
    """Everything, by acts; inside a database that may be changed."""
    world = {place: Things() for place in PLACES}
    for place, things in world.items():
        _bring(folder, place, things)
    on = today(MachineClock())
    compare_now(_operator(DALI, Purpose.COMPARISON), on)
    propose_now(_operator(DALI, Purpose.IDENTIFICATION), on, uuid4())
    for place, things in world.items():
        _settle(place, things)
    _alike(world)
    _people(world)
    return world


def _operator(code: str, purpose: Purpose) -> Actor:
    return operator(purpose, code=code)


def _bring(folder: Path, place: str, things: Things) -> None:
    code, path, surname = PLACES[place]
    sequence = 100 + 10 * list(PLACES).index(place)
    heads = [["姓名", "身份证号", "工作状态", "本人月平均收入", "主要致困原因", "健康状况"]]
    heads += [[f"{surname}明", number(sequence), "在岗", "500", "子女上学", "良好"]]
    members = [["户主身份证号", "姓名", "关系", "身份证号", "月收入", "人员身份"]]
    members += [[number(sequence), f"{surname}妻", "妻", number(sequence + 1), "200", "务农"]]
    book = write_book(folder / f"{code}.xlsx", {"职工": heads, "家庭成员": members})
    things.parts["batch_id"] = bring(_operator(code, Purpose.FILING), book, code).batch
    officer = _operator(code, Purpose.COMPARISON)
    things.parts["delivery_id"] = brought(vehicles([(number(sequence), "小型轿车")]), officer, as_of=date(2026, 10, 1))
    things.parts["run_id"] = start_run(actor=officer, act_id=uuid4(), in_background=False)
    with acting(officer):
        file = CaseFile.objects.get(org=path)
        things.parts["file_id"], things.member = file.pk, Member.objects.get(case_file=file, is_head=True).pk


def _settle(place: str, things: Things) -> None:
    actor = _operator(PLACES[place][0], Purpose.IDENTIFICATION)
    with acting(actor):
        live = Determination.objects.exclude(state=Determination.State.SUPERSEDED)
        row = live.get(case_file_id=things.parts["file_id"])
    things.parts["determination_id"] = row.pk
    things.parts["act_id"] = uuid4()
    accept_clean(
        actor=actor, act_id=things.parts["act_id"], determination_ids=[row.pk], seen_versions=[row.version + 7]
    )
    settle(
        actor=actor, act_id=uuid4(), determination_id=row.pk, seen_version=row.version, kind=Way.ASK, question="请说明"
    )
    with acting(actor):
        row.refresh_from_db()
        codes = refusal_codes(row)
    settle(
        actor=actor, act_id=uuid4(), determination_id=row.pk, seen_version=row.version, kind=Way.REFUSE,
        reason_code=min(codes), reason="理由", answer="说明了",
    )  # fmt: skip
    with acting(actor):
        things.parts["case_id"] = Case.objects.get(subject_id=row.pk).pk
    assert things.member is not None
    show_number(actor=actor, act_id=uuid4(), member_id=things.member, reason=Reason.FAMILY)


def _alike(world: dict[str, Things]) -> None:
    """Two pairs of files that look like one family's: one within one's own area, one with the neighbour's, which is the prefecture's."""
    prefecture = _operator(DALI, Purpose.COMPARISON)
    pairs = [_pair(world[OWN], world[BELOW]), _pair(world[OWN], world[NEIGHBOUR])]
    record_duplicates(actor=prefecture, act_id=uuid4(), run_id=world[ABOVE].parts["run_id"], pairs=pairs)
    with acting(prefecture):
        own, above = (Duplicate.objects.get(org=PLACES[place][1]).pk for place in (OWN, ABOVE))
    for place, pair in ((OWN, own), (BELOW, own), (ABOVE, above)):
        world[place].parts["duplicate_id"] = pair


def _pair(mine: Things, theirs: Things) -> Pair:
    (one, one_member), (other, other_member) = sorted((t.parts["file_id"], t.member) for t in (mine, theirs))
    alike = {"one": str(one_member), "other": str(other_member), "by_number": False, "probability": 0.9, "start": -9.0}
    return Pair(one, other, [{**alike, "fields": []}])


def _people(world: dict[str, Things]) -> None:
    for role in ROLES:
        who = someone_as(role)
        appoint(
            actor=operator(), act_id=uuid4(), username=who.username, full_name=who.full_name, role=role,
            organisation_code=who.organisation, since=date(2026, 1, 1), password_hash=QUICK_HASH,
        )  # fmt: skip
    for place, things in world.items():
        things.parts["account_id"] = appoint(
            actor=operator(), act_id=uuid4(), username=f"staff-{place}", full_name=f"{PLACES[place][2]}小员",
            role=Role.CLERK, organisation_code=PLACES[place][0], since=date(2026, 1, 1), password_hash=QUICK_HASH,
        )  # fmt: skip
    Account.objects.update(must_change_password=False)
