"""The headings of the archive workbook, read from policy/forms/archive.yaml."""

from functools import cache

from bangfu.core.declared import declared_in
from bangfu.core.shipped import policy_folder


@cache
def headings(part: str) -> tuple[str, ...]:
    """The first names of the columns of a sheet ("worker" or "member"), in the form's order."""
    form = declared_in((policy_folder() / "forms" / "archive.yaml").read_text(encoding="utf-8"))
    return tuple(field["heading"] for field in form[part].values())


@cache
def registry_headings() -> tuple[str, ...]:
    """The headings of both sheets together, each once."""
    return tuple(dict.fromkeys((*headings("worker"), *headings("member"))))
