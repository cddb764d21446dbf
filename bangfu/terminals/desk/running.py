"""A comparison as pages show it: how far it is, its stages in words, its coverage as a table."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, gettext_noop

from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.rules import Reach
from bangfu.decide.comparison.selectors_runs import RunPage
from bangfu.terminals.desk import formats
from bangfu.terminals.desk.background import Work
from bangfu.terminals.desk.words import pair, translated

_STATES = {
    Run.State.QUEUED: "waiting",
    Run.State.RUNNING: "running",
    Run.State.FAILED: "failed",
    Run.State.CANCELLED: "cancelled",
    Run.State.DONE: "done",
}
# Stage → what is done in it.
_STAGES = {
    "read": gettext_noop("取出档案"),
    "stage": gettext_noop("整理名册"),
    "register": gettext_noop("载入名册"),
    "match": gettext_noop("对照"),
    "names": gettext_noop("核对姓名"),
    "judge": gettext_noop("按规则判断"),
    "write": gettext_noop("写出结果"),
    "order": gettext_noop("按户排好"),
    "record": gettext_noop("记入档案库"),
}
_REACH = {Reach.WHOLE: gettext_noop("有"), Reach.PART: gettext_noop("部分"), Reach.NONE: gettext_noop("未提供")}
_TONES = {Reach.WHOLE: "ok", Reach.PART: "warn", Reach.NONE: "none"}
_COUNTY_KINDS = ("自治县", "县", "市", "区")
_PEOPLES = ("彝族", "回族", "白族")


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage in words; ``seconds`` None while it is at work."""

    label: str
    rows: int | None
    rate: float | None
    seconds: float | None


def work_of(found: RunPage) -> Work:
    """How far it is: rows while the engine works, then parts that are recorded."""
    run = found.view.run
    label = gettext("比对（%(day)s）") % {"day": formats.day(run.on)}
    return Work(
        label,
        "failed" if found.stuck else _STATES[Run.State(run.state)],
        done=found.done if found.total else None,
        total=found.total or None,
        rate=round(found.rate) if found.rate else None,
        left=found.left,
        problem=run.problem,
    )


def stage_rows(found: RunPage) -> list[StageRow]:
    """Its stages, in their order."""
    return [
        StageRow(_stage(stage.name, pair(stage.title) if stage.dataset else ""), stage.rows, stage.rate, stage.seconds)
        for stage in found.stages
    ]


def coverage_table(found: RunPage) -> dict[str, Any]:
    """Datasets by places in words: what is the same everywhere is said once."""
    return {
        "places": [(translated(name), short_place(name)) for name in found.coverage.places],
        "rows": [
            {
                "title": pair(row.title),
                "every": _cell(row.every) if row.every is not None else None,
                "cells": [
                    {"place": translated(name), **_cell(cell)}
                    for name, cell in zip(found.coverage.places, row.cells, strict=True)
                ],
            }
            for row in found.coverage.rows
        ],
    }


def short_place(name: str) -> str:
    """祥云县 as 祥云, Xiangyun County as Xiangyun: at the head of a narrow column."""
    said = translated(name)
    if formats.english():
        return said.partition(" ")[0]
    for kind in _COUNTY_KINDS:
        said = said.removesuffix(kind) if len(said.removesuffix(kind)) > 1 else said
    for people in _PEOPLES:
        said = said.replace(people, "")
    return said or name


def _cell(reach: Reach) -> dict[str, str]:
    return {"says": gettext(_REACH[reach]), "tone": _TONES[reach]}


def _stage(name: str, dataset: str) -> str:
    says = gettext(_STAGES[name]) if name in _STAGES else name
    return f"{says} · {dataset}" if dataset else says
