"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import in_scope_or_above, scoped


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("sources", "0001_initial")]
    operations = [
        scoped("sources_delivery", read=in_scope_or_above()),
    ]
