"""Who looked at what of a household's sensitive data, when, and what for."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes


class Look(models.Model):
    """Append-only: one row per person, household and reading. ``fields`` are names of fields, never their values.

    ``stands_for_id`` and ``glass_id`` as in an entry.
    """

    SENSITIVITY = classes(
        public="at role organisation purpose org household_id page fields glass_id",
        ordinary="person_id person_name stands_for_id",
    )
    at = models.DateTimeField(db_default=Now())
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=100)
    role = models.CharField(max_length=30)
    organisation = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    stands_for_id = models.UUIDField(null=True)
    glass_id = models.UUIDField(null=True)
    org = models.CharField(max_length=80, db_collation="C")
    household_id = models.UUIDField()
    page = models.CharField(max_length=60)
    fields = ArrayField(models.CharField(max_length=60))

    class Meta:
        """Read by household and by person."""

        indexes = [
            models.Index(fields=["household_id", "-id"], name="look_by_household"),
            models.Index(fields=["person_id", "-id"], name="look_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H:%M}"
