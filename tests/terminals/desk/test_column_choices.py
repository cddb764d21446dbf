"""The columns step: what is shown of cells, and what a sent form says."""

import pytest
from django.http import QueryDict

from bangfu.terminals.desk.column_choices import chosen_columns, shown_sample
from tests.record.sources.making import number


@pytest.mark.parametrize(
    ("text", "column_type", "sensitive", "shown"),
    [
        (number(1), "id", False, "*" * 18),
        (number(1), None, False, "*" * 18),
        (f"王小明{number(1)}", None, False, f"王小明{'*' * 18}"),
        ("13800001234", "mobile", False, "*" * 11),
        ("王小明", "name", False, "王*明"),
        ("矽肺", "codes", True, "**"),
        ("小型轿车", "code", False, "小型轿车"),
        ("1200", "yuan", False, "1200"),
        ("长" * 90, "text", False, "长" * 40),
    ],
)
def test_cells_show_what_a_column_holds_and_no_number_or_illness(
    text: str, column_type: str | None, sensitive: bool, shown: str
) -> None:
    assert shown_sample(text, column_type, sensitive=sensitive) == shown


def form(*columns: tuple[str, str, str]) -> QueryDict:
    """Columns as sent: heading, what it was taken for, what was chosen."""
    sent = QueryDict(mutable=True)
    for at, (key, was, chosen) in enumerate(columns):
        sent.update({f"key.0.{at}": key, f"was.0.{at}": was, f"column.0.{at}": chosen})
    return sent


def test_an_untouched_form_says_what_was_recognised_and_nothing_changed() -> None:
    assert chosen_columns(form(("姓名", "name", "name"), ("备注", "", ""))) == ({"姓名": "name"}, False)


def test_a_column_that_was_recognised_can_be_left_out() -> None:
    for chosen in ("", "-"):
        assert chosen_columns(form(("姓名", "name", chosen))) == ({"姓名": None}, True)


def test_a_column_that_nobody_recognised_can_be_named() -> None:
    assert chosen_columns(form(("谁", "", "name"))) == ({"谁": "name"}, True)


def test_what_was_left_out_before_stays_left_out() -> None:
    assert chosen_columns(form(("备注", "-", "-"))) == ({"备注": None}, False)


def test_a_form_made_by_hand_does_no_harm() -> None:
    sent = QueryDict("column.0.0=name&column.x=&key.=1&was=2")
    assert chosen_columns(sent) == ({}, True)
