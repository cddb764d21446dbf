"""The rival at one tenth: Splink's deterministic link of the register with all keyed department rows, by number. No rule is asked."""

import duckdb
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.bench_data import Bench


def link_keyed(bench: Bench) -> int:
    """How many pairs have the same number."""
    connection = duckdb.connect()
    connection.execute(f"""CREATE TABLE people AS SELECT pid AS unique_id, key, name
        FROM read_parquet('{bench.work / "register" / "filed.parquet"}') WHERE key IS NOT NULL""")
    parts = [
        f"SELECT concat('{dataset}', row) AS unique_id, key, name FROM read_parquet('{file}') WHERE key IS NOT NULL"
        for dataset, delivery in bench.staged.items()
        for file in delivery.staged
    ]
    connection.execute(f"CREATE TABLE entries AS {' UNION ALL '.join(parts)}")
    connection.execute(
        "CREATE TABLE people_text AS SELECT CAST(unique_id AS VARCHAR) AS unique_id, key, name FROM people"
    )
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(link_type="link_only", blocking_rules_to_generate_predictions=[block_on("key")])
    tables = [
        api.register(
            connection.table(table).to_arrow_table(), table_name=f"side_{at}", dataset_display_name=f"side_{at}"
        )
        for at, table in enumerate(("people_text", "entries"))
    ]
    linked = Linker(tables, settings, log_level=None, validate_settings=False).inference.deterministic_link()
    answer = connection.execute(f"SELECT count(*) FROM {linked.physical_name}").fetchone()
    connection.close()
    return int(answer[0]) if answer else 0
