"""Invented numbers that pass their check digits: ID numbers of divisions 532990 to 532999, never allotted; credit codes; plates."""

from array import array
from datetime import date

from bangfu.synthetic.days import REFERENCE_DAY
from bangfu.synthetic.dice import Dice

DIVISIONS = tuple(f"53299{last}" for last in range(10))
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_FIRST_DAY = date(1920, 1, 1).toordinal()
_DAYS = REFERENCE_DAY.toordinal() - _FIRST_DAY + 1
# A prime number of places for each division, day and sex: stepping through them visits each once, in no visible order.
_PLACES = 491
_STEP = 181
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _weighted(text: str, start: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS[start:], strict=False))


_SEQUENCES = tuple(f"{n:03}" for n in range(1000))
_SEQUENCE_SUMS = tuple(_weighted(text, 14) for text in _SEQUENCES)
_DIVISION_SUMS = tuple(_weighted(text, 0) for text in DIVISIONS)


class NumberRoll:
    """Hands out every ID number once. Its memory does not grow with the prefecture."""

    def __init__(self) -> None:
        self._taken = array("H", bytes(2 * len(DIVISIONS) * 2 * _DAYS))
        self._days: dict[int, tuple[str, int]] = {}

    def next_number(self, division: int, birth_ordinal: int, female: bool) -> str:
        """A number of somebody born that day; the next division where this one is full for the day."""
        day = birth_ordinal - _FIRST_DAY
        for step in range(len(DIVISIONS)):
            place = (division + step) % len(DIVISIONS)
            slot = (place * 2 + female) * _DAYS + day
            while self._taken[slot] < _PLACES:
                turn = self._taken[slot]
                self._taken[slot] = turn + 1
                sequence = 2 * ((turn * _STEP + day * 37 + place * 53) % _PLACES) + 1 + female
                # A number that ends in 000 must always be the trace of a spreadsheet, never a living number.
                if sequence % 100:
                    return self._written(place, birth_ordinal, sequence)
        raise OverflowError(f"no ID number is left for day {birth_ordinal}")

    def _written(self, place: int, birth_ordinal: int, sequence: int) -> str:
        known = self._days.get(birth_ordinal)
        if known is None:
            eight = date.fromordinal(birth_ordinal).strftime("%Y%m%d")
            known = self._days[birth_ordinal] = eight, _weighted(eight, 6)
        total = _DIVISION_SUMS[place] + known[1] + _SEQUENCE_SUMS[sequence]
        return f"{DIVISIONS[place]}{known[0]}{_SEQUENCES[sequence]}{_CHECK[total % 11]}"


def is_valid(number: str) -> bool:
    """Does the check digit of 18 characters fit? Own arithmetic, so that damage is known to be damage."""
    return number[:17].isdigit() and _CHECK[_weighted(number[:17], 0) % 11] == number[17]


def credit_code(serial: int, prefix: str = "91") -> str:
    """The credit code of the serial-th invented organisation (91 enterprise, 92 own-account trade, 81 base-level union)."""
    text = ""
    rest = serial
    for _ in range(7):
        rest, digit = divmod(rest, 31)
        text = _CREDIT_ALPHABET[digit] + text
    seventeen = f"{prefix}{DIVISIONS[serial % 10]}MA{text}"
    total = sum(_CREDIT_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(seventeen))
    return seventeen + _CREDIT_ALPHABET[(31 - total % 31) % 31]


def plate(dice: Dice) -> str:
    """A number plate of Dali."""
    return f"云L{dice.pick('ABCDEFGHJK')}{dice.between(1000, 9999)}"


def unit_number(dice: Dice) -> str:
    """A real-estate unit number (28 characters), plainly invented in its division."""
    zone, parcel, building = dice.between(1, 999_999), dice.between(1, 99_999), dice.between(1, 99_999_999)
    return f"{dice.pick(DIVISIONS)}{zone:06}GB{parcel:05}F{building:08}"


def mobile(dice: Dice) -> str:
    """Eleven digits of the range 154, which no operator was given: nobody can be called by it."""
    return f"154{dice.between(0, 99_999_999):08}"
