"""The world as it is: persons and households, before anybody writes anything about them."""

from dataclasses import dataclass, field
from datetime import date

from bangfu.synthetic.damage import Written
from bangfu.synthetic.days import age_of
from bangfu.synthetic.places import County, Employer

STUDENT, JOBLESS, LAID_OFF, IN_POST, RETIRED = "学生", "失(无)业", "下(待)岗", "在岗", "退休"
AT_WORK = frozenset({IN_POST, "农民工", "务农", "病休", "内退"})


@dataclass(slots=True)
class Person:
    """A member of a household; the first one is the head of the file. Money is fen."""

    number: str
    name: str
    female: bool
    birth: date
    relation: str
    ethnic_group: str
    marital: str
    status: str = ""
    monthly_income: int = 0
    health: str = "良好"
    illness: str = ""
    disability: str = ""
    school: str = ""
    employer: Employer | None = None
    # What the union wrote about them.
    filed: Written = field(default_factory=lambda: Written(""))
    filed_head: str = ""
    filed_name: str = ""
    name_certain: bool = True
    dirt: list[str] = field(default_factory=list)

    @property
    def age(self) -> int:
        """Full years on the reference day."""
        return age_of(self.birth)

    @property
    def disabled_by_file(self) -> bool:
        """Does the file call them disabled?"""
        return self.health == "残疾" or bool(self.disability)


@dataclass(slots=True)
class Household:
    """One family, one file. Yearly amounts are fen."""

    county: County
    township: str
    persons: list[Person]
    other_income: int = 0
    illness_cost: int = 0
    disability_cost: int = 0
    schooling_cost: int = 0
    housing_cost: int = 0
    other_cost: int = 0
    work_cost: int = 0
    accident_loss: int = 0
    housing_type: str = "自建房"
    main_cause: str = ""
    # How the union wrote the division of registration: as a code, or as a name that only a gazetteer can place.
    filed_division: str = ""
    secondary_causes: tuple[str, ...] = ()
    money_dirt: list[str] = field(default_factory=list)

    @property
    def head(self) -> Person:
        """The worker in whose name the file stands."""
        return self.persons[0]

    @property
    def place_known(self) -> bool:
        """Does the file say by a code where the household is registered? Without a head it says nothing."""
        return self.filed_division.isdigit() and self.head.filed.readable

    @property
    def yearly_income(self) -> int:
        """Twelve times what the persons earn in a month, and the other income of the year."""
        return 12 * sum(person.monthly_income for person in self.persons) + self.other_income

    @property
    def rigid_cost(self) -> int:
        """The five rigid heads of the year."""
        medical = self.illness_cost + self.disability_cost
        return medical + self.schooling_cost + self.housing_cost + self.other_cost


@dataclass(slots=True)
class Row:
    """A row of a department's extract. ``person`` is the place in the household; ``card`` a disability card's true number."""

    dataset: str
    person: int
    cells: dict[str, str]
    card: str = ""
    number: Written = field(default_factory=lambda: Written(""))
    name_differs: bool = False
    name_dirt: str = ""
