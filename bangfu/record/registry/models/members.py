"""Persons of a household, the head among them, and their employers."""

import uuid

from django.db import models
from django.db.models import Q

from bangfu.ground.acts.classes import classes
from bangfu.ground.trail.history import tracked
from bangfu.record.registry.models.files import TEXT, CaseFile, Household


class Employer(models.Model):
    """An employer as files name it; known by its credit code, else by its name. No personal data, and no row-level security."""

    SENSITIVITY = classes(public="id credit_code name nature state industry")
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    credit_code = models.CharField(max_length=40, **TEXT)
    name = models.TextField()
    nature = models.TextField(**TEXT)
    state = models.CharField(max_length=100, **TEXT)
    industry = models.TextField(**TEXT)

    class Meta:
        """Once by code, once by name where there is no code."""

        constraints = [
            models.UniqueConstraint(fields=["credit_code"], condition=~Q(credit_code=""), name="employer_once_by_code"),
            models.UniqueConstraint(fields=["name"], condition=Q(credit_code=""), name="employer_once_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


@tracked("MemberEvent")
class Member(models.Model):
    """A person of a household (DOMAIN 2.1 for the head, 2.2 for the others).

    The number is sealed, beside its keyed hash and its last four; without a valid number there is no hash, and the number is
    kept as written inside ``as_written_sealed``. ``open_file`` follows the file's state: one person in one open file.
    """

    SENSITIVITY = classes(
        public="id household case_file org is_head position version row_hash open_file left_on employer number_state number_doubt source",
        ordinary="name note folded pinyin pinyin_joined initials relation ethnic_group sex political_status birth_date age model_worker "
        "medical_insurance marital_status household_registration mobile other_contact person_status work_status education "
        "enrolled schooling_years employer_or_school employer_code employer_nature enterprise_state industry started_work "
        "contract_signed contract_term remark doubts",
        sensitive="number_sealed number_hash number_last_four health illness_or_disability as_written_sealed",
    )

    class NumberState(models.TextChoices):
        """Of the ID number."""

        VALID = "valid"
        INVALID = "invalid"
        MISSING = "missing"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    case_file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="members")
    org = models.CharField(max_length=80, db_collation="C", db_index=True)
    is_head = models.BooleanField()
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    row_hash = models.CharField(max_length=64, **TEXT)
    open_file = models.BooleanField(default=True)
    left_on = models.DateField(null=True)

    number_sealed = models.BinaryField(null=True)
    number_hash = models.BinaryField(max_length=16, null=True)
    number_last_four = models.CharField(max_length=4, **TEXT)
    number_state = models.CharField(max_length=10, choices=NumberState.choices)
    number_doubt = models.CharField(max_length=20, **TEXT)
    name = models.TextField()
    note = models.TextField(**TEXT)
    folded = models.CharField(max_length=200, db_collation="C", **TEXT)
    # Sorted by syllables; found without the spaces, and by initials.
    pinyin = models.CharField(max_length=400, db_collation="C", **TEXT)
    pinyin_joined = models.CharField(max_length=400, db_collation="C", **TEXT)
    initials = models.CharField(max_length=100, db_collation="C", **TEXT)
    relation = models.TextField(**TEXT)
    ethnic_group = models.TextField(**TEXT)
    sex = models.TextField(**TEXT)
    political_status = models.TextField(**TEXT)
    birth_date = models.DateField(null=True)
    age = models.BigIntegerField(null=True)
    health = models.TextField(**TEXT)
    illness_or_disability = models.TextField(**TEXT)
    work_status = models.TextField(**TEXT)
    person_status = models.TextField(**TEXT)
    model_worker = models.TextField(**TEXT)
    mobile = models.TextField(**TEXT)
    other_contact = models.TextField(**TEXT)
    started_work = models.DateField(null=True)
    industry = models.TextField(**TEXT)
    marital_status = models.TextField(**TEXT)
    household_registration = models.TextField(**TEXT)
    medical_insurance = models.TextField(**TEXT)
    employer = models.ForeignKey(Employer, on_delete=models.PROTECT, null=True)
    employer_or_school = models.TextField(**TEXT)
    employer_code = models.TextField(**TEXT)
    employer_nature = models.TextField(**TEXT)
    enterprise_state = models.TextField(**TEXT)
    education = models.TextField(**TEXT)
    enrolled = models.BigIntegerField(null=True)
    schooling_years = models.BigIntegerField(null=True)
    contract_signed = models.DateField(null=True)
    contract_term = models.TextField(**TEXT)
    remark = models.TextField(**TEXT)
    # Where the person stands in the workbook that last said something new: file/sheet:row.
    source = models.TextField(**TEXT)
    as_written_sealed = models.BinaryField(null=True)
    doubts = models.JSONField(default=list)

    class Meta:
        """One person in one open file, and one head per file: the database says so."""

        constraints = [
            models.UniqueConstraint(
                fields=["number_hash"],
                condition=Q(open_file=True, left_on__isnull=True, number_hash__isnull=False),
                name="one_person_in_one_open_file",
            ),
            models.UniqueConstraint(fields=["case_file"], condition=Q(is_head=True), name="one_head_per_file"),
        ]
        indexes = [
            models.Index(fields=["number_last_four"], name="member_by_last_four"),
            models.Index(fields=["pinyin_joined"], name="member_by_pinyin"),
            models.Index(fields=["initials"], name="member_by_initials"),
            models.Index(fields=["folded"], name="member_by_folded"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
