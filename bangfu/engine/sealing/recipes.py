"""What the offline tool is told of each dataset: which columns are sealed, which are kept, which are left out."""

from functools import lru_cache

from bangfu.engine.datasets import Dataset, declared_datasets
from bangfu.engine.intake.deliveries import staged_columns
from bangfu.engine.sealing.sealing import Recipe

_CREDIT_CODE = "credit_code"


@lru_cache(maxsize=1)
def recipes() -> dict[str, Recipe]:
    """Of all declared datasets, by name."""
    return {name: _recipe(dataset) for name, dataset in declared_datasets().items()}


def _recipe(dataset: Dataset) -> Recipe:
    # A company's name would say whose sealed number stands beside it: what is said of employers stays behind.
    kept = [column for column in staged_columns(dataset, employers=False) if column in dataset.columns]
    return {
        "columns": {name: [column.heading, *column.aliases] for name, column in dataset.columns.items()},
        "required": [name for name, column in dataset.columns.items() if column.required],
        "key": dataset.key,
        "certificate": dataset.columns[dataset.key].type == "disability_id",
        "person": dataset.person,
        "credit_code": _CREDIT_CODE if _CREDIT_CODE in dataset.columns else "",
        "kept": [column for column in kept if column not in (dataset.person, _CREDIT_CODE)],
    }
