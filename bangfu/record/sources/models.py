"""Department data as delivered. The rows stay in protected files; the tables hold what is known about a delivery."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes


class Delivery(models.Model):
    """One file of a dataset: as-of date, coverage, control total, hash, quarantine. The newest active one of a dataset counts.

    ``id`` is that of the upload, and names the folders of the file and of what was staged from it. ``org`` is the union that received
    it; unions below see it and may compare with it. ``coverage`` empty means every place.
    ``rows`` = ``keyed`` + ``wrong``; ``keyed`` = ``new`` + ``changed`` + ``same`` beside the delivery ``against`` (None: there was none);
    ``gone`` rows were there and are not in this one. ``columns`` is the mapping that was chosen, ``widths`` that of fixed-width text.
    ``raw_dropped_at``: since then the uploaded file and its rows are gone, by schedule; what is counted here stays.
    ``reason`` is why it was refused, or used although its control total differs.
    """

    SENSITIVITY = classes(
        public="id org dataset state version as_of coverage control_rows file_name sha256 size purpose basis document source columns "
        "widths rows keyed wrong new changed same gone against quarantined unreadable missing unknown created_at checked_at "
        "activated_at raw_dropped_at problem",
        ordinary="created_by created_name reason",
    )

    class State(models.TextChoices):
        """From upload to use."""

        UPLOADED = "uploaded"
        CHECKED = "checked"
        ACTIVE = "active"
        REPLACED = "replaced"
        REFUSED = "refused"

    class Basis(models.TextChoices):
        """On what the department gave it, and the union may hold it (PIPL article 13)."""

        AGREEMENT = "agreement"
        STATUTORY_DUTY = "statutory_duty"
        AUTHORISATION = "authorisation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    dataset = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADED)
    version = models.PositiveIntegerField(default=1)
    as_of = models.DateField()
    coverage = ArrayField(models.CharField(max_length=12), default=list)
    control_rows = models.BigIntegerField(null=True)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    purpose = models.CharField(max_length=30)
    basis = models.CharField(max_length=20, choices=Basis.choices)
    document = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=200, blank=True, default="")
    columns = models.JSONField(default=dict)
    widths = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True, default="")
    rows = models.BigIntegerField(null=True)
    keyed = models.BigIntegerField(null=True)
    wrong = models.BigIntegerField(null=True)
    new = models.BigIntegerField(null=True)
    changed = models.BigIntegerField(null=True)
    same = models.BigIntegerField(null=True)
    gone = models.BigIntegerField(null=True)
    against = models.UUIDField(null=True)
    quarantined = models.JSONField(default=dict)
    unreadable = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    problem = models.JSONField(null=True)
    created_by = models.UUIDField()
    created_name = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True)
    activated_at = models.DateTimeField(null=True)
    raw_dropped_at = models.DateTimeField(null=True)

    class Meta:
        """At most one active delivery of a dataset per union and coverage."""

        constraints = [
            models.UniqueConstraint(
                fields=["org", "dataset", "coverage"], condition=Q(state="active"), name="one_active_delivery"
            ),
            models.CheckConstraint(
                condition=Q(rows=F("keyed") + F("wrong"), keyed=F("new") + F("changed") + F("same"))
                | Q(state__in=["uploaded", "refused"]),
                name="delivery_adds_up",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | Q(raw_dropped_at__isnull=True), name="delivery_in_use_has_its_rows"
            ),
        ]
        indexes = [models.Index(fields=["org", "dataset", "-created_at"], name="delivery_by_dataset")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.as_of}"
