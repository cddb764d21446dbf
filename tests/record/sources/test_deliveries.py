"""A delivery from upload to use: what is counted, what is refused, what the trail tells."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from bangfu.core.problems import Problem
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.record.registry.uploads import upload_folder
from bangfu.record.sources.about import staged_folder
from bangfu.record.sources.checking import check_delivery, clear_delivery
from bangfu.record.sources.models import Delivery
from bangfu.record.sources.services import (
    choose_columns,
    receive_delivery,
    refuse_delivery,
    take_quarantine,
)
from tests.database import OwnDatabase
from tests.record.sources.making import (
    DAY,
    about,
    activated,
    brought,
    checked,
    counts,
    number,
    officer,
    problem_of,
    received,
    row,
    stored,
    vehicles,
)

THREE = vehicles([(number(1), "小型轿车"), (number(2), "小型轿车"), (number(3), "小型轿车")])
# One sold, another car of the same person, one more person, one row with a broken number.
NEXT = vehicles([(number(1), "小型轿车"), (number(2), "小型客车"), (number(4), "小型轿车"), ("123", "小型轿车")])


@pytest.fixture(autouse=True)
def home(own_database: OwnDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BANGFU_HOME", str(tmp_path))
    return tmp_path


def sentences() -> list[str]:
    with acting(officer()):
        return list(Entry.objects.order_by("id").filter(subject_type="delivery").values_list("verb", flat=True))


def test_a_received_delivery_waits_to_be_checked_and_its_check_is_queued() -> None:
    delivery = row(received(THREE))
    assert (delivery.state, delivery.rows) == ("uploaded", None)
    from procrastinate.contrib.django.models import ProcrastinateJob  # noqa: PLC0415

    job = ProcrastinateJob.objects.get(task_name="sources.check_delivery")
    assert job.args["delivery_id"] == str(delivery.pk)


def test_a_check_counts_every_row_of_a_first_delivery_as_new() -> None:
    delivery = row(checked(THREE))
    assert delivery.state == "checked"
    assert counts(delivery) == {"rows": 3, "new": 3, "changed": 0, "same": 0, "wrong": 0, "gone": 0}


def test_a_check_counts_beside_the_delivery_in_use() -> None:
    first = brought(THREE)
    delivery = row(checked(NEXT, as_of=date(2026, 11, 10)))
    assert counts(delivery) == {"rows": 4, "new": 1, "changed": 1, "same": 1, "wrong": 1, "gone": 1}
    assert delivery.against == first
    assert delivery.quarantined == {"length": 1}


def test_what_is_staged_is_closed_to_others() -> None:
    folder = staged_folder(checked(THREE))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_putting_a_delivery_to_use_replaces_the_former_one() -> None:
    first = brought(THREE)
    second = brought(NEXT, as_of=date(2026, 11, 10))
    assert (row(first).state, row(second).state) == ("replaced", "active")


def test_another_coverage_replaces_nothing() -> None:
    everywhere, county = brought(THREE), brought(NEXT, coverage=("532923",))
    assert (row(everywhere).state, row(county).state) == ("active", "active")


def test_every_step_is_told_in_the_trail() -> None:
    brought(THREE)
    assert sentences() == ["sources.delivery_received", "sources.delivery_checked", "sources.delivery_activated"]


def test_the_same_file_again_changes_nothing_and_says_so() -> None:
    first = brought(THREE)
    upload = stored(THREE)
    again = receive_delivery(actor=officer(), act_id=upload.id, stored=upload, about=about())
    assert (again.delivery_id, again.already) == (first, True)
    with acting(officer()):
        assert Delivery.objects.count() == 1


def test_the_same_file_of_another_day_is_another_delivery() -> None:
    brought(THREE)
    second = row(checked(THREE, as_of=date(2026, 11, 10)))
    assert counts(second) == {"rows": 3, "new": 0, "changed": 0, "same": 3, "wrong": 0, "gone": 0}


def test_sending_twice_gives_the_first_answer() -> None:
    upload = stored(THREE)
    sent = [receive_delivery(actor=officer(), act_id=upload.id, stored=upload, about=about()) for _ in range(2)]
    assert sent[0] == sent[1]
    assert sentences() == ["sources.delivery_received"]


def test_a_differing_control_total_keeps_a_delivery_out_of_use() -> None:
    delivery_id = checked(THREE, control_rows=5)
    with pytest.raises(Problem) as refused:
        activated(delivery_id)
    assert refused.value.code == "delivery.control_total"
    assert refused.value.values == {"expected": 5, "found": 3}
    assert row(delivery_id).state == "checked"


def test_a_differing_control_total_may_be_used_with_a_reason_that_is_kept() -> None:
    delivery_id = brought(THREE, control_rows=5, reason="车管所来电：两行为测试数据，已删除")
    assert (row(delivery_id).state, row(delivery_id).reason[:4]) == ("active", "车管所来")


def test_an_older_delivery_needs_a_reason() -> None:
    brought(NEXT, as_of=date(2026, 11, 10))
    older = checked(THREE, as_of=DAY)
    with pytest.raises(Problem) as refused:
        activated(older)
    assert refused.value.code == "delivery.older"
    activated(older, reason="上一份提供错了")
    assert row(older).state == "active"


def test_a_delivery_checked_beside_another_one_must_be_checked_again() -> None:
    first, second = checked(THREE), checked(NEXT)
    activated(first)
    with pytest.raises(Problem) as refused:
        activated(second)
    assert refused.value.code == "delivery.check_again"
    choose_columns(
        actor=officer(), act_id=uuid4(), delivery_id=second, seen_version=row(second).version, columns={}
    )  # fmt: skip
    check_delivery(officer(), second)
    activated(second)
    assert (row(first).state, row(second).state) == ("replaced", "active")


def test_a_version_that_was_seen_before_a_change_is_refused() -> None:
    delivery_id = checked(THREE)
    with pytest.raises(Problem) as refused:
        refuse_delivery(actor=officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=1, reason="不全")
    assert refused.value.code == "act.changed_meanwhile"


def test_an_unreadable_file_keeps_its_problem_and_can_be_refused() -> None:
    delivery_id = checked(vehicles([], headings="甲,乙,丙,丁,戊"))
    delivery = row(delivery_id)
    assert delivery.state == "uploaded"
    assert problem_of(delivery_id) == "dataset.missing_columns"
    refuse_delivery(
        actor=officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=delivery.version, reason="列不对"
    )
    assert row(delivery_id).state == "refused"


def test_a_refused_delivery_leaves_no_personal_data_behind(home: Path) -> None:
    delivery_id = checked(THREE)
    refuse_delivery(
        actor=officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=row(delivery_id).version, reason="不全"
    )
    clear_delivery(officer(), delivery_id)
    assert not upload_folder(home, delivery_id).exists()
    assert not staged_folder(delivery_id).exists()


def test_a_refusal_needs_a_reason() -> None:
    delivery_id = checked(THREE)
    with pytest.raises(Problem) as refused:
        refuse_delivery(
            actor=officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=row(delivery_id).version, reason=" "
        )
    assert refused.value.code == "delivery.reason_needed"


def test_a_delivery_in_use_cannot_be_refused() -> None:
    delivery_id = brought(THREE)
    with pytest.raises(Problem) as refused:
        refuse_delivery(
            actor=officer(), act_id=uuid4(), delivery_id=delivery_id, seen_version=row(delivery_id).version, reason="错"
        )
    assert refused.value.code == "delivery.not_at_this_step"


def test_chosen_columns_are_used_and_remembered_for_the_same_source() -> None:
    odd = vehicles([(number(1), "小型轿车")], headings="谁,号,牌,型,态")
    chosen = {"谁": "owner", "号": "id_number", "牌": "plate", "型": "vehicle_type", "态": "status"}
    first = received(odd, source="祥云县车管所")
    choose_columns(
        actor=officer(), act_id=uuid4(), delivery_id=first, seen_version=row(first).version, columns=chosen
    )  # fmt: skip
    check_delivery(officer(), first)
    activated(first)
    again = vehicles([(number(2), "小型轿车")], headings="谁,号,牌,型,态")
    assert row(received(again, source="祥云县车管所")).columns == chosen
    assert row(received(again, source="别的车管所", as_of=date(2026, 11, 1))).columns == {}


def test_taking_the_list_of_rows_set_aside_is_recorded() -> None:
    delivery_id = checked(NEXT)
    take_quarantine(actor=officer(), act_id=uuid4(), delivery_id=delivery_id)
    assert sentences()[-1] == "sources.quarantine_taken"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"dataset": "unicorns"}, "dataset.unknown"),
        ({"coverage": ("祥云",)}, "delivery.coverage"),
        ({"coverage": ("5; DROP",)}, "delivery.coverage"),
        ({"basis": "because"}, "delivery.basis"),
    ],
)
def test_what_is_said_of_a_delivery_is_checked(said: dict[str, object], code: str) -> None:
    with pytest.raises(Problem) as refused:
        about(**said)
    assert refused.value.code == code


def test_division_codes_are_kept_in_one_form() -> None:
    assert about(coverage=("532900000000", "532923", "530100")).coverage == ("5301", "5329")
