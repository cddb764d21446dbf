"""Who sees and changes these rows."""

from django.db import migrations

from bangfu.ground.acts.rls import scoped
from bangfu.ground.trail.history import guarded_history


# Refused only with an approved case, in whose opinions another person than the proposer agreed (ground/approval keeps that).
REFUSED = """
CREATE FUNCTION identification_keep_refused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'refused' AND NOT EXISTS (
        SELECT FROM approval_case WHERE subject_type = 'identification.refusal' AND subject_id = NEW.id AND state = 'approved'
    ) THEN
        RAISE EXCEPTION 'nobody is refused by one person' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identification_keep_refused BEFORE INSERT OR UPDATE ON identification_determination
    FOR EACH ROW WHEN (NEW.state = 'refused') EXECUTE FUNCTION identification_keep_refused();
"""
NOT_REFUSED = "DROP TRIGGER identification_keep_refused ON identification_determination; DROP FUNCTION identification_keep_refused();"


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("identification", "0001_initial"), ("approval", "0002_guard")]
    operations = [
        scoped("identification_determination"),
        scoped("identification_settlement"),
        *guarded_history("identification_determinationevent", "identification_settlementevent"),
        migrations.RunSQL(REFUSED, NOT_REFUSED),
    ]
