"""Settings for all tests."""

from hypothesis import settings

# How long one example takes is the machine's affair; speed is shown in benchmarks/.
settings.register_profile("bangfu", deadline=None, print_blob=True)
settings.load_profile("bangfu")

pytest_plugins = ["tests.database"]
