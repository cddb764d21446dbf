"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import append_only, scoped


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("acts", "0001_initial")]
    operations = [
        scoped("acts_entry"),
        append_only("acts_entry"),
    ]
