"""The facts of one household that the rules look at: plain values, money in whole fen, nothing that names an illness."""

from dataclasses import dataclass

# The yearly heads of rigid expenditure, in the order of the archive workbook (DESIGN 4; DOMAIN 1.5 "rigid heads").
RIGID_FIELDS = (
    "illness_expenditure",
    "disability_expenditure",
    "schooling_expenditure",
    "housing_expenditure",
    "other_expenditure",
)


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a household. ``age`` in full years on the reference date; ``sex`` as GB/T 2261.1, "1" male, "2" female.

    ``able`` is True where the file says 健康状况 良好, False where it says anything else, None where it says nothing: the
    illness itself is not kept here. ``status`` is 人员身份, else 工作状态, as written.
    """

    monthly_income_fen: int = 0
    age: int | None = None
    sex: str | None = None
    able: bool | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Household:
    """What a file says about a household. ``people`` begins with the head; yearly sums are fen per year, empty is 0.

    ``rigid_fen`` is in the order of RIGID_FIELDS. ``stated_*`` are what the file says of itself, compared and never used.
    ``unreadable`` names (person, field) of every amount that could not be read and so counts as empty; person 0 is the head.
    """

    head_number: str
    people: tuple[Person, ...]
    other_income_fen: int = 0
    rigid_fen: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    employment_cost_fen: int = 0
    accident_loss_fen: int = 0
    # Help already given by the union this year, investments and savings: the archive workbook has no such columns.
    aid_received_fen: int = 0
    net_investments_fen: int | None = None
    savings_fen: int | None = None
    single_parent: bool | None = None
    cause_given: bool = False
    stated_persons: int | None = None
    stated_income_fen: int | None = None
    unreadable: tuple[tuple[int, str], ...] = ()

    @property
    def declared_income_fen(self) -> int:
        """12 months of everybody's declared income, and the family's other income of the year (DESIGN 4)."""
        return 12 * sum(person.monthly_income_fen for person in self.people) + self.other_income_fen
