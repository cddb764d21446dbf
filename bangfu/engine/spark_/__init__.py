"""The comparison on Spark, for a province and past it: the same declared datasets, rules and queries as on DuckDB."""
