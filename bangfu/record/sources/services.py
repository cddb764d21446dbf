"""Bringing department data: receive, check, put to use or refuse. Each step is an act; what reads the file is in ``checking.py``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from django.db.models.functions import Now
from procrastinate.contrib.django import app as jobs

from bangfu.core.problems import Problem
from bangfu.engine.datasets import declared_datasets
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock, locked_row
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb
from bangfu.record.registry.uploads import Stored
from bangfu.record.sources import problems
from bangfu.record.sources.about import About
from bangfu.record.sources.models import Delivery

_WHICH_ZH, _WHICH_EN = "“{title_zh}”（截至 {as_of}）", "“{title_en}” (as of {as_of})"
RECEIVED = verb(
    "sources.delivery_received", zh=f"收到部门数据{_WHICH_ZH}{{note_zh}}", en=f"received {_WHICH_EN}{{note_en}}"
)
COLUMNS_CHOSEN = verb(
    "sources.columns_chosen", zh=f"为{_WHICH_ZH}确定了对应列", en=f"settled the columns of {_WHICH_EN}"
)
CHECKED = verb(
    "sources.delivery_checked",
    zh=f"检查{_WHICH_ZH}：{{rows}} 行 = 新增 {{new}} + 变更 {{changed}} + 相同 {{same}} + 搁置 {{wrong}}",
    en=f"checked {_WHICH_EN}: {{rows}} rows = {{new}} new + {{changed}} changed + {{same}} same + {{wrong}} set aside",
)
FAILED = verb("sources.check_failed", zh=f"{_WHICH_ZH}的文件读不了", en=f"the file of {_WHICH_EN} cannot be read")
ACTIVATED = verb(
    "sources.delivery_activated",
    zh=f"启用{_WHICH_ZH}{{note_zh}}",
    en=f"put {_WHICH_EN} to use{{note_en}}",
)
REFUSED = verb("sources.delivery_refused", zh=f"没有采用{_WHICH_ZH}", en=f"did not take {_WHICH_EN}")
QUARANTINE_TAKEN = verb(
    "sources.quarantine_taken",
    zh=f"下载了{_WHICH_ZH}搁置行的清单（{{wrong}} 行）",
    en=f"downloaded the list of rows set aside of {_WHICH_EN} ({{wrong}} rows)",
)
STATE_WORDS: Mapping[str, tuple[str, str]] = {
    Delivery.State.UPLOADED: ("已上传，等待检查", "uploaded and waits to be checked"),
    Delivery.State.CHECKED: ("已检查，等待启用", "checked and waits to be put to use"),
    Delivery.State.ACTIVE: ("正在使用", "in use"),
    Delivery.State.REPLACED: ("已被替换", "replaced by another"),
    Delivery.State.REFUSED: ("没有采用", "not taken"),
}
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Received:
    """``already``: the same file of the same day is in use or waits here; nothing was changed, and ``delivery_id`` is that one."""

    delivery_id: UUID
    already: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What the check of a delivery found; the counts are those of the model. ``against`` is the delivery it was compared with."""

    rows: int
    keyed: int
    wrong: int
    new: int
    changed: int
    same: int
    gone: int
    against: UUID | None = None
    quarantined: Mapping[str, int] = field(default_factory=dict)
    unreadable: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@act(RECEIVED, right=Right.BRING_DATA)
def receive_delivery(
    *, actor: Actor, act_id: UUID, stored: Stored, about: About, in_background: bool = True
) -> Done[Received]:
    """Take note of an uploaded file for the actor's own union, and have it checked, with the columns chosen last time for its source.

    The same file of the same dataset, day and coverage changes nothing: the answer says so. ``in_background=False``: the caller checks.
    """
    lock("sources.dataset", [f"{actor.scope} {about.dataset}"])
    known = _known(actor.scope, stored.sha256, about)
    if known is not None:
        told = {**_which(known), "note_zh": "，与已有的完全相同", "note_en": ", the same as one that is here"}
        return Done(Received(known.pk, already=True), known.org, "delivery", known.pk, values=told)
    before = _last_of(actor.scope, about)
    delivery = Delivery.objects.create(
        id=stored.id,
        org=actor.scope,
        dataset=about.dataset,
        as_of=about.as_of,
        coverage=list(about.coverage),
        control_rows=about.control_rows,
        file_name=stored.file_name,
        sha256=stored.sha256,
        size=stored.size,
        purpose=actor.purpose.value,
        basis=about.basis,
        document=about.document,
        source=about.source,
        columns=before.columns if before else {},
        widths=dict(about.widths) or (before.widths if before else {}),
        created_by=actor.person_id,
        created_name=actor.name,
    )
    if in_background:
        _defer_check(actor, delivery)
    told = {**_which(delivery), "note_zh": "", "note_en": ""}
    return Done(Received(delivery.pk), delivery.org, "delivery", delivery.pk, values=told)


