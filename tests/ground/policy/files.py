"""Small policy files for the tests."""

from pathlib import Path
from textwrap import dedent

from bangfu.ground.policy.files import PlacePolicy, read_places

COUNTY, PREFECTURE = "/53/5329/532923/", "/53/5329/"
LIMIT = "settle.answer_working_days"


def write_place(folder: Path, organisation: str, *values: str, name: str = "") -> Path:
    """A file of one organisation; each value as in ``code, from, to, value``, the rest filled in."""
    lines = "\n".join(f"  - {{{value}, document: demo, mark: L}}" for value in values)
    path = folder / (name or f"{organisation}.yaml")
    path.write_text(dedent(f'organisation: "{organisation}"\nvalues:{" []" if not values else ""}\n') + lines, "utf-8")
    return path


def places(folder: Path, **values: list[str]) -> tuple[PlacePolicy, ...]:
    """Files read again; names of organisations as ``_532923``."""
    for organisation, lines in values.items():
        write_place(folder, organisation.lstrip("_"), *lines)
    return read_places(folder)


def limit(number: int, first: str = "2026-01-01", last: str = "") -> str:
    """One value of LIMIT."""
    return f"code: {LIMIT}, from: {first}, {f'to: {last}, ' if last else ''}value: {number}"
