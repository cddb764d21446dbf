"""Who came and went, and who could not come in, told in the trail."""

from uuid import UUID

from bangfu.ground.access.selectors import operator
from bangfu.ground.access.services.reach import home_of
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.verbs import verb

SIGNED_IN = verb("access.signed_in", zh="登录", en="signed in")
SIGNED_OUT = verb("access.signed_out", zh="退出登录", en="signed out")
SIGN_IN_FAILED = verb(
    "access.sign_in_failed",
    zh="登录失败（{what_zh}），来自 {address}",
    en="a sign-in failed ({what_en}), from {address}",
)
PROVED = verb("access.proved", zh="再次验证了身份", en="proved who they are again")
_WHAT = {"password": ("账号或密码不对", "user name or password"), "factor": ("第二重验证不对", "second factor")}
# The way in itself; not an account, and named as such in the trail.
GATE_ID = UUID(int=1)


def gate() -> Actor:
    """Who tells of those who have not come in."""
    top = operator()
    return Actor(GATE_ID, "登录口", top.role, top.organisation, top.organisation_name, top.scope, top.purpose)


@act(SIGNED_IN, right=Right.SEE_POLICY, looking=True)
def record_sign_in(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say in the trail that the person has signed in, and in which role they begin."""
    return Done(None, actor.scope, "account", actor.person_id)


@act(SIGNED_OUT, right=Right.SEE_POLICY, looking=True)
def record_sign_out(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say in the trail that the person has signed out."""
    return Done(None, actor.scope, "account", actor.person_id)


@act(PROVED, right=Right.SEE_POLICY, looking=True)
def record_proof(*, actor: Actor, act_id: UUID) -> Done[None]:
    """Say in the trail that the person has given their password, or second factor, again."""
    return Done(None, actor.scope, "account", actor.person_id)


@act(SIGN_IN_FAILED, right=Right.RUN, looking=True)
def record_failed_sign_in(
    *, actor: Actor, act_id: UUID, account_id: UUID | None, address: str, what: str
) -> Done[None]:
    """Say in the trail that somebody could not come in. ``what`` is password or factor; a name that is nobody's is not kept.

    Told for such a name too, so that both take the same time.
    """
    zh, en = _WHAT[what]
    told = {"what_zh": zh, "what_en": en, "address": address}
    where = home_of(account_id, actor.scope) if account_id else actor.scope
    return Done(None, where, "account", account_id, values=told)
