"""What the command line prints: one language for ordinary lines, both for problems, JSON for machines."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from bangfu.core.problems import Problem

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def say(zh: str, en: str) -> None:
    """Print one line, in the language of BANGFU_LANGUAGE, else of the terminal; Chinese when in doubt."""
    out.print(en if _english() else zh, markup=False)


def complain(problem: Problem) -> None:
    """Print a problem to stderr, in both languages."""
    err.print(f"{problem.zh}\n{problem.en}", markup=False, style="red")


def last_line(values: Mapping[str, object]) -> None:
    """The line that ends ``--json`` output."""
    sys.stdout.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")


@contextmanager
def progress(zh: str, en: str, total: int | None = None) -> Iterator[Progress]:
    """A progress bar on stderr, gone when done; silent where stderr is no terminal."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        bar.add_task(en if _english() else zh, total=total)
        yield bar


def _english() -> bool:
    chosen = os.environ.get("BANGFU_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return chosen.lower().startswith("en")
