"""The household, and its file (DOMAIN 0.2: one file per household, in the name of one worker)."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked

TEXT: Any = {"blank": True, "default": ""}


class Household(models.Model):
    """What stays the same when a file is closed and a new one is opened after a relapse."""

    SENSITIVITY = classes(public="id org created_at")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.pk)


@tracked("CaseFileEvent")
class CaseFile(models.Model):
    """One file (档案). Header and family fields of the archive form; the worker's own fields are those of the head (Member).

    Both form generations are in the schema: codes are kept as printed, ``generation`` says which list they are of.
    ``row_hash`` tells whether a workbook's row says anything new; ``as_written`` (sealed) keeps what could not be read.
    """

    SENSITIVITY = classes(
        public="id household org number state level generation version opened_on closed_on updated_at row_hash division",
        ordinary="file_number category postcode stated_persons stated_total_yearly_income_fen stated_income_per_head_fen "
        "single_parent can_help_self zero_employment attachment_kind attachment_name remark filed_by reviewed_by entered_by "
        "party_opinion base_union_opinion system_union_opinion employer_union_opinion is_target target_since key_group "
        "four_batches application_kind skills needs address doubts head_name head_pinyin",
        sensitive="cause_text main_cause as_written_sealed monthly_rigid_expenditure_fen",
    )

    class State(models.TextChoices):
        """Only states that something leads to."""

        ON_FILE = "on_file"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="files")
    org = models.CharField(max_length=80, db_collation="C")
    number = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ON_FILE)
    level = models.CharField(max_length=20, **TEXT)
    generation = models.CharField(max_length=1, **TEXT)
    version = models.PositiveIntegerField(default=1)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)
    updated_at = models.DateTimeField(db_default=Now())
    row_hash = models.CharField(max_length=64, **TEXT)
    # Of the head, so that lists and searches need one table.
    head_name = models.TextField(**TEXT)
    head_pinyin = models.CharField(max_length=400, db_collation="C", **TEXT)
    main_cause = models.TextField(**TEXT)

    file_number = models.TextField(**TEXT)
    category = models.TextField(**TEXT)
    postcode = models.TextField(**TEXT)
    address = models.TextField(**TEXT)
    division = models.TextField(**TEXT)
    stated_persons = models.BigIntegerField(null=True)
    stated_total_yearly_income_fen = models.BigIntegerField(null=True)
    stated_income_per_head_fen = models.BigIntegerField(null=True)
    monthly_rigid_expenditure_fen = models.BigIntegerField(null=True)
    single_parent = models.BooleanField(null=True)
    can_help_self = models.BooleanField(null=True)
    zero_employment = models.BooleanField(null=True)
    cause_text = models.TextField(**TEXT)
    attachment_kind = models.TextField(**TEXT)
    attachment_name = models.TextField(**TEXT)
    remark = models.TextField(**TEXT)
    filed_by = models.TextField(**TEXT)
    reviewed_by = models.TextField(**TEXT)
    entered_by = models.TextField(**TEXT)
    party_opinion = models.TextField(**TEXT)
    base_union_opinion = models.TextField(**TEXT)
    system_union_opinion = models.TextField(**TEXT)
    employer_union_opinion = models.TextField(**TEXT)
    is_target = models.BooleanField(null=True)
    target_since = models.DateField(null=True)
    key_group = models.TextField(**TEXT)
    four_batches = models.TextField(**TEXT)
    application_kind = models.TextField(**TEXT)
    skills = models.TextField(**TEXT)
    needs = models.TextField(**TEXT)
    as_written_sealed = models.BinaryField(null=True)
    doubts = models.JSONField(default=list)

    class Meta:
        """One open file per household: the database says so."""

        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=~Q(state="closed"), name="one_open_file_per_household"
            )
        ]
        indexes = [
            # The list's order, and its count without touching the table.
            models.Index(fields=["head_pinyin", "number"], condition=Q(state="on_file"), name="file_in_list"),
            models.Index(fields=["org"], condition=Q(state="on_file"), name="file_counted"),
            models.Index(fields=["org", "-updated_at"], name="file_by_org_updated"),
        ]

    def __str__(self) -> str:
        return self.number
