"""Dated values per organisation; overlap in time is impossible, and what is below inherits from above."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes


class Value(models.Model):
    """One value: what holds where, when, and from which document. ``mark`` is the confidence of DOMAIN (H M K L).

    ``path`` is the organisation's; "/" for what holds everywhere. Values are public: no row-level security on what everybody may know.
    """

    SENSITIVITY = classes(public="id code organisation path period value document_zh document_en mark file loaded_at")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=80)
    organisation = models.CharField(max_length=30)
    path = models.CharField(max_length=80, db_collation="C", db_index=True)
    period = DateRangeField()
    value = models.JSONField()
    document_zh = models.TextField()
    document_en = models.TextField()
    mark = models.CharField(max_length=1)
    file = models.CharField(max_length=200)
    loaded_at = models.DateTimeField(db_default=Now())

    class Meta:
        """Two values of one code, in one place, on one day: refused by the database."""

        constraints = [
            ExclusionConstraint(
                name="policy_value_no_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    ("period", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="policy_value_mark", condition=models.Q(mark__in=["H", "M", "K", "L"])),
            models.CheckConstraint(name="policy_value_some_day", condition=models.Q(period__isempty=False)),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.organisation}"
