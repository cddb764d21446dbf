"""Who sees and changes these rows, and how a row goes that must go by law."""

from django.conf import settings
from django.db import migrations

from bangfu.ground.acts.rls import append_only, scoped

# Salts and commitments are for whoever seals and checks, and for no page.
_SEALING = "(current_setting('app.purpose', true) = 'sealing')"

# Runs as the owner of the tables, since the app may take nothing away: only inside of an act, only rows in the act's scope, only
# what is sealed, and never without saying so. The leaf stays without its salt: the tree still adds up, and says nothing any more.
_ERASE = """
    CREATE FUNCTION trail_erase(erased_table text, erased_rows bigint[], why text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    DECLARE
        key_column text;
        gone bigint;
        purpose text := current_setting('app.purpose', true);
        range_start text := current_setting('app.scope', true);
        range_end text := current_setting('app.scope_end', true);
    BEGIN
        IF coalesce(current_setting('app.act', true), '') = '' OR coalesce(range_start, '') = '' THEN
            RAISE EXCEPTION 'erasing is an act' USING ERRCODE = 'insufficient_privilege';
        END IF;
        SELECT key INTO STRICT key_column FROM trail_shape WHERE "table" = erased_table AND "table" LIKE '%event' LIMIT 1;
        PERFORM set_config('app.erasing', 'lawfully', true), set_config('app.purpose', 'sealing', true);
        EXECUTE format(
            'WITH gone AS (DELETE FROM %1$I AS r USING trail_leaf AS l, trail_shape AS s
                WHERE s."table" = %1$L AND l.shape = s.id AND l.row_id = r.%2$I AND r.%2$I = ANY($1) AND r.org >= $2 AND r.org < $3
                RETURNING r.%2$I AS row_id, r.org),
             unsalted AS (UPDATE trail_leaf AS l SET salt = NULL FROM gone, trail_shape AS s
                WHERE s."table" = %1$L AND l.shape = s.id AND l.row_id = gone.row_id RETURNING 1)
             INSERT INTO trail_erasure ("table", row_id, org, reason)
             SELECT %1$L, row_id, org, $4 FROM gone',
            erased_table, key_column) USING erased_rows, range_start, range_end, why;
        GET DIAGNOSTICS gone = ROW_COUNT;
        PERFORM set_config('app.erasing', '', true), set_config('app.purpose', purpose, true);
        RETURN gone;
    END $$
"""


class Migration(migrations.Migration):
    """Row-level security from the first row on."""

    dependencies = [("trail", "0001_initial")]
    operations = [
        scoped("trail_look"),
        scoped("trail_erasure"),
        scoped("trail_leaf", read=_SEALING, write=_SEALING),
        append_only("trail_look", "trail_erasure", "trail_leaf", "trail_shape", "trail_checkpoint", "trail_received"),
        migrations.RunSQL(
            [
                _ERASE,
                "REVOKE ALL ON FUNCTION trail_erase(text, bigint[], text) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION trail_erase(text, bigint[], text) TO {settings.APP_ROLE}",
            ],
            ["DROP FUNCTION trail_erase(text, bigint[], text)"],
        ),
    ]
