"""What belongs to a file line by line: causes, dwelling, income and expenditure by head, bank account, consents."""

import uuid

from django.db import models

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked
from bangfu.record.registry.models.files import TEXT, CaseFile
from bangfu.record.registry.models.members import Member


class Particular(models.Model):
    """A line of a file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case_file = models.ForeignKey(CaseFile, on_delete=models.PROTECT)
    org = models.CharField(max_length=80, db_collation="C")

    class Meta:
        """Abstract."""

        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


@tracked("CauseEvent")
class Cause(Particular):
    """A cause of hardship (code list C15): ``rank`` 0 is the main one, at most three others follow."""

    SENSITIVITY = classes(public="id case_file org rank", sensitive="cause")
    cause = models.TextField()
    rank = models.PositiveSmallIntegerField()

    class Meta:
        """Each rank once."""

        constraints = [models.UniqueConstraint(fields=["case_file", "rank"], name="cause_rank_once")]


@tracked("DwellingEvent")
class Dwelling(Particular):
    """Where the family lives: type (C7) and floor area in hundredths of a square metre, or as a band (C8)."""

    SENSITIVITY = classes(public="id case_file org", ordinary="housing_type floor_area floor_area_text")
    housing_type = models.TextField(**TEXT)
    floor_area = models.BigIntegerField(null=True)
    floor_area_text = models.TextField(**TEXT)

    class Meta:
        """The form has room for one."""

        constraints = [models.UniqueConstraint(fields=["case_file"], name="dwelling_once")]


@tracked("IncomeEvent")
class Income(Particular):
    """Income by head: ``wage`` of a member per month, ``other`` of the family per year (DESIGN 4)."""

    SENSITIVITY = classes(public="id case_file org member", ordinary="head per amount_fen")

    class Head(models.TextChoices):
        """Heads of income that the form knows (DOMAIN 1.5)."""

        WAGE = "wage"
        OTHER = "other"

    member = models.ForeignKey(Member, on_delete=models.PROTECT, null=True, related_name="incomes")
    head = models.CharField(max_length=20, choices=Head.choices)
    per = models.CharField(max_length=10, choices=[("month", "month"), ("year", "year")])
    amount_fen = models.BigIntegerField()

    class Meta:
        """Each head once per person, and once for the family."""

        constraints = [
            models.UniqueConstraint(fields=["case_file", "member", "head"], nulls_distinct=False, name="income_once")
        ]


@tracked("ExpenditureEvent")
class Expenditure(Particular):
    """Expenditure of a year by head, in fen: the yearly heads of the archive form (DESIGN 4; DOMAIN 1.5)."""

    SENSITIVITY = classes(public="id case_file org head", sensitive="amount_fen")

    class Head(models.TextChoices):
        """Named as in ``policy/forms/archive.yaml``."""

        ILLNESS = "illness_expenditure"
        DISABILITY = "disability_expenditure"
        SCHOOLING = "schooling_expenditure"
        HOUSING = "housing_expenditure"
        OTHER = "other_expenditure"
        EMPLOYMENT_COST = "employment_cost"
        ACCIDENT_LOSS = "accident_loss"

    head = models.CharField(max_length=30, choices=Head.choices)
    amount_fen = models.BigIntegerField()

    class Meta:
        """Each head once."""

        constraints = [models.UniqueConstraint(fields=["case_file", "head"], name="expenditure_once")]


@tracked("BankAccountEvent")
class BankAccount(Particular):
    """Where money is paid to: the card is sealed, beside its keyed hash and its last four."""

    SENSITIVITY = classes(
        public="id case_file org", sensitive="bank branch card_sealed card_hash card_last_four card_doubt"
    )
    bank = models.TextField(**TEXT)
    branch = models.TextField(**TEXT)
    card_sealed = models.BinaryField(null=True)
    card_hash = models.BinaryField(max_length=16, null=True)
    card_last_four = models.CharField(max_length=4, **TEXT)
    card_doubt = models.CharField(max_length=60, **TEXT)

    class Meta:
        """The form has room for one."""

        constraints = [models.UniqueConstraint(fields=["case_file"], name="bank_account_once")]


@tracked("ConsentEvent")
class Consent(Particular):
    """On which basis the family's data are compared (DOMAIN 1.7 step 1; PIPL article 13), as declared with a batch.

    Withdrawn ones stay, with their day; the comparison takes only files with a basis that holds.
    """

    SENSITIVITY = classes(public="id case_file org batch_id basis document given_on withdrawn_on")

    class Basis(models.TextChoices):
        """What a union may declare."""

        AUTHORISATION = "authorisation"
        STATUTORY_DUTY = "statutory_duty"

    batch_id = models.UUIDField()
    basis = models.CharField(max_length=20, choices=Basis.choices)
    document = models.CharField(max_length=200, **TEXT)
    given_on = models.DateField()
    withdrawn_on = models.DateField(null=True)

    class Meta:
        """Once per batch."""

        constraints = [models.UniqueConstraint(fields=["case_file", "batch_id"], name="consent_once_per_batch")]
