"""The files of a prefecture: opened together, filled chunk by chunk, closed together."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bangfu.synthetic.classes import ACCIDENT_RATIO, RULES
from bangfu.synthetic.datasets import DATASETS
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.forms import registry_headings
from bangfu.synthetic.lives import MINIMUM_ALLOWANCE_FEN
from bangfu.synthetic.sinks import ParquetSink, Sink, Values, delivery_sink

TRUTH = ("户主身份证号", "身份证号", "数据集", "结论", "种类", "可比", "原因")
TRUTH_CLASSES = ("户主身份证号", "类别", "人均月净收入", "行政区划", "原因")
DAMAGE = ("户主身份证号", "身份证号", "数据集", "原因")
_YES_TO_ALL_OF_YUNNAN = '["53"]'


class Outputs:
    """Everything that is written row by row."""

    def __init__(self, folder: Path) -> None:
        (folder / "archive").mkdir(parents=True)
        (folder / "datasets").mkdir()
        self._folder = folder
        self.people = ParquetSink(folder / "people.parquet", registry_headings())
        self.truth = ParquetSink(folder / "truth.parquet", TRUTH, flags=["可比"])
        self.classes = ParquetSink(folder / "truth_classes.parquet", TRUTH_CLASSES)
        self.damage = ParquetSink(folder / "damage.parquet", DAMAGE)
        self._deliveries = {
            name: delivery_sink(folder / "datasets", dataset) for name, dataset in sorted(DATASETS.items())
        }

    def deliver(self, dice: Dice, rows: dict[str, list[Values]]) -> None:
        """Write a chunk of every department's rows, those on file mixed among the others."""
        for name in sorted(rows):
            dice.shuffle(rows[name])
            self._deliveries[name].write(rows[name])

    @contextmanager
    def open_until_closed(self) -> Iterator[None]:
        """Inside, files are written; whatever interrupts it, none is left open."""
        try:
            yield
        except BaseException:
            for sink in self._sinks():
                sink.abandon()
            raise

    def close(self) -> dict[str, int]:
        """End all files; how many rows each delivery has."""
        for sink in self._sinks():
            sink.close()
        counts = {name: sink.rows for name, sink in self._deliveries.items()}
        self._write_notes(counts)
        return counts

    def _sinks(self) -> tuple[Sink, ...]:
        return (self.people, self.truth, self.classes, self.damage, *self._deliveries.values())

    def _write_notes(self, counts: dict[str, int]) -> None:
        lines = [
            f"{name}: {{as_of: {REFERENCE_DAY}, coverage: {_YES_TO_ALL_OF_YUNNAN}, rows: {rows}}}"
            for name, rows in counts.items()
        ]
        head = "# 控制总数：每份数据的时点、覆盖的行政区划和行数。Control totals of each delivery.\n"
        _write(self._folder / "datasets" / "deliveries.yaml", head + "\n".join(lines) + "\n")
        _write(self._folder / "settings.yaml", _SETTINGS)


_SETTINGS = f"""\
# 演示用的虚构数字，不是任何地方的标准。Invented figures for the demo: no place has these standards.
reference_date: {REFERENCE_DAY}
rules: {RULES}
minimum_allowance: "{MINIMUM_ALLOWANCE_FEN // 100}.{MINIMUM_ALLOWANCE_FEN % 100:02}"    # 元/月，虚构 invented
accident_ratio: "{float(ACCIDENT_RATIO)}"
"""


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
