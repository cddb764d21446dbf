"""Duties apart."""

from django.db import migrations

from bangfu.ground.access.duties import duties_apart


class Migration(migrations.Migration):
    """Incompatible roles are refused from the first appointment on."""

    dependencies = [("access", "0001_initial")]
    operations = [duties_apart()]
