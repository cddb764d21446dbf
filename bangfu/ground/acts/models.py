"""One readable entry per act: dotted verb, who, in which role and organisation, for which purpose, on which household, when."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.acts.rls import CurrentTransaction


class Entry(models.Model):
    """Append-only. ``org`` is where the subject belongs; ``values`` never hold a person's data.

    ``stands_for_id``: whom the person stood in for by delegation; ``glass_id``: the break-glass session in which it was done.
    ``content_sha256`` tells whether the same act_id was sent with other content; ``answer`` is given again to a second sending.
    """

    SENSITIVITY = classes(
        public="act_id verb at role organisation purpose org subject_type subject_id household_id content_sha256 glass_id xact",
        ordinary="person_id person_name stands_for_id stands_for_name values answer",
    )
    act_id = models.UUIDField()
    verb = models.CharField(max_length=80)
    at = models.DateTimeField(db_default=Now())
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=100)
    role = models.CharField(max_length=30)
    organisation = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    stands_for_id = models.UUIDField(null=True)
    stands_for_name = models.CharField(max_length=100, blank=True)
    glass_id = models.UUIDField(null=True)
    org = models.CharField(max_length=80, db_collation="C")
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    household_id = models.UUIDField(null=True)
    values = models.JSONField(default=dict)
    content_sha256 = models.CharField(max_length=64)
    answer = models.JSONField(null=True)
    xact = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        """Read by household, by subject, by organisation and by person."""

        constraints = [models.UniqueConstraint(fields=["act_id"], name="entry_act_id_once")]
        indexes = [
            models.Index(fields=["household_id", "-id"], name="entry_by_household"),
            models.Index(fields=["subject_id"], name="entry_by_subject"),
            models.Index(fields=["org", "-id"], name="entry_by_org"),
            models.Index(fields=["person_id", "-id"], name="entry_by_person"),
            BrinIndex(fields=["xact"], autosummarize=True, name="entry_by_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"
