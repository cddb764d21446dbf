"""Runs of the comparison, and findings: opened, changed and closed by later runs, never removed."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked


class Run(models.Model):
    """One comparison of a union's files with the deliveries in force on a day.

    ``attempt`` counts how often the engine began: a killed run goes on where it was, or begins again. ``chunks`` of ``chunks_done`` are
    recorded. ``without_basis``: files on file that no standing consent lets us compare. ``by_kind``: open findings by 种类 and 结论.
    ``left_out``: kinds beyond the base rules that it did not ask about, so that such findings stay as they are.
    ``stages``: what was done and is being done, each with name, dataset, rows, seconds (None: at work) and began, in their order.
    ``changes``: [种类, 结论, opened, changed, closed], as far as was recorded. ``cancelled_name``: who ended it, if anybody did.
    ``delta``: only what changed since the run before was looked at; ``not_again`` files were as they had been. ``signatures``: of each
    dataset, what its findings depend on (delta.py).
    """

    SENSITIVITY = classes(
        public="id org state on purpose rules_version deliveries started_at finished_at persons households without_basis "
        "attempt chunks chunks_done by_kind findings opened changed closed seconds problem version stages changes left_out "
        "delta not_again signatures",
        ordinary="created_by created_name cancelled_name",
    )

    class State(models.TextChoices):
        """From queue to end."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.QUEUED)
    version = models.PositiveIntegerField(default=1)
    on = models.DateField()
    purpose = models.CharField(max_length=30)
    rules_version = models.CharField(max_length=64, blank=True, default="")
    deliveries = models.JSONField(default=list)
    left_out = models.JSONField(default=list)
    attempt = models.PositiveIntegerField(default=0)
    chunks = models.IntegerField(null=True)
    chunks_done = models.IntegerField(default=0)
    by_kind = models.JSONField(default=list)
    persons = models.IntegerField(null=True)
    households = models.IntegerField(null=True)
    without_basis = models.IntegerField(null=True)
    delta = models.BooleanField(default=False)
    not_again = models.IntegerField(null=True)
    signatures = models.JSONField(default=dict)
    findings = models.IntegerField(null=True)
    opened = models.IntegerField(null=True)
    changed = models.IntegerField(null=True)
    closed = models.IntegerField(null=True)
    seconds = models.FloatField(null=True)
    problem = models.JSONField(null=True)
    stages = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    cancelled_name = models.CharField(max_length=100, blank=True, default="")
    created_by = models.UUIDField()
    created_name = models.CharField(max_length=100)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Read newest first."""

        indexes = [models.Index(fields=["org", "-started_at"], name="run_by_org")]

    def __str__(self) -> str:
        return f"{self.on} {self.state}"


class Compared(models.Model):
    """When a file was last compared, and by which run: without a row here the file was never compared, and silence says nothing.

    ``file_version``: of the file as it was compared. A run that found nothing to do in a file puts its own name here too.
    """

    SENSITIVITY = classes(public="id case_file org run_id on file_version")
    case_file = models.OneToOneField("registry.CaseFile", on_delete=models.PROTECT, related_name="compared")
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    run_id = models.UUIDField(db_index=True)
    on = models.DateField()
    file_version = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.case_file_id} {self.on}"


@tracked("FindingEvent")
class Finding(models.Model):
    """What a department's data confirm or contradict about a person of a household, with its evidence.

    One open finding per person, dataset, 种类 and 结论; ``member`` is empty for what concerns the household as a whole only where
    the file has no head row. ``rows`` are the source rows as ``file:row``; ``content`` is the hash of what is said, by which a change is
    known: where it is read, and as of which day, may move on without anything being said anew. ``candidates``: of 可能同一人, for each
    candidate {probability, start, weight, rows, fields: [{field, name, level, says, weight}]}, the likeliest first.
    """

    SENSITIVITY = classes(
        public="id household case_file member org dataset kind conclusion state delivery_id as_of rule rules_version file row_count "
        "first_row opened_run changed_run closed_run opened_at changed_at closed_at content",
        sensitive="says_zh says_en may_be rows candidates",
    )

    class State(models.TextChoices):
        """Whether the newest data still say so."""

        OPEN = "open"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="findings")
    case_file = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, related_name="findings")
    member = models.ForeignKey("registry.Member", on_delete=models.PROTECT, null=True, related_name="findings")
    org = models.CharField(max_length=80, db_collation="C")
    dataset = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40)
    conclusion = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    says_zh = models.TextField()
    says_en = models.TextField()
    may_be = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    candidates = models.JSONField(default=list)
    row_count = models.IntegerField(default=0)
    first_row = models.CharField(max_length=100, blank=True, default="")
    file = models.CharField(max_length=300, blank=True, default="")
    delivery_id = models.UUIDField(null=True)
    as_of = models.DateField(null=True)
    rule = models.CharField(max_length=100, blank=True, default="")
    rules_version = models.CharField(max_length=64, blank=True, default="")
    content = models.CharField(max_length=64)
    opened_run = models.UUIDField()
    changed_run = models.UUIDField(null=True)
    closed_run = models.UUIDField(null=True)
    opened_at = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        """One open finding of a kind."""

        constraints = [
            models.UniqueConstraint(
                fields=["household", "member", "dataset", "kind", "conclusion"],
                condition=Q(state="open"),
                nulls_distinct=False,
                name="one_open_finding",
            )
        ]
        indexes = [
            models.Index(fields=["case_file", "state"], name="finding_by_file"),
            models.Index(fields=["org", "state"], name="finding_by_org"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.conclusion}"


@tracked("DuplicateEvent")
class Duplicate(models.Model):
    """Two open files that may be one family's, and how a person settled it. ``org``: the lowest union above both files.

    So only whoever may see both files sees the pair. ``one`` is the file with the smaller id. ``persons``: who in both may be one person,
    [{one, other, by_number, probability, start, fields}], members by id; ``content``: the hash of what is alike, without weights, by which
    a settled pair is asked about again only when the facts change. ``close``: the file that whoever settled it proposes to close.
    """

    SENSITIVITY = classes(
        public="id org one other state version by_number content run_id found_at settled_at close",
        ordinary="probability settled_by settled_name",
        sensitive="persons reason",
    )

    class State(models.TextChoices):
        """``GONE``: no longer alike, or one of the files was closed, before anybody settled it."""

        WAITING = "waiting"
        SAME = "same"
        DIFFERENT = "different"
        GONE = "gone"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    one = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    version = models.PositiveIntegerField(default=1)
    by_number = models.BooleanField()
    probability = models.FloatField()
    persons = models.JSONField()
    content = models.CharField(max_length=64)
    run_id = models.UUIDField()
    found_at = models.DateTimeField(db_default=Now())
    reason = models.TextField(blank=True, default="")
    close = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, null=True, related_name="+")
    settled_by = models.UUIDField(null=True)
    settled_name = models.CharField(max_length=100, blank=True, default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        """A pair once, its files in order."""

        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="duplicate_once"),
            models.CheckConstraint(condition=Q(one__lt=models.F("other")), name="duplicate_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id} {self.other_id} {self.state}"
