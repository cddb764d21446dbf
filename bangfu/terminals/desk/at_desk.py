"""What waits for somebody at the desk, by their rights: one row per kind of work, the most pressing first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from bangfu.decide.identification.selectors import QueueCounts, View, queue_counts, refusals_sent_back
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.approval.selectors import InboxView, late_for_me, waiting_for_me
from bangfu.record.registry.models import Batch
from bangfu.record.registry.selectors.batches import BatchView, batches
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.selectors import DatasetState, Shown, deliveries
from bangfu.terminals.desk import formats, words

# Of each kind: sixteen deliveries on one day do not push the workbook out of sight.
_NEWEST = 4
_UNFINISHED = (Batch.State.UPLOADED, Batch.State.CHECKED, Batch.State.REFUSED, Batch.State.COMMITTING)


@dataclass(frozen=True, slots=True)
class Due:
    """One row: how many, of what, why it matters; ``when`` with its tone ("" is plain); where to begin."""

    count: int
    title: str
    sub: str
    when: str
    tone: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Brought:
    """A line of the newest imports: a workbook or a delivery. Counts are None while they are not known."""

    at: datetime
    what: str
    source: str
    as_of: date | None
    counts: tuple[int | None, ...]
    url: str
    batch: Batch | None = None
    delivery: Delivery | None = None


def waiting(actor: Actor, on: date, states: list[DatasetState], newest: list[BatchView]) -> list[Due]:
    """Everything that waits for this person."""
    rows: list[Due] = []
    if actor.may(Right.SETTLE):
        rows += _sent_back(actor)
        rows += _to_settle(queue_counts(actor, on))
    if actor.may(Right.APPROVE):
        rows += _to_approve(actor, on)
    if actor.may(Right.BRING_ARCHIVE):
        rows += _workbooks(newest)
    if actor.may(Right.BRING_DATA):
        rows += _data(states)
    return rows


def newest_imports(actor: Actor, on: date, workbooks: list[BatchView]) -> list[Brought]:
    """The newest workbooks and deliveries that the role may see, together."""
    found = [_workbook(view) for view in workbooks[:_NEWEST]]
    if actor.may(Right.SEE_DELIVERIES):
        found += [_delivery(shown) for shown in deliveries(actor, on=on, limit=_NEWEST)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def workbooks_of(actor: Actor) -> list[BatchView]:
    """The newest workbooks, for whoever brings them in."""
    return batches(actor, limit=50) if actor.may(Right.BRING_ARCHIVE) else []


def _to_settle(counts: QueueCounts) -> Iterator[Due]:
    if counts.overdue:
        late = gettext("%(count)s已逾期") % {"count": words.counted(counts.overdue, "户")}
        why = gettext("可以再联系家庭，或按规定提议不予认定")
        yield Due(counts.overdue, gettext("家庭说明已逾期"), why, late, "due", _queue(View.OVERDUE), gettext("处理"))
    if counts.answered:
        why = gettext("家庭已经说明，等您核实")
        yield Due(counts.answered, gettext("家庭已说明"), why, "", "", _queue(View.ANSWERED), gettext("核实"))
    if against := counts.contradicted + counts.doubtful:
        why = gettext("有矛盾 %(contradicted)s · 有疑点 %(doubtful)s") % {
            "contradicted": words.counted(counts.contradicted, "户"),
            "doubtful": words.counted(counts.doubtful, "户"),
        }
        longest = _longest(counts.longest_days)
        yield Due(
            against, gettext("比对有矛盾或疑点，待核实"), why, longest, "", _queue(View.WAITING), gettext("开始核实")
        )
    if rest := counts.to_settle - counts.contradicted - counts.doubtful - counts.clean:
        why = gettext("不符合任何一类、号码无法核对，或档案有须核对之处")
        yield Due(rest, gettext("其他待核实"), why, "", "", _queue(View.WAITING), gettext("开始核实"))
    if counts.clean:
        why = gettext("没有矛盾和疑点；数据较旧的会留下逐户核实")
        title = gettext("无疑点，可一并确认")
        yield Due(counts.clean, title, why, "", "", reverse("desk:review_clean"), gettext("逐户看后确认"))
    if asked := counts.asked - counts.overdue:
        today = counts.due - counts.overdue
        when = gettext("%(count)s今天到期") % {"count": words.counted(today, "户")} if today else ""
        why = gettext("到期没有说明，会列为逾期")
        yield Due(asked, gettext("等家庭说明"), why, when, "warn", _queue(View.ASKED), gettext("查看"))


def _to_approve(actor: Actor, on: date) -> Iterator[Due]:
    if waiting := waiting_for_me(actor):
        late = late_for_me(actor, on)
        when = gettext("%(count)s已过期限") % {"count": words.counted(late, "件")} if late else ""
        why = gettext("同事提出，要您同意或退回")
        yield Due(waiting, gettext("等我审批"), why, when, "due", reverse("desk:approvals"), gettext("去审批"))


def _sent_back(actor: Actor) -> Iterator[Due]:
    if returned := refusals_sent_back(actor):
        url = f"{reverse('desk:approvals')}?{urlencode({'view': InboxView.PROPOSED.value})}"
        why = gettext("复核的人写了意见，请重新核实")
        yield Due(returned, gettext("不予认定被退回"), why, "", "", url, gettext("查看"))


def _workbooks(newest: list[BatchView]) -> Iterator[Due]:
    open_ones = [view.batch for view in newest if view.batch.state in _UNFINISHED]
    if open_ones:
        first = open_ones[0]
        url = reverse("desk:import", args=[first.pk]) if len(open_ones) == 1 else reverse("desk:imports")
        since = gettext("%(moment)s上传") % {"moment": formats.moment(first.created_at)}
        yield Due(len(open_ones), gettext("工作簿还没有导入完"), first.file_name, since, "", url, gettext("接着办"))


def _data(states: list[DatasetState]) -> Iterator[Due]:
    stopped = [shown for state in states for shown in state.waiting if shown.own]
    url = reverse("desk:deliveries")
    if stopped:
        names = _listed([words.pair(shown.dataset.title) for shown in stopped])
        where = reverse("desk:delivery", args=[stopped[0].delivery.pk]) if len(stopped) == 1 else url
        yield Due(len(stopped), gettext("收到的数据还没有启用"), names, "", "", where, gettext("接着办"))
    if old := [state for state in states if state.old]:
        names = _listed([words.pair(state.dataset.title) for state in old])
        yield Due(len(old), gettext("数据已旧"), names, gettext("请部门提供新的"), "warn", url, gettext("查看"))
    if missing := [state for state in states if state.missing]:
        names = _listed([words.pair(state.dataset.title) for state in missing])
        yield Due(
            len(missing), gettext("没有数据的种类"), names, "", "", reverse("desk:delivery_new"), gettext("收数据")
        )


def _workbook(view: BatchView) -> Brought:
    row = view.batch
    counts = row.counts or row.expected
    return Brought(
        at=row.created_at,
        what=gettext("困难职工档案"),
        source=words.organisation(view.organisation),
        as_of=None,
        counts=tuple(counts.get(name) for name in ("rows", "new", "changed", "same", "wrong")),
        url=reverse("desk:import", args=[row.pk]),
        batch=row,
    )


def _delivery(shown: Shown) -> Brought:
    row = shown.delivery
    return Brought(
        at=row.created_at,
        what=words.pair(shown.dataset.title),
        source=words.pair(shown.dataset.department),
        as_of=row.as_of,
        counts=(row.rows, row.new, row.changed, row.same, row.wrong),
        url=reverse("desk:delivery", args=[row.pk]),
        delivery=row,
    )


def _queue(view: View) -> str:
    return f"{reverse('desk:review')}?{urlencode({'view': view.value})}"


def _longest(days: int) -> str:
    return gettext("最久的已等 %(days)s") % {"days": words.counted(days, "天")} if days else ""


def _listed(names: list[str]) -> str:
    return words.listed(list(dict.fromkeys(names)))
