"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import scoped
from bangfu.ground.trail.history import guarded_history


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("identification", "0001_initial")]
    operations = [
        scoped("identification_determination"),
        scoped("identification_settlement"),
        *guarded_history("identification_determinationevent", "identification_settlementevent"),
    ]
