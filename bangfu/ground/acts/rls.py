"""Migration steps: row-level security that fails closed, append-only tables, columns filled by the act."""

from django.conf import settings
from django.db import migrations, models

# The path range: '0' follows '/' in C order, so that app.scope_end is the first path behind all paths below app.scope. A setting of
# an ended transaction is '' and not NULL (STACK 3, trap 1): nothing is smaller than '', so that it means nothing, never everything.
#
# Not wrapped in SELECT, as STACK 3 has it: wrapped, the planner cannot see the value, takes every scope for a two-hundredth of the
# table, and sorts 100,000 files where it could read 50 from an index (benchmarks/lists.py). As an index condition the setting is read once.
# What concerns no row is wrapped: it is asked once per statement.
_NAMED = "(SELECT current_setting('app.actor', true) <> '' AND current_setting('app.purpose', true) <> '')"


_REFUSE = """
    CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN
        IF coalesce(current_setting('app.erasing', true), '') <> 'lawfully' THEN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NULL;
    END $$
"""


def in_scope(column: str = "org") -> str:
    """The condition: inside the actor's scope, and an actor and a purpose are named."""
    inside = f"{column} >= current_setting('app.scope', true) AND {column} < current_setting('app.scope_end', true)"
    return f"({inside} AND {_NAMED})"


def in_scope_or_above(column: str = "org") -> str:
    """As ``in_scope``, and what belongs to an organisation above the actor's: a delivery, a run."""
    above = f"(left(current_setting('app.scope', true), length({column})) = {column} AND {_NAMED})"
    return f"({in_scope(column)} OR {above})"


def scoped(table: str, *, read: str | None = None, write: str | None = None) -> migrations.RunSQL:
    """Enable and force row-level security: rows are seen and written inside the actor's scope only."""
    read, write = read or in_scope(), write or in_scope()
    return migrations.RunSQL(
        [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {table}_read ON {table} FOR SELECT USING {read}",
            f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK {write}",
            f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING {write} WITH CHECK {write}",
            f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING {write}",
        ],
        [
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            *(f"DROP POLICY {table}_{what} ON {table}" for what in ("read", "insert", "update", "delete")),
        ],
    )


def append_only(*tables: str) -> migrations.RunSQL:
    """The app role may add and read, and neither change nor remove; whoever owns the tables does neither by mistake.

    What must go by law is taken away by ``trail_erase`` (trail 0002), which says so to the trigger.
    """
    role = settings.APP_ROLE
    listed = ", ".join(tables)
    return migrations.RunSQL(
        [
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {listed} FROM {role}",
            _REFUSE,
            *(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} EXECUTE FUNCTION append_only()"
                for table in tables
            ),
        ],
        [
            f"GRANT UPDATE, DELETE ON {listed} TO {role}",
            *(f"DROP TRIGGER append_only ON {table}" for table in tables),
        ],
    )


class CurrentAct(models.Func):
    """The act_id of the open act, read by the database; NULL outside of one."""

    template = "nullif(current_setting('app.act', true), '')::uuid"
    output_field = models.UUIDField()
    arity = 0


class CurrentTransaction(models.Func):
    """The number of the open transaction, which forces one: what is sealed is in the order of these numbers (``trail/seals.py``)."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()
    arity = 0
