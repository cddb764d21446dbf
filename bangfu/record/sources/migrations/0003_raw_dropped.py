"""Since when a delivery's rows are gone; one in use has them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """A column and its constraint."""

    dependencies = [("sources", "0002_guard")]
    operations = [
        migrations.AddField("delivery", "raw_dropped_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "delivery",
            models.CheckConstraint(
                condition=Q(("state", "active"), _negated=True) | Q(("raw_dropped_at__isnull", True)),
                name="delivery_in_use_has_its_rows",
            ),
        ),
    ]
