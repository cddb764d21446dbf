"""Who sees and changes these rows, and the four eyes kept by the database, whoever writes to it as the app."""

from django.conf import settings
from django.db import migrations

from bangfu.ground.acts.rls import append_only, in_scope, scoped
from bangfu.ground.trail.history import guarded_history

# An opinion is written by the person that it names.
_BY_ACTOR = f"({in_scope()} AND person_id::text = current_setting('app.actor', true))"

PARTS = """
ALTER TABLE approval_case ADD CONSTRAINT approval_case_proposer_part
    FOREIGN KEY (subject_type, subject_id, proposer_id, proposing)
    REFERENCES approval_part (subject_type, subject_id, person_id, capacity);
ALTER TABLE approval_case ADD CONSTRAINT approval_case_proposer_behalf_part
    FOREIGN KEY (subject_type, subject_id, proposer_behalf_id, proposing)
    REFERENCES approval_part (subject_type, subject_id, person_id, capacity);
ALTER TABLE approval_opinion ADD CONSTRAINT approval_opinion_part
    FOREIGN KEY (subject_type, subject_id, person_id, capacity)
    REFERENCES approval_part (subject_type, subject_id, person_id, capacity);
ALTER TABLE approval_opinion ADD CONSTRAINT approval_opinion_behalf_part
    FOREIGN KEY (subject_type, subject_id, behalf_id, capacity)
    REFERENCES approval_part (subject_type, subject_id, person_id, capacity);
"""
NO_PARTS = """
ALTER TABLE approval_case DROP CONSTRAINT approval_case_proposer_part, DROP CONSTRAINT approval_case_proposer_behalf_part;
ALTER TABLE approval_opinion DROP CONSTRAINT approval_opinion_part, DROP CONSTRAINT approval_opinion_behalf_part;
"""
# A case: begins undecided, its frozen columns stay, closed is final, approved only when every step that its chain needs is done.
CASE = """
CREATE FUNCTION approval_keep_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'deciding' THEN
            RAISE EXCEPTION 'a case begins undecided' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'deciding' THEN
        RAISE EXCEPTION 'a closed case stays as it is' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    IF (to_jsonb(OLD) - ARRAY['state', 'version', 'closed_at']) IS DISTINCT FROM
       (to_jsonb(NEW) - ARRAY['state', 'version', 'closed_at']) THEN
        RAISE EXCEPTION 'what was proposed is frozen' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    IF NEW.state = 'approved' AND (
        EXISTS (SELECT FROM approval_step WHERE case_id = NEW.id AND NOT done)
        OR (SELECT count(DISTINCT opinion.person_id) FROM approval_step AS step
            JOIN approval_opinion AS opinion ON opinion.id = step.opinion_id
            WHERE step.case_id = NEW.id AND step.done AND NOT step.added) < NEW.steps_needed
    ) THEN
        RAISE EXCEPTION 'not every step is done' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_keep_case BEFORE INSERT OR UPDATE ON approval_case
    FOR EACH ROW EXECUTE FUNCTION approval_keep_case();
"""
NO_CASE = "DROP TRIGGER approval_keep_case ON approval_case; DROP FUNCTION approval_keep_case();"
# A step: belongs to an open case, what it asks for stays, done by an approving opinion of its own case, step and capacity on the case's content.
STEP = """
CREATE FUNCTION approval_keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM approval_case WHERE id = NEW.case_id AND state = 'deciding') THEN
        RAISE EXCEPTION 'the case is not open' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    IF TG_OP = 'UPDATE' AND
       (to_jsonb(OLD) - ARRAY['turn', 'done', 'due_on', 'assigned_id', 'assigned_name', 'behalf_id', 'behalf_name', 'opinion_id'])
       IS DISTINCT FROM
       (to_jsonb(NEW) - ARRAY['turn', 'done', 'due_on', 'assigned_id', 'assigned_name', 'behalf_id', 'behalf_name', 'opinion_id']) THEN
        RAISE EXCEPTION 'a step stays as it was' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    IF NEW.done AND NOT EXISTS (
        SELECT FROM approval_opinion AS opinion JOIN approval_case AS held ON held.id = opinion.case_id
        WHERE opinion.id = NEW.opinion_id AND opinion.case_id = NEW.case_id AND opinion.kind = 'approve'
          AND opinion.place = NEW.place AND opinion.capacity = NEW.code AND opinion.content_sha256 = held.content_sha256
          AND (NEW.behalf_id IS NULL OR opinion.behalf_id = NEW.behalf_id)
    ) THEN
        RAISE EXCEPTION 'a step is done by an opinion' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_keep_step BEFORE INSERT OR UPDATE ON approval_step
    FOR EACH ROW EXECUTE FUNCTION approval_keep_step();
"""
NO_STEP = "DROP TRIGGER approval_keep_step ON approval_step; DROP FUNCTION approval_keep_step();"
# An opinion speaks of the subject of its case, and of the text whose hash it names.
OPINION = """
CREATE FUNCTION approval_keep_opinion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM approval_case AS held WHERE held.id = NEW.case_id AND held.state = 'deciding'
          AND held.subject_type = NEW.subject_type AND held.subject_id = NEW.subject_id AND held.org = NEW.org
    ) OR encode(sha256(convert_to(NEW.seen, 'UTF8')), 'hex') <> NEW.content_sha256 THEN
        RAISE EXCEPTION 'an opinion is on its case' USING ERRCODE = 'check_violation', CONSTRAINT = 'approval_guard';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_keep_opinion BEFORE INSERT ON approval_opinion
    FOR EACH ROW EXECUTE FUNCTION approval_keep_opinion();
"""
NO_OPINION = "DROP TRIGGER approval_keep_opinion ON approval_opinion; DROP FUNCTION approval_keep_opinion();"


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("approval", "0001_initial")]
    operations = [
        scoped("approval_part"),
        scoped("approval_case"),
        scoped("approval_opinion", write=_BY_ACTOR),
        scoped("approval_step"),
        *guarded_history("approval_caseevent", "approval_opinionevent", "approval_stepevent"),
        append_only("approval_part", "approval_opinion"),
        migrations.RunSQL(
            f"REVOKE DELETE, TRUNCATE ON approval_case, approval_step FROM {settings.APP_ROLE}",
            f"GRANT DELETE ON approval_case, approval_step TO {settings.APP_ROLE}",
        ),
        migrations.RunSQL(PARTS, NO_PARTS),
        migrations.RunSQL(CASE, NO_CASE),
        migrations.RunSQL(STEP, NO_STEP),
        migrations.RunSQL(OPINION, NO_OPINION),
    ]
