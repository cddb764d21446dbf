"""ID numbers. The vectors are those of DOMAIN 4.3; the dirt is that of DOMAIN 4.5."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangfu.core.ids import Fault, check_digit, compatible, fault_of, masked, read_id, upgrade
from bangfu.core.readings import Repair

GOOD = "110101199003072316"


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "440524188001010014",
        "360426199101010071",
        "120103198806018241",
        "110101199003072316",
        "230306196304054513",
    ],
)
def test_valid_numbers_are_read_as_they_are(number: str) -> None:
    reading = read_id(number)
    assert reading.value is not None
    assert reading.value.text == number
    assert reading.repairs == ()


@pytest.mark.parametrize(
    "number",
    ["360426199101010072", "230307196304054513", "110101199003071234", "110101199001011234", "510322199001015432"],
)
def test_numbers_with_a_wrong_digit_are_refused(number: str) -> None:
    assert fault_of(read_id(number)) is Fault.CHECK_DIGIT


@pytest.mark.parametrize(
    ("old", "new"), [("110105491231002", "11010519491231002X"), ("130503670401001", "130503196704010016")]
)
def test_fifteen_digits_are_raised_to_eighteen(old: str, new: str) -> None:
    reading = read_id(old)
    assert reading.value is not None
    assert reading.value.text == new == upgrade(old)
    assert reading.repairs == (Repair.FIFTEEN,)


def test_a_number_tells_birth_date_sex_division_and_key() -> None:
    number = read_id("11010519491231002X").value
    assert number is not None
    assert (number.birth_date, number.sex, number.division, number.key) == (
        date(1949, 12, 31),
        "2",
        "110105",
        11010519491231002,
    )


@pytest.mark.parametrize(
    ("written", "repair"),
    [
        (f"'{GOOD}", Repair.QUOTE),
        (f"\t{GOOD}", Repair.SPACES),
        (f"{GOOD}\u00a0", Repair.SPACES),
        (f"\u200b{GOOD}", Repair.INVISIBLE),
        (f"\ufeff{GOOD}", Repair.INVISIBLE),
        ("１１０１０１１９９００３０７２３１６", Repair.FULL_WIDTH),
        ("110101 19900307 2316", Repair.SPACES),
        ("11010519491231002x", Repair.LOWER_CASE),
        ("11010519491231002х", Repair.LOOK_ALIKE_X),
        ("11010519491231002×", Repair.LOOK_ALIKE_X),
        ("11010519491231002*", Repair.LOOK_ALIKE_X),
        ("11010519491231002Ｘ", Repair.FULL_WIDTH),
    ],
)
def test_what_loses_nothing_is_repaired_and_noted(written: str, repair: Repair) -> None:
    reading = read_id(written)
    assert reading.value is not None
    assert reading.value.text in (GOOD, "11010519491231002X")
    assert repair in reading.repairs


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        (None, Fault.MISSING),
        ("", Fault.MISSING),
        ("  ", Fault.MISSING),
        ("1101011990030", Fault.LENGTH),
        ("11010119900307231O", Fault.CHARACTERS),
        ("110101199013072316", Fault.DATE),
        ("110101199002302316", Fault.DATE),
        ("110101901332002", Fault.DATE),
        ("110101********2316", Fault.MASKED),
        ("11010119900307****", Fault.MASKED),
        (f"张三{GOOD}", Fault.WITH_TEXT),
        (f"{GOOD} 11010519491231002X", Fault.LENGTH),
        (f"{GOOD}、11010519491231002X", Fault.SEVERAL),
        ("5.10322E+17", Fault.SPREADSHEET),
        ("110101199003072000", Fault.SPREADSHEET),
    ],
)
def test_what_cannot_be_known_is_never_guessed(written: str | None, fault: Fault) -> None:
    reading = read_id(written)
    assert reading.value is None
    assert fault_of(reading) is fault


@pytest.mark.parametrize("cell", [110101199003072000.0, 1.10101199003072e15, 110101199003072316.0])
def test_a_numeric_cell_of_eighteen_digits_has_lost_some(cell: float) -> None:
    assert fault_of(read_id(cell)) is Fault.SPREADSHEET


def test_a_text_that_ends_in_zeros_and_passes_its_check_is_kept_with_a_warning() -> None:
    reading = read_id("532994198004100000")
    assert reading.value is not None
    assert reading.repairs == (Repair.ENDS_IN_ZEROS,)


def test_a_numeric_cell_of_fifteen_digits_has_lost_none() -> None:
    reading = read_id(110105491231002.0)
    assert reading.value is not None
    assert reading.value.text == "11010519491231002X"


def test_a_whole_number_of_a_database_has_lost_none() -> None:
    reading = read_id(110101199003072316)
    assert reading.value is not None
    assert reading.value.text == GOOD


def test_masked_numbers_are_only_compatible() -> None:
    assert compatible("110101********2316", GOOD)
    assert compatible("110101********2316", "1101011990030*****")
    assert not compatible("110101********2317", GOOD)
    assert not compatible("110101****2316", GOOD)


def test_a_number_does_not_print_itself() -> None:
    number = read_id(GOOD).value
    assert GOOD not in repr(number)
    assert masked(GOOD).endswith("2316")
    assert GOOD[:14] not in masked(GOOD)


def slow_check_digit(seventeen: str) -> str:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    return "10X98765432"[sum(int(d) * w for d, w in zip(seventeen, weights, strict=True)) % 11]


@given(st.text("0123456789", min_size=17, max_size=17))
def test_the_check_digit_is_that_of_the_standard(seventeen: str) -> None:
    assert check_digit(seventeen) == slow_check_digit(seventeen)


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(seventeen: str, at: int, shift: int) -> None:
    wrong = seventeen[:at] + str((int(seventeen[at]) + shift) % 10) + seventeen[at + 1 :]
    assert check_digit(wrong) != check_digit(seventeen)


@given(st.text(max_size=40))
def test_any_text_gives_a_number_or_a_problem(text: str) -> None:
    reading = read_id(text)
    assert (reading.value is None) == (reading.problem is not None)
