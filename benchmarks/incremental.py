"""A standing comparison told of new deliveries of 1 % and of a changed rule, beside a full comparison and the raw scan.

``python -m benchmarks.incremental --households 122000 --repetitions 3``. BANGFU_BENCH_DATA names a folder with prefecture-<households>-1.
Every hundredth row of every delivery is kept back and then delivered; what stands afterwards must be what a full comparison of all rows
finds, row for row, and after the changed rule what a full comparison by the changed rules finds.
"""

import argparse
import gc
import json
import os
import shutil
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from bangfu.core.shipped import policy_folder
from bangfu.engine.comparison import How, compare_staged
from bangfu.engine.duckdb_.facts import Delivery
from bangfu.engine.duckdb_.session import Limits, literal
from bangfu.engine.incremental.standing import Changed, Delta, Standing, begin
from bangfu.engine.intake.staged_register import StagedRegister, open_register
from bangfu.engine.rules.ruleset import RuleSet, load_rules
from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.prefecture import generate
from benchmarks.bench_data import Bench, prepare, scan_raw
from benchmarks.measure import write

# The rules that are changed, one at a time; the first is the one of DESIGN 5's table: what income contradicts the file.
RULES = {
    "收入不符": (("fact.base * 120 > person.declared_income * 144", "fact.base * 120 > person.declared_income * 156"),),
    "名下机动车": (("person.disabled AND fact.for_disabled", "fact.for_disabled"),),
    "多套住房": (("total.homes >= 2", "total.homes >= 3"),),
    "劳动关系": (("正在参保缴费，档案写", "正在参保，档案写"),),
    "医疗支出": (("household.serious_illness AND ", ""),),
    "姓名不符": (("部门登记的姓名是", "部门登记为"),),
}
FULL, DELTA, SCAN, RULE = "ours, full on keyed data", "new deliveries of 1 %", "raw scan", "a changed rule"
_KEPT_BACK = "row % 100 = 37"


@dataclass(frozen=True, slots=True)
class Incremental:
    """A register and deliveries; a standing comparison of all rows but one in a hundred (``pristine``), and those (``new``).

    ``state`` is what is changed and measured: ``reset`` makes it pristine again.
    """

    register: StagedRegister
    deliveries: Mapping[str, Delivery]
    new: Mapping[str, Delivery]
    work: Path
    limits: Limits

    @property
    def state(self) -> Path:
        return self.work / "standing"

    @property
    def pristine(self) -> Path:
        return self.work / "pristine"

    @property
    def standing(self) -> Standing:
        return Standing(self.state, self.limits)


def prepare_incremental(
    register: StagedRegister, deliveries: Mapping[str, Delivery], work: Path, limits: Limits | None = None
) -> Incremental:
    """Keep rows back, and begin a standing comparison of the rest. Not measured."""
    limits = limits or Limits()
    base, new = {}, {}
    for name, delivery in deliveries.items():
        base[name] = _part(delivery, work / f"base-{name}", f"NOT ({_KEPT_BACK})", delivery.file)
        new[name] = _part(delivery, work / f"new-{name}", _KEPT_BACK, f"new-{delivery.file}")
    made = Incremental(register, deliveries, new, work, limits)
    begin(made.pristine, register, base.values(), REFERENCE_DAY, how=How(limits=limits))
    reset(made)
    return made


def reset(made: Incremental) -> None:
    """The state before any change: files of a standing comparison are never written to, so that links to them will do. Not measured."""
    shutil.rmtree(made.state, ignore_errors=True)
    shutil.copytree(made.pristine, made.state, copy_function=os.link)


def new_deliveries_of_one_percent(made: Incremental) -> Changed:
    """Take the rows that were kept back of every dataset."""
    return made.standing.take(*(Delta(name, added=delivery) for name, delivery in made.new.items()))


def changed_rule(made: Incremental, rules: RuleSet | None = None) -> Changed:
    """Judge by other rules; by default those that have another threshold of 收入不符."""
    return made.standing.change_rules(rules or other_rules(made.work, "收入不符"))


def turns(made: Incremental) -> tuple[Callable[[], Changed], Callable[[], Changed]]:
    """New deliveries, and a changed rule, as turns among others in one run: each begins with the state before any change.

    Linking its two dozen files anew takes milliseconds, and is measured with them.
    """

    def anew(change: Callable[[Incremental], Changed]) -> Changed:
        reset(made)
        return change(made)

    return lambda: anew(new_deliveries_of_one_percent), lambda: anew(changed_rule)


def other_rules(work: Path, kind: str) -> RuleSet:
    """The base rules with one of them changed."""
    text = (policy_folder() / "comparison" / "base.yaml").read_text("utf-8")
    for right, other in RULES[kind]:
        assert right in text
        text = text.replace(right, other)
    path = work / f"rules-{list(RULES).index(kind)}.yaml"
    path.write_text(text, "utf-8")
    return load_rules(path)


