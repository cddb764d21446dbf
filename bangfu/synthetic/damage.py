"""What offices do to cells (DOMAIN 4.5), each kind at a modest rate, and what it means for the number beneath."""

from dataclasses import dataclass
from datetime import date

from bangfu.synthetic.codes import is_valid
from bangfu.synthetic.dice import Dice, Odds

FILE_DIRTY = 0.04
FILE_LOST = 0.006
DEPARTMENT_DIRTY = 0.04
DEPARTMENT_LOST = 0.007

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_LOSSLESS = Odds(
    {"撇号": 3, "制表符": 2, "不换行空格": 2, "零宽字符": 2, "全角": 3, "空格": 3, "小写x": 3, "西里尔х": 1, "15位": 4}
)
_LOST = Odds({"一位写错": 4, "数字单元格": 3, "遮掩": 2, "缺失": 1, "一格两号": 1})


@dataclass(frozen=True, slots=True)
class Written:
    """A number as somebody wrote it: can it be read, and what was done to it ("" where nothing was)."""

    text: str
    readable: bool = True
    dirt: str = ""


def soil_number(dice: Dice, number: str, dirty: float, lost: float) -> Written:
    """Write an ID number (or a disability card's 20 digits), perhaps damaged."""
    chance = dice.random()
    if chance >= dirty + lost:
        return Written(number)
    return _lose(dice, number) if chance < lost else _dirty(dice, number)


def _dirty(dice: Dice, number: str) -> Written:
    way = dice.draw(_LOSSLESS)
    if way in ("小写x", "西里尔х") and number[-1] != "X":
        way = "全角"
    if way == "15位" and (number[6:8] != "19" or len(number) != 18):
        way = "撇号"
    return Written(_dirtied(way, number), dirt=way)


def _dirtied(way: str, number: str) -> str:
    written = {
        "撇号": f"'{number}",
        "制表符": f"{number}\t",
        "不换行空格": f"{number}\u00a0",
        "零宽字符": f"\u200b{number}",
        "全角": number.translate(_FULL_WIDTH),
        "空格": f"{number[:6]} {number[6:14]} {number[14:]}",
        "小写x": number[:-1] + "x",
        "西里尔х": number[:-1] + "х",
        "15位": number[:6] + number[8:17],
    }
    return written[way]


def _lose(dice: Dice, number: str) -> Written:
    way = dice.draw(_LOST)
    if way == "数字单元格":
        # Spreadsheets keep fifteen digits. Where 000 fits by chance, the damage would look sound: write a wrong digit instead.
        kept = number[:15] + "000"
        if len(number) == 18 and not is_valid(kept):
            return Written(kept, readable=False, dirt=way)
        way = "一位写错"
    if way == "遮掩":
        return Written(f"{number[:6]}********{number[14:]}", readable=False, dirt=way)
    if way == "缺失":
        return Written("", readable=False, dirt=way)
    if way == "一格两号" and len(number) == 18:
        return Written(f"{number}/{_with_wrong_digit(dice, number)}", readable=False, dirt=way)
    return Written(_with_wrong_digit(dice, number), readable=False, dirt="一位写错")


def _with_wrong_digit(dice: Dice, number: str) -> str:
    # Never the last: one digit changed among the first 17 always breaks the check digit.
    at = dice.between(6, 16)
    return number[:at] + str((int(number[at]) + dice.between(1, 9)) % 10) + number[at + 1 :]


def yuan_text(fen: int) -> str:
    """Fen as a plain figure of yuan: 320000 → 3200, 320050 → 3200.5."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def soil_yuan(dice: Dice, fen: int) -> tuple[str, str]:
    """Write an amount the way people do, always to be read as exactly this amount; and what was done."""
    plain = yuan_text(fen)
    if fen == 0:
        return (dice.pick(("无", "/", "-", "", "0")), "") if dice.chance(0.5) else ("0", "")
    if not dice.chance(0.05):
        return plain, ""
    way = dice.pick(("元", "千分位", "约", "万"))
    if way == "万" and fen % 10_000 == 0:
        whole, rest = divmod(fen // 10_000, 100)
        return (f"{whole}.{rest:02}".rstrip("0").rstrip(".") + "万"), "金额：万"
    if way == "约":
        return f"约{plain}", "金额：约"
    if way == "千分位" and fen >= 100_000:
        whole_yuan, point, rest_fen = plain.partition(".")
        return f"{int(whole_yuan):,}{point}{rest_fen}元", "金额：千分位"
    return f"{plain}元", "金额：元"


def soil_date(dice: Dice, day: date) -> str:
    """Write a day the way people do."""
    if not dice.chance(0.06):
        return day.isoformat()
    # A year of two digits can be read only where that year of this century has not come yet.
    if day.year < 2000 and day.year % 100 > 26 and dice.chance(0.3):
        return f"{day.year % 100}/{day.month}/{day.day}"
    pattern = dice.pick(("{0}.{1}.{2}", "{0}/{1}/{2}", "{0}年{1}月{2}日", "{0}{1:02}{2:02}"))
    return pattern.format(day.year, day.month, day.day)


def soil_yes_no(dice: Dice, yes: bool) -> str:
    """Write yes or no the way people do."""
    if not dice.chance(0.12):
        return "是" if yes else "否"
    return dice.pick(("有", "√", "1", "Y")) if yes else dice.pick(("无", "×", "0", "N"))
