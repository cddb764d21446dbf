"""Filters of the pages that bring something in."""

from django import template

from bangfu.record.sources.places import place_name
from bangfu.terminals.desk.words import translated

register = template.Library()


@register.filter
def place(code: str) -> str:
    """The name of a division in the page's language; a code that is not known stays a code."""
    return translated(place_name(code))
