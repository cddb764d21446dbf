"""Saying in the trail that determinations were taken out."""

from uuid import UUID

from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.verbs import verb

EXPORTED = verb(
    "identification.determinations_exported",
    zh="导出认定建议 {households} 户，含完整身份证号",
    en="exported determinations of {households} households with full ID numbers",
)


@act(EXPORTED, right=Right.EXPORT)
def record_export(*, actor: Actor, act_id: UUID, households: int) -> Done[None]:
    """Say that determinations are taken out."""
    return Done(None, actor.scope, "export", values={"households": households})
