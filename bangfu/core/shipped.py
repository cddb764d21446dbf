"""Where the files that ship with the product lie: in the checkout beside the package, in a wheel inside of it."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def policy_folder() -> Path:
    """The folder of dated rules, forms and code lists."""
    beside = _PACKAGE.parent / "policy"
    return beside if (beside / "forms").is_dir() else _PACKAGE / "policy"
