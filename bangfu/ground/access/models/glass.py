"""Break-glass sessions, and every page that was opened in one."""

import uuid

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.access.models.staff import Account
from bangfu.ground.acts.classes import classes
from bangfu.ground.acts.rls import CurrentTransaction


class Glass(models.Model):
    """Thirty minutes in which somebody reads what their role may not. ``told`` is the superior, ``seen_at`` when they took note."""

    SENSITIVITY = classes(
        public="id role organisation org reason began_at until ended_at seen_at", ordinary="account words told"
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="glasses")
    role = models.CharField(max_length=30)
    organisation = models.CharField(max_length=30)
    org = models.CharField(max_length=80, db_collation="C")
    reason = models.CharField(max_length=30)
    words = models.CharField(max_length=200)
    began_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="told_of")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        """Read by who looks, and by who is told. Never longer than half an hour, and never told to oneself."""

        constraints = [
            models.CheckConstraint(
                name="glass_half_an_hour",
                condition=models.Q(
                    until__lte=models.F("began_at") + models.Value("30 minutes", models.DurationField())
                ),
            ),
            models.CheckConstraint(name="glass_told_to_another", condition=~models.Q(told=models.F("account"))),
        ]
        indexes = [models.Index(fields=["account", "-until"], name="glass_by_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.began_at:%Y-%m-%d %H:%M}"


class GlassPage(models.Model):
    """Append-only, and sealed (no foreign key, like an entry): a page opened behind broken glass, whatever it showed."""

    SENSITIVITY = classes(public="glass_id at org page subject_id xact")
    glass_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())
    org = models.CharField(max_length=80, db_collation="C")
    page = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)
    xact = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        """Read by session, and by transaction when it is sealed."""

        indexes = [
            models.Index(fields=["glass_id", "-id"], name="glass_page_by_glass"),
            BrinIndex(fields=["xact"], autosummarize=True, name="glass_page_by_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H:%M}"
