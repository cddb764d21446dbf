"""Two files of one family, brought in by two counties (issue 5)."""

from pathlib import Path

from bangfu.engine.duckdb_.session import Limits
from bangfu.engine.matching.duplicates import SameFamily, duplicates
from tests.engine.small import HEAD, ON, STRANGER, WIFE, number, write_csv

Rows = list[dict[str, str]]
BORN = {
    "出生日期": "1970-01-01",
    "性别": "男",
    "家庭住址": "云南省大理州祥云县祥城镇3组4号",
    "户口所在地行政区划": "532990",
}


def person(name: str, written: str, head: str, **more: str) -> dict[str, str]:
    return {"姓名": name, "身份证号": written, "户主身份证号": head, **more}


def found(folder: Path, *people: dict[str, str]) -> list[SameFamily]:
    others = [person(name, number(at), number(at)) for at, name in enumerate(("李强", "赵敏", "杨丽龙"), 50)]
    return duplicates(write_csv(folder / "people.csv", [*people, *others]), ON, limits=Limits(threads=1))


def test_a_number_in_two_files_is_one_person(tmp_path: Path) -> None:
    (family,) = found(tmp_path, person("张伟", HEAD, HEAD), person("王芳", WIFE, HEAD), person("王芳", WIFE, WIFE))
    assert {family.one, family.other} == {HEAD, WIFE}
    assert [(same.one_row, same.other_row, same.by_number) for same in family.persons] == [(3, 4, True)]


def test_where_one_file_has_no_usable_number_it_is_asked_with_its_reasons(tmp_path: Path) -> None:
    written = HEAD[:6] + "********" + HEAD[14:]
    (family,) = found(tmp_path, person("张伟", HEAD, HEAD, **BORN), person("張偉", written, written, **BORN))
    (same,) = family.persons
    assert (same.one_row, same.other_row, same.by_number) == (2, 3, False)
    assert 0.5 <= same.probability < 1
    words = {said["field"]: said["says"]["zh"] for said in same.fields}
    assert words["name"] == words["birth"] == words["address"] == "相同"


def test_neither_one_household_nor_two_verified_numbers_are_doubles(tmp_path: Path) -> None:
    people = [
        person("张伟", written, head, **BORN) for written, head in ((HEAD, HEAD), ("", HEAD), (STRANGER, STRANGER))
    ]
    assert found(tmp_path, people[0], people[1]) == []
    assert found(tmp_path, people[0], people[2]) == []


def test_two_files_without_numbers_are_one_pair(tmp_path: Path) -> None:
    (family,) = found(tmp_path, person("买买提·吐尔逊", "", "", **BORN), person("买买提吐尔逊", "不详", "不详", **BORN))
    assert [(same.one_row, same.other_row) for same in family.persons] == [(2, 3)]
