"""The registry as rows of the archive form, streamed: what comparison and identification take."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from bangfu.ground.acts.actor import Actor, Right
from bangfu.record.registry.models import CaseFile, Consent
from bangfu.record.registry.reading import FiledRow, bundles, rows_of

_FILES_AT_ONCE = 500


def archive_rows(
    actor: Actor, case_files: Iterable[UUID] | None = None, *, with_basis: bool = False
) -> Iterator[FiledRow]:
    """Rows of the open files in scope (or of those given), heads before their members, files in the order of their numbers.

    ``with_basis``: only files whose families may be compared. Numbers are in the clear: for the engine, never for a page.
    """
    actor.require(Right.SEE_FILES if case_files is not None else Right.COMPARE)
    wanted = open_files(with_basis=with_basis)
    if case_files is not None:
        wanted = wanted.filter(pk__in=list(case_files))
    last = ""
    while group := list(wanted.filter(number__gt=last).order_by("number")[:_FILES_AT_ONCE]):
        for bundle in bundles(group):
            yield from rows_of(bundle)
        last = group[-1].number


def open_files(*, with_basis: bool) -> QuerySet[CaseFile]:
    """Files that are not closed; with a standing basis for comparison if asked."""
    found = CaseFile.objects.filter(state=CaseFile.State.ON_FILE)
    if with_basis:
        standing = Consent.objects.filter(case_file=OuterRef("pk"), withdrawn_on__isnull=True)
        found = found.filter(Exists(standing))
    return found
