"""A function that says which persons stand in an open file outside the asker's scope: that they do, and nothing else (STACK 3, trap 5)."""

from django.conf import settings
from django.db import migrations

from bangfu.ground.acts.rls import in_scope

ELSEWHERE = migrations.RunSQL(
    [
        "CREATE POLICY registry_member_owner ON registry_member FOR SELECT TO CURRENT_USER USING (true)",
        f"""CREATE FUNCTION registry_elsewhere(hashes bytea[]) RETURNS SETOF bytea
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT number_hash FROM registry_member
            WHERE number_hash = ANY (hashes) AND open_file AND left_on IS NULL AND NOT coalesce({in_scope()}, false)
        $$""",
        "REVOKE ALL ON FUNCTION registry_elsewhere(bytea[]) FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION registry_elsewhere(bytea[]) TO {settings.APP_ROLE}",
    ],
    [
        "DROP FUNCTION registry_elsewhere(bytea[])",
        "DROP POLICY registry_member_owner ON registry_member",
    ],
)
