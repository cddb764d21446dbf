"""Places that a delivery may cover, by name and by code (policy/divisions.yaml)."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bangfu.core.declared import declared_in
from bangfu.core.shipped import policy_folder
from bangfu.record.sources.provinces import PROVINCES

_BETWEEN = re.compile(r"[,，、;；\s]+")


def place_name(code: str) -> str:
    """The name of a division or a province, or its code where it is not known."""
    declared = _declared().get(code)
    return str(declared["name"]) if declared else PROVINCES.get(code, code)


def codes_in(text: str) -> tuple[str, ...]:
    """Codes and names, separated by anything; a name that is not known stays as it is, for whoever checks the codes to refuse."""
    by_name = {name: code for code, entry in _declared().items() for name in (entry["name"], *entry.get("aliases", ()))}
    return tuple(by_name.get(part, part) for part in _BETWEEN.split(text.strip()) if part)


@lru_cache(maxsize=1)
def _declared() -> Mapping[str, Any]:
    found: Mapping[str, Any] = declared_in((policy_folder() / "divisions.yaml").read_text("utf-8"))
    return found
