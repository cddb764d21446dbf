"""How far the work has come, each figure with what it is a part of."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q

from bangfu.core.clock import CHINA
from bangfu.decide.comparison.models import Compared
from bangfu.decide.identification.models import Determination, Settlement
from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.selectors.rows import open_files

_VERIFIED = Q(number_state=Member.NumberState.VALID)
_SETTLED = (Determination.State.ACCEPTED, Determination.State.REFUSAL_PROPOSED, Determination.State.REFUSED)


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many open files a class is proposed for, and for how many of them it was accepted."""

    class_name: str
    class_en: str
    files: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Of the actor's area. ``with_basis`` and ``compared``: of ``on_file``; ``settled``: of ``proposed``; ``verified``: of ``people``.

    ``settled_this_month``: settlements by anybody since the first of the month, without those taken back. ``classes``: the most first.
    """

    on_file: int
    with_basis: int
    compared: int
    proposed: int
    settled: int
    settled_this_month: int
    people: int
    verified: int
    classes: tuple[ClassCount, ...]


def progress(actor: Actor, on: date) -> Progress:
    """The figures now; each is counted in the tables."""
    actor.require(Right.SEE_FILES)
    on_file = Q(case_file__state=CaseFile.State.ON_FILE)
    first = datetime.combine(on.replace(day=1), time.min, CHINA)
    classes = _classes()
    people = Member.objects.filter(open_file=True, left_on__isnull=True)
    counted = people.aggregate(people=Count("pk"), verified=Count("pk", filter=_VERIFIED))
    live = Determination.objects.filter(on_file).exclude(state=Determination.State.SUPERSEDED)
    decided = live.aggregate(proposed=Count("pk"), settled=Count("pk", filter=Q(state__in=_SETTLED)))
    return Progress(
        on_file=open_files(with_basis=False).count(),
        with_basis=open_files(with_basis=True).count(),
        compared=Compared.objects.filter(on_file).count(),
        settled_this_month=Settlement.objects.filter(settled_at__gte=first, undone_at__isnull=True).count(),
        classes=classes,
        **counted,
        **decided,
    )


def _classes() -> tuple[ClassCount, ...]:
    live = Determination.objects.exclude(state=Determination.State.SUPERSEDED)
    live = live.filter(case_file__state=CaseFile.State.ON_FILE)
    accepted = Count("pk", filter=Q(state=Determination.State.ACCEPTED))
    found = live.values_list("class_name", "class_en").annotate(files=Count("pk"), accepted=accepted)
    return tuple(ClassCount(*row) for row in found.order_by("-files", "class_name"))
