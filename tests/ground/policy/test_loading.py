"""Loading: the database says what the files say; the same again changes nothing; overlap is impossible."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from bangfu.core.problems import Problem
from bangfu.ground.access.selectors import operator
from bangfu.ground.acts.door import acting
from bangfu.ground.acts.models import Entry
from bangfu.ground.acts.verbs import verb_of
from bangfu.ground.policy.files import DatedValue, PlacePolicy, read_places
from bangfu.ground.policy.models import Value
from bangfu.ground.policy.services import Loaded, keep_policy_current, load_policy
from tests.database import OwnDatabase
from tests.ground.policy.files import COUNTY, LIMIT, limit, places
from tests.people import CLERK, actor


def load(which: tuple[PlacePolicy, ...]) -> Loaded:
    return load_policy(actor=operator(), act_id=uuid4(), places=which)


def entries() -> list[Entry]:
    with acting(operator()):
        return list(Entry.objects.filter(verb="policy.loaded").order_by("id"))


def rows(organisation: str = "532923") -> dict[date, tuple[object, date | None]]:
    held = Value.objects.filter(organisation=organisation, code=LIMIT)
    return {value.period.lower: (value.value, value.period.upper) for value in held}


def test_the_same_files_again_change_nothing(own_database: OwnDatabase) -> None:
    load(read_places())
    before = list(Value.objects.order_by("id").values())
    assert before
    again = load(read_places())
    assert (again.added, again.changed, again.removed, again.same) == (0, 0, 0, len(before))
    assert list(Value.objects.order_by("id").values()) == before


def test_nothing_is_told_where_nothing_differs(own_database: OwnDatabase) -> None:
    keep_policy_current(actor=operator())
    told = len(entries())
    assert not keep_policy_current(actor=operator()).differs
    assert len(entries()) == told


def test_a_changed_file_changes_only_what_differs(own_database: OwnDatabase, tmp_path: Path) -> None:
    load(places(tmp_path, _532923=[limit(7, "2026-01-01", "2026-06-30"), limit(8, "2026-07-01")]))
    kept = Value.objects.get(code=LIMIT, organisation="532923", period__contains=date(2026, 1, 1))
    loaded = load(
        places(
            tmp_path,
            _532923=[
                limit(7, "2026-01-01", "2026-06-30"),
                limit(8, "2026-07-01", "2026-12-31"),
                limit(9, "2027-01-01"),
            ],
        )
    )
    assert (loaded.added, loaded.changed, loaded.removed, loaded.same) == (1, 1, 0, 1)
    assert rows() == {
        date(2026, 1, 1): (7, date(2026, 7, 1)),
        date(2026, 7, 1): (8, date(2027, 1, 1)),
        date(2027, 1, 1): (9, None),
    }
    assert Value.objects.get(pk=kept.pk).loaded_at == kept.loaded_at


def test_values_that_change_places_in_time_never_overlap_on_the_way(own_database: OwnDatabase, tmp_path: Path) -> None:
    load(places(tmp_path, _532923=[limit(1, "2026-01-01", "2026-03-31"), limit(2, "2026-04-01")]))
    load(places(tmp_path, _532923=[limit(1, "2026-01-01", "2026-05-31"), limit(3, "2026-06-01")]))
    assert rows() == {date(2026, 1, 1): (1, date(2026, 6, 1)), date(2026, 6, 1): (3, None)}


def test_what_a_file_no_longer_says_is_removed_and_other_organisations_keep_theirs(
    own_database: OwnDatabase, tmp_path: Path
) -> None:
    load(read_places())
    prefecture = rows("everywhere")
    loaded = load(places(tmp_path, _532923=[]))
    assert loaded.removed > 0
    assert not Value.objects.filter(organisation="532923").exists()
    assert rows("everywhere") == prefecture != {}


def test_an_organisation_that_is_not_here_is_left_aside(own_database: OwnDatabase, tmp_path: Path) -> None:
    assert load(places(tmp_path, _430600=[limit(7)])).left_aside == ("430600",)
    assert not Value.objects.filter(organisation="430600").exists()


def test_the_trail_says_what_was_changed_before_and_after(own_database: OwnDatabase, tmp_path: Path) -> None:
    load(places(tmp_path, _532923=[limit(7)]))
    load(places(tmp_path, _532923=[limit(9)]))
    entry = entries()[-1]
    (change,) = entry.values["changes"]
    assert (change["code"], change["before"]["value"], change["after"]["value"]) == (LIMIT, 7, 9)
    assert verb_of(entry.verb).sentences(entry.values)[0] == "载入政策：新增 0 项，改动 1 项，去掉 0 项"


def test_loading_twice_with_one_act_id_gives_the_first_answer(own_database: OwnDatabase, tmp_path: Path) -> None:
    which, act_id = places(tmp_path, _532923=[limit(7)]), uuid4()
    first = load_policy(actor=operator(), act_id=act_id, places=which)
    assert load_policy(actor=operator(), act_id=act_id, places=which) == first
    assert first.added == 1


def test_a_clerk_may_not_load_policy(own_database: OwnDatabase, tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        load_policy(actor=actor(CLERK), act_id=uuid4(), places=places(tmp_path, _532923=[limit(7)]))
    assert refused.value.code == "access.not_allowed"


def row(**differing: object) -> Value:
    content: Mapping[str, object] = {
        "code": LIMIT, "organisation": "532923", "path": COUNTY, "value": 5, "document_zh": "x", "document_en": "x",
        "mark": "L", "file": "x", "period": DateRange(date(2026, 1, 1), None), **differing,
    }  # fmt: skip
    return Value(**content)


@pytest.mark.django_db
def test_the_database_refuses_values_that_overlap() -> None:
    row(period=DateRange(date(2026, 1, 1), date(2026, 7, 1))).save()
    row(period=DateRange(date(2026, 7, 1), None)).save()
    with pytest.raises(IntegrityError, match="policy_value_no_overlap"), transaction.atomic():
        row(period=DateRange(date(2026, 6, 30), date(2026, 7, 1))).save()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"mark": "X"}, {"period": DateRange(date(2026, 1, 1), date(2026, 1, 1))}], ids=["mark", "no day"]
)
def test_the_database_refuses_an_unknown_mark_and_a_value_of_no_day(wrong: Mapping[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        row(**wrong).save()


def test_values_that_nobody_read_from_a_file_cannot_overlap_either(own_database: OwnDatabase) -> None:
    first, second = (DatedValue(LIMIT, date(2026, month, 1), None, 5, "x", "x", "L") for month in (1, 6))
    with pytest.raises(Problem) as refused:
        load((PlacePolicy("532923", "x.yaml", (first, second)),))
    assert refused.value.code == "policy.overlap_refused"
    assert rows() == {}
