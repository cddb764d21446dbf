"""Row history: every insert, change and removal of a tracked table, bulk writes and raw SQL included, by triggers.

The act's id reaches the event rows as a column default that reads the transaction's setting: pghistory's own context would need
the right to update it, which an append-only trail must not have (STACK 3).
"""

from collections.abc import Callable
from typing import TypeVar

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models
from pghistory.core import event_models

from bangfu.ground.acts.rls import CurrentAct, CurrentTransaction, append_only, scoped

Tracked = TypeVar("Tracked", bound=type[models.Model])


def tracked(model_name: str) -> Callable[[Tracked], Tracked]:
    """Keep the history of a model in ``<model_name>``; the model has ``org``, and so have its events."""
    track: Callable[[Tracked], Tracked] = pghistory.track(
        pghistory.InsertEvent("added"),
        pghistory.UpdateEvent("changed"),
        pghistory.DeleteEvent("removed"),
        level=pgtrigger.Statement,
        context_field=None,  # type: ignore[arg-type]  # None is documented, and not typed
        model_name=model_name,
        attrs={
            "act_id": models.UUIDField(null=True, db_default=CurrentAct()),
            "xact": models.BigIntegerField(db_default=CurrentTransaction()),
        },
        # What is not sealed yet is found by it. Rows come nearly in this order: a BRIN index costs a write nearly nothing.
        meta={"indexes": [BrinIndex(fields=["xact"], autosummarize=True)]},
    )
    return track


def guarded_history(*tables: str) -> list[migrations.RunSQL]:
    """Migration steps for event tables: the same scope as the rows, and append-only."""
    return [*(scoped(table) for table in tables), append_only(*tables)]


def events_of(model: type[models.Model]) -> type[models.Model]:
    """The table of a tracked model's history."""
    (found,) = event_models(tracks_model=model)
    return found
