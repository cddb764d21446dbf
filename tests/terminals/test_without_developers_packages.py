"""Whoever installs the product has none of its developers' packages: the most that a command asks for works all the same."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from bangfu.synthetic.prefecture import generate

DEVELOPERS = ("axe_playwright_python", "hypothesis", "openpyxl", "pandas", "playwright", "polars", "pytest")
WITHOUT = """
import sys
class NotThere:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, NotThere())
from bangfu.site.command import run
sys.argv = ["bangfu", *{words!r}]
run()
"""


def compared_without(missing: Sequence[str], folder: Path) -> Path:
    """Compare a small prefecture with likeness asked, as if these packages were not there."""
    generate(40, 1, folder / "prefecture", workbooks=False)
    registry, datasets, out = (
        folder / "prefecture" / "people.parquet",
        folder / "prefecture" / "datasets",
        folder / "found.csv",
    )
    words = [
        "compare",
        "--registry",
        str(registry),
        "--datasets",
        str(datasets),
        "--out",
        str(out),
        "--matching",
        "--employers",
    ]
    subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing, words=words)], capture_output=True, check=False
    )
    return out


def test_a_comparison_with_likeness_needs_none_of_them(tmp_path: Path) -> None:
    assert compared_without(DEVELOPERS, tmp_path).exists()


@pytest.mark.parametrize("needed", ["numpy", "splink"])
def test_control_without_what_it_needs_there_is_nothing(needed: str, tmp_path: Path) -> None:
    assert not compared_without((*DEVELOPERS, needed), tmp_path).exists()
