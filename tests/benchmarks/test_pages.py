"""Pages are made of figures that were measured, and say how to repeat them."""

import json
from pathlib import Path

import pytest

from benchmarks import matching
from benchmarks.accuracy import Figures, beyond_reading, figures_of, in_english, page, share
from benchmarks.measure import RESULTS
from benchmarks.summary import CHART, FULL, SHOWN, TABLE, drawing, summary

ROOT = Path(__file__).parents[2]


@pytest.fixture
def some_results(tmp_path: Path) -> Path:
    times = {"rival": {"seconds": [1.0, 2.0], "median": 1.5, "ratio": 1.0}}
    for name in SHOWN:
        told = {"about": f"measuring {name}", "command": f"python -m benchmarks.{name}", "commit": "abc1234"}
        machine = {"machine": {"cores": 2, "python": "3.11"}, "times": times}
        (tmp_path / f"{name}.json").write_text(json.dumps(told | machine), "utf-8")
    return tmp_path


def test_the_summary_has_each_result_with_its_command_commit_and_machine(some_results: Path) -> None:
    page = summary(some_results)
    for name in SHOWN:
        assert f"## Measuring {name}\n\n`python -m benchmarks.{name}` · commit abc1234 · 2 cores, Python 3.11" in page
    assert "| rival | 1.500 | 1.000–2.000, 2 | 1.00 |" in page


def test_the_summary_shows_ratios_notes_and_memory_where_there_are_any(some_results: Path) -> None:
    path = some_results / "importing.json"
    more = {
        "ratios": {"a ÷ b": {"ratio": 2.5, "least": 2.0, "greatest": 3.0}},
        "notes": ["Said plainly."],
        "load_average": [0.5, 2.25],
        "peak_megabytes": {"rival": 1234},
    }
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | more), "utf-8")
    page = summary(some_results)
    assert "| a ÷ b | 2.5 | 2.0–3.0 |" in page
    assert "\nSaid plainly.\n" in page
    assert "load average 0.5 before and 2.25 after · [importing.json]" in page
    assert "| rival | 1.500 | 1.000–2.000, 2 | 1.00 | 1,234 |" in page


def test_the_summary_begins_with_the_comparisons_table_and_its_chart(some_results: Path) -> None:
    assert drawing(some_results) is None
    assert TABLE not in summary(some_results)
    row = {"must": 2.0, "aim": 1.2, "higher_is_better": False, "repetitions": 5}
    rows = [
        row | {"row": "a ÷ b", "ratio": 1.5},
        row | {"row": "c ÷ d", "ratio": 2.5},
        row | {"row": "e ÷ f", "ratio": None},
    ]
    (some_results / TABLE).write_text(json.dumps(rows), "utf-8")
    told = {
        "about": "comparing persons",
        "command": "a command",
        "commit": "abc1234",
        "load_average": [0.1, 1.9],
        "notes": ["Said plainly."],
    }
    machine = {"machine": {"cores": 2, "python": "3.11"}}
    (some_results / f"{FULL}.json").write_text(json.dumps(told | machine), "utf-8")
    page = summary(some_results)
    assert "| a ÷ b | 1.5 | ≤ 2 | ≤ 1.2 | 5 | reached |" in page
    assert "| c ÷ d | 2.5 | ≤ 2 | ≤ 1.2 | 5 | missed |" in page
    assert "| e ÷ f | not measured | ≤ 2 | ≤ 1.2 | 5 |  |" in page
    assert f"]({CHART})" in page
    drawn = drawing(some_results)
    assert drawn is not None
    assert ("a ÷ b" in drawn, "e ÷ f" in drawn) == (True, False)


def test_the_pages_in_the_repository_are_those_of_the_figures_beside_them() -> None:
    assert (RESULTS / "SUMMARY.md").read_text("utf-8") == summary(RESULTS)
    if (RESULTS / TABLE).is_file():
        assert (RESULTS / CHART).read_text("utf-8") == drawing(RESULTS)
    figures = ROOT / "docs" / "figures"
    measured = json.loads((figures / "accuracy.json").read_text("utf-8"))
    assert (figures / "accuracy.md").read_text("utf-8") == page(measured)
    card = json.loads((figures / "matching.json").read_text("utf-8"))
    assert (figures / "matching.md").read_text("utf-8") == matching.page(card)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    return figures_of(120, 1, tmp_path_factory.mktemp("figures") / "prefecture")


def test_accuracy_of_a_small_prefecture_is_whole_and_every_household_is_accounted_for(found: Figures) -> None:
    findings, classes = found["findings"], found["determinations"]
    assert (findings["comparable"]["recall"], findings["comparable"]["precision"]) == (1, 1)
    assert sum(findings["not_comparable"].values()) == findings["comparable"]["not_comparable"]
    assert classes["comparable"]["expected"] + sum(classes["not_comparable"].values()) == 120
    text = page({"command": "a command", "commit": "abc1234", "sizes": [found]})
    assert "`a command` (seed 1; measured at commit abc1234)" in text
    assert "Nothing, at either size." in text


def test_a_miss_is_shown_with_its_reason(found: Figures) -> None:
    missed = [{"what": "已死亡·矛盾(deaths)", "why": "部门号码：全角", "count": 2}]
    worse = found | {"findings": found["findings"] | {"misses": missed}}
    text = page({"command": "a command", "commit": "abc1234", "sizes": [worse]})
    assert "| findings · missed: 已死亡·矛盾(deaths) ← 部门号码：全角 | 120 | 2 |" in text


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("部门号码：遮掩", "部门号码：遮掩"),
        ("档案姓名：空格;档案号码：缺失", "档案号码：缺失"),
        ("档案号码：缺失;部门号码：遮掩", "不止一处"),
        ("档案姓名：空格", "没有记录"),
    ],
)
def test_of_all_damage_only_what_cannot_be_read_is_a_reason(said: str, reason: str) -> None:
    assert beyond_reading(said) == reason
    assert in_english(reason).startswith(f"{reason} (")


def test_a_share_is_never_rounded_up_to_one() -> None:
    assert [share(value) for value in (1, 0.999999, 0.5, None)] == ["1.000", "0.9999", "0.5000", "–"]
