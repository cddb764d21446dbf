"""The comparison on DuckDB: numbers and values at scale, facts, judgement."""
