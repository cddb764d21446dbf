"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import append_only, scoped


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("trail", "0001_initial")]
    operations = [
        scoped("trail_look"),
        append_only("trail_look"),
    ]