def check_incremental(made: Incremental) -> dict[str, Changed]:
    """Refuse to go on where what stands after a change is not what a full comparison finds. Leaves the state as it was."""
    every, rules = how_of(made), other_rules(made.work, "收入不符")
    done = {DELTA: new_deliveries_of_one_percent(made)}
    _check_same(made, every)
    for kind in RULES:
        by = other_rules(made.work, kind)
        done[kind] = changed_rule(made, by)
        if kind in ("收入不符", "多套住房"):
            _check_same(made, replace(every, rules=by))
    changed_rule(made, load_rules())
    _check_same(made, every)
    reset(made)
    return done | {RULE: done["收入不符"]} if rules else done


def how_of(made: Incremental) -> How:
    return How(limits=made.limits)


def full_run(made: Incremental, how: How | None = None) -> Path:
    """Everything compared from the beginning, on keyed data."""
    out = made.work / "findings-full.parquet"
    compare_staged(made.register, made.deliveries.values(), REFERENCE_DAY, out, how=how or how_of(made))
    return out


def _check_same(made: Incremental, how: How) -> None:
    full, standing = full_run(made, how), made.work / "findings-standing.parquet"
    made.standing.write(standing)
    # A row has the number that it had before it was kept back; only its file is another one.
    rows = """list_sort(list_transform(string_split("来源行", ';'), lambda r: regexp_replace(r, '^new-', '')))"""
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit = '6GB'")
        one, other = (
            f'(SELECT * REPLACE ({rows} AS "来源行") FROM read_parquet({literal(str(f))}))' for f in (full, standing)
        )
        for left, right in ((one, other), (other, one)):
            found = connection.execute(f"SELECT count(*) FROM (FROM {left} EXCEPT ALL FROM {right})").fetchone()
            if found is None or found[0]:
                raise SystemExit(f"what stands is not what a full comparison finds: {found} rows differ")


def _part(delivery: Delivery, folder: Path, which: str, file: str) -> Delivery:
    folder.mkdir(parents=True)
    paths = []
    with duckdb.connect() as connection:
        for path in delivery.staged:
            paths.append(folder / path.name)
            connection.execute(
                f"COPY (SELECT * FROM read_parquet({literal(str(path))}) WHERE {which}) TO {literal(str(paths[-1]))} "
                "(FORMAT parquet, COMPRESSION snappy)"
            )
    return replace(delivery, file=file, staged=tuple(paths))


def measure_incremental(made: Incremental, scan: Callable[[], None], repetitions: int) -> dict[str, list[float]]:
    """Seconds of each, in turns; every turn begins with the same state."""
    rules = {kind: other_rules(made.work, kind) for kind in RULES}
    rivals: dict[str, Callable[[], object]] = {
        SCAN: scan,
        FULL: lambda: full_run(made),
        DELTA: lambda: new_deliveries_of_one_percent(made),
        **{f"{RULE}: {kind}": (lambda by=by: changed_rule(made, by)) for kind, by in rules.items()},  # type: ignore[misc]
    }
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(repetitions):
        for name, run in rivals.items():
            reset(made)
            gc.collect()
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def ratios(seconds: Mapping[str, list[float]]) -> dict[str, float]:
    """Of medians: new deliveries beside the full run, each changed rule beside the raw scan."""
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    found = {f"{DELTA} ÷ {FULL}": median[DELTA] / median[FULL]}
    found |= {f"{name} ÷ {SCAN}": median[name] / median[SCAN] for name in median if name.startswith(RULE)}
    return {name: round(ratio, 3) for name, ratio in found.items()}


def main() -> None:
    """Measure, and write benchmarks/results/incremental.json."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--households", type=int, default=122_000)
    asked.add_argument("--repetitions", type=int, default=3)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--memory", default="1GB")
    asked.add_argument("--work", type=Path)
    asked.add_argument("--only-measure", action="store_true", help="do not check that the findings are the same")
    given = asked.parse_args()
    with ExitStack() as stack:
        temporary = Path(stack.enter_context(TemporaryDirectory(prefix="bangfu-bench-")))
        prefecture = (
            Path(os.environ.get("BANGFU_BENCH_DATA", temporary)) / f"prefecture-{given.households}-{given.seed}"
        )
        if not prefecture.exists():
            generate(given.households, given.seed, prefecture)
        work = given.work or temporary / "work"
        bench = Bench(prefecture, work)
        if not work.exists():
            work.mkdir()
            prepare(bench)
        inner = work / "incremental"
        shutil.rmtree(inner, ignore_errors=True)
        made = prepare_incremental(open_register(work / "register"), bench.staged, inner, Limits(memory=given.memory))
        found = {} if given.only_measure else check_incremental(made)
        seconds = measure_incremental(made, lambda: scan_raw(bench), given.repetitions)
        figures = {
            "households": given.households,
            "seed": given.seed,
            "repetitions": given.repetitions,
            "equals_a_full_comparison": not given.only_measure,
            "findings": {
                name: {"judged": c.judged, "opened": c.opened, "closed": c.closed} for name, c in found.items()
            },
            "seconds": {name: [round(s, 3) for s in taken] for name, taken in seconds.items()},
            "ratios": ratios(seconds),
            "load_average": [round(load, 2) for load in os.getloadavg()],
        }
        print(json.dumps(figures, ensure_ascii=False, indent=1))
        if not given.only_measure:
            write("incremental", "a standing comparison told of changes", "python -m benchmarks.incremental", figures)


if __name__ == "__main__":
    main()
