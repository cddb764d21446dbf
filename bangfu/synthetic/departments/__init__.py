"""What the departments' registers hold about the persons of a household: mostly what the family said, sometimes not."""

from collections.abc import Callable, Iterator

from bangfu.synthetic.departments import belongings, persons, welfare, work
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.world import Household, Row

_REGISTERS: tuple[Callable[[Dice, Household], Iterator[Row]], ...] = (
    persons.rows,
    work.rows,
    belongings.rows,
    welfare.rows,
)


def rows_about(dice: Dice, household: Household) -> list[Row]:
    """All rows about a household, still without names and numbers."""
    return [row for register in _REGISTERS for row in register(dice, household)]
