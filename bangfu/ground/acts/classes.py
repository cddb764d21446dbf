"""Every field of every table has a class of sensitivity; it drives masking, export and retention (PIPL articles 28 to 31)."""

from collections.abc import Mapping
from enum import StrEnum

from django.db import models


class Sensitivity(StrEnum):
    """``MINOR`` is data of children under 14: what a member's birth date makes it, whatever the field."""

    PUBLIC = "public"
    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"
    MINOR = "minor"


def classes(*, public: str = "", ordinary: str = "", sensitive: str = "", minor: str = "") -> dict[str, Sensitivity]:
    """Names of fields, separated by spaces, by class."""
    named = {"public": public, "ordinary": ordinary, "sensitive": sensitive, "minor": minor}
    return {field: Sensitivity(name) for name, fields in named.items() for field in fields.split()}


def sensitivity_of(model: type[models.Model], field: str) -> Sensitivity:
    """The class of a field; KeyError where nobody has classed it (a habit test keeps that from happening)."""
    declared: Mapping[str, Sensitivity] = model.SENSITIVITY  # type: ignore[attr-defined]
    return declared[field]