@act(COLUMNS_CHOSEN, right=Right.BRING_DATA)
def choose_columns(
    *,
    actor: Actor,
    act_id: UUID,
    delivery_id: UUID,
    seen_version: int,
    columns: Mapping[str, str | None],
    widths: Mapping[str, int] | None = None,
    in_background: bool = True,
) -> Done[None]:
    """Settle which heading is which column (None: left out), and have the file checked anew. Also to check again as it is."""
    delivery = locked_row(Delivery, delivery_id, seen_version)
    _require(delivery, Delivery.State.UPLOADED, Delivery.State.CHECKED)
    delivery.columns = dict(columns)
    delivery.widths = delivery.widths if widths is None else dict(widths)
    delivery.state = Delivery.State.UPLOADED
    delivery.problem = None
    delivery.version += 1
    delivery.save()
    if in_background:
        _defer_check(actor, delivery)
    return Done(None, delivery.org, "delivery", delivery.pk, values=_which(delivery))


@act(CHECKED, right=Right.BRING_DATA)
def record_check(*, actor: Actor, act_id: UUID, delivery_id: UUID, seen_version: int, found: Found) -> Done[None]:
    """Keep what the check found; the delivery waits to be put to use."""
    delivery = locked_row(Delivery, delivery_id, seen_version)
    _require(delivery, Delivery.State.UPLOADED)
    for name in ("rows", "keyed", "wrong", "new", "changed", "same", "gone", "against"):
        setattr(delivery, name, getattr(found, name))
    delivery.quarantined, delivery.unreadable = dict(found.quarantined), dict(found.unreadable)
    delivery.missing, delivery.unknown = list(found.missing), list(found.unknown)
    delivery.problem = None
    delivery.state = Delivery.State.CHECKED
    delivery.checked_at = Now()
    delivery.version += 1
    delivery.save()
    told = {name: getattr(found, name) for name in ("rows", "new", "changed", "same", "wrong")}
    return Done(None, delivery.org, "delivery", delivery.pk, values={**_which(delivery), **told})


@act(FAILED, right=Right.BRING_DATA)
def record_failure(
    *, actor: Actor, act_id: UUID, delivery_id: UUID, seen_version: int, code: str, zh: str, en: str
) -> Done[None]:
    """The file cannot be read as it is: say why. Other columns may help; else it is refused."""
    delivery = locked_row(Delivery, delivery_id, seen_version)
    _require(delivery, Delivery.State.UPLOADED)
    delivery.problem = {"code": code, "zh": zh, "en": en}
    delivery.version += 1
    delivery.save()
    return Done(None, delivery.org, "delivery", delivery.pk, values=_which(delivery))


@act(ACTIVATED, right=Right.BRING_DATA)
def activate_delivery(
    *, actor: Actor, act_id: UUID, delivery_id: UUID, seen_version: int, reason: str = ""
) -> Done[None]:
    """Put a checked delivery to use; the former one of the same dataset and coverage is replaced.

    Where its control total differs, or it is older than the one in use, ``reason`` must say why it is right all the same.
    """
    delivery = locked_row(Delivery, delivery_id, seen_version)
    lock("sources.dataset", [f"{delivery.org} {delivery.dataset}"])
    _require(delivery, Delivery.State.CHECKED)
    former = in_use_beside(delivery)
    if (former.pk if former else None) != delivery.against:
        raise problems.CHECK_AGAIN()
    objections = objections_to(delivery, former)
    if objections and not reason.strip():
        raise objections[0]
    if former is not None:
        former.state = Delivery.State.REPLACED
        former.version += 1
        former.save(update_fields=["state", "version"])
    delivery.state = Delivery.State.ACTIVE
    delivery.reason = reason.strip()[:_LONGEST_REASON]
    delivery.activated_at = Now()
    delivery.version += 1
    delivery.save()
    notes = ("，代替上一份", ", in place of the one before") if former else ("", "")
    told = {**_which(delivery), "note_zh": notes[0], "note_en": notes[1]}
    return Done(None, delivery.org, "delivery", delivery.pk, values=told)


