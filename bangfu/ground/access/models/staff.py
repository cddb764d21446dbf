"""Organisations form a tree; a person acts through an appointment: role × organisation × period."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.actor import ROLE_WORDS, Role
from bangfu.ground.acts.classes import classes


class Organisation(models.Model):
    """A union. ``code`` is its GB/T 2260 code, that code and three digits for a township, or an employer union's credit code.

    ``path`` ends with "/" and begins with the path of the organisation above.
    """

    SENSITIVITY = classes(public="code name level path above")

    class Level(models.TextChoices):
        """From the top."""

        NATIONAL = "national"
        PROVINCE = "province"
        PREFECTURE = "prefecture"
        COUNTY = "county"
        TOWNSHIP = "township"
        EMPLOYER = "employer"

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    level = models.CharField(max_length=20, choices=Level.choices)
    path = models.CharField(max_length=80, db_collation="C", unique=True)
    above = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="below")

    def __str__(self) -> str:
        return self.name


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by their user name, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """The account of a user name."""
        return self.get(username=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """A member of staff who signs in. The first password is for one use: it must be changed before anything is shown."""

    SENSITIVITY = classes(
        public="id is_active must_change_password language created_at",
        ordinary="username full_name last_login",
        sensitive="password",
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=True)
    language = models.CharField(max_length=10, default="zh-hans")
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "username"
    EMAIL_FIELD = ""
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects: ClassVar[AccountManager] = AccountManager()

    def __str__(self) -> str:
        return self.full_name


class Appointment(models.Model):
    """Role × organisation × period; the same twice at a time is impossible."""

    SENSITIVITY = classes(public="id role organisation period", ordinary="account")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    role = models.CharField(max_length=30, choices=[(role.value, role.value) for role in Role])
    period = DateRangeField()

    class Meta:
        """The database keeps appointments from overlapping."""

        constraints = [
            ExclusionConstraint(
                name="appointment_once_at_a_time",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"

    @property
    def role_words(self) -> dict[str, Any]:
        """The role in both languages."""
        zh, en = ROLE_WORDS[Role(self.role)]
        return {"zh": zh, "en": en}


class Delegation(models.Model):
    """Somebody stands in for somebody else, in one of their appointments, for a period. It holds while the appointment itself holds."""

    SENSITIVITY = classes(public="id period given_at ended_at", ordinary="appointment account")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="delegations")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="stands_in")
    period = DateRangeField()
    given_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One person at a time stands in for an appointment."""

        constraints = [
            ExclusionConstraint(
                name="one_stand_in_at_a_time",
                expressions=[("appointment", RangeOperators.EQUAL), ("period", RangeOperators.OVERLAPS)],
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} for {self.appointment_id}"

    @property
    def last(self) -> date:
        """The last day on which it holds."""
        upper: date = self.period.upper
        return upper - timedelta(days=1)


class Incompatible(models.Model):
    """A pair of ``rules.INCOMPATIBLE``, for the database: written by the migration, and by nobody afterwards."""

    SENSITIVITY = classes(public="number one other")
    number = models.PositiveSmallIntegerField(primary_key=True)
    one = models.CharField(max_length=30)
    other = models.CharField(max_length=30)

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"


class Duty(models.Model):
    """One side of an incompatible pair that somebody holds. Kept by triggers on appointments and delegations (``0002_guard``).

    An exclusion constraint and not a check in a trigger: it holds between two sessions at once, at any isolation level, and for raw SQL.
    """

    SENSITIVITY = classes(public="source pair side period", ordinary="account")
    source = models.UUIDField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    pair = models.PositiveSmallIntegerField()
    side = models.PositiveSmallIntegerField()
    period = DateRangeField()

    class Meta:
        """The two sides of a pair never meet in one person on one day."""

        constraints = [
            ExclusionConstraint(
                name="duties_apart",
                expressions=[
                    ("account", RangeOperators.EQUAL),
                    ("pair", RangeOperators.EQUAL),
                    ("side", RangeOperators.NOT_EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            )
        ]
        indexes = [models.Index(fields=["source"], name="duty_by_source")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.pair}.{self.side}"
