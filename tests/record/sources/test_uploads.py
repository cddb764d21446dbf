"""Uploads: streamed to disk, hashed on the way, kept once, nothing left behind when something goes wrong."""

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from bangfu.core.problems import Problem
from bangfu.record.registry.uploads import (
    Stored,
    discard,
    keep,
    opened_upload,
    remove_orphans,
    safe_name,
    upload_path,
)

LARGEST = 10_000


def kept(home: Path, content: bytes, *, upload_id: UUID | None = None, name: str = "机动车.csv") -> Stored:
    return keep([content], name, upload_id=upload_id or uuid4(), home=home, largest=LARGEST)


def sent(home: Path, stored: Stored) -> bytes:
    with opened_upload(home, stored.id, stored.file_name) as path:
        return path.read_bytes()


def left_in(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "uploads").glob("*"))


def test_an_upload_is_kept_with_its_hash_for_its_owner_alone(tmp_path: Path) -> None:
    stored = kept(tmp_path, b"a,b\n1,2\n")
    path = upload_path(tmp_path, stored.id, stored.file_name)
    assert sent(tmp_path, stored) == b"a,b\n1,2\n"
    assert b"1,2" not in path.read_bytes()
    assert (stored.sha256, stored.size) == (hashlib.sha256(b"a,b\n1,2\n").hexdigest(), 8)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_the_same_upload_sent_twice_is_kept_once(tmp_path: Path) -> None:
    upload_id = uuid4()
    assert kept(tmp_path, b"same", upload_id=upload_id) == kept(tmp_path, b"same", upload_id=upload_id)
    assert left_in(tmp_path) == [str(upload_id)]


def test_other_content_under_the_same_id_does_not_replace_the_first(tmp_path: Path) -> None:
    first = kept(tmp_path, b"first")
    second = kept(tmp_path, b"second", upload_id=first.id)
    assert second.id != first.id
    assert (sent(tmp_path, first), sent(tmp_path, second)) == (b"first", b"second")
    assert left_in(tmp_path) == sorted([str(first.id), str(second.id)])


def test_an_upload_of_an_older_version_is_read_as_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as off:
        off.setattr(settings, "BANGFU_PROTECT", False)
        stored = kept(tmp_path, b"plain")
        assert upload_path(tmp_path, stored.id, stored.file_name).read_bytes() == b"plain"
    assert sent(tmp_path, stored) == b"plain"
    assert kept(tmp_path, b"plain", upload_id=stored.id) == stored


def test_an_upload_in_another_ones_place_is_refused(tmp_path: Path) -> None:
    mine, theirs = kept(tmp_path, b"mine"), kept(tmp_path, b"theirs")
    upload_path(tmp_path, theirs.id, theirs.file_name).replace(upload_path(tmp_path, mine.id, mine.file_name))
    with pytest.raises(Problem) as refused:
        sent(tmp_path, mine)
    assert refused.value.code == "protection.altered"


def test_an_upload_over_the_limit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        keep((b"x" * 1000 for _ in range(11)), "大.csv", upload_id=uuid4(), home=tmp_path, largest=LARGEST)
    assert refused.value.code == "upload.too_large"
    assert left_in(tmp_path) == []


def test_an_empty_upload_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        kept(tmp_path, b"")
    assert refused.value.code == "upload.empty"
    assert left_in(tmp_path) == []


def test_a_full_disk_is_a_problem_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem) as refused:
        kept(tmp_path, b"something")
    assert refused.value.code == "upload.no_room"
    assert left_in(tmp_path) == []


def test_a_sender_who_goes_away_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        keep(broken(), "半截.csv", upload_id=uuid4(), home=tmp_path, largest=LARGEST)
    assert left_in(tmp_path) == []


def test_two_hundred_megabytes_need_little_memory(tmp_path: Path) -> None:
    program = (
        "import resource, sys; from pathlib import Path; from uuid import uuid4\n"
        "from bangfu.record.registry.uploads import keep\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "piece = bytes(1 << 20)\n"
        "keep((piece for _ in range(200)), 'big.csv', upload_id=uuid4(), home=Path(sys.argv[1]), largest=1 << 30)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert int(done.stdout) < 50_000  # kilobytes


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("机动车 2026.csv", "机动车 2026.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\李\\车辆.xlsx", "车辆.xlsx"),
        (".bashrc", "bashrc"),
        ("", "upload"),
        ("...", "upload"),
        ("a;b:c.csv", "a_b_c.csv"),
        ("gpj.\u202exslx.csv", "gpj.xslx.csv"),
        ("很" * 200 + ".csv", "很" * 60 + ".csv"),
        ("a\x00b\n.csv", "a_b_.csv"),
    ],
)
def test_a_name_is_safe_on_disk_and_on_pages(sent: str, safe: str) -> None:
    assert safe_name(sent) == safe


def test_only_old_folders_that_no_row_knows_are_orphans(tmp_path: Path) -> None:
    known, fresh, orphan = (kept(tmp_path, b"x") for _ in range(3))
    now = datetime.now(UTC)
    long_ago = (now - timedelta(days=3)).timestamp()
    for stored in (known, orphan):
        os.utime(tmp_path / "uploads" / str(stored.id), (long_ago, long_ago))
    assert remove_orphans(tmp_path, {known.id}, now) == 1
    assert left_in(tmp_path) == sorted([str(known.id), str(fresh.id)])


def test_a_removed_upload_is_said_to_be_gone(tmp_path: Path) -> None:
    stored = kept(tmp_path, b"x")
    discard(tmp_path, stored.id)
    with pytest.raises(Problem) as gone:
        upload_path(tmp_path, stored.id, stored.file_name)
    assert gone.value.code == "upload.gone"
