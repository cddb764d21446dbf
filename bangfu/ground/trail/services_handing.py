"""Handing checkpoints to the level above, and receiving those from below: whoever holds one can prove that nothing before it was changed.

A file that is handed over holds the checkpoint and the proof that its tree only added to that of the one handed over before.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from bangfu.core.checkpoints import Checkpoint as Signed
from bangfu.core.checkpoints import fingerprint, read_checkpoint
from bangfu.core.merkle import WIDTH, consistency_proof, is_consistent
from bangfu.core.whole_files import replacing
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.locks import lock
from bangfu.ground.acts.verbs import verb
from bangfu.ground.trail import kept
from bangfu.ground.trail.canonical import leaf_of
from bangfu.ground.trail.keys import trail_folder
from bangfu.ground.trail.models import Checkpoint, Leaf, Received, Shape
from bangfu.ground.trail.problems import BAD_SIGNATURE, FORKED, GAP, NOTHING_SEALED
from bangfu.ground.trail.seals import sealing

FORMAT = "bangfu-handover-1"
RESTORED = verb(
    "trail.restored",
    zh="确认数据库是从备份恢复的，留痕从第 {held} 条起继续封存（此前已封存到第 {sealed} 条）",
    en="confirmed that the database was restored from a backup; sealing goes on from {held} entries ({sealed} were sealed before)",
)
RECEIVED = verb(
    "trail.received",
    zh="收到 {organisation} 的留痕凭证，共 {size} 条",
    en="received the checkpoint of {organisation}, {size} entries",
)
REFUSED = verb(
    "trail.refused",
    zh="拒收 {organisation} 的留痕凭证（{size} 条）：{code}",
    en="refused the checkpoint of {organisation} ({size} entries): {code}",
)
EXPORTED = verb(
    "trail.exported",
    zh="导出全部留痕，连同内容（文件 {file}）",
    en="exported the whole trail with what its rows say (file {file})",
)
# A refusal for one of these speaks of the union below, and is itself told in the trail.
TELLING = frozenset({FORKED.code, BAD_SIGNATURE.code})


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A checkpoint and the proof that it grew out of the first ``since`` entries."""

    checkpoint: Signed
    since: int
    proof: tuple[bytes, ...]

    def text(self) -> str:
        """As it is written into a file."""
        proof = [step.hex() for step in self.proof]
        inner = json.loads(self.checkpoint.text())
        return json.dumps({"format": FORMAT, "checkpoint": inner, "since": self.since, "proof": proof}, indent=1) + "\n"


def read_handed_over(text: str, file: str) -> HandedOver:
    """What a file hands over; raises NO_CHECKPOINT, naming ``file``, where it is none."""
    checkpoint = read_checkpoint(text, file)
    values = json.loads(text)
    steps = values.get("proof", [])
    return HandedOver(checkpoint, int(values.get("since", 0)), tuple(bytes.fromhex(step) for step in steps))


def handed_over(since: int) -> HandedOver:
    """The newest checkpoint, with the proof that it grew out of the first ``since`` entries. Raises NOTHING_SEALED."""
    with sealing():
        newest = Checkpoint.objects.order_by("-size").first()
        if newest is None:
            raise NOTHING_SEALED()
        checkpoint = read_checkpoint(newest.text, kept.LATEST)
        since = min(since, checkpoint.size)
        proof = consistency_proof(_leaves(checkpoint.size), since) if 0 < since < checkpoint.size else []
    return HandedOver(checkpoint, since, tuple(proof))


def hand_over() -> Path | None:
    """Lay the newest checkpoint into the outbox, with its proof; None when nothing was sealed since the last one."""
    home = Path(settings.BANGFU_HOME)
    before = kept.outbox(home)
    since = read_checkpoint(before[-1].read_text("utf-8"), before[-1].name).size if before else 0
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None or newest.size <= since:
        return None
    made = handed_over(since)
    folder = trail_folder(home) / kept.OUTBOX
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{made.checkpoint.size:012}-{made.checkpoint.organisation}.json"
    with replacing(path) as draft:
        draft.write_text(made.text(), "utf-8")
    return path


