"""Taking a part of the trail out, for an audit elsewhere: an act; names of staff and fields, never a value of a household."""

from uuid import UUID

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.verbs import verb

TAKEN_OUT = verb(
    "trail.taken_out",
    zh="导出留痕：操作 {entries} 条，查看 {looks} 条（{about_zh}）",
    en="took out of the trail: {entries} entries and {looks} looks ({about_en})",
)


@act(TAKEN_OUT, right=Right.AUDIT)
def record_taking_out(
    *, actor: Actor, act_id: UUID, entries: int, looks: int, about: tuple[str, str], household_id: UUID | None
) -> Done[None]:
    """Say that so much is taken out; ``about`` is by what it was asked, in both languages."""
    told = {"entries": entries, "looks": looks, "about_zh": about[0], "about_en": about[1]}
    return Done(None, actor.scope, "export", household_id=household_id, values=told)
