"""Duties apart; what was looked at behind broken glass stays."""

from django.db import migrations

from bangfu.ground.access.duties import duties_apart
from bangfu.ground.acts.rls import append_only, scoped


class Migration(migrations.Migration):
    """Incompatible roles are refused from the first appointment on."""

    dependencies = [("access", "0001_initial")]
    operations = [
        duties_apart(),
        scoped("access_glasspage"),
        append_only("access_glasspage"),
    ]
