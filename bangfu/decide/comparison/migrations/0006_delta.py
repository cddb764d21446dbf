"""What a run needs to look only at what changed since the run before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """By which a file, and a dataset, is known to be as it was."""

    dependencies = [("comparison", "0005_duplicates")]
    operations = [
        migrations.AddField("compared", "file_version", models.PositiveIntegerField(null=True)),
        migrations.AlterField("compared", "run_id", models.UUIDField(db_index=True)),
        migrations.AddField("run", "delta", models.BooleanField(default=False)),
        migrations.AddField("run", "not_again", models.IntegerField(null=True)),
        migrations.AddField("run", "signatures", models.JSONField(default=dict)),
    ]
