"""What the tests of the figures share."""

from tests.terminals.desk.conftest import built_assets, union, union_database

__all__ = ["built_assets", "union", "union_database"]
