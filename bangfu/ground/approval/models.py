"""Cases with their steps and opinions, and who had which capacity.

The database keeps the four eyes by itself (``migrations/0002_guard.py``): one capacity per person and matter is a unique key to which
cases and opinions refer; a step is done, and a case approved, only on opinions that are there; what was signed never changes.
"""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.approval.rules import PROPOSE, State
from bangfu.ground.trail.history import tracked


class Part(models.Model):
    """Who has had which capacity in a matter: its proposer, or the one who decides a step. Append-only; a person has one, for good.

    A matter is its subject, whatever round it is in. Whoever is acted for by delegation has the same capacity.
    """

    SENSITIVITY = classes(public="id subject_type subject_id capacity org at", ordinary="person_id")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    person_id = models.UUIDField()
    capacity = models.CharField(max_length=20)
    org = models.CharField(max_length=80, db_collation="C")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        """The second key is what cases and opinions refer to."""

        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id", "person_id"], name="one_capacity_per_person"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "person_id", "capacity"], name="part_to_refer_to"
            ),
        ]

    def __str__(self) -> str:
        return self.capacity


@tracked("CaseEvent")
class Case(models.Model):
    """What is asked of the deciders. ``subject_type`` and ``subject_id`` name it (no foreign key: the subject lies in a higher room).

    ``content`` is the canonical text of what was proposed, ``chain_content`` the chain as it was then; both are frozen. ``proposing`` is
    always "propose": with it the proposer's capacity is referred to. ``before``: the former round of the same matter.
    """

    SENSITIVITY = classes(
        public="id subject_type subject_id household_id org state version chain chain_content chain_sha256 steps_needed amount_fen "
        "content_sha256 proposing opened_at closed_at before",
        ordinary="proposer_id proposer_name proposer_behalf_id proposer_behalf_name",
        sensitive="content",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    household_id = models.UUIDField(null=True)
    org = models.CharField(max_length=80, db_collation="C")
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=20, choices=[(one.value, one.value) for one in State], default=State.DECIDING.value
    )
    chain = models.CharField(max_length=60)
    chain_content = models.JSONField()
    chain_sha256 = models.CharField(max_length=64)
    steps_needed = models.PositiveSmallIntegerField()
    amount_fen = models.BigIntegerField(null=True)
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    proposer_id = models.UUIDField()
    proposer_name = models.CharField(max_length=100)
    proposer_behalf_id = models.UUIDField(null=True)
    proposer_behalf_name = models.CharField(max_length=100, blank=True, default="")
    proposing = models.CharField(max_length=20, default=PROPOSE)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """One open case per subject; closed if and only if it says when."""

        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state=State.DECIDING.value),
                name="one_open_case_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in State]), name="approval_case_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.DECIDING.value, closed_at__isnull=True)
                | (~Q(state=State.DECIDING.value) & Q(closed_at__isnull=False)),
                name="approval_case_closed_when",
            ),
            models.CheckConstraint(condition=Q(proposing=PROPOSE), name="approval_case_proposing"),
            models.CheckConstraint(condition=Q(steps_needed__gte=1), name="approval_case_has_steps"),
        ]
        indexes = [
            models.Index(fields=["proposer_id", "-opened_at"], name="case_by_proposer"),
            models.Index(fields=["subject_type", "subject_id", "-opened_at"], name="case_by_subject"),
            models.Index(fields=["household_id", "-opened_at"], name="case_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.state}"


@tracked("OpinionEvent")
class Opinion(models.Model):
    """What somebody said at a step, signed: when, who, in which role, on exactly which content. Append-only; its history is for the seal.

    ``seen`` is the text that was shown, ``content_sha256`` its hash; ``signature`` the hash over all of this row (``signing.py``).
    ``behalf_id``: whom the person decided for. ``proved_at``: when they had last proved who they are.
    """

    SENSITIVITY = classes(
        public="id case org subject_type subject_id place capacity kind back_to role organisation content_sha256 signature at proved_at "
        "batch",
        ordinary="person_id person_name behalf_id behalf_name",
        sensitive="word seen",
    )

    class Kind(models.TextChoices):
        """Agreed, or returned to somebody before."""

        APPROVE = "approve"
        RETURN = "return"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="opinions")
    org = models.CharField(max_length=80, db_collation="C")
    subject_type = models.CharField(max_length=40)
    subject_id = models.UUIDField()
    place = models.PositiveIntegerField()
    capacity = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    back_to = models.PositiveIntegerField(null=True)
    word = models.TextField()
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=100)
    behalf_id = models.UUIDField(null=True)
    behalf_name = models.CharField(max_length=100, blank=True, default="")
    role = models.CharField(max_length=30)
    organisation = models.CharField(max_length=80, db_collation="C")
    seen = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    batch = models.BooleanField(default=False)

    class Meta:
        """An opinion says something."""

        constraints = [
            models.CheckConstraint(condition=~Q(word=""), name="opinion_in_words"),
            models.CheckConstraint(condition=Q(kind__in=["approve", "return"]), name="opinion_kind_known"),
        ]
        indexes = [
            models.Index(fields=["case", "at"], name="opinion_by_case"),
            models.Index(fields=["person_id", "-at"], name="opinion_by_person"),
        ]

    def __str__(self) -> str:
        return self.kind


@tracked("StepEvent")
class Step(models.Model):
    """A step of a case: whose turn it is, or was. ``opinion`` is the approving one that it is done by.

    ``turn``: it is this step's. ``assigned_id``: this person alone; ``behalf_id``: whom they decide for; ``added``: a countersignature,
    asked for by ``asked_by`` with ``asked_word``.
    """

    SENSITIVITY = classes(
        public="id case org place code title_zh title_en roles organisation turn done added due_on proof_above_fen opinion",
        ordinary="assigned_id assigned_name behalf_id behalf_name asked_by_id asked_by_name",
        sensitive="asked_word",
    )
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    org = models.CharField(max_length=80, db_collation="C")
    place = models.PositiveIntegerField()
    code = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=60)
    roles = ArrayField(models.CharField(max_length=30))
    organisation = models.CharField(max_length=80, db_collation="C")
    turn = models.BooleanField(default=False)
    done = models.BooleanField(default=False)
    added = models.BooleanField(default=False)
    due_on = models.DateField(null=True)
    proof_above_fen = models.BigIntegerField(null=True)
    assigned_id = models.UUIDField(null=True)
    assigned_name = models.CharField(max_length=100, blank=True, default="")
    behalf_id = models.UUIDField(null=True)
    behalf_name = models.CharField(max_length=100, blank=True, default="")
    asked_by_id = models.UUIDField(null=True)
    asked_by_name = models.CharField(max_length=100, blank=True, default="")
    asked_word = models.TextField(blank=True, default="")
    opinion = models.ForeignKey(Opinion, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        """One step's turn at a time; done by an opinion, and by nothing else."""

        constraints = [
            models.UniqueConstraint(fields=["case", "place"], name="one_step_per_place"),
            models.UniqueConstraint(fields=["case"], condition=Q(turn=True), name="one_turn_at_a_time"),
            models.CheckConstraint(
                condition=Q(done=True, opinion__isnull=False) | Q(done=False, opinion__isnull=True),
                name="step_done_by_opinion",
            ),
            models.CheckConstraint(condition=Q(turn=False) | Q(done=False), name="step_turn_not_done"),
        ]
        indexes = [
            models.Index(fields=["organisation", "due_on"], condition=Q(turn=True), name="step_waiting"),
            models.Index(fields=["assigned_id"], condition=Q(turn=True), name="step_assigned"),
            GinIndex(fields=["roles"], name="step_roles"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.code}"
