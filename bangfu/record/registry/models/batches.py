"""Archive workbooks on their way in: one batch of chunk acts (DESIGN 2)."""

import uuid

from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.record.registry.models.files import TEXT
from bangfu.record.registry.models.particulars import Consent


class Batch(models.Model):
    """One workbook: who sent it, what for, on which basis; what was counted, and how far it has come.

    ``control_*`` are what the sender says there is. ``columns`` is the mapping that was chosen, ``counts`` rows = new + changed +
    same + wrong as committed; ``expected`` the same as the check foresaw it.
    """

    SENSITIVITY = classes(
        public="id org state purpose basis document source file_name sha256 size columns control_rows control_households "
        "chunks fields expected counts tally created_at checked_at finished_at created_role problem raw_dropped_at version",
        ordinary="created_by created_name",
    )

    class State(models.TextChoices):
        """From upload to receipt."""

        UPLOADED = "uploaded"
        CHECKING = "checking"
        CHECKED = "checked"
        COMMITTING = "committing"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.UPLOADED)
    version = models.PositiveIntegerField(default=1)
    purpose = models.CharField(max_length=30)
    basis = models.CharField(max_length=20, choices=Consent.Basis.choices)
    document = models.CharField(max_length=200, **TEXT)
    source = models.CharField(max_length=200, **TEXT)
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    columns = models.JSONField(default=dict)
    control_rows = models.IntegerField(null=True)
    control_households = models.IntegerField(null=True)
    chunks = models.IntegerField(null=True)
    # Which fields the workbook has columns for, by sheet: what it has no column for, it says nothing about.
    fields = models.JSONField(default=dict)
    expected = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    tally = models.JSONField(default=dict)
    problem = models.JSONField(null=True)
    created_by = models.UUIDField()
    created_name = models.CharField(max_length=100)
    created_role = models.CharField(max_length=30)
    created_at = models.DateTimeField(db_default=Now())
    checked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Since then the uploaded workbook and the rows read of it are gone, by schedule.
    raw_dropped_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.file_name


class FileCounter(models.Model):
    """Running numbers of files, by county and year. No personal data."""

    SENSITIVITY = classes(public="id series last")
    series = models.CharField(max_length=40, unique=True)
    last = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class Chunk(models.Model):
    """One chunk that is in: at most 1,000 rows, one act, one trail entry."""

    SENSITIVITY = classes(public="id batch org number rows new changed same wrong departed at act_id")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="chunks_in")
    org = models.CharField(max_length=80, db_collation="C")
    number = models.IntegerField()
    rows = models.IntegerField()
    new = models.IntegerField()
    changed = models.IntegerField()
    same = models.IntegerField()
    wrong = models.IntegerField()
    departed = models.IntegerField(default=0)
    act_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        """Each chunk once."""

        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="chunk_once")]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"
