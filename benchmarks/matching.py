"""The model card of the matching: ``python -m benchmarks.matching`` writes docs/figures/matching.json and matching.md.

``--prefectures`` measures that part alone; ``--learn`` learns the weights that ship (policy/matching/people-1.json) anew. Needs npm
and pip once.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import yaml

from bangfu.engine.comparison import How, compare
from bangfu.engine.intake.deliveries_folder import open_folder
from bangfu.engine.matching.candidates import settle
from bangfu.engine.matching.fields import BLOCKS, CERTAIN, CERTAIN_RECALL, PERSON, TRAINING, equal
from bangfu.engine.matching.linking import Learnt, Lessons, Task, create_functions, learn, score
from bangfu.engine.matching.model import Model, shipped_model
from bangfu.engine.matching.records import record_table
from bangfu.engine.matching.sides import DEPARTMENT, FILE
from benchmarks import febrl
from benchmarks.accuracy import FIGURES, table
from benchmarks.county import County, Rates, make_county
from benchmarks.known_rows import generate_known
from benchmarks.noise import Characters

COMMAND = "python -m benchmarks.matching"
SHIPPED = Path(__file__).parents[1] / "policy" / "matching" / "people-1.json"
# The shipped weights were learnt on another county than those that judge them.
LEARNT_ON, JUDGED_ON = 101, 7
PEOPLE, ON_FILE = 40_000, 16_700
HOUSEHOLDS = 2_356
_TASK = Task((FILE, DEPARTMENT), tuple(map(equal, BLOCKS)))
Figures = dict[str, Any]


def learn_shipped() -> None:
    """Learn the weights that ship, on a county of which the truth is not used."""
    county = make_county(LEARNT_ON, Rates(), Characters(), people=PEOPLE, on_file=ON_FILE, numbers="damaged")
    with duckdb.connect() as connection:
        _lay_out(connection, county)
        note = f"Learnt by expectation maximisation on an invented county, seed {LEARNT_ON}: {COMMAND} --learn"
        _learnt(connection, Model(1, note, PERSON, {}), pairs=1_000_000).model.save(SHIPPED)


def county_figures(characters: Characters) -> list[Figures]:
    """The invented county by noise level, without numbers and with damaged ones; weights as shipped, at the middle level also its own."""
    found = []
    for numbers in ("none", "damaged"):
        for times in (0.5, 1.0, 2.0):
            county = make_county(
                JUDGED_ON, Rates(times=times), characters, people=PEOPLE, on_file=ON_FILE, numbers=numbers
            )
            with duckdb.connect() as connection:
                _lay_out(connection, county)
                prior = len(county.pairs) / (PEOPLE * ON_FILE)
                found.append(
                    _judged(connection, county, Learnt(shipped_model(PERSON), prior), numbers, times, "shipped")
                )
                if times == 1.0:
                    here = _learnt(connection, Model(1, "", PERSON, {}), pairs=300_000)
                    found.append(_judged(connection, county, here, numbers, times, "learnt there"))
    return found


def prefecture_figures(households: int, seed: int) -> Figures:
    """A generated prefecture compared with matching: candidates right and wrong, and what became of each damaged number."""
    with TemporaryDirectory(prefix="bangfu-figures-") as temporary:
        folder = Path(temporary) / "prefecture"
        known = generate_known(households, seed, folder)
        delivered = open_folder(folder / "datasets")
        on = yaml.safe_load((folder / "settings.yaml").read_text("utf-8"))["reference_date"]
        out, evidence = folder / "findings.parquet", folder / "evidence.parquet"
        compare(
            folder / "people.parquet",
            delivered.files,
            on,
            out,
            about=delivered.about,
            how=How(matching=True),
            evidence=evidence,
        )
        rows = pq.read_table(evidence, columns=["dataset", "person_row", "candidates"]).to_pylist()
    right: set[tuple[str, int]] = set()
    wrong = 0
    for row in rows:
        for candidate in row["candidates"] or ():
            mine = {(row["dataset"], at) for at in candidate["rows"]}
            if all(known.owner.get(at) == row["person_row"] for at in mine):
                right |= mine
            else:
                wrong += 1
    by_dirt: dict[str, Counter[str]] = {}
    for at, who in known.owner.items():
        said = [
            f"{side}：{dirt}"
            for side, dirt in (("档案", known.file_dirt.get(who)), ("部门", known.row_dirt.get(at)))
            if dirt
        ]
        if said:
            counted = by_dirt.setdefault("，".join(said), Counter())
            counted["rows"] += 1
            counted["found"] += at in right
    return {
        "households": households,
        "seed": seed,
        "wrong": wrong,
        "per_10000": wrong / households * 10_000,
        "by_dirt": by_dirt,
    }


def _lay_out(connection: duckdb.DuckDBPyConnection, county: County) -> None:
    create_functions(connection)
    for side, people in ((FILE, county.file), (DEPARTMENT, county.department)):
        connection.register("_people", record_table(people))
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT * FROM _people")
        connection.unregister("_people")


def _learnt(connection: duckdb.DuckDBPyConnection, model: Model, pairs: int) -> Learnt:
    lessons = Lessons(tuple(map(equal, CERTAIN)), CERTAIN_RECALL, tuple(map(equal, TRAINING)), pairs=pairs)
    return learn(connection, _TASK, model, lessons)


def _judged(
    connection: duckdb.DuckDBPyConnection, county: County, learnt: Learnt, numbers: str, times: float, weights: str
) -> Figures:
    score(connection, _TASK, learnt.model, prior=learnt.prior, least=1e-5, target="scored")
    settle(connection, both_known="TRUE")
    rows = connection.execute("SELECT one_rid, other_rid, probability FROM settled").fetchall()
    claimed = {(one, other) for one, other, probability in rows if probability >= 0.5}
    seen = sum((one, other) in county.pairs for one, other, _ in rows)
    hits = len(claimed & county.pairs)
    figures = {"numbers": numbers, "times": times, "weights": weights, "in blocks": seen / len(county.pairs)}
    return figures | febrl.rates(hits, len(claimed), len(county.pairs)) | {"wrong": len(claimed) - hits}


def page(result: Mapping[str, Any]) -> str:
    """The model card."""
    weights: Mapping[str, Mapping[str, tuple[float, float]]] = shipped_model(PERSON).weights
    sets = [
        [f["set"], f["number"], f["true"], *(_share(f[key]) for key in ("in blocks", "P", "R", "F1"))]
        for f in result["febrl"]
    ]
    counties = [
        [f["numbers"], f["times"], f["weights"], *(_share(f[key]) for key in ("in blocks", "P", "R", "F1")), f["wrong"]]
        for f in result["county"]
    ]
    parts = [_HEAD.format(command=result["command"], commit=result["commit"])]
    parts.append(
        "\n## Public data: febrl\n\n" + table(["set", "number", "true pairs", "in blocks", "P", "R", "F1"], sets)
    )
    parts.append(_COUNTY + table(["numbers", "noise", "weights", "in blocks", "P", "R", "F1", "wrong"], counties))
    parts.append(_PREFECTURE)
    for one in result["prefectures"]:
        dirt = [[kind, c["rows"], c["found"]] for kind, c in sorted(one["by_dirt"].items())]
        parts.append(
            f"\n{one['households']:,} households, seed {one['seed']}: **{one['wrong']} wrong candidates, {one['per_10000']:.1f} per 10,000 "
            f"families**.\n\n"
            + table(["what was done to the number", "rows about people on file", "asked about"], dirt)
        )
    learnt = [
        [field, level, f"{m:.2g}", f"{u:.2g}"] for field, levels in weights.items() for level, (m, u) in levels.items()
    ]
    parts.append("\n## The shipped weights\n\n" + table(["field", "level", "m", "u"], learnt))
    return "".join(parts)


def _share(value: float) -> str:
    return f"{value:.4f}"


_HEAD = """# Model card: who may be the same person

