"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import in_scope_or_above, scoped
from bangfu.ground.trail.history import guarded_history


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("comparison", "0001_initial")]
    operations = [
        scoped("comparison_run", read=in_scope_or_above()),
        scoped("comparison_compared"),
        scoped("comparison_finding"),
        *guarded_history("comparison_findingevent"),
    ]
