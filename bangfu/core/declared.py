"""What is declared in YAML: forms, code lists, rules, datasets. Texts in, plain values out."""

from typing import Any

import yaml

# libyaml is far faster than its likeness in Python, and the wheels have it; a build without it reads the same.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def declared_in(text: str) -> Any:
    """As yaml.safe_load. Raises yaml.YAMLError."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506, one of the two safe loaders
