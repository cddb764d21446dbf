"""Weights learnt without any judged pair, and the file that they ship in."""

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from bangfu.engine.matching.fields import BIRTH, NAME, PERSON, TAIL, equal
from bangfu.engine.matching.linking import Learnt, Lessons, Task, create_functions, learn
from bangfu.engine.matching.model import Model, load_model, shipped_model
from bangfu.engine.matching.records import Written, record_table

GIVEN = "伟强军国华明建文志平荣贵学飞龙云福祥海波勇斌杰峰升林松金德正光永庆春生新洪丽芳秀英兰凤琼美玉燕梅红艳"
PEOPLE = 500


def two_lists() -> tuple[list[Written], list[Written]]:
    """The same people twice; in the second list one name in five has another last character."""
    dice, first, second = Random(1), [], []
    for at in range(PEOPLE):
        name = dice.choice("杨李张赵段董王") + dice.choice(GIVEN) + dice.choice(GIVEN)
        birth, sex = date(1940, 1, 1) + timedelta(days=dice.randrange(25_000)), dice.choice("男女")
        division = f"53299{dice.randrange(10)}"
        other = name[:2] + dice.choice(GIVEN) if at % 5 == 0 else name
        first.append(Written(f"a{at}", name, birth=birth, sex=sex, division=division))
        second.append(Written(f"b{at}", other, birth=birth, sex=sex, division=division))
    return first, second


def learnt() -> Learnt:
    with duckdb.connect(config={"threads": 1}) as connection:
        create_functions(connection)
        for side, people in zip(("one", "other"), two_lists(), strict=True):
            connection.register("_people", record_table(people))
            connection.execute(f"CREATE TABLE {side} AS SELECT * FROM _people")
        lessons = Lessons((equal(("folded", "birth")),), 0.8, (equal(("birth",)), equal(("folded",))), pairs=20_000)
        return learn(
            connection, Task(("one", "other"), (equal(("birth",)),)), Model(1, "", (NAME, BIRTH, TAIL), {}), lessons
        )


def test_it_finds_out_how_often_names_are_written_otherwise() -> None:
    found = learnt()
    same, u = found.model.weights["name"]["same"]
    assert same == pytest.approx(0.8, abs=0.06)
    assert u < 0.01
    assert found.prior == pytest.approx(1 / PEOPLE, rel=0.15)
    # What was never seen says nothing.
    assert found.model.weights["tail"]["same"] == (1.0, 1.0)
    assert learnt() == found


def test_the_shipped_weights_speak_for_agreement_and_against_difference() -> None:
    for field, levels in shipped_model(PERSON).weights.items():
        ratios = [m / u for m, u in levels.values()]
        assert ratios[0] == max(ratios[0], ratios[-1]) > 1 > ratios[-1], field


def test_weights_of_other_levels_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    shipped_model(PERSON).save(path)
    assert load_model(PERSON, path).weights.keys() == shipped_model(PERSON).weights.keys()
    kept = json.loads(path.read_text("utf-8"))
    del kept["weights"]["name"]["shape"]
    path.write_text(json.dumps(kept), "utf-8")
    with pytest.raises(ValueError, match="other levels of name"):
        load_model(PERSON, path)
