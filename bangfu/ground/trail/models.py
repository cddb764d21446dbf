"""Who looked at what of a household's sensitive data; and the tree in which everything that happened is sealed (``seals.py``)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from bangfu.ground.acts.classes import classes
from bangfu.ground.acts.rls import CurrentAct, CurrentTransaction


class Look(models.Model):
    """Append-only: one row per person, household and reading. ``fields`` are names of fields, never their values.

    ``stands_for_id`` and ``glass_id`` as in an entry.
    """

    SENSITIVITY = classes(
        public="at role organisation purpose org household_id page fields glass_id xact",
        ordinary="person_id person_name stands_for_id",
    )
    at = models.DateTimeField(db_default=Now())
    person_id = models.UUIDField()
    person_name = models.CharField(max_length=100)
    role = models.CharField(max_length=30)
    organisation = models.CharField(max_length=30)
    purpose = models.CharField(max_length=30)
    stands_for_id = models.UUIDField(null=True)
    glass_id = models.UUIDField(null=True)
    org = models.CharField(max_length=80, db_collation="C")
    household_id = models.UUIDField()
    page = models.CharField(max_length=60)
    fields = ArrayField(models.CharField(max_length=60))
    xact = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        """Read by household and by person."""

        indexes = [
            models.Index(fields=["household_id", "-id"], name="look_by_household"),
            models.Index(fields=["person_id", "-id"], name="look_by_person"),
            BrinIndex(fields=["xact"], autosummarize=True, name="look_by_xact"),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.at:%Y-%m-%d %H:%M}"


class Shape(models.Model):
    """Which columns of a table are sealed, in which order: a table that gains one later gets another shape for its later rows."""

    SENSITIVITY = classes(public="id table key columns")
    id = models.SmallAutoField(primary_key=True)
    table = models.CharField(max_length=63)
    key = models.CharField(max_length=63)
    columns = ArrayField(models.CharField(max_length=63))

    class Meta:
        """Each once."""

        constraints = [models.UniqueConstraint(fields=["table", "key", "columns"], name="shape_once")]

    def __str__(self) -> str:
        return self.table


class Leaf(models.Model):
    """A leaf of the tree: which row, and the salted commitment to what it says. Without its salt it says nothing of the row any more."""

    SENSITIVITY = classes(public="position shape row_id xact commitment", ordinary="salt")
    position = models.BigIntegerField(primary_key=True)
    shape = models.SmallIntegerField()
    row_id = models.BigIntegerField()
    xact = models.BigIntegerField()
    salt = models.BinaryField(null=True)
    commitment = models.BinaryField()

    class Meta:
        """A row is sealed once."""

        constraints = [models.UniqueConstraint(fields=["shape", "row_id"], name="leaf_once")]

    def __str__(self) -> str:
        return str(self.position)


class Checkpoint(models.Model):
    """The tree as it was after one sealing: ``text`` is the signed checkpoint, ``edge`` what is needed to go on from it.

    Everything of transactions below ``horizon`` is in the tree; ``cluster`` says in which database server these numbers count.
    """

    SENSITIVITY = classes(public="size horizon cluster edge text at")
    size = models.BigIntegerField(primary_key=True)
    horizon = models.BigIntegerField()
    cluster = models.CharField(max_length=40)
    edge = models.BinaryField()
    text = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.size)


class Erasure(models.Model):
    """A row of the trail that was taken away by law, by which act, and why. It is sealed like everything else."""

    SENSITIVITY = classes(public="table row_id org reason act_id at xact")
    table = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    org = models.CharField(max_length=80, db_collation="C")
    reason = models.CharField(max_length=40)
    act_id = models.UUIDField(db_default=CurrentAct())
    at = models.DateTimeField(db_default=Now())
    xact = models.BigIntegerField(db_default=CurrentTransaction())

    class Meta:
        """A row goes once."""

        constraints = [models.UniqueConstraint(fields=["table", "row_id"], name="erased_once")]
        indexes = [BrinIndex(fields=["xact"], autosummarize=True, name="erasure_by_xact")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class Received(models.Model):
    """A checkpoint of a union below, as it was handed over: what its later ones must have grown out of."""

    SENSITIVITY = classes(public="organisation size text received_at")
    organisation = models.CharField(max_length=30)
    size = models.BigIntegerField()
    text = models.TextField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        """One history per union."""

        constraints = [models.UniqueConstraint(fields=["organisation", "size"], name="received_once")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.size}"
