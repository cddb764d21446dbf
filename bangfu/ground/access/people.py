"""Reads about staff: colleagues, sessions, delegations; and for whoever manages access, people, locks and sessions in their reach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from bangfu.core.clock import MachineClock, today
from bangfu.ground.access.models import (
    Account,
    Appointment,
    Delegation,
    Factor,
    Glass,
    GlassPage,
    RecoveryCode,
    SignedIn,
    Throttle,
)
from bangfu.ground.acts.actor import ROLE_WORDS, Actor, Right, Role
from bangfu.ground.acts.problems import NOT_FOUND

PAGE = 50


@dataclass(frozen=True, slots=True)
class Held:
    """An appointment as it is shown. ``state``: now, over, or to come."""

    pk: UUID
    role: tuple[str, str]
    organisation: str
    first: date
    last: date | None
    state: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A line of the list of people."""

    account: Account
    held: tuple[Held, ...]
    locked_until: datetime | None
    has_factor: bool
    last_seen: datetime | None


@dataclass(frozen=True, slots=True)
class People:
    """A page of people, by user name; ``following`` is where the next page begins, "" at the end."""

    rows: tuple[PersonRow, ...]
    total: int
    following: str


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """What is asked for; "" asks for nothing."""

    text: str = ""
    role: str = ""
    state: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Everything about one person that whoever manages access may know."""

    account: Account
    held: tuple[Held, ...]
    given: tuple[Delegation, ...]
    received: tuple[Delegation, ...]
    sessions: tuple[SignedIn, ...]
    factors: tuple[Factor, ...]
    locked_until: datetime | None
    failures: int
    is_self: bool
    in_reach: bool


def colleagues(actor: Actor, besides: Account) -> list[Account]:
    """People with a current appointment at the actor's organisation, without one."""
    on = today(MachineClock())
    found = Account.objects.filter(
        is_active=True, appointments__organisation__code=actor.organisation, appointments__period__contains=on
    )
    return list(found.exclude(pk=besides.pk).distinct().order_by("username"))


def open_sessions(account_id: UUID) -> list[SignedIn]:
    """Where a person is signed in, the newest first."""
    return list(SignedIn.objects.filter(account_id=account_id, ended_at=None).order_by("-seen_at"))


def recovery_codes_left(account: Account) -> int:
    """How many of the codes have not been used."""
    return RecoveryCode.objects.filter(account=account, used_at=None).count()


def delegations_of(account: Account, *, given: bool) -> list[Delegation]:
    """Delegations that hold or are to come: those that a person has given, or received."""
    on = today(MachineClock())
    who = Q(appointment__account=account) if given else Q(account=account)
    found = Delegation.objects.filter(who, ended_at=None, period__endswith__gt=on)
    return list(
        found.select_related("appointment__account", "appointment__organisation", "account").order_by("given_at")
    )


def people(actor: Actor, query: PeopleQuery) -> People:
    """People who are, or were, appointed in the actor's area."""
    actor.require(Right.MANAGE_ACCESS)
    on, now = today(MachineClock()), timezone.now()
    found = _in_area(actor)
    if query.text:
        found = found.filter(Q(username__startswith=query.text.lower()) | Q(full_name__contains=query.text))
    if query.role:
        found = found.filter(appointments__role=query.role, appointments__period__contains=on)
    found = _in_state(found, query.state, on, now).distinct()
    total = found.count()
    if query.after:
        found = found.filter(username__gt=query.after)
    page = list(found.order_by("username")[: PAGE + 1])
    shown = page[:PAGE]
    return People(tuple(_rows(shown, on, now)), total, shown[-1].username if len(page) > PAGE else "")


def person(actor: Actor, account_id: UUID) -> Person:
    """One person; raises NOT_FOUND for somebody who was never appointed in the actor's area."""
    actor.require(Right.MANAGE_ACCESS)
    account = _in_area(actor).filter(pk=account_id).first()
    if account is None:
        raise NOT_FOUND()
    paths = set(Appointment.objects.filter(account=account).values_list("organisation__path", flat=True))
    throttle = Throttle.objects.filter(account=account).first()
    held = _held([account.pk], today(MachineClock()))
    locked = throttle.until if throttle and throttle.until and throttle.until > timezone.now() else None
    return Person(
        account,
        tuple(held.get(account.pk, [])),
        tuple(delegations_of(account, given=True)),
        tuple(delegations_of(account, given=False)),
        tuple(open_sessions(account.pk)),
        tuple(Factor.objects.filter(account=account, removed_at=None).order_by("added_at")),
        locked,
        throttle.failures if throttle else 0,
        account.pk == actor.person_id,
        all(path.startswith(actor.scope) for path in paths),
    )


