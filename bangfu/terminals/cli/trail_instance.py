"""``bangfu trail`` in a started instance: the machine's operator asks."""

from pathlib import Path
from uuid import uuid4

from bangfu.core.checkpoints import Checkpoint as Signed
from bangfu.core.problems import Problem
from bangfu.core.whole_files import replacing
from bangfu.ground.access.models import Organisation
from bangfu.ground.access.selectors import operator
from bangfu.ground.trail import services_handing as handing
from bangfu.ground.trail.models import Checkpoint
from bangfu.ground.trail.seals import seal_all
from bangfu.terminals.cli.bring_archive import NOTHING_FOUNDED


def seal_now(*, restored: bool) -> tuple[int, int]:
    """Seal what has settled; gives how many entries now, and in all."""
    if not Organisation.objects.exists():
        raise NOTHING_FOUNDED()
    actor = operator()
    if restored:
        handing.confirm_restoration(actor=actor, act_id=uuid4())
    count = seal_all(actor.organisation)
    newest = Checkpoint.objects.order_by("-size").first()
    return count, newest.size if newest else 0


def hand_over(target: Path | None, since: int | None) -> Path | None:
    """Write the newest checkpoint, into the outbox where no place is given; None where there is nothing new for it."""
    if target is None and since is None:
        return handing.hand_over() or handing.newest_in_outbox()
    made = handing.handed_over(since or 0)
    path = target or Path(f"{made.checkpoint.organisation}-{made.checkpoint.size}.json").resolve()
    with replacing(path) as draft:
        draft.write_text(made.text(), "utf-8")
    return path


def tell_export(file: str) -> None:
    """Everything goes out in the clear: that is told in the trail before a row is written."""
    handing.tell_export(actor=operator(), act_id=uuid4(), file=file)


def receive_file(path: Path, key: str) -> tuple[Signed, str]:
    """Receive a checkpoint from below; a refusal that speaks of that union is told in the trail too."""
    actor, text = operator(), path.read_text("utf-8", "replace")
    given = handing.read_handed_over(text, path.name).checkpoint
    try:
        signed_by = handing.receive(actor=actor, act_id=uuid4(), handed=text, file=path.name, key=key)
    except Problem as problem:
        if problem.code in handing.TELLING:
            handing.record_refusal(
                actor=actor, act_id=uuid4(), organisation=given.organisation, size=given.size, code=problem.code
            )
        raise
    return given, signed_by
