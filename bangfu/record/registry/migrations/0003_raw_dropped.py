"""Since when an uploaded workbook is gone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column."""

    dependencies = [("registry", "0002_guard")]
    operations = [migrations.AddField("batch", "raw_dropped_at", models.DateTimeField(null=True))]