@act(REFUSED, right=Right.BRING_DATA)
def refuse_delivery(*, actor: Actor, act_id: UUID, delivery_id: UUID, seen_version: int, reason: str) -> Done[None]:
    """Do not take a delivery that is not in use; its file and what was staged of it are removed."""
    delivery = locked_row(Delivery, delivery_id, seen_version)
    _require(delivery, Delivery.State.UPLOADED, Delivery.State.CHECKED)
    if not reason.strip():
        raise problems.REASON_NEEDED()
    delivery.state = Delivery.State.REFUSED
    delivery.reason = reason.strip()[:_LONGEST_REASON]
    delivery.version += 1
    delivery.save()
    _defer("sources.clear_delivery", actor, delivery_id=str(delivery.pk))
    return Done(None, delivery.org, "delivery", delivery.pk, values=_which(delivery))


@act(QUARANTINE_TAKEN, right=Right.BRING_DATA)
def take_quarantine(*, actor: Actor, act_id: UUID, delivery_id: UUID) -> Done[None]:
    """Say in the trail that the list of rows set aside is taken out; the caller then writes it (checking.write_error_workbook)."""
    delivery = Delivery.objects.filter(pk=delivery_id).first()
    if delivery is None:
        raise NOT_FOUND()
    _require(delivery, Delivery.State.CHECKED, Delivery.State.ACTIVE, Delivery.State.REPLACED)
    if delivery.raw_dropped_at is not None:
        raise problems.RAW_DROPPED(file=delivery.file_name)
    return Done(None, delivery.org, "delivery", delivery.pk, values={**_which(delivery), "wrong": delivery.wrong})


def step_id(delivery_id: UUID, step: str) -> UUID:
    """The act_id of a step that a job takes: the same however often it is tried."""
    return uuid5(delivery_id, step)


def objections_to(delivery: Delivery, former: Delivery | None) -> list[Problem]:
    """Why a checked delivery should not be put to use without a reason."""
    found: list[Problem] = []
    if delivery.control_rows is not None and delivery.control_rows != delivery.rows:
        found.append(problems.CONTROL_TOTAL(expected=delivery.control_rows, found=delivery.rows))
    if former is not None and delivery.as_of < former.as_of:
        found.append(problems.OLDER(as_of=delivery.as_of, active=former.as_of))
    return found


def in_use_beside(delivery: Delivery) -> Delivery | None:
    """The delivery in use that this one would replace. Inside the door."""
    alike = {"org": delivery.org, "dataset": delivery.dataset, "coverage": delivery.coverage}
    return Delivery.objects.filter(**alike, state=Delivery.State.ACTIVE).exclude(pk=delivery.pk).first()


def _known(org: str, sha256: str, about: About) -> Delivery | None:
    here = Delivery.objects.filter(
        org=org, dataset=about.dataset, as_of=about.as_of, coverage=list(about.coverage), sha256=sha256
    )
    in_use = here.filter(state=Delivery.State.ACTIVE).first()
    waiting = here.filter(state__in=[Delivery.State.UPLOADED, Delivery.State.CHECKED])
    return in_use or waiting.order_by("-created_at").first()


def _last_of(org: str, about: About) -> Delivery | None:
    """The newest delivery from the same source that came into use: its columns are likely to be right again."""
    used = Delivery.objects.filter(org=org, dataset=about.dataset, source=about.source, activated_at__isnull=False)
    return used.order_by("-activated_at").first()


def _require(delivery: Delivery, *states: str) -> None:
    if delivery.state not in states:
        zh, en = STATE_WORDS[delivery.state]
        raise problems.NOT_AT_THIS_STEP(state=f"{zh} ({en})")


def _which(delivery: Delivery) -> dict[str, Any]:
    title = declared_datasets()[delivery.dataset].title
    return {"title_zh": title.zh, "title_en": title.en, "as_of": delivery.as_of.isoformat()}


def _defer_check(actor: Actor, delivery: Delivery) -> None:
    _defer("sources.check_delivery", actor, delivery_id=str(delivery.pk), version=delivery.version)


def _defer(task: str, actor: Actor, **given: str | int) -> None:
    """Queue work in the transaction of the act: both are there, or neither is. By name, since the job calls these acts."""
    who = {"person_id": str(actor.person_id), "role": actor.role.value, "organisation": actor.organisation}
    jobs.configure_task(task).defer(**who, purpose=actor.purpose.value, **given)
