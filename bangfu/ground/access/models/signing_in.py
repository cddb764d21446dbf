"""What signing in leaves behind: sessions, second factors, recovery codes, and the counts by which guessing is slowed down."""

import uuid

from django.db import models
from django.db.models.functions import Now

from bangfu.ground.access.models.staff import Account
from bangfu.ground.acts.classes import classes


class SignedIn(models.Model):
    """One session of one browser. The browser's own session holds this row's id; a row that was ended ends it at its next page."""

    SENSITIVITY = classes(
        public="id began_at seen_at proved_at ended_at ended_why factor", ordinary="account address browser"
    )

    class Why(models.TextChoices):
        """How it ended."""

        LEFT = "left"
        IDLE = "idle"
        LONGEST = "longest"
        PASSWORD = "password"  # noqa: S105, a reason
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    # When password or second factor were last given: acts above an amount ask for it anew.
    proved_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    factor = models.CharField(max_length=10, blank=True)
    address = models.CharField(max_length=45, blank=True)
    browser = models.CharField(max_length=60, blank=True)

    class Meta:
        """Read by person, open ones first."""

        indexes = [models.Index(fields=["account", "ended_at"], name="signed_in_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.began_at:%Y-%m-%d %H:%M}"


class Factor(models.Model):
    """A second factor: ``totp`` (``sealed`` is its secret, ``counter`` the last time step used) or ``key`` (a WebAuthn credential)."""

    SENSITIVITY = classes(
        public="id kind added_at confirmed_at used_at removed_at counter",
        ordinary="account name",
        sensitive="sealed credential_id public_key",
    )

    class Kind(models.TextChoices):
        """What it is."""

        TOTP = "totp"
        KEY = "key"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="factors")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60)
    sealed = models.BinaryField(null=True)
    credential_id = models.BinaryField(null=True, unique=True)
    public_key = models.BinaryField(null=True)
    counter = models.BigIntegerField(default=0)
    added_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class RecoveryCode(models.Model):
    """For when the second factor is lost: ``code_hash`` is the keyed hash of a random code, each good for one time."""

    SENSITIVITY = classes(public="used_at", ordinary="account", sensitive="code_hash")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="recovery_codes")
    code_hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.account_id)


class Throttle(models.Model):
    """How often a sign-in has failed lately, by name or by address. ``key`` is a keyed hash: a mistyped name may be a password."""

    SENSITIVITY = classes(public="kind failures last_at until", ordinary="key address account")

    class Kind(models.TextChoices):
        """What is counted."""

        NAME = "name"
        ADDRESS = "address"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.CharField(max_length=64)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=45, blank=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)

    class Meta:
        """One count per name and per address."""

        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="throttle_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.failures}"
