"""``bangfu compare`` and ``bangfu identify`` over the registry, in a started instance: the machine's operator asks, the trail tells."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from rich.progress import Progress

from bangfu.core.clock import MachineClock, today
from bangfu.core.problems import kind
from bangfu.decide.comparison.exports import findings_export
from bangfu.decide.comparison.models import Run
from bangfu.decide.comparison.running import compare_now
from bangfu.decide.identification.models import Determination
from bangfu.decide.identification.proposing import propose_now
from bangfu.decide.identification.taking_out import determinations_export
from bangfu.engine.comparison import How
from bangfu.engine.stages import Stage, Stopped
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.actor import Actor, Purpose
from bangfu.ground.acts.door import acting
from bangfu.record.sources.selectors import deliveries_in_force
from bangfu.terminals.cli.bring_archive import NOTHING_FOUNDED
from bangfu.terminals.cli.compare import CONCLUSIONS
from bangfu.terminals.cli.output import say

RUN_FAILED = kind(
    "compare.stopped",
    zh="比对中断（{code}）：{why}",
    en="The comparison stopped ({code}): {why}",
    do_zh="。请解决后再运行一次。",
    do_en="Mend it and run it again.",
)
NO_SUCH_PURPOSE = kind(
    "call.no_such_purpose",
    zh="没有“{given}”这种用途。",
    en="There is no such purpose as “{given}”.",
    do_zh="请写其中一种：{known}。",
    do_en="Give one of these: {known}.",
)


_ALL_AGAIN = "Every file had to be looked at: there is no run to measure by, or data or rules changed"


def operator_for(purpose: str, organisation: str | None) -> Actor:
    """The machine's operator for a union, or for the topmost one. Bad calls: an unknown purpose; nothing founded yet."""
    if purpose not in Purpose.__members__.values():
        raise NO_SUCH_PURPOSE(given=purpose[:40], known=", ".join(Purpose))
    if not Organisation.objects.exists():
        raise NOTHING_FOUNDED()
    return operator(Purpose(purpose), code=organisation)


def newest_day(actor: Actor) -> date:
    """The newest as-of date of the deliveries in force, else today."""
    day = today(MachineClock())
    with acting(actor):
        return max((delivery.as_of for delivery in deliveries_in_force(actor, day)), default=day)


def compare_registry(
    actor: Actor, on: date | None, target: Path | None, how: How, bar: Progress | None = None, *, delta: bool = False
) -> dict[str, object]:
    """Compare the actor's files with the deliveries in force, and write the findings if asked; gives what to print for machines.

    ``delta``: only what changed since the run before. Raises Stopped where somebody ended it, at the command line or at the desk; what
    was recorded stands.
    """
    how = replace(how, stages=lambda stage: _show(stage, bar))
    run = _done(actor, compare_now(actor, on or newest_day(actor), how, delta=delta))
    say(
        f"比对日期 {run.on}：{run.persons:,} 人，{run.households:,} 户，{len(run.deliveries)} 份部门数据；"
        f"没有核对依据、未比对 {run.without_basis:,} 户",
        f"As of {run.on}: {run.persons:,} persons, {run.households:,} households, {len(run.deliveries)} deliveries; "
        f"{run.without_basis:,} households without a basis were left out",
    )
    if delta and run.not_again:
        say(
            f"其中 {run.not_again:,} 户和它们的部门数据都没有变化，未重新比对",
            f"{run.not_again:,} of them were not compared again: nothing changed for them",
        )
    elif delta:
        say("每一户都要重新比对：没有可作依据的上一次比对，或数据、规则变了", _ALL_AGAIN)
    by_kind: Counter[str] = Counter()
    for name, conclusion, findings in run.by_kind:
        by_kind[name] += findings
        english = CONCLUSIONS.get(conclusion, conclusion)
        say(f"  {name} · {conclusion}  {findings:,}", f"  {name} · {conclusion} ({english})  {findings:,}")
    say(
        f"共 {run.findings:,} 条：新增 {run.opened:,}，变更 {run.changed:,}，消除 {run.closed:,}",
        f"{run.findings:,} findings: {run.opened:,} opened, {run.changed:,} changed, {run.closed:,} closed",
    )
    if target is not None:
        lines = findings_export(actor, target, how.limits)
        say(f"{lines:,} 行写入 {target}（已记入留痕）", f"{lines:,} lines written to {target} (told in the trail)")
    counts = {name: getattr(run, name) for name in ("persons", "households", "findings", "opened", "changed", "closed")}
    return counts | {"not_again": run.not_again, "wrong": 0, "by_kind": by_kind}


def identify_registry(actor: Actor, on: date | None, target: Path | None, bar: Progress) -> dict[str, object]:
    """Propose a class for every file of the actor's area by its place's rules, and write what stands if asked."""
    day = on or newest_day(actor)
    changed = propose_now(
        actor, day, uuid4(), lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total)
    )
    say(
        f"参照日 {day}：新提 {changed.opened:,} 户，改提 {changed.changed:,} 户，重新待核实 {changed.reopened:,} 户，"
        f"不变 {changed.same:,} 户，缺政策参数 {changed.left:,} 户",
        f"As of {day}: {changed.opened:,} new, {changed.changed:,} changed, {changed.reopened:,} open again, "
        f"{changed.same:,} the same, {changed.left:,} without policy",
    )
    by_class = _by_class(actor)
    for name, households in by_class.items():
        say(f"  {name}  {households:,} 户", f"  {name}  {households:,} households")
    if target is not None:
        lines = determinations_export(actor, target)
        say(f"{lines:,} 户写入 {target}（已记入留痕）", f"{lines:,} households written to {target} (told in the trail)")
    households = sum(by_class.values()) + changed.left
    return {"households": households, "left": changed.left, "wrong": changed.left, "by_class": by_class}


def _by_class(actor: Actor) -> dict[str, int]:
    with acting(actor):
        standing = Determination.objects.exclude(state=Determination.State.SUPERSEDED)
        classes = list(standing.filter(org__startswith=actor.scope).values_list("class_name", flat=True))
    return {name: classes.count(name) for name in sorted(set(classes))}


def _show(stage: Stage, bar: Progress | None) -> None:
    if bar is not None and stage.seconds is None:
        bar.update(bar.task_ids[0], description=f"{stage.name} {stage.dataset}".strip())


def _done(actor: Actor, run_id: UUID) -> Run:
    with acting(actor):
        run = Run.objects.get(pk=run_id)
    if run.state == Run.State.CANCELLED:
        say(
            f"比对已取消，已记下的保留：新增 {run.opened:,}，变更 {run.changed:,}，消除 {run.closed:,}",
            f"Cancelled; what was recorded stands: {run.opened:,} opened, {run.changed:,} changed, {run.closed:,} closed",
        )
        raise Stopped
    if run.state == Run.State.FAILED:
        said = run.problem or {}
        raise RUN_FAILED(code=said.get("code", "?"), why=" / ".join([said.get("zh", ""), said.get("en", "")]))
    return run
