"""Reading the registry; every selector takes the actor first, inside a door."""

from bangfu.record.registry.selectors.batches import BatchView, batch, batches, preview
from bangfu.record.registry.selectors.files import FilePage, FileQuery, FileRow, count_files, files
from bangfu.record.registry.selectors.history import acts_on
from bangfu.record.registry.selectors.one_file import FileView, one_file
from bangfu.record.registry.selectors.rows import archive_rows

__all__ = [
    "BatchView",
    "FilePage",
    "FileQuery",
    "FileRow",
    "FileView",
    "acts_on",
    "archive_rows",
    "batch",
    "batches",
    "count_files",
    "files",
    "one_file",
    "preview",
]
