"""Setting up, using and removing second factors, one's own. What a browser or a person sent is checked inside the act, or before it."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bangfu.ground.access.models import Factor, RecoveryCode
from bangfu.ground.access.problems import FACTOR_WRONG
from bangfu.ground.access.second_factors import NewKey, accepted_step
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb

APP_ADDED = verb("access.app_added", zh="登记了验证码应用", en="set up an app for codes")
KEY_ADDED = verb("access.key_added", zh="登记了安全密钥", en="set up a security key")
FACTOR_REMOVED = verb("access.factor_removed", zh="去掉了一项第二重验证", en="removed a second factor")
CODES_MADE = verb("access.recovery_codes_made", zh="换了一组恢复码", en="made new recovery codes")
CODE_USED = verb("access.code_used", zh="用验证码通过了第二重验证", en="passed the second factor by a code")
KEY_USED = verb("access.key_used", zh="用安全密钥通过了第二重验证", en="passed the second factor by a security key")
RECOVERY_USED = verb(
    "access.recovery_code_used",
    zh="用恢复码通过了第二重验证，还剩 {left} 个",
    en="passed the second factor by a recovery code; {left} are left",
)


@act(APP_ADDED, right=Right.SEE_POLICY)
def add_app(*, actor: Actor, act_id: UUID, sealed_hex: str, code: str) -> Done[UUID]:
    """Set up the app whose secret is sealed in ``sealed_hex`` and which now shows ``code``, in the place of a former one."""
    sealed = bytes.fromhex(sealed_hex)
    step = accepted_step(sealed, code, after=0, now=timezone.now())
    if step is None:
        raise FACTOR_WRONG()
    _mine(actor).filter(kind=Factor.Kind.TOTP).update(removed_at=timezone.now())
    made = Factor.objects.create(
        account_id=actor.person_id,
        kind=Factor.Kind.TOTP,
        name="",
        sealed=sealed,
        counter=step,
        confirmed_at=timezone.now(),
    )
    return Done(made.pk, actor.scope, "account", actor.person_id)


@act(KEY_ADDED, right=Right.SEE_POLICY)
def add_key(*, actor: Actor, act_id: UUID, name: str, key: NewKey) -> Done[UUID]:
    """Set up a security key whose answer has been checked."""
    made = Factor.objects.create(
        account_id=actor.person_id,
        kind=Factor.Kind.KEY,
        name=name.strip()[:60],
        credential_id=bytes.fromhex(key.credential_id),
        public_key=bytes.fromhex(key.public_key),
        counter=key.counter,
        confirmed_at=timezone.now(),
    )
    return Done(made.pk, actor.scope, "account", actor.person_id)


@act(FACTOR_REMOVED, right=Right.SEE_POLICY)
def remove_factor(*, actor: Actor, act_id: UUID, factor_id: UUID) -> Done[None]:
    """Remove one of one's own."""
    if not _mine(actor).filter(pk=factor_id).update(removed_at=timezone.now()):
        raise NOT_FOUND()
    return Done(None, actor.scope, "account", actor.person_id)


@act(CODES_MADE, right=Right.SEE_POLICY)
def keep_recovery_codes(*, actor: Actor, act_id: UUID, hashes_hex: list[str]) -> Done[None]:
    """Keep the hashes of new recovery codes; those made before are void."""
    RecoveryCode.objects.filter(account_id=actor.person_id, used_at=None).update(used_at=timezone.now())
    RecoveryCode.objects.bulk_create(
        RecoveryCode(account_id=actor.person_id, code_hash=bytes.fromhex(one)) for one in hashes_hex
    )
    return Done(None, actor.scope, "account", actor.person_id)


@act(CODE_USED, right=Right.SEE_POLICY, looking=True)
def use_code(*, actor: Actor, act_id: UUID, code: str) -> Done[None]:
    """Accept a code of the person's app; neither it nor an earlier one is accepted again. Raises FACTOR_WRONG."""
    app = _mine(actor).filter(kind=Factor.Kind.TOTP).select_for_update().first()
    step = accepted_step(app.sealed, code, after=app.counter, now=timezone.now()) if app and app.sealed else None
    if app is None or step is None:
        raise FACTOR_WRONG()
    app.counter, app.used_at = step, timezone.now()
    app.save(update_fields=["counter", "used_at"])
    return Done(None, actor.scope, "account", actor.person_id)


@act(KEY_USED, right=Right.SEE_POLICY, looking=True)
def use_key(*, actor: Actor, act_id: UUID, factor_id: UUID, counter: int) -> Done[None]:
    """Note that a security key, whose answer has been checked, was used."""
    if not _mine(actor).filter(pk=factor_id).update(counter=counter, used_at=timezone.now()):
        raise NOT_FOUND()
    return Done(None, actor.scope, "account", actor.person_id)


@act(RECOVERY_USED, right=Right.SEE_POLICY, looking=True)
def use_recovery_code(*, actor: Actor, act_id: UUID, code_hash_hex: str) -> Done[None]:
    """Accept a recovery code, once. Raises FACTOR_WRONG."""
    held = RecoveryCode.objects.filter(account_id=actor.person_id, used_at=None)
    if not held.filter(code_hash=bytes.fromhex(code_hash_hex)).update(used_at=timezone.now()):
        raise FACTOR_WRONG()
    return Done(None, actor.scope, "account", actor.person_id, values={"left": held.count()})


def _mine(actor: Actor) -> QuerySet[Factor]:
    return Factor.objects.filter(account_id=actor.person_id, removed_at=None)
