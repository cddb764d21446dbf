"""Guessing is slowed down, sessions come to an end, second factors are accepted once."""

import threading
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import uuid4

import pyotp
import pytest
from django.db import connections
from django.utils import timezone

from bangfu.core.problems import Problem
from bangfu.ground.access.models import Account, Factor, SignedIn, Throttle
from bangfu.ground.access.second_factors import accepted_step, new_recovery_codes, new_secret, recovery_hash, secret_of
from bangfu.ground.access.services import (
    add_app,
    change_password,
    end_sessions,
    keep_recovery_codes,
    reset_password,
    suspend_account,
    unlock_account,
    use_code,
    use_recovery_code,
)
from bangfu.ground.access.sessions import Limits, begin_session, held_session
from bangfu.ground.access.throttle import FREE, admit, delay, name_key, succeeded
from tests.database import OwnDatabase
from tests.ground.access.refusing import refused
from tests.people import CLERK, SECURITY_ADMIN, actor

NOW = timezone.now()
NAME, ADDRESS = Throttle.Kind.NAME, Throttle.Kind.ADDRESS
LIMITS = Limits(idle=timedelta(minutes=30), longest=timedelta(hours=10))


def tries(times: int, username: str = "clerk", address: str = "10.0.0.1", now: datetime = NOW) -> int:
    """So many attempts; how many were let through."""
    passed = 0
    for _ in range(times):
        with suppress(Problem):
            admit(username, address, now)
            passed += 1
    return passed


