"""Where a running instance writes."""

import os
from pathlib import Path


def home_folder() -> Path:
    """The folder that a running instance writes to: BANGFU_HOME, else ``.bangfu`` where it was started. It may not exist yet."""
    return Path(os.environ.get("BANGFU_HOME") or ".bangfu").resolve()
