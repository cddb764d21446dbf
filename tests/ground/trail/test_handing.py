"""Checkpoints between levels: what only grew is received, what was made anew is refused, also if a superuser made everything anew."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from bangfu.core.checkpoints import read_checkpoint
from bangfu.core.problems import Problem
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.trail import kept
from bangfu.ground.trail.models import Received
from bangfu.ground.trail.services_handing import confirm_restoration, hand_over, handed_over, receive
from bangfu.terminals.cli.trail_instance import receive_file
from tests.ground.trail.sealing import Trail


def hand(trail: Trail, since: int = 0) -> str:
    trail.happen(2)
    trail.seal()
    return handed_over(since).text()


def take(text: str, key: str = "") -> str:
    """Received in the same database: who receives is another instance, with a trail of its own."""
    return receive(actor=operator(), act_id=uuid4(), handed=text, file="handed.json", key=key)


def refusal(text: str, key: str = "") -> str:
    with pytest.raises(Problem) as refused:
        take(text, key)
    return refused.value.code


def test_a_history_that_only_grew_is_received_step_by_step(trail: Trail) -> None:
    sizes = [0]
    for _ in range(4):
        text = hand(trail, since=sizes[-1])
        take(text)
        sizes.append(json.loads(text)["checkpoint"]["size"])
    assert list(Received.objects.order_by("size").values_list("size", flat=True)) == sizes[1:]


def test_the_same_file_twice_is_one(trail: Trail) -> None:
    text = hand(trail)
    assert take(text) == take(text)
    assert Received.objects.count() == 1


def test_a_forked_history_is_refused_and_the_refusal_is_told(trail: Trail, tmp_path: Path) -> None:
    """A superuser has the instance's key too, alters an entry that was sealed, and seals everything anew."""
    first = hand(trail)
    take(first)
    size = json.loads(first)["checkpoint"]["size"]
    trail.as_superuser(
        "UPDATE acts_entry SET person_name = '别人' WHERE id = (SELECT min(id) FROM acts_entry)",
        "DELETE FROM trail_leaf",
        "DELETE FROM trail_checkpoint",
    )
    (trail.home / "trail" / kept.LATEST).unlink()
    trail.seal()
    # In itself it is flawless: only whoever holds the first checkpoint can tell.
    assert trail.found() == {}
    file = tmp_path / "forked.json"
    file.write_text(handed_over(size).text(), "utf-8")
    with pytest.raises(Problem) as refused:
        receive_file(file, "")
    assert refused.value.code == "trail.forked"
    with acting(operator()):
        assert Entry.objects.filter(verb="trail.refused", values__code="trail.forked").count() == 1
    from_above = read_checkpoint(first, "first")
    assert trail.found([("above", from_above)]) == {"rewritten": 1}


def test_a_shorter_history_of_the_same_length_or_less_is_refused(trail: Trail) -> None:
    first, second = hand(trail), hand(trail)
    take(second)
    assert refusal(first) == "trail.gap"
    other = json.loads(second)
    other["checkpoint"]["size"] += 1
    assert refusal(json.dumps(other)) == "trail.bad_signature"


def test_a_proof_from_elsewhere_is_refused(trail: Trail) -> None:
    first = hand(trail)
    take(first)
    size = json.loads(first)["checkpoint"]["size"]
    assert refusal(hand(trail, since=size - 1)) == "trail.gap"
    proof = json.loads(handed_over(size).text())
    proof["proof"][0] = "00" * 32
    assert refusal(json.dumps(proof)) == "trail.forked"


def test_another_key_is_refused(trail: Trail) -> None:
    first = hand(trail)
    assert refusal(first, key="11" * 32) == "trail.bad_signature"
    take(first, key=trail.public_key.hex())
    (trail.home / "trail" / "signing.pem").unlink()
    size = json.loads(first)["checkpoint"]["size"]
    assert refusal(hand(trail, since=size)) == "trail.bad_signature"


def test_what_is_no_checkpoint_is_refused_by_name(trail: Trail) -> None:
    for text in ("", "{}", "[]", '{"checkpoint": 1}', '{"format": "bangfu-checkpoint-1"}'):
        assert refusal(text) == "trail.no_checkpoint"


def test_the_outbox_holds_a_chain_of_proofs(trail: Trail) -> None:
    for _ in range(3):
        trail.happen(1)
        trail.seal()
        assert hand_over()
        assert hand_over() is None
    for path in kept.outbox(trail.home):
        take(path.read_text("utf-8"))
    assert Received.objects.count() == 3


def test_after_a_restoration_somebody_answers_for_sealing_goes_on_and_the_evidence_stays(trail: Trail) -> None:
    hand(trail)
    size = trail.newest().size
    hand(trail)
    trail.as_superuser(
        f"DELETE FROM trail_leaf WHERE position >= {size}", f"DELETE FROM trail_checkpoint WHERE size > {size}"
    )
    assert set(trail.found([("latest.json", trail.newest())])) == {"truncated", "inserted"} - {"inserted"}
    confirm_restoration(actor=operator(), act_id=uuid4())
    trail.seal()
    assert trail.found([("latest.json", trail.newest())]) == {}
    assert len(list((trail.home / "trail").glob("before-restoration-*"))) == 1
    with acting(operator()):
        assert Entry.objects.filter(verb="trail.restored").count() == 1
