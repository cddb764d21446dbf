"""What is compared of two persons: the fields of a record (records.py), their levels, and how candidates are found.

A part of a number that shows stars is only compatible with another: a level of its own, and never enough by itself (candidates.py).
"""

from bangfu.engine.matching.model import Field, Level
from bangfu.engine.matching.names import Alike

ELSE = "ELSE"


def _either_missing(*columns: str) -> str:
    return " OR ".join(f"{column}_{side} IS NULL" for column in columns for side in "lr")


def _like(column: str) -> str:
    """Every position that both show agrees; of two that hide different positions nothing is said (_unsaid)."""
    return f"{column}_l LIKE replace({column}_r, '*', '_') OR {column}_r LIKE replace({column}_l, '*', '_')"


def _unsaid(column: str) -> str:
    masked = f"contains({column}_l, '*') AND contains({column}_r, '*')"
    return f"{_either_missing(column)} OR ({masked} AND NOT ({_like(column)}))"


def _part(column: str, same: tuple[str, str]) -> tuple[Level, ...]:
    whole = f"NOT contains({column}_l, '*') AND NOT contains({column}_r, '*')"
    return (
        Level("same", f"{column}_l = {column}_r AND {whole}", *same),
        Level("shown", _like(column), "露出的几位相合", "the digits shown agree"),
        Level(
            "one_slip", f"damerau_levenshtein({column}_l, {column}_r) <= 1 AND {whole}", "差一位", "one digit differs"
        ),
    )


# The lunar calendar runs three to seven weeks behind: who wrote a lunar date is found that much later by the other.
_LUNAR = "abs(born_l - born_r) BETWEEN 18 AND 51"
_TURNED = "substr(birth_r, 1, 4) || substr(birth_r, 7, 2) || substr(birth_r, 5, 2)"


def _alike(level: Alike) -> str:
    return f"name_alike(name_l, name_r) = {int(level)}"


NAME = Field(
    "name", "姓名", "name", "folded_l = '' OR folded_r = ''",
    (
        Level("same", "folded_l = folded_r", "相同", "the same"),
        Level("unwritten", _alike(Alike.UNWRITTEN), "相同，有字打不出或遮住", "the same but for what could not be written or is masked"),
        Level("sound", _alike(Alike.SOUND), "同音", "sounds the same"),
        Level("shape", _alike(Alike.SHAPE), "字形相近", "looks alike"),
        Level("near_sound", _alike(Alike.NEAR_SOUND), "读音相近", "sounds almost the same"),
        Level("one_off", _alike(Alike.ONE_OFF), "差一个字", "one character differs"),
        Level("surname", _alike(Alike.SURNAME), "只有姓相同", "only the surname agrees"),
        Level("other", ELSE, "不同", "different"),
    ),
    term="folded",
)  # fmt: skip
BIRTH = Field(
    "birth", "出生日期", "birth date", _unsaid("birth"),
    (
        *_part("birth", ("相同", "the same")),
        Level("turned", f"birth_l = {_TURNED}", "月日颠倒", "month and day turned round"),
        Level("lunar", _LUNAR, "可能一边是农历", "perhaps one by the lunar calendar"),
        Level("month", "substr(birth_l, 1, 6) = substr(birth_r, 1, 6)", "同年同月", "same year and month"),
        Level("day", "substr(birth_l, 5) = substr(birth_r, 5)", "同月同日", "same month and day"),
        Level("other", ELSE, "不同", "different"),
    ),
)  # fmt: skip
DIVISION = Field(
    "division", "行政区划", "division", _unsaid("division"),
    (
        # A slip of one digit is no level here: neighbouring counties have neighbouring codes.
        *_part("division", ("同一县", "same county"))[:2],
        Level("prefecture", "substr(division_l, 1, 4) = substr(division_r, 1, 4)", "同一州市", "same prefecture"),
        Level("province", "substr(division_l, 1, 2) = substr(division_r, 1, 2)", "同一省", "same province"),
        Level("other", ELSE, "不同", "different"),
    ),
)  # fmt: skip
TAIL = Field(
    "tail", "号码末四位", "last four of the number", _unsaid("tail"),
    (*_part("tail", ("相同", "the same")), Level("other", ELSE, "不同", "different")),
)  # fmt: skip
# Where both tails show the digit that tells the sex, it has been weighed with the tail.
SEX = Field(
    "sex", "性别", "sex",
    f"{_either_missing('sex')} OR (substr(tail_l, 3, 1) BETWEEN '0' AND '9' AND substr(tail_r, 3, 1) BETWEEN '0' AND '9')",
    (Level("same", "sex_l = sex_r", "相同", "the same"), Level("other", ELSE, "不同", "different")),
)  # fmt: skip


def _text(column: str, zh: str, en: str) -> Field:
    within = f"contains({column}_l, {column}_r) OR contains({column}_r, {column}_l)"
    near = f"{within} OR jaro_winkler_similarity({column}_l, {column}_r) >= 0.92"
    levels = (
        Level("same", f"{column}_l = {column}_r", "相同", "the same"),
        Level("near", near, "相近", "almost the same"),
        Level("other", ELSE, "不同", "different"),
    )
    return Field(column, zh, en, _either_missing(column), levels)


EMPLOYER = _text("employer", "单位", "employer")
ADDRESS = _text("address", "住址", "address")
PERSON = (NAME, BIRTH, SEX, DIVISION, TAIL, EMPLOYER, ADDRESS)

# Two records are candidates where one of these holds. Each needs so much to agree that blocks stay small.
BLOCKS: tuple[tuple[str, ...], ...] = (
    ("folded", "birth"),
    ("sound", "division", "sex"),
    ("sound", "birth"),
    ("surname", "birth", "division"),
    ("birth", "tail"),
    ("birth", "division", "sex"),
    ("sound", "tail"),
    ("surname", "division", "tail"),
    ("sound", "birth_month"),
    ("sound", "birth_day", "division"),
    ("surname", "division", "birth_month"),
    ("surname", "division", "birth_day"),
    ("sound", "employer"),
    ("surname", "address"),
    ("birth", "employer"),
    ("birth", "address"),
    ("sound", "birth_year", "sex"),
)
# Learning needs blocks that leave the other fields free.
TRAINING: tuple[tuple[str, ...], ...] = (("birth", "sex"), ("folded", "division"))
# So nearly surely one person that their share, with this recall, tells how many there are.
CERTAIN: tuple[tuple[str, ...], ...] = (("folded", "birth", "division"), ("sound", "birth", "tail"))
CERTAIN_RECALL = 0.8


def equal(columns: tuple[str, ...]) -> str:
    """A block as a rule of Splink."""
    return " AND ".join(f"l.{column} = r.{column}" for column in columns)
