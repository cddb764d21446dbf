"""Loaded before Django's settings are: the tests have a home of their own, kept between runs, never that of a running instance."""

import os
from pathlib import Path

HOME = Path(os.environ.get("BANGFU_TEST_HOME", Path(__file__).parents[1] / ".bangfu" / "test"))
os.environ["BANGFU_HOME"] = str(HOME)
# Nothing of a test outlives a power cut: the database need not wait for the disk.
os.environ["BANGFU_DATABASE_FAST"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "bangfu.site.settings"
os.environ.pop("DATABASE_URL", None)
os.environ.pop("BANGFU_DATABASE_URL", None)
