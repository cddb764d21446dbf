"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import scoped
from bangfu.ground.trail.history import guarded_history
from bangfu.record.registry.elsewhere import ELSEWHERE


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("registry", "0001_initial")]
    operations = [
        scoped("registry_household"),
        scoped("registry_casefile"),
        scoped("registry_member"),
        scoped("registry_cause"),
        scoped("registry_dwelling"),
        scoped("registry_income"),
        scoped("registry_expenditure"),
        scoped("registry_bankaccount"),
        scoped("registry_consent"),
        scoped("registry_batch"),
        scoped("registry_chunk"),
        *guarded_history(
            "registry_casefileevent",
            "registry_memberevent",
            "registry_causeevent",
            "registry_dwellingevent",
            "registry_incomeevent",
            "registry_expenditureevent",
            "registry_bankaccountevent",
            "registry_consentevent",
        ),
        ELSEWHERE,
    ]