What it is for: asking a person about rows that no number ties to anybody (decision 23). What it is not for: any verdict. Every candidate
is 疑点. Weights are learnt without any judged pair; P, R and F1 are at a probability of 0.5, pairs against pairs. *In blocks*: the share of
true pairs that were looked at at all, which no weight can mend.

Repeat: `{command}` (measured at commit {commit}). Where the noise comes from, and what about it is not independent: decision 24.

Must reach (aim) of DESIGN 5, F1: febrl4 without the number .996 (.999), with it .999 (1); febrl3 without .988 (.995); Chinese names without
a usable number .99 (.998).
"""
_COUNTY = """
## Chinese names: an invented county

40,000 people in a department's list, 16,700 on file, 14,028 of them in both. *none*: the file has no numbers at all, but name, birth date,
sex, division, and for seven in ten employer and address. *damaged*: one digit wrong, cut by a spreadsheet, masked or missing, and half have
no other birth date. Noise 1: six in a hundred names with another character of the same sound, three of similar shape, one in ten a variant,
one in twenty in traditional characters, three dates in a hundred wrong, one person in ten moved, one in a hundred a twin; 0.5 and 2 are
half and twice that. *Wrong*: claims that are not so, of the 16,700 on file.

"""
_PREFECTURE = """
## False accusations: generated prefectures

`bangfu compare --registry people.parquet --datasets … --matching`, beside whose each row really is. A row of which only the name is left
says nothing, and nobody is asked about it. The generator's names are milder than the county's. Seeds 1 to 3 were looked at while the
conditions on a candidate were made (seed 2 had four wrong ones before); seed 4 was not.
"""


def main() -> None:
    """Measure and write the card, or learn the weights anew."""
    if sys.argv[1:] == ["--learn"]:
        learn_shipped()
        return
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    if sys.argv[1:] == ["--prefectures"]:
        _write(json.loads((FIGURES / "matching.json").read_text("utf-8")) | {"prefectures": _prefectures()})
        return
    result = {
        "command": COMMAND,
        "commit": done.stdout.strip(),
        "febrl": [febrl.link(name, with_number=with_number) for name in febrl.SETS for with_number in (False, True)],
        "county": county_figures(Characters()),
        "prefectures": _prefectures(),
    }
    _write(result)


def _prefectures() -> list[Figures]:
    return [prefecture_figures(HOUSEHOLDS, seed) for seed in (1, 2, 3, 4)]


def _write(result: Mapping[str, Any]) -> None:
    (FIGURES / "matching.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (FIGURES / "matching.md").write_text(page(result), "utf-8")
    print(page(result))


if __name__ == "__main__":
    main()
