"""The damage is what it says it is: what loses nothing can be read back, what loses something cannot."""

from datetime import date

import pytest
from stdnum.cn import uscc

from bangfu.core.dates import read_date
from bangfu.core.ids import read_id
from bangfu.core.money import read_amount
from bangfu.core.names import differ, fold
from bangfu.synthetic.codes import NumberRoll, credit_code
from bangfu.synthetic.damage import soil_date, soil_number, soil_yuan
from bangfu.synthetic.days import REFERENCE_DAY, age_of, any_day, birth_at_age
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.names import (
    ETHNIC_GROUPS,
    has_rare,
    is_uncertain,
    make_name,
    other_name,
    other_spelling,
    surname_for,
    with_placeholder,
)


def numbers(count: int) -> list[str]:
    dice, roll = Dice("numbers"), NumberRoll()
    births = [any_day(dice, date(1930, 1, 1)) for _ in range(count)]
    return [roll.next_number(dice.between(0, 9), birth.toordinal(), dice.chance(0.5)) for birth in births]


def names(count: int) -> list[tuple[str, bool]]:
    dice = Dice("names")
    made = []
    for turn in range(count):
        group = dice.draw(ETHNIC_GROUPS)
        made.append((make_name(dice, group, turn % 2 == 0, surname_for(dice, group)), turn % 2 == 0))
    return made


def test_every_number_is_valid_unique_and_of_an_invented_division() -> None:
    made = numbers(5000)
    assert len(set(made)) == len(made)
    for number in made:
        read = read_id(number).value
        assert read is not None
        assert read.text == number
        assert "532990" <= read.division <= "532999"


def test_a_full_day_goes_on_in_the_next_division_and_ends_in_an_error() -> None:
    roll, day = NumberRoll(), date(1990, 3, 7).toordinal()
    made = {roll.next_number(4, day, False) for _ in range(4850)}
    assert len(made) == 4850
    with pytest.raises(OverflowError):
        made.update(roll.next_number(4, day, False) for _ in range(100))


def test_damage_that_loses_nothing_reads_back_to_the_same_number() -> None:
    dice, seen = Dice("lossless"), set()
    for number in numbers(3000):
        written = soil_number(dice, number, 1, 0)
        read = read_id(written.text).value
        assert written.readable
        assert read is not None
        assert read.text == number, written.dirt
        seen.add(written.dirt)
    assert seen == {"撇号", "制表符", "不换行空格", "零宽字符", "全角", "空格", "小写x", "西里尔х", "15位"}


def test_damage_that_loses_something_cannot_be_read() -> None:
    dice, seen = Dice("lost"), set()
    for number in numbers(3000):
        written = soil_number(dice, number, 0, 1)
        assert not written.readable
        assert read_id(written.text).value is None, written.dirt
        seen.add(written.dirt)
    assert seen == {"一位写错", "数字单元格", "遮掩", "缺失", "一格两号"}


def test_amounts_read_back_exactly() -> None:
    dice = Dice("money")
    for _ in range(5000):
        fen = dice.pick((0, 1, 106_200, 500_000, dice.between(0, 9_999_999), dice.between(0, 999) * 10_000))
        written, _ = soil_yuan(dice, fen)
        assert (read_amount(written).value or 0) == fen, written


def test_dates_read_back_exactly() -> None:
    dice = Dice("dates")
    for _ in range(5000):
        day = any_day(dice, date(1930, 1, 1))
        assert read_date(soil_date(dice, day), REFERENCE_DAY).value == day


def test_another_spelling_is_the_same_name() -> None:
    dice, seen = Dice("spelling"), set()
    for name, female in names(4000):
        written, way = other_spelling(dice, name, female)
        assert fold(written) == fold(name), (name, written)
        seen.add(way)
    assert seen == {"间隔号", "空格", "繁体异体", "说明"}


def test_another_name_is_another_name() -> None:
    dice = Dice("others")
    for name, _ in names(4000):
        assert differ(name, other_name(dice, name)), name


def test_a_placeholder_leaves_open_which_name_it_is() -> None:
    dice = Dice("placeholders")
    rare = [name for name, _ in names(4000) if has_rare(name)]
    assert len(rare) > 20
    for name in rare:
        written = with_placeholder(dice, name)
        assert is_uncertain(written)
        assert not is_uncertain(name)
        assert not differ(name, written), (name, written)


def test_ages_are_what_was_asked_for() -> None:
    dice = Dice("ages")
    for age in range(97):
        assert age_of(birth_at_age(dice, age)) == age


def test_credit_codes_have_their_check_digit() -> None:
    assert all(uscc.is_valid(credit_code(serial)) for serial in range(0, 50_000, 7))
    assert credit_code(3, "81").startswith("81")
