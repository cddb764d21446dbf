"""Unified social credit codes: DOMAIN 4.4."""

import pytest

from bangfu.core.credit_codes import ALPHABET, CHECK_DIGIT_DIFFERS, NOT_A_CODE, OLD_FORM, check_digit, read_credit_code


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91110000101623741K", "911101066976941872", "91110000600037341L"]
)
def test_valid_codes_are_read_without_a_word(code: str) -> None:
    reading = read_credit_code(code)
    assert reading.value is not None
    assert (reading.value.text, reading.problem) == (code, None)


def test_a_remainder_of_zero_has_the_check_digit_zero() -> None:
    assert check_digit("9137010030747000D") == "0"
    assert read_credit_code("9137010030747000D0").problem is None


def test_a_living_code_that_fails_its_check_warns_and_is_kept() -> None:
    reading = read_credit_code("91350211M0000XUF46")
    assert reading.value is not None
    assert reading.problem == CHECK_DIGIT_DIFFERS()


@pytest.mark.parametrize("old", ["12345678-9", "123456789", "110000001234567"])
def test_older_numbers_are_told_apart(old: str) -> None:
    assert read_credit_code(old).problem == OLD_FORM()


@pytest.mark.parametrize("text", ["某某公司", "9111010669769418I2", "91"])
def test_other_text_is_no_code(text: str) -> None:
    assert read_credit_code(text).problem == NOT_A_CODE()


def test_full_width_lower_case_and_spaces_are_repaired() -> None:
    reading = read_credit_code(" ９１110000 60003734 1l ")
    assert reading.value is not None
    assert reading.value.text == "91110000600037341L"


def test_it_tells_trade_unions_and_organisation_codes() -> None:
    union = read_credit_code("81" + "5329000000000000").value
    assert union is not None
    assert union.is_trade_union
    assert len(union.organisation_code) == 9


def test_the_alphabet_leaves_out_what_is_misread() -> None:
    assert set("IOZSV").isdisjoint(ALPHABET)
    assert len(ALPHABET) == 31
