"""The findings of a comparison, by household: only what exclusions look at, the 种类 and the 结论 (DESIGN 4)."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from bangfu.decide.identification.exclusions import FindingKey
from bangfu.decide.identification.problems import CANNOT_READ, FINDINGS_COLUMNS, FINDINGS_UNREADABLE

FindingsByHousehold = dict[str, tuple[FindingKey, ...]]
_COLUMNS = ("户主身份证号", "种类", "结论")


def read_findings(path: Path) -> FindingsByHousehold:
    """Head's number → its distinct (种类, 结论), sorted. Reads ``.parquet`` and ``.csv`` as ``bangfu compare`` writes them."""
    try:
        table = _table(path)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowKeyError, UnicodeDecodeError) as broken:
        raise FINDINGS_UNREADABLE(name=path.name) from broken
    except OSError as fault:
        if not path.is_file():
            raise CANNOT_READ(name=path.name, why=fault.strerror or "?") from fault
        raise FINDINGS_UNREADABLE(name=path.name) from fault
    missing = [name for name in _COLUMNS if name not in table.column_names]
    if missing:
        raise FINDINGS_COLUMNS(name=path.name, columns="、".join(missing))
    # Distinct in Arrow first: a province has millions of findings, and few kinds of them.
    distinct = table.select(_COLUMNS).group_by(list(_COLUMNS)).aggregate([])
    found: dict[str, set[FindingKey]] = defaultdict(set)
    for head, kind, conclusion in zip(*(distinct.column(name).to_pylist() for name in _COLUMNS), strict=True):
        found[str(head)].add((str(kind), str(conclusion)))
    return {head: tuple(sorted(keys)) for head, keys in found.items()}


def _table(path: Path) -> pa.Table:
    with path.open("rb") as opened:
        magic = opened.read(4)
    if magic == b"PAR1":
        schema = pq.read_schema(path)
        return pq.read_table(path, columns=[name for name in _COLUMNS if name in schema.names])
    texts = dict.fromkeys(_COLUMNS, pa.string())
    options = pacsv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    return pacsv.read_csv(path, parse_options=pacsv.ParseOptions(newlines_in_values=True), convert_options=options)
