"""What is left of a number that cannot be a key."""

import pytest

from bangfu.engine.matching.numbers import Parts, parts_of
from tests.engine.small import HEAD

MASKED = HEAD[:6] + "********" + HEAD[14:]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        (HEAD, Parts("532990", "19700101", HEAD[14:])),
        (HEAD[:6] + HEAD[8:17], Parts("532990", "19700101", HEAD[14:])),
        (MASKED, Parts("532990", None, HEAD[14:], masked=True)),
        ("5****************8", Parts("5*****", None, "***8", masked=True)),
        (HEAD[:15] + "000", Parts("532990", "19700101", HEAD[14] + "***", masked=True)),
        ("5.3299019700101E+17", Parts("532990", "1970010*", None, masked=True)),
        (HEAD[:9] + HEAD[10:], Parts("532990", "1970101", HEAD[14:])),
        (f"{HEAD[:17]}/{HEAD}", Parts("532990", "19700101", HEAD[14:])),
        (f"张伟{HEAD}", Parts("532990", "19700101", HEAD[14:])),
        ("", Parts()),
        ("不详", Parts()),
    ],
)
def test_each_part_that_is_shown_is_kept_and_no_other(written: str, parts: Parts) -> None:
    assert parts_of(written) == parts
