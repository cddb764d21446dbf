import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bangfu.synthetic.prefecture import generate

_RUN = "import sys; from pathlib import Path; from bangfu.synthetic.prefecture import generate; generate(60, 3, Path(sys.argv[1]))"


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    runs = []
    for hash_seed in ("1", "2"):
        folder = tmp_path / hash_seed
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "TZ": f"UTC{hash_seed}"}
        subprocess.run([sys.executable, "-c", _RUN, str(folder)], check=True, env=environment)
        runs.append(digests(folder))
    assert runs[0] == runs[1]
    assert len(runs[0]) == 12 + 16 + 1 + 6


def test_another_seed_gives_other_bytes_in_every_file_about_people(tmp_path: Path) -> None:
    generate(60, 3, tmp_path / "three")
    generate(60, 4, tmp_path / "four")
    three, four = digests(tmp_path / "three"), digests(tmp_path / "four")
    assert {name for name in three if three[name] == four[name]} <= {"organisations.csv", "settings.yaml"}


def test_no_time_of_day_is_inside_a_workbook(tmp_path: Path) -> None:
    generate(20, 1, tmp_path / "p")
    for path in sorted((tmp_path / "p").rglob("*.xlsx")):
        content = path.read_bytes()
        assert b"2026-10-31T00:00:00Z" in content, path.name
