import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from bangfu.synthetic.score import score_determinations, score_findings
from bangfu.terminals.cli.score import score_command
from tests.synthetic.conftest import Made, refusal

FINDING = ["户主身份证号", "身份证号", "数据集", "结论", "种类"]
Rows = list[dict[str, str]]


def perfect_findings(made: Made) -> Rows:
    rows = pq.read_table(made.folder / "truth.parquet").to_pylist()
    return [{heading: row[heading] for heading in FINDING} for row in rows if row["可比"]]


def written(path: Path, rows: Rows) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def classes(made: Made) -> Rows:
    rows = pq.read_table(made.folder / "truth_classes.parquet").to_pylist()
    return [{heading: row[heading] for heading in ("户主身份证号", "类别", "人均月净收入")} for row in rows]


def test_truth_scores_one_on_itself(small: Made, tmp_path: Path) -> None:
    truth = small.folder / "truth.parquet"
    whole = score_findings(truth, truth)
    assert whole.is_perfect
    assert (whole.comparable.recall, whole.comparable.precision) == (1, 1)
    score = score_findings(written(tmp_path / "f.csv", perfect_findings(small)), truth)
    assert score.is_perfect
    assert score.rest.found == 0


def test_one_missed_row_is_noticed_and_explained(small: Made, tmp_path: Path) -> None:
    rows = perfect_findings(small)
    missing = rows.pop(3)
    score = score_findings(written(tmp_path / "f.csv", rows), small.folder / "truth.parquet")
    assert not score.is_perfect
    assert score.comparable.recall == len(rows) / (len(rows) + 1)
    assert score.comparable.precision == 1
    ((what, _),) = score.misses
    assert missing["种类"] in what


def test_one_false_alarm_is_noticed_and_explained(small: Made, tmp_path: Path) -> None:
    rows = perfect_findings(small)
    row = next(row for row in rows if row["结论"] == "佐证")
    score = score_findings(written(tmp_path / "f.csv", [*rows, row | {"结论": "矛盾"}]), small.folder / "truth.parquet")
    assert score.comparable.recall == 1
    assert score.comparable.precision == len(rows) / (len(rows) + 1)
    ((_, why),) = score.false_alarms
    assert "结论应为佐证" in why


def test_probable_matches_are_not_scored(small: Made, tmp_path: Path) -> None:
    rows = perfect_findings(small)
    probable = rows[0] | {"种类": "可能同一人", "结论": "疑点"}
    score = score_findings(written(tmp_path / "f.csv", [*rows, probable]), small.folder / "truth.parquet")
    assert score.is_perfect
    assert score.not_judged == 1


def test_determinations_are_scored_in_the_counties_that_were_determined(small: Made, tmp_path: Path) -> None:
    truth = small.folder / "truth_classes.parquet"
    rows = classes(small)
    county = pq.read_table(truth, columns=["行政区划"]).to_pydict()["行政区划"]
    here = [row for row, code in zip(rows, county, strict=True) if code == "532901"]
    score = score_determinations([written(tmp_path / "d.csv", here)], truth)
    assert score.is_perfect
    assert score.scope == ("532901",)
    assert score.comparable.expected == len(here)


@pytest.mark.parametrize("change", [{"类别": "某类"}, {"人均月净收入": "0.01"}])
def test_a_wrong_class_or_figure_is_noticed(small: Made, tmp_path: Path, change: dict[str, str]) -> None:
    rows = classes(small)
    rows[5] |= change
    score = score_determinations([written(tmp_path / "d.csv", rows)], small.folder / "truth_classes.parquet")
    assert sum(score.misses.values()) == 1
    assert sum(score.false_alarms.values()) == 1


def test_files_that_are_no_findings_are_refused(small: Made, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    for path in (other, tmp_path / "none.parquet", small.folder / "truth_classes.parquet"):
        with refusal("score.not_readable"):
            score_findings(path, small.folder / "truth.parquet")


def test_the_command_ends_with_json_tells_by_its_exit_code_and_shows_no_number(small: Made, tmp_path: Path) -> None:
    rows = perfect_findings(small)
    good, bad = written(tmp_path / "good.csv", rows), written(tmp_path / "bad.csv", rows[2:])
    truth = str(small.folder / "truth.parquet")
    run = CliRunner().invoke(
        score_command, ["--findings", str(good), "--truth", truth, "--json"], standalone_mode=False
    )
    assert run.return_value == 0
    assert json.loads(run.stdout.splitlines()[-1])["comparable"]["recall"] == 1
    run = CliRunner().invoke(score_command, ["--findings", str(bad), "--truth", truth, "--json"], standalone_mode=False)
    assert run.return_value == 1
    assert "53299" not in run.output
