"""Numbers and names, as the union and the departments wrote them: mostly right, sometimes damaged."""

from bangfu.synthetic.damage import (
    DEPARTMENT_DIRTY,
    DEPARTMENT_LOST,
    FILE_DIRTY,
    FILE_LOST,
    soil_number,
)
from bangfu.synthetic.datasets import DATASETS
from bangfu.synthetic.dice import Dice
from bangfu.synthetic.names import has_rare, is_uncertain, other_name, other_spelling, with_placeholder
from bangfu.synthetic.places import County
from bangfu.synthetic.world import Household, Person, Row


def file_persons(dice: Dice, household: Household, *, one_sheet: bool) -> None:
    """Write the numbers and names of the union's workbook. On one sheet a family has a single cell for the head's number."""
    # What is beyond reading in such a cell would leave the members without a head to be told apart by.
    lost = 0.0 if one_sheet else FILE_LOST
    for person in household.persons:
        person.filed = soil_number(dice, person.number, FILE_DIRTY, lost)
        if not person.filed.readable:
            # At most one number of a family is beyond reading, so that its members stay apart.
            lost = 0
        elif person is household.head:
            lost = FILE_LOST
        if person.filed.dirt:
            person.dirt.append(f"档案号码：{person.filed.dirt}")
        _file_name(dice, person)
    household.filed_division = _division(dice, household.county)
    head = household.head
    head.filed_head = head.filed.text
    for person in household.persons[1:]:
        # The column 户主身份证号 is typed by itself, so it has its own dirt; what cannot be read is damaged in the head's row only.
        person.filed_head = head.filed.text if one_sheet else soil_number(dice, head.number, FILE_DIRTY / 2, 0).text


def _division(dice: Dice, county: County) -> str:
    if dice.chance(0.92):
        return county.code if dice.chance(0.8) else f"{county.code}000000"
    return dice.pick((county.name, f"大理州{county.name}", county.name.removesuffix("县")))


def _file_name(dice: Dice, person: Person) -> None:
    name = person.name
    if has_rare(name) and dice.chance(0.25):
        name = with_placeholder(dice, name)
        person.dirt.append("档案姓名：缺字")
    elif dice.chance(0.03):
        name, way = other_spelling(dice, name, person.female)
        person.dirt.append(f"档案姓名：{way}")
    person.filed_name = name
    person.name_certain = not is_uncertain(name)


def write_row(dice: Dice, household: Household, row: Row) -> None:
    """Write the number and the name of a department's row."""
    person, dataset = household.persons[row.person], DATASETS[row.dataset]
    row.number = soil_number(dice, row.card or person.number, DEPARTMENT_DIRTY, DEPARTMENT_LOST)
    row.cells[dataset.number_heading] = row.number.text
    row.cells[dataset.name_heading] = _name_in_row(dice, person, row, dataset.encoding)


def _name_in_row(dice: Dice, person: Person, row: Row, encoding: str) -> str:
    if has_rare(person.name) and encoding == "gb18030" and dice.chance(0.3):
        row.name_dirt = "缺字"
        return with_placeholder(dice, person.name)
    if dice.chance(0.025):
        name, row.name_dirt = other_spelling(dice, person.name, person.female)
        return name
    # Where the file itself lacks a character, nobody could tell whether the names differ.
    if person.name_certain and dice.chance(0.003):
        row.name_differs = True
        return other_name(dice, person.name)
    return person.name


def reasons_of(row: Row) -> list[str]:
    """What was done to a department's row."""
    dirt = [f"部门号码：{row.number.dirt}"] if row.number.dirt else []
    return [*dirt, f"部门姓名：{row.name_dirt}"] if row.name_dirt else dirt
