"""A protected file opens as what was written, under its own label and key, whole; anything else is said, and is never used."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bangfu.core.problems import Problem
from bangfu.engine.intake.deliveries import stage_delivery
from bangfu.engine.intake.staged_deliveries import read_manifest, staged_delivery
from bangfu.engine.own_folders import own_folder
from bangfu.engine.protection import private
from bangfu.engine.protection.files import (
    HEADER,
    SEGMENT,
    ProtectedReader,
    ProtectedWriter,
    Protection,
    is_protected,
    protect,
    unprotect,
)
from bangfu.engine.protection.private import private_folder, remove_private_leftovers
from bangfu.engine.protection.staged import lay_down, opened_delivery

KEY = Protection(bytes(range(32)))
OTHER = Protection(bytes(32))
ONE_SEGMENT = SEGMENT + 16
DELIVERED = "所有人,身份证号,号牌号码,车辆类型,状态\n王明,532990199001010016,云L00001,小型轿车,正常\n,123,云L00002,小型轿车,正常\n"


def written(folder: Path, text: bytes, label: str = "a/rows", name: str = "rows") -> Path:
    source = folder / f"{name}.plain"
    source.write_bytes(text)
    protect(source, folder / name, KEY, label)
    return folder / name


def opened(path: Path, label: str = "a/rows", key: Protection = KEY) -> bytes:
    target = path.with_suffix(".opened")
    target.unlink(missing_ok=True)
    unprotect(path, target, key, label)
    return target.read_bytes()


def streamed(path: Path, label: str = "a/rows", key: Protection = KEY) -> bytes:
    with ProtectedReader(path, key, label) as reader:
        return reader.read()


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 7])
def test_what_is_opened_is_what_was_written_however_it_is_written_and_read(tmp_path: Path, size: int) -> None:
    text = os.urandom(size)
    at_once = written(tmp_path, text)
    with (tmp_path / "stream").open("wb") as file:
        writer = ProtectedWriter(file, KEY, "a/rows")
        for begin in range(0, size, 300_007):
            writer.write(text[begin : begin + 300_007])
        writer.close()
    for path in (at_once, tmp_path / "stream"):
        assert is_protected(path)
        assert opened(path) == streamed(path) == text
        assert path.stat().st_size == HEADER + size + 16 * max(1, -(-size // SEGMENT))
        assert size < 16 or text[:16] not in path.read_bytes()
    assert at_once.stat().st_mode & 0o777 == 0o600
    assert not is_protected(tmp_path / "rows.plain")


def test_it_is_read_from_anywhere(tmp_path: Path) -> None:
    text = os.urandom(2 * SEGMENT + 100)
    with ProtectedReader(written(tmp_path, text), KEY, "a/rows") as reader:
        for at, length in ((SEGMENT - 5, 10), (-40, 100), (0, 3), (5 * SEGMENT, 1)):
            reader.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
            assert reader.read(length) == text[at:][:length]


def test_the_same_content_is_never_the_same_file(tmp_path: Path) -> None:
    assert written(tmp_path, b"x" * 100).read_bytes() != written(tmp_path, b"x" * 100, name="again").read_bytes()


def flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def segments(content: bytes, *order: int) -> bytes:
    parts = [content[HEADER + n * ONE_SEGMENT : HEADER + (n + 1) * ONE_SEGMENT] for n in range(3)]
    return content[:HEADER] + b"".join(parts[n] for n in order)


@pytest.mark.parametrize(
    "damage",
    [
        *(lambda c, at=at: flip(c, at) for at in (0, 7, 20, HEADER, HEADER + SEGMENT, HEADER + ONE_SEGMENT + 9, -1)),
        lambda c: c[:-1],
        lambda c: c + b"\0",
        lambda c: segments(c, 0, 1),
        lambda c: segments(c, 0),
        lambda c: segments(c, 1, 0, 2),
        lambda c: segments(c, 0, 1, 1, 2),
        lambda c: c[:HEADER],
        lambda c: c[:10],
        lambda c: c[:0],
        lambda c: b"PAR1" + c,
    ],
)
def test_a_file_that_was_altered_cut_off_or_reordered_does_not_open(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = written(tmp_path, os.urandom(2 * SEGMENT + 100))
    assert opened(path) == streamed(path)
    path.write_bytes(damage(path.read_bytes()))
    for way in (opened, streamed):
        with pytest.raises(Problem) as found:
            way(path)
        # A fingerprint that was altered is another key's.
        assert found.value.code in ("protection.altered", "protection.other_key")


def test_a_file_in_another_ones_place_does_not_open(tmp_path: Path) -> None:
    mine, theirs = written(tmp_path, b"mine"), written(tmp_path, b"theirs", "b/rows", "theirs")
    theirs.replace(mine)
    for way in (opened, streamed):
        with pytest.raises(Problem, match="rows") as found:
            way(mine)
        assert found.value.code == "protection.altered"


def test_another_key_is_said_by_its_fingerprint(tmp_path: Path) -> None:
    path = written(tmp_path, b"mine")
    for way in (opened, streamed):
        with pytest.raises(Problem, match=KEY.fingerprint.hex()) as found:
            way(path, key=OTHER)
        assert found.value.code == "protection.other_key"
    assert KEY.key.hex() not in repr(KEY)


def staged(folder: Path, protection: Protection, name: str = "one") -> Path:
    sent = folder / f"{name}.csv"
    sent.write_text(DELIVERED, "utf-8")
    with own_folder(folder, "made-") as made:
        stage_delivery("vehicles", sent, made / "staged", today=date(2026, 11, 1))
        lay_down(made / "staged", folder / name, protection, f"deliveries/{name}")
    return folder / name


def test_a_staged_delivery_is_opened_for_the_comparison_protected_or_not(tmp_path: Path) -> None:
    protected, plain = staged(tmp_path, KEY), staged(tmp_path, Protection(KEY.key, on=False), "two")
    assert {path.name for path in protected.iterdir()} == {path.name for path in plain.iterdir()}
    one = opened_delivery(protected, tmp_path / "open", KEY, "deliveries/one")
    two = opened_delivery(plain, tmp_path / "unused", KEY, "deliveries/two")
    assert [path.read_bytes() for path in one.staged] == [path.read_bytes() for path in two.staged]
    assert {path.parent for path in one.staged} == {tmp_path / "open"}
    # As an older version laid it down: nothing is said of protection, and hashes are compared.
    assert {path.parent for path in two.staged} == {plain}
    assert staged_delivery(plain).staged == two.staged


def test_a_staged_folder_of_another_delivery_or_key_or_cut_short_is_refused(tmp_path: Path) -> None:
    folder = staged(tmp_path, KEY)
    for number, (label, key, code) in enumerate(
        [("deliveries/two", KEY, "protection.altered"), ("deliveries/one", OTHER, "protection.other_key")]
    ):
        with pytest.raises(Problem) as found:
            opened_delivery(folder, tmp_path / f"open{number}", key, label)
        assert found.value.code == code
    (folder / "clean.parquet").unlink()
    with pytest.raises(Problem) as found:
        opened_delivery(folder, tmp_path / "open", KEY, "deliveries/one")
    assert found.value.code == "staged.missing"


KILLING = """
import importlib, os, signal, sys
from pathlib import Path
from tests.engine.test_protection import KEY, staged
module, name = sys.argv[2].rsplit(".", 1)
setattr(importlib.import_module(module), name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
staged(Path(sys.argv[1]), KEY)
"""


@pytest.mark.parametrize(
    "where",
    [
        "bangfu.engine.intake.deliveries.sha256_of",  # rows are staged, and nothing says so
        "bangfu.engine.protection.staged.protect",  # nothing is at rest
        "bangfu.engine.protection.staged.replacing",  # the rows are, the manifest is not
        "bangfu.engine.protection.staged._take_the_place",  # all is there under another name
    ],
)
def test_killed_at_any_stage_it_is_done_again_and_nothing_is_left(tmp_path: Path, where: str) -> None:
    command = [sys.executable, "-c", KILLING, str(tmp_path), where]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "one").exists()
    assert list(tmp_path.glob("made-*"))
    folder = staged(tmp_path, KEY)
    again = staged(tmp_path, KEY, "two")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "one.csv", "two", "two.csv"]
    assert read_manifest(folder).hashes == read_manifest(again).hashes
    assert len(opened_delivery(folder, tmp_path / "open", KEY, "deliveries/one").staged) == 2


HOLDING = """
import os, sys
from pathlib import Path
from bangfu.engine.protection.private import private_folder
with private_folder(Path(sys.argv[1]), room=int(sys.argv[2])) as folder:
    (folder / "rows").write_bytes(b"532990")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("room", [1, 1 << 60])
def test_what_lies_open_is_removed_with_its_work_and_after_a_kill_by_the_next(tmp_path: Path, room: int) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path), str(room)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        left = Path(holder.stdout.readline().decode().strip())
        with private_folder(tmp_path, room=room) as mine:
            assert mine.stat().st_mode & 0o777 == 0o700
            assert left.exists(), "the work of a living process was removed"
        assert not mine.exists()
        holder.send_signal(signal.SIGKILL)
    assert (left / "rows").exists()
    remove_private_leftovers(tmp_path)
    assert not left.exists()


def test_what_has_no_room_in_memory_lies_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with private_folder(tmp_path, room=1 << 60) as folder:
        assert folder.parent == tmp_path
    monkeypatch.setattr(private, "RAM", tmp_path / "none")
    with private_folder(tmp_path, room=1) as folder:
        assert folder.parent == tmp_path
