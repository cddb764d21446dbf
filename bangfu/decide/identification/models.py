"""Determinations proposed by the rules, and how a person settled them."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked


@tracked("DeterminationEvent")
class Determination(models.Model):
    """What the rules propose for a household as of a day (认定建议). ``content`` is the canonical JSON that can be computed again.

    ``net`` is the net monthly income per person as a fraction in fen, ``net_fen`` the same rounded for lists. A person settles it; a
    newer proposal supersedes one that is open. ``urgency`` orders the queue; counts are of the open findings it was laid beside.
    """

    SENSITIVITY = classes(
        public="id household case_file org on class_name class_en rule rules rules_version state proposed_at settled_at version "
        "contradictions doubts unknowns confirmations exclusions due_on content_sha256",
        ordinary="net_fen net",
        sensitive="content",
    )

    class State(models.TextChoices):
        """Open until a person settles it."""

        OPEN = "open"
        ACCEPTED = "accepted"
        ASKED = "asked"
        REFUSAL_PROPOSED = "refusal_proposed"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="determinations")
    case_file = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, related_name="determinations")
    org = models.CharField(max_length=80, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    on = models.DateField()
    class_name = models.CharField(max_length=60)
    class_en = models.CharField(max_length=100, blank=True, default="")
    rule = models.CharField(max_length=60, blank=True, default="")
    rules = models.CharField(max_length=60)
    rules_version = models.CharField(max_length=64)
    net = models.CharField(max_length=60)
    net_fen = models.BigIntegerField()
    contradictions = models.IntegerField(default=0)
    doubts = models.IntegerField(default=0)
    unknowns = models.IntegerField(default=0)
    confirmations = models.IntegerField(default=0)
    exclusions = models.IntegerField(default=0)
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    proposed_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)
    due_on = models.DateField(null=True)

    class Meta:
        """One that is not superseded per file."""

        constraints = [
            models.UniqueConstraint(
                fields=["case_file"], condition=~Q(state="superseded"), name="one_standing_determination"
            )
        ]
        indexes = [
            models.Index(fields=["org", "state", "proposed_at"], name="determination_queue"),
            models.Index(fields=["state", "proposed_at"], name="determination_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.on}"


@tracked("SettlementEvent")
class Settlement(models.Model):
    """How a person settled a determination: accepted, the family asked (with a clock), or refusal proposed with its reason.

    Taking it back (``undone_at``) is an act too. A refusal stands only after a second person (approval comes with its own part).
    """

    SENSITIVITY = classes(
        public="id determination case_file household org kind reason_code due_on settled_at undone_at seconds",
        ordinary="settled_by settled_name",
        sensitive="reason answer question",
    )

    class Kind(models.TextChoices):
        """The three ways."""

        ACCEPT = "accept"
        ASK = "ask"
        REFUSE = "refuse"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    determination = models.ForeignKey(Determination, on_delete=models.PROTECT, related_name="settlements")
    case_file = models.ForeignKey("registry.CaseFile", on_delete=models.PROTECT, related_name="settlements")
    household = models.ForeignKey("registry.Household", on_delete=models.PROTECT, related_name="settlements")
    org = models.CharField(max_length=80, db_collation="C")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason_code = models.CharField(max_length=20, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    question = models.TextField(blank=True, default="")
    answer = models.TextField(blank=True, default="")
    due_on = models.DateField(null=True)
    seconds = models.IntegerField(null=True)
    settled_by = models.UUIDField()
    settled_name = models.CharField(max_length=100)
    settled_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """One standing settlement per determination."""

        constraints = [
            models.UniqueConstraint(
                fields=["determination"], condition=Q(undone_at__isnull=True), name="one_standing_settlement"
            )
        ]

    def __str__(self) -> str:
        return self.kind
