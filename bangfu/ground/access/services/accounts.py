"""Accounts: passwords, suspending and resuming, unlocking, ending sessions. What concerns another person is never done to oneself."""

import secrets
from uuid import UUID

from django.utils import timezone

from bangfu.ground.access.models import Account, Factor, RecoveryCode, SignedIn, Throttle
from bangfu.ground.access.services.reach import account_in_reach, home_of
from bangfu.ground.acts.act import Done, act
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.acts.verbs import verb

PASSWORD_CHANGED = verb("access.password_changed", zh="更换了密码", en="changed the password")
PASSWORD_RESET = verb(
    "access.password_reset", zh="给{name}重设了一次性密码", en="{name} was given a new one-time password"
)
SUSPENDED = verb("access.suspended", zh="停用了{name}的账号", en="the account of {name} was suspended")
RESUMED = verb("access.resumed", zh="恢复了{name}的账号", en="the account of {name} was resumed")
UNLOCKED = verb("access.unlocked", zh="解除了{name}的登录锁定", en="the account of {name} was unlocked")
SESSIONS_ENDED = verb(
    "access.sessions_ended",
    zh="结束了{name}的登录 {sessions} 处",
    en="{sessions} sessions of {name} were ended",
)
FACTORS_TAKEN = verb(
    "access.factors_taken",
    zh="撤销了{name}的第二重验证 {factors} 项",
    en="{factors} second factors of {name} were taken away",
)
# Without look-alikes: one-time passwords are read aloud and copied from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_PASSWORD_LENGTH = 14


def one_time_password() -> str:
    """Fourteen characters in groups that can be read aloud."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))
    return f"{letters[:5]}-{letters[5:9]}-{letters[9:]}"


@act(PASSWORD_CHANGED, right=Right.SEE_POLICY)
def change_password(*, actor: Actor, act_id: UUID, password_hash: str, session_id: UUID | None = None) -> Done[None]:
    """Put the person's own new password in the place of the old one; ``password_hash`` is what make_password gives.

    All sessions but ``session_id`` end.
    """
    account = Account.objects.select_for_update().get(pk=actor.person_id)
    account.password = password_hash
    account.must_change_password = False
    account.save(update_fields=["password", "must_change_password"])
    _end_sessions(SignedIn.Why.PASSWORD, account.pk, but=session_id)
    return Done(None, actor.scope, "account", account.pk)


@act(PASSWORD_RESET, right=Right.MANAGE_ACCESS)
def reset_password(*, actor: Actor, act_id: UUID, account_id: UUID, password_hash: str) -> Done[None]:
    """Give somebody a new one-time password, which they must change at once; their sessions end, and what was locked is open."""
    account = account_in_reach(actor, account_id)
    account.password = password_hash
    account.must_change_password = True
    account.save(update_fields=["password", "must_change_password"])
    _end_sessions(SignedIn.Why.PASSWORD, account.pk)
    _unlock(account.pk)
    return _told(actor, account)


@act(SUSPENDED, right=Right.MANAGE_ACCESS)
def suspend_account(*, actor: Actor, act_id: UUID, account_id: UUID) -> Done[None]:
    """Nobody signs in with this account any more, and whoever has, is out at their next page. Appointments stay."""
    account = account_in_reach(actor, account_id)
    account.is_active = False
    account.save(update_fields=["is_active"])
    _end_sessions(SignedIn.Why.ENDED, account.pk)
    return _told(actor, account)


@act(RESUMED, right=Right.MANAGE_ACCESS)
def resume_account(*, actor: Actor, act_id: UUID, account_id: UUID) -> Done[None]:
    """The account may be used again."""
    account = account_in_reach(actor, account_id)
    account.is_active = True
    account.save(update_fields=["is_active"])
    return _told(actor, account)


@act(UNLOCKED, right=Right.MANAGE_ACCESS)
def unlock_account(*, actor: Actor, act_id: UUID, account_id: UUID) -> Done[None]:
    """Forget the failed attempts by this name."""
    account = account_in_reach(actor, account_id)
    _unlock(account.pk)
    return _told(actor, account)


@act(FACTORS_TAKEN, right=Right.MANAGE_ACCESS)
def take_factors_away(*, actor: Actor, act_id: UUID, account_id: UUID) -> Done[None]:
    """For somebody who has lost their second factor and their recovery codes: both are void, and have to be set up anew."""
    account = account_in_reach(actor, account_id)
    taken = Factor.objects.filter(account=account, removed_at=None).update(removed_at=timezone.now())
    RecoveryCode.objects.filter(account=account, used_at=None).update(used_at=timezone.now())
    _end_sessions(SignedIn.Why.ENDED, account.pk)
    return _told(actor, account, factors=taken)


@act(SESSIONS_ENDED, right=Right.SEE_POLICY)
def end_sessions(
    *, actor: Actor, act_id: UUID, account_id: UUID, session_id: UUID | None = None, but: UUID | None = None
) -> Done[int]:
    """End one session of a person, or all of them ``but`` one. Anybody may end their own; those of others, whoever manages access."""
    if account_id == actor.person_id:
        account = Account.objects.get(pk=account_id)
    elif actor.may(Right.MANAGE_ACCESS):
        account = account_in_reach(actor, account_id)
    else:
        raise NOT_FOUND()
    ended = _end_sessions(SignedIn.Why.ENDED, account_id, only=session_id, but=but)
    told = {"name": account.full_name, "sessions": ended}
    return Done(ended, home_of(account_id, actor.scope), "account", account_id, values=told)


def _end_sessions(why: SignedIn.Why, account_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    open_ones = SignedIn.objects.filter(account_id=account_id, ended_at=None)
    if only is not None:
        open_ones = open_ones.filter(pk=only)
    if but is not None:
        open_ones = open_ones.exclude(pk=but)
    return open_ones.update(ended_at=timezone.now(), ended_why=why)


def _unlock(account_id: UUID) -> None:
    Throttle.objects.filter(account_id=account_id).update(failures=0, until=None)


def _told(actor: Actor, account: Account, **more: object) -> Done[None]:
    told = {"name": account.full_name, **more}
    return Done(None, home_of(account.pk, actor.scope), "account", account.pk, values=told)