@dataclass(frozen=True, slots=True)
class Doors:
    """Who is in, who is locked out, and who broke the glass, in the actor's area."""

    sessions: tuple[SignedIn, ...]
    locked: tuple[Throttle, ...]
    addresses: tuple[Throttle, ...]
    glasses: tuple[Glass, ...]


def doors(actor: Actor) -> Doors:
    """For whoever manages access; at most a hundred of each, the newest first."""
    actor.require(Right.MANAGE_ACCESS)
    mine = _in_area(actor).values("pk")
    sessions = SignedIn.objects.filter(account__in=mine, ended_at=None).select_related("account")
    waiting = Throttle.objects.filter(until__gt=timezone.now())
    locked = waiting.filter(kind=Throttle.Kind.NAME, account__in=mine).select_related("account")
    addresses = waiting.filter(kind=Throttle.Kind.ADDRESS)
    return Doors(
        tuple(sessions.order_by("-seen_at")[:100]),
        tuple(locked.order_by("-until")[:100]),
        tuple(addresses.order_by("-until")[:100]),
        tuple(glasses(actor)[:20]),
    )


def glasses(actor: Actor) -> QuerySet[Glass]:
    """Break-glass sessions in the actor's area, the newest first; for whoever manages access or audits."""
    actor.require(Right.MANAGE_ACCESS, Right.AUDIT)
    return Glass.objects.filter(org__startswith=actor.scope).select_related("account", "told").order_by("-began_at")


def pages_behind(actor: Actor, glass_id: UUID) -> list[GlassPage]:
    """Every page that was opened in a break-glass session, the newest first; at most two hundred."""
    actor.require(Right.AUDIT)
    return list(GlassPage.objects.filter(glass_id=glass_id).order_by("-id")[:200])


def glasses_told(actor: Actor) -> list[Glass]:
    """Break-glass sessions that the actor was told of, and has not yet taken note of."""
    found = Glass.objects.filter(told_id=actor.person_id, seen_at=None).select_related("account")
    return list(found.order_by("-began_at")[:20])


def people_to_audit(actor: Actor) -> list[tuple[UUID, str]]:
    """Everybody whose acts may reach the actor's area: those appointed in it or above it, by user name; and the machine itself."""
    actor.require(Right.AUDIT)
    way_up = [actor.scope[: place + 1] for place, letter in enumerate(actor.scope) if letter == "/"]
    reach = Q(organisation__path__startswith=actor.scope) | Q(organisation__path__in=way_up)
    held = Appointment.objects.filter(reach, account=OuterRef("pk"))
    found = Account.objects.filter(Exists(held)).order_by("username").values_list("pk", "full_name", "username")
    return [(pk, f"{name}（{username}）") for pk, name, username in found]


def _in_area(actor: Actor) -> QuerySet[Account]:
    inside = Appointment.objects.filter(account=OuterRef("pk"), organisation__path__startswith=actor.scope)
    return Account.objects.filter(Exists(inside))


def _in_state(found: QuerySet[Account], state: str, on: date, now: datetime) -> QuerySet[Account]:
    match state:
        case "suspended":
            return found.filter(is_active=False)
        case "locked":
            return found.filter(pk__in=Throttle.objects.filter(until__gt=now, account__isnull=False).values("account"))
        case "unused":
            return found.filter(must_change_password=True)
        case "without":
            return found.exclude(pk__in=Appointment.objects.filter(period__contains=on).values("account"))
    return found


def _rows(accounts: list[Account], on: date, now: datetime) -> Iterable[PersonRow]:
    ids = [account.pk for account in accounts]
    held = _held(ids, on)
    until = dict(Throttle.objects.filter(account__in=ids, until__gt=now).values_list("account", "until"))
    factors = set(Factor.objects.filter(account__in=ids, removed_at=None).values_list("account", flat=True))
    seen = SignedIn.objects.filter(account__in=ids).values("account").annotate(last=Max("seen_at"))
    last = {row["account"]: row["last"] for row in seen}
    for account in accounts:
        current = tuple(one for one in held.get(account.pk, []) if one.state != "over")
        yield PersonRow(account, current, until.get(account.pk), account.pk in factors, last.get(account.pk))


def _held(ids: list[UUID], on: date) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = {}
    rows = Appointment.objects.filter(account__in=ids).select_related("organisation")
    for one in rows.exclude(period__isempty=True).order_by("organisation__path", "role"):
        found.setdefault(one.account_id, []).append(shown(one, on))
    return found


def shown(one: Appointment, on: date) -> Held:
    """An appointment with its first and last day."""
    first, upper = one.period.lower, one.period.upper
    state = "over" if upper is not None and upper <= on else "to come" if first > on else "now"
    last = date.fromordinal(upper.toordinal() - 1) if upper else None
    return Held(one.pk, ROLE_WORDS[Role(one.role)], one.organisation.name, first, last, state)