def test_the_delay_grows_to_an_hour() -> None:
    minutes = [delay(NAME, failures) / timedelta(minutes=1) for failures in range(13)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert delay(ADDRESS, FREE[ADDRESS] - 1) == timedelta()


@pytest.mark.django_db
@pytest.mark.parametrize("username", ["clerk", " CLERK", "nobody-of-this-name"])
def test_five_attempts_by_one_name_from_anywhere_and_then_one_waits(username: str) -> None:
    assert sum(tries(1, username, f"10.0.0.{number}") for number in range(20)) == 5
    with pytest.raises(Problem) as said:
        admit(username, "10.0.1.1", NOW)
    assert "1 分钟" in said.value.zh
    assert tries(1, username, now=NOW + timedelta(seconds=61)) == 1
    assert tries(1, username, now=NOW + timedelta(seconds=62)) == 0


@pytest.mark.django_db
def test_fifty_attempts_by_one_address_whatever_the_name() -> None:
    assert sum(tries(1, f"name{number}") for number in range(80)) == 50
    assert tries(1, "clerk", "10.0.0.2") == 1


@pytest.mark.django_db
def test_whoever_gets_in_begins_anew_and_a_day_later_everything_is_forgotten() -> None:
    tries(4)
    succeeded("clerk", "10.0.0.1")
    assert tries(10) == 5
    assert tries(10, now=NOW + timedelta(hours=25)) == 5


@pytest.mark.django_db
def test_the_security_administrator_unlocks() -> None:
    tries(10)
    person = Account.objects.get(username="clerk").pk
    unlock_account(actor=actor(SECURITY_ADMIN), act_id=uuid4(), account_id=person)
    assert tries(1) == 1


@pytest.mark.django_db
def test_a_name_that_was_typed_is_not_kept() -> None:
    tries(1, "my-secret-password")
    assert not [row for row in Throttle.objects.all() if "secret" in f"{row.key}{row.address}"]


def test_a_hundred_guesses_at_once_count_as_a_hundred(own_database: OwnDatabase) -> None:
    passed: list[int] = []

    def guess() -> None:
        passed.append(tries(4))
        connections.close_all()

    guessing = [threading.Thread(target=guess) for _ in range(5)]
    for one in guessing:
        one.start()
    for one in guessing:
        one.join()
    assert sum(passed) == 5


def session(began: datetime = NOW) -> SignedIn:
    account = Account.objects.get(username="clerk")
    return begin_session(account, began, address="10.0.0.1", browser="Firefox", factor="")


def holds(held: SignedIn, at: timedelta) -> bool:
    return held_session(held.pk, held.account_id, NOW + at, LIMITS) is not None


@pytest.mark.django_db
def test_a_session_holds_while_somebody_works_and_not_for_ever() -> None:
    held = session()
    for minutes in range(0, 600, 25):
        assert holds(held, timedelta(minutes=minutes))
    assert not holds(held, timedelta(minutes=601))
    held.refresh_from_db()
    assert held.ended_why == SignedIn.Why.LONGEST


@pytest.mark.django_db
def test_a_session_left_alone_ends_and_does_not_come_back() -> None:
    held = session()
    assert not holds(held, timedelta(minutes=31))
    assert not holds(held, timedelta(minutes=1))
    held.refresh_from_db()
    assert held.ended_why == SignedIn.Why.IDLE


@pytest.mark.django_db
def test_a_session_belongs_to_one_person() -> None:
    other = Account.objects.get(username="reviewer")
    assert held_session(session().pk, other.pk, NOW, LIMITS) is None


@pytest.mark.django_db
def test_sessions_are_ended_by_their_person_by_an_administrator_and_by_a_new_password() -> None:
    me, boss = actor(CLERK), actor(SECURITY_ADMIN)
    one, other = session(), session()
    end_sessions(actor=me, act_id=uuid4(), account_id=me.person_id, session_id=one.pk)
    assert (holds(one, timedelta()), holds(other, timedelta())) == (False, True)
    end_sessions(actor=boss, act_id=uuid4(), account_id=me.person_id)
    assert not holds(other, timedelta())
    mine, elsewhere = session(), session()
    change_password(actor=me, act_id=uuid4(), password_hash="!", session_id=mine.pk)
    assert (holds(mine, timedelta()), holds(elsewhere, timedelta())) == (True, False)
    reset_password(actor=boss, act_id=uuid4(), account_id=me.person_id, password_hash="!")
    assert not holds(mine, timedelta())
    assert Account.objects.get(pk=me.person_id).must_change_password
    last = session()
    suspend_account(actor=boss, act_id=uuid4(), account_id=me.person_id)
    assert not holds(last, timedelta())


def give(code: str) -> None:
    use_code(actor=actor(CLERK), act_id=uuid4(), code=code)


@pytest.mark.django_db
def test_a_code_of_an_app_is_accepted_once_and_no_older_one_after_it() -> None:
    sealed = new_secret()
    totp, now = pyotp.TOTP(secret_of(sealed)), timezone.now()
    first = totp.at(int(now.timestamp()) - 30)
    add_app(actor=actor(CLERK), act_id=uuid4(), sealed_hex=sealed.hex(), code=first)
    with refused("access.factor_wrong"):
        give(first)
    give(totp.at(now))
    for used in (totp.at(now), first):
        with refused("access.factor_wrong"):
            give(used)


@pytest.mark.django_db
def test_the_secret_is_sealed_and_a_removed_app_opens_nothing() -> None:
    sealed = new_secret()
    code = pyotp.TOTP(secret_of(sealed)).now()
    made = add_app(actor=actor(CLERK), act_id=uuid4(), sealed_hex=sealed.hex(), code=code)
    kept = Factor.objects.get(pk=made)
    assert secret_of(sealed).encode() not in bytes(kept.sealed or b"")
    Factor.objects.update(removed_at=NOW, counter=0)
    with refused("access.factor_wrong"):
        give(code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "000000"])
def test_what_is_no_code_of_this_minute_is_refused(code: str) -> None:
    sealed = new_secret()
    right = {pyotp.TOTP(secret_of(sealed)).at(int(NOW.timestamp()) + off) for off in (-30, 0, 30)}
    assert code in right or accepted_step(sealed, code, after=0, now=NOW) is None


@pytest.mark.django_db
def test_recovery_codes_are_good_for_one_time_each_and_void_once_new_ones_are_made() -> None:
    codes = new_recovery_codes()
    keep(codes)
    use(codes[0].upper().replace("-", " "))
    for void in (codes[0], "aaaa-bbbb-cccc"):
        with refused("access.factor_wrong"):
            use(void)
    keep(new_recovery_codes())
    with refused("access.factor_wrong"):
        use(codes[1])


def keep(codes: list[str]) -> None:
    hashes = [recovery_hash(code).hex() for code in codes]
    keep_recovery_codes(actor=actor(CLERK), act_id=uuid4(), hashes_hex=hashes)


def use(code: str) -> None:
    use_recovery_code(actor=actor(CLERK), act_id=uuid4(), code_hash_hex=recovery_hash(code).hex())


def test_a_key_of_a_name_says_nothing_of_it() -> None:
    assert name_key("clerk") == name_key(" Clerk ")
    assert "clerk" not in name_key("clerk")
