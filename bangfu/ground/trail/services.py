"""Recording who looked, which is no act: it is written with the reading itself. Taking away what must go by law, which is one."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.db import connection

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.bulk import insert_rows
from bangfu.ground.acts.verbs import verb
from bangfu.ground.trail.models import Look
from bangfu.ground.trail.problems import NOT_ALL_ERASED

# Its code is what a verification looks for (verifying/sources.py).
ERASED = verb(
    "trail.erased",
    zh="依法删除 {table} 的历史记录 {rows} 条，理由：{reason_zh}",
    en="{rows} rows of history in {table} were erased by law; reason: {reason_en}",
)


class Reason(StrEnum):
    """Why personal data must go (PIPL article 47)."""

    PERIOD_OVER = "period_over"
    ASKED_FOR = "asked_for"
    UNLAWFUL = "unlawful"


REASON_WORDS: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.PERIOD_OVER: ("保存期限已满", "the period of keeping is over"),
        Reason.ASKED_FOR: ("本人要求删除", "the person asked for it"),
        Reason.UNLAWFUL: ("收集没有依据", "there was no basis for having it"),
    }
)


@act(ERASED, right=Right.RUN)
def erase_history(*, actor: Actor, act_id: UUID, table: str, rows: list[int], reason: Reason) -> Done[int]:
    """Take rows of history away for good, with the salts that tie them to the sealed tree; gives how many.

    The tree stays verifiable, and shows which rows went and by which act. All or nothing: raises NOT_ALL_ERASED where a row is not
    sealed yet, is not there, or lies outside the actor's scope.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT trail_erase(%s, %s, %s)", [table, rows, reason.value])
        (gone,) = cursor.fetchone()
    if gone != len(set(rows)):
        raise NOT_ALL_ERASED(asked=len(set(rows)), found=gone)
    zh, en = REASON_WORDS[reason]
    told = {"table": table, "rows": gone, "reason_zh": zh, "reason_en": en}
    return Done(int(gone), actor.scope, "history", values=told)


def record_look(actor: Actor, *, page: str, org: str, household_id: UUID, fields: Iterable[str]) -> None:
    """Say that the actor now sees these fields of a household. Inside the door of the reading."""
    record_looks(actor, page=page, seen=[(org, household_id)], fields=fields)


def record_looks(actor: Actor, *, page: str, seen: Iterable[tuple[str, UUID]], fields: Iterable[str]) -> None:
    """As ``record_look`` for several households, given as (path of the organisation, household)."""
    said = {
        "person_id": actor.person_id,
        "person_name": actor.name,
        "role": actor.role.value,
        "organisation": actor.organisation,
        "purpose": actor.purpose.value,
        "stands_for_id": actor.stands_for_id,
        "glass_id": actor.glass_id,
        "page": page,
        "fields": sorted(set(fields)),
    }
    insert_rows(Look, [{**said, "org": org, "household_id": household_id} for org, household_id in seen])
