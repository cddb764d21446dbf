"""Migration steps: row-level security that fails closed, append-only tables, columns filled by the act."""

from django.conf import settings
from django.db import migrations, models

# The path range: '0' follows '/' in C order. A setting of an ended transaction is '' and not NULL: it must mean nothing, never
# everything; nor may '/', which every path begins with. Wrapped in SELECT it is evaluated once per statement and can use the
# index (STACK 3).
_SCOPE = "(SELECT nullif(nullif(current_setting('app.scope', true), ''), '/'))"
_PURPOSE = "(SELECT nullif(current_setting('app.purpose', true), ''))"
_ACTOR = "(SELECT nullif(current_setting('app.actor', true), ''))"


def in_scope(column: str = "org") -> str:
    """The condition: inside the actor's scope, and an actor and a purpose are named."""
    inside = f"{column} >= {_SCOPE} AND {column} < left({_SCOPE}, -1) || '0'"
    return f"({inside} AND {_ACTOR} IS NOT NULL AND {_PURPOSE} IS NOT NULL)"


def in_scope_or_above(column: str = "org") -> str:
    """As ``in_scope``, and what belongs to an organisation above the actor's: a delivery, a policy, a batch of rules."""
    above = f"(left({_SCOPE}, length({column})) = {column} AND {_ACTOR} IS NOT NULL AND {_PURPOSE} IS NOT NULL)"
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
    """The app role may add and read, and neither change nor remove."""
    role = settings.APP_ROLE
    listed = ", ".join(tables)
    return migrations.RunSQL(
        [f"REVOKE UPDATE, DELETE, TRUNCATE ON {listed} FROM {role}"],
        [f"GRANT UPDATE, DELETE ON {listed} TO {role}"],
    )


class CurrentAct(models.Func):
    """The act_id of the open act, read by the database; NULL outside of one."""

    template = "nullif(current_setting('app.act', true), '')::uuid"
    output_field = models.UUIDField()
    arity = 0
