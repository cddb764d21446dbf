"""A folder of deliveries: one file per dataset, named for it, and perhaps ``deliveries.yaml`` with what the departments said of them."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bangfu.engine import problems
from bangfu.engine.datasets import declared_datasets

SIDECAR = "deliveries.yaml"


class About(BaseModel):
    """What a department said of its delivery. ``coverage``: division codes (None: every place); ``rows``: its control total;
    ``widths``: heading → bytes of the columns of a fixed-width text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date | None = None
    coverage: tuple[str, ...] | None = None
    rows: int | None = Field(default=None, ge=0)
    widths: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class DeliveryFolder:
    """Files by dataset, in the order of the datasets' names, and what is said about them."""

    files: dict[str, Path]
    about: dict[str, About]

    @property
    def newest(self) -> date | None:
        """The newest as-of date, or None where no department gave one."""
        return max((about.as_of for about in self.about.values() if about.as_of), default=None)


def open_folder(folder: Path) -> DeliveryFolder:
    """Find the deliveries. Raises a Problem for a missing folder, a file of no known dataset, a dataset with two files, a bad sidecar."""
    if not folder.is_dir():
        raise problems.NO_SUCH_FOLDER(folder=str(folder))
    known = declared_datasets()
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if not path.is_file() or path.name.startswith((".", "~$")) or path.name == SIDECAR:
            continue
        dataset = path.stem.lower()
        if dataset not in known:
            raise problems.UNKNOWN_DATASET(name=path.name, known="、".join(known))
        if dataset in files:
            raise problems.DATASET_TWICE(name=dataset, files=f"{files[dataset].name}、{path.name}")
        files[dataset] = path
    if not files:
        raise problems.NO_DATASETS(folder=str(folder), known="、".join(known))
    return DeliveryFolder(files, _read_sidecar(folder / SIDECAR))


def _read_sidecar(path: Path) -> dict[str, About]:
    if not path.is_file():
        return {}
    try:
        # Division codes are often written without quotes; the loader that makes everything text keeps their leading digits.
        written = yaml.load(path.read_text("utf-8-sig"), Loader=yaml.BaseLoader) or {}  # noqa: S506, makes texts only
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise problems.SIDECAR(file=path.name, where="YAML") from error
    if not isinstance(written, dict):
        raise problems.SIDECAR(file=path.name, where="YAML")
    about = {}
    for dataset, values in written.items():
        if dataset not in declared_datasets():
            raise problems.UNKNOWN_DATASET(name=dataset, known="、".join(declared_datasets()))
        try:
            about[dataset] = About.model_validate(values or {})
        except ValidationError as error:
            where = ".".join([dataset, *(str(part) for part in error.errors()[0]["loc"])])
            raise problems.SIDECAR(file=path.name, where=where) from error
    return about
