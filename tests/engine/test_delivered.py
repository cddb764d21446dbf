"""A comparison straight from files says of each what it was: the manifests of evidence and trail name these hashes."""

from hashlib import sha256
from pathlib import Path

from bangfu.engine.comparison import compare
from tests.engine.small import CHILD, ON, WIFE, family, write_csv


def test_each_manifest_carries_the_hash_of_its_own_file(tmp_path: Path) -> None:
    people = write_csv(tmp_path / "people.csv", family())
    files = {
        "deaths": write_csv(tmp_path / "deaths.csv", [{"姓名": "王芳", "身份证号": WIFE, "死亡日期": "2025-03-01"}]),
        "students": write_csv(tmp_path / "students.csv", [{"姓名": "张小伟", "身份证号": CHILD, "学校": "一小"}] * 9),
    }
    summary = compare(people, files, ON, tmp_path / "out.csv")
    said = {manifest.dataset: manifest.sha256 for manifest in summary.manifests}
    assert said == {dataset: sha256(path.read_bytes()).hexdigest() for dataset, path in files.items()}
