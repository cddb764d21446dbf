"""``bangfu trail`` as people call it: seal, verify here and elsewhere, hand over, receive, refuse."""

import gzip
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from bangfu.terminals.cli import running
from tests.ground.trail.conftest import home, trail
from tests.ground.trail.sealing import Trail
from tests.terminals.cli.calling import Said, said_here

__all__ = ["home", "trail"]


@pytest.fixture
def call(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> "Call":
    """The command line in this trail's home and database."""
    monkeypatch.setenv("BANGFU_HOME", str(trail.home))
    here = SimpleNamespace(database_url=lambda *, owner: trail.database.owner if owner else trail.database.app)
    monkeypatch.setattr(running, "_machines", [here])
    trail.happen()
    return Call(monkeypatch)


class Call:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    def __call__(self, *words: object) -> Said:
        return said_here(self.monkeypatch, "trail", *words)


def test_what_was_sealed_is_verified_here_with_what_the_home_keeps(call: Call, trail: Trail) -> None:
    assert call("seal", "--json").code == 0
    trail.seal()
    said = call("verify", "--json")
    assert said.code == 0
    assert said.last["ok"] is True
    assert said.last["sealed"] == trail.newest().size
    assert said.last["compared_with_checkpoints_from_elsewhere"] == 1
    assert (trail.home / "trail" / "verification.json").exists()


def test_what_somebody_altered_is_named_and_the_command_fails(call: Call, trail: Trail) -> None:
    trail.seal()
    trail.as_superuser("UPDATE acts_entry SET verb = 'x.y' WHERE id = 2")
    said = call("verify", "--json")
    assert said.code == 1
    assert "acts_entry 第 2 条被改动" in said.out
    assert said.last["by_kind"] == {"altered": 1}
    (finding,) = said.last["findings"]
    assert (finding["what"], finding["table"], finding["row"]) == ("altered", "acts_entry", 2)


def test_a_whole_trail_in_a_file_is_verified_without_the_database(call: Call, trail: Trail, tmp_path: Path) -> None:
    trail.seal()
    file = tmp_path / "trail.gz"
    assert call("export", "--rows", "--to", file).code == 0
    said = call("verify", "--file", file, "--key", trail.public_key.hex(), "--json")
    assert (said.code, said.last["ok"], said.last["unsealed"]) == (0, True, 1)  # the act that told of the export
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    altered = [line.replace("appointed", "dismissed") if '"text"' in line else line for line in lines]
    file.write_bytes(gzip.compress("\n".join(altered).encode()))
    assert set(call("verify", "--file", file, "--json").last["by_kind"]) == {"altered"}


def test_another_key_than_the_one_that_is_known_is_told(call: Call, trail: Trail) -> None:
    trail.seal()
    said = call("verify", "--url", trail.database.owner, "--key", "11" * 32, "--json")
    assert said.last["by_kind"].keys() == {"checkpoint"}
    assert "signature" in said.out


def test_checkpoints_go_up_and_a_rewritten_history_is_found_beside_them(
    call: Call, trail: Trail, tmp_path: Path
) -> None:
    trail.seal()
    assert call("export").code == 0
    (handed,) = (trail.home / "trail" / "outbox").glob("*.json")
    key = call("key").out.splitlines()[-1]
    said = call("receive", handed, "--key", key, "--json")
    assert said.code == 0
    assert said.last["size"] == json.loads(handed.read_text("utf-8"))["checkpoint"]["size"]
    above = tmp_path / "above.json"
    above.write_bytes(handed.read_bytes())
    trail.as_superuser(
        "UPDATE acts_entry SET verb = 'x.y' WHERE id = 2", "DELETE FROM trail_leaf", "DELETE FROM trail_checkpoint"
    )
    for path in (trail.home / "trail" / "latest.json", handed):
        path.unlink()
    trail.seal()
    assert call("verify", "--json").last["ok"] is True
    assert call("verify", "--checkpoint", above, "--json").last["by_kind"] == {"rewritten": 1}
    size = json.loads(above.read_text("utf-8"))["checkpoint"]["size"]
    forked = tmp_path / "forked.json"
    trail.happen()
    trail.seal()
    assert call("export", "--since", size, "--to", forked).code == 0
    said = call("receive", forked)
    assert said.code == 1
    assert "改写或截断" in said.err


def test_what_cannot_be_done_is_said_in_words(call: Call, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_text("", "utf-8")
    for words, says in (
        (["verify", "--file", empty], "无法检验"),
        (["verify", "--checkpoint", empty], "不是留痕封存凭证"),
        (["verify", "--url", "postgresql://nobody@/nowhere?host=/nowhere"], "无法检验"),
        (["receive", empty, "--key", "xyz"], "不是公钥"),
        (["key"], "还没有封存过"),
        (["export"], "还没有封存过"),
    ):
        said = call(*words)
        assert said.code in (1, 2)
        assert says in said.err
