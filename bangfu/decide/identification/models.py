"""Determinations proposed by the rules, and how a person settled them."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked


@tracked("DeterminationEvent")
class Determination(models.Model):
    """What the rules propose for a household as of a day (认定建议). ``content`` is the canonical JSON that can be computed again.

    ``net`` is the net monthly income per person as a fraction in fen, ``net_fen`` the same rounded for lists. A person settles it; a
    newer proposal supersedes one that is open. Counts are of the open findings it was laid beside, of possible exclusions, and of
    ``flags``: what does not agree inside of the file. ``signature`` is the hash of what, once
    settled, would bring it before a person again: class, rules and their settings, contradictions, doubts. ``waiting_since`` is the day
    from which the family has waited for a person to settle it, ``answered`` that it has answered a question since.
    """

    SENSITIVITY = classes(
        public="id household case_file org on class_name class_en rule rules rules_version state proposed_at settled_at version "
        "contradictions doubts unknowns confirmations exclusions flags due_on content_sha256 signature waiting_since answered",
        ordinary="net_fen net",
        sensitive="content",
    )

    class State(models.TextChoices):
        """Open until a person settles it."""

        OPEN = "open"
        ACCEPTED = "accepted"
        ASKED = "asked"
        REFUSAL_PROPOSED = "refusal_proposed"
        REFUSED = "refused"
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
    flags = models.IntegerField(default=0)
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)
    waiting_since = models.DateField()
    answered = models.BooleanField(default=False)
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
            models.Index(fields=["org", "state", "waiting_since"], name="determination_queue"),
            models.Index(
                fields=["state", "waiting_since", "-contradictions", "-doubts", "id"], name="determination_waiting"
            ),
            models.Index(fields=["state", "due_on"], name="determination_due"),
            models.Index(fields=["household", "-proposed_at"], name="determination_by_household"),
        ]

    def __str__(self) -> str:
        return f"{self.class_name} {self.on}"


@tracked("SettlementEvent")
class Settlement(models.Model):
    """How a person settled a determination: accepted, the family asked (with a clock), or refusal proposed with its reason.

    Taking it back (``undone_at``) is an act too. A refusal stands only after a second person: ``approval`` is the case before them,
    ``second_*`` who decided it last and in which words, ``second_way`` whether they agreed or returned it.
    ``standing``: not taken back, not answered, not overtaken by the next. ``before`` and ``state_before`` are what taking it back restores;
    ``version_after`` is the determination's version that it left.
    """

    SENSITIVITY = classes(
        public="id determination case_file household org kind reason_code due_on settled_at undone_at seconds standing before "
        "state_before due_before answered_before version_after answered_at batch approval second_at second_way",
        ordinary="settled_by settled_name answered_by answered_name second_by second_name",
        sensitive="reason answer question second_word",
    )

    class Kind(models.TextChoices):
        """The three ways."""

        ACCEPT = "accept"
        ASK = "ask"
        REFUSE = "refuse"

    class SecondWay(models.TextChoices):
        """What the second person did with a refusal."""

        AGREED = "agreed"
        RETURNED = "returned"

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
    batch = models.BooleanField(default=False)
    standing = models.BooleanField(default=True)
    before = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    state_before = models.CharField(max_length=20)
    due_before = models.DateField(null=True)
    answered_before = models.BooleanField(default=False)
    version_after = models.PositiveIntegerField()
    answered_by = models.UUIDField(null=True)
    answered_name = models.CharField(max_length=100, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField()
    settled_name = models.CharField(max_length=100)
    settled_at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    approval = models.ForeignKey("approval.Case", on_delete=models.PROTECT, null=True, related_name="+")
    second_by = models.UUIDField(null=True)
    second_name = models.CharField(max_length=100, blank=True, default="")
    second_at = models.DateTimeField(null=True)
    second_way = models.CharField(max_length=10, choices=SecondWay.choices, blank=True, default="")
    second_word = models.TextField(blank=True, default="")

    class Meta:
        """One standing settlement per determination."""

        constraints = [
            models.UniqueConstraint(
                fields=["determination"], condition=Q(standing=True), name="one_standing_settlement"
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(standing=False), name="settlement_undone_stands_not"
            ),
            models.CheckConstraint(condition=~Q(kind="refuse") | ~Q(reason=""), name="settlement_refusal_says_why"),
            models.CheckConstraint(
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("settled_by")), name="settlement_second_is_another"
            ),
        ]
        indexes = [
            models.Index(fields=["settled_by", "settled_at"], name="settlement_by_person"),
            models.Index(fields=["case_file", "-settled_at"], name="settlement_by_file"),
        ]

    def __str__(self) -> str:
        return self.kind