def newest_in_outbox() -> Path | None:
    """What was handed over last."""
    return next(reversed(kept.outbox(Path(settings.BANGFU_HOME))), None)


@act(EXPORTED, right=Right.RUN)
def tell_export(*, actor: Actor, act_id: UUID, file: str) -> Done[None]:
    """Tell that somebody takes the whole trail out, before it is written."""
    return Done(None, actor.scope, "trail", values={"file": file})


@act(RESTORED, right=Right.RUN)
def confirm_restoration(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say that the database was restored and has lost its end: what was last signed is set aside, and sealing may go on."""
    home = Path(settings.BANGFU_HOME)
    newest = Checkpoint.objects.order_by("-size").first()
    text = kept.latest(home)
    told = {"held": newest.size if newest else 0, "sealed": read_checkpoint(text, kept.LATEST).size if text else 0}
    kept.set_latest_aside(home, timezone.now())
    return Done(None, actor.scope, "trail", values=told)


@act(RECEIVED, right=Right.RUN)
def receive(*, actor: Actor, act_id: UUID, handed: str, file: str, key: str) -> Done[str]:
    """Keep a checkpoint from below if it continues the last one received; gives the fingerprint of the key that signed it.

    ``handed`` is the file's text, ``key`` the public key in hexadecimal if it is known from elsewhere, else "": then the first
    checkpoint of a union says which key is its own. Raises NO_CHECKPOINT, BAD_SIGNATURE, GAP and FORKED.
    """
    given = read_handed_over(handed, file)
    new = given.checkpoint
    lock("trail.received", [new.organisation])
    rows = list(Received.objects.filter(organisation=new.organisation).order_by("size"))
    held = [read_checkpoint(row.text, file) for row in rows]
    known = held[-1].key.hex() if held else key or new.key.hex()
    if not new.holds() or new.key.hex() != known or (key and key != known):
        raise BAD_SIGNATURE(file=file, organisation=new.organisation, fingerprint=fingerprint(bytes.fromhex(known)))
    if _is_new(given, held):
        Received.objects.create(organisation=new.organisation, size=new.size, text=new.text())
    told = {"organisation": new.organisation, "size": new.size}
    return Done(fingerprint(new.key), actor.scope, "checkpoint", values=told)


@act(REFUSED, right=Right.RUN)
def record_refusal(*, actor: Actor, act_id: UUID, organisation: str, size: int, code: str) -> Done[None]:
    """Tell in the trail that a checkpoint from below was refused."""
    return Done(None, actor.scope, "checkpoint", values={"organisation": organisation, "size": size, "code": code})


def _is_new(given: HandedOver, held: list[Signed]) -> bool:
    """False for one that was received before; raises GAP where nothing can be said, FORKED where it is another history."""
    new = given.checkpoint
    same = next((one for one in held if one.size == new.size), None)
    if same is not None:
        if same.root != new.root:
            raise FORKED(organisation=new.organisation, size=new.size, former=same.size)
        return False
    if not held:
        return True
    last = held[-1]
    if new.size < last.size or given.since != last.size:
        raise GAP(proves=given.since, held=last.size)
    if not is_consistent(last.size, last.root, new.size, new.root, list(given.proof)):
        raise FORKED(organisation=new.organisation, size=new.size, former=last.size)
    return True


def _leaves(size: int) -> bytes:
    """The hashes of the first leaves, flat."""
    tables = dict(Shape.objects.values_list("pk", "table"))
    found = bytearray(WIDTH * size)
    rows = Leaf.objects.filter(position__lt=size).values_list("position", "shape", "row_id", "xact", "commitment")
    for position, shape, row_id, xact, commitment in rows.iterator(chunk_size=5_000):
        found[position * WIDTH : (position + 1) * WIDTH] = leaf_of(tables[shape], row_id, xact, bytes(commitment))
    return bytes(found)
