"""All benchmarks, and benchmarks/results/SUMMARY.md from what they wrote: ``python -m benchmarks``, which is ``make bench``.

``python -m benchmarks --summary`` only writes the page again. Every figure on it is read from the JSON files beside it.
"""

import sys

from benchmarks import comparison, determinations, importing, lists, protection, reading
from benchmarks.measure import RESULTS
from benchmarks.summary import CHART, drawing, summary


def main() -> None:
    """Run everything, and write the page."""
    if sys.argv[1:] != ["--summary"]:
        for benchmark in (reading, importing, lists, determinations):
            benchmark.main()
        comparison.main([])
        protection.main()
    drawn = drawing(RESULTS)
    if drawn is not None:
        (RESULTS / CHART).write_text(drawn, "utf-8")
    (RESULTS / "SUMMARY.md").write_text(summary(RESULTS), "utf-8")


if __name__ == "__main__":
    main()
