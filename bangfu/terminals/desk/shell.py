"""What surrounds every page: menu, counts, who is signed in."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of every template."""
    return {"actor": getattr(request, "actor", None)}
