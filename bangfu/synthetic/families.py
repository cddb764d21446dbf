"""Who lives together: one to seven persons, their relations, ages, sexes and names."""

from bangfu.synthetic.codes import NumberRoll
from bangfu.synthetic.days import birth_at_age
from bangfu.synthetic.dice import Dice, Odds
from bangfu.synthetic.names import ETHNIC_GROUPS, make_name, surname_for, surname_of
from bangfu.synthetic.world import Person

_SIZES = Odds({1: 13, 2: 20, 3: 33, 4: 20, 5: 9, 6: 4, 7: 1})
_MARRIED, _SINGLE, _DIVORCED, _WIDOWED = "已婚", "未婚", "离异", "丧偶"
_MARITAL_ALONE = Odds({_SINGLE: 4, _DIVORCED: 4, _WIDOWED: 2})
_MARITAL = Odds({_MARRIED: 72, _DIVORCED: 14, _WIDOWED: 9, _SINGLE: 5})
_OLDEST = 96


class FamilyMaker:
    """Makes families, person by person."""

    def __init__(self, dice: Dice, roll: NumberRoll) -> None:
        self._dice = dice
        self._roll = roll
        self._group = dice.draw(ETHNIC_GROUPS)
        self._division = dice.between(0, 9)
        self.persons: list[Person] = []

    def make(self) -> list[Person]:
        """A whole family, the head first."""
        size = self._dice.draw(_SIZES)
        head = self._head(alone=size == 1)
        spouse = self._spouse() if head.marital == _MARRIED and size > 1 else None
        self._children(size, spouse)
        self._elders(size, married=spouse is not None)
        while len(self.persons) < size:
            self._sibling()
        return self.persons

    def _head(self, *, alone: bool) -> Person:
        dice = self._dice
        age = dice.between(26, 59) if dice.chance(0.93) else dice.between(60, 66)
        marital = dice.draw(_MARITAL_ALONE if alone else _MARITAL)
        return self._add("户主", age, female=dice.chance(0.42), marital=marital)

    def _spouse(self) -> Person:
        head = self.persons[0]
        group = self._group if self._dice.chance(0.8) else self._dice.draw(ETHNIC_GROUPS)
        age = max(22, head.age + self._dice.between(-5, 4))
        return self._add("配偶", age, female=not head.female, marital=_MARRIED, group=group)

    def _children(self, size: int, spouse: Person | None) -> None:
        head, dice = self.persons[0], self._dice
        room = size - len(self.persons)
        if head.marital == _SINGLE or room < 1:
            return
        wanted = min(room, dice.draw(Odds({0: 1, 1: 6, 2: 5, 3: 1})))
        youngest_parent = min(person.age for person in self.persons)
        father = head if not head.female else spouse
        ages = sorted((dice.between(0, max(0, min(28, youngest_parent - 20))) for _ in range(wanted)), reverse=True)
        counts = {False: 0, True: 0}
        for age in ages:
            female = dice.chance(0.48)
            relation = ("长女", "次女", "三女")[counts[True]] if female else ("长子", "次子", "三子")[counts[False]]
            counts[female] += 1
            if wanted == 1:
                relation = "女" if female else "子"
            self._add(relation, age, female=female, marital=_SINGLE, like=father)

    def _elders(self, size: int, *, married: bool) -> None:
        head, dice = self.persons[0], self._dice
        elders = [("父亲", False), ("母亲", True)]
        if married and dice.chance(0.25):
            elders = [("公公", False), ("婆婆", True)] if head.female else [("岳父", False), ("岳母", True)]
        if dice.chance(0.5):
            elders.reverse()
        for relation, female in elders:
            age = head.age + dice.between(21, 34)
            if len(self.persons) < size and age <= _OLDEST:
                like = head if relation == "父亲" else None
                marital = _WIDOWED if dice.chance(0.4) else _MARRIED
                self._add(relation, age, female=female, marital=marital, like=like)

    def _sibling(self) -> None:
        head, dice = self.persons[0], self._dice
        female = dice.chance(0.5)
        age = max(16, head.age + dice.between(-8, 8))
        older = age > head.age
        relation = ("姐" if older else "妹") if female else ("兄" if older else "弟")
        self._add(relation, age, female=female, marital=_SINGLE, like=head)

    def _add(
        self,
        relation: str,
        age: int,
        *,
        female: bool,
        marital: str,
        group: str = "",
        like: Person | None = None,
    ) -> Person:
        dice = self._dice
        group = group or self._group
        birth = birth_at_age(dice, age)
        surname = (surname_of(like.name) if like else "") or surname_for(dice, group)
        name = make_name(dice, group, female, surname)
        # Most of a family was first registered in one place.
        division = self._division if dice.chance(0.85) else dice.between(0, 9)
        number = self._roll.next_number(division, birth.toordinal(), female)
        person = Person(number, name, female, birth, relation, group, marital)
        self.persons.append(person)
        return person
