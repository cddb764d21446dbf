"""Migration steps: incompatible roles are refused by the database, whoever writes and however (``models.Duty``)."""

from django.conf import settings
from django.db import migrations

from bangfu.ground.access.rules import INCOMPATIBLE

# Runs with the rights of the tables' owner: the app role itself may not write duties.
_KEEP = """
CREATE FUNCTION access_keep_duties() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE held_role text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM access_duty WHERE source = OLD.id;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN NULL;
    END IF;
    IF TG_TABLE_NAME = 'access_delegation' THEN
        SELECT role INTO held_role FROM access_appointment WHERE id = (to_jsonb(NEW) ->> 'appointment_id')::uuid;
    ELSE
        held_role := to_jsonb(NEW) ->> 'role';
    END IF;
    INSERT INTO access_duty (source, account_id, pair, side, period)
        SELECT NEW.id, NEW.account_id, number, CASE WHEN one = held_role THEN 1 ELSE 2 END, NEW.period
        FROM access_incompatible WHERE held_role IN (one, other);
    RETURN NULL;
END $$
"""
# An appointment is ended and another one made: what is delegated, or was told in the trail, must not become something else.
_STAYS = """
CREATE FUNCTION access_appointment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.account_id, NEW.organisation_id, NEW.role) IS DISTINCT FROM (OLD.account_id, OLD.organisation_id, OLD.role) THEN
        RAISE EXCEPTION 'an appointment keeps its person, organisation and role'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_stays';
    END IF;
    RETURN NEW;
END $$
"""
_TABLES = ("access_appointment", "access_delegation")


def duties_apart() -> migrations.RunSQL:
    """Fill the pairs, keep duties by triggers, and take the right to write either away from the app role."""
    pairs = ", ".join(f"({pair.number}, '{pair.one.value}', '{pair.other.value}')" for pair in INCOMPATIBLE)
    role = settings.APP_ROLE
    return migrations.RunSQL(
        [
            f"INSERT INTO access_incompatible (number, one, other) VALUES {pairs}",
            _KEEP,
            _STAYS,
            *(
                f"CREATE TRIGGER keep_duties AFTER INSERT OR UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION access_keep_duties()"
                for table in _TABLES
            ),
            "CREATE TRIGGER stays BEFORE UPDATE ON access_appointment FOR EACH ROW EXECUTE FUNCTION access_appointment_stays()",
            "REVOKE EXECUTE ON FUNCTION access_keep_duties() FROM PUBLIC",
            f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON access_incompatible, access_duty FROM {role}",
        ],
        [
            "DROP TRIGGER stays ON access_appointment",
            *(f"DROP TRIGGER keep_duties ON {table}" for table in _TABLES),
            "DROP FUNCTION access_keep_duties, access_appointment_stays",
            f"GRANT INSERT, UPDATE, DELETE ON access_incompatible, access_duty TO {role}",
            "DELETE FROM access_incompatible",
        ],
    )
