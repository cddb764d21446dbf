"""What a cell was read as: its value, what had to be repaired, and what is doubtful. The raw text is kept by whoever read it."""

from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from bangfu.core.problems import Problem

T_co = TypeVar("T_co", covariant=True)


class Repair(Enum):
    """A lossless change made while reading, told to people in both languages. The kinds are those of DOMAIN 4.5."""

    INVISIBLE = ("去掉了看不见的字符", "invisible characters removed")
    SPACES = ("去掉了空格", "spaces removed")
    QUOTE = ("去掉了开头的引号", "leading quote removed")
    FULL_WIDTH = ("全角转成半角", "full width made half width")
    LOOK_ALIKE_X = ("末位的 х、× 或 * 读作 X，请留意", "last character х, × or * read as X, please mind")
    FIFTEEN = ("15 位号码升为 18 位", "15-digit number raised to 18")
    ENDS_IN_ZEROS = (
        "号码以 000 结尾，校验虽然通过，也可能是表格软件改过的，请对照证件",
        "number ends in 000: its check fits, yet a spreadsheet may have cut it; compare it with the card",
    )
    LOWER_CASE = ("小写 x 转成大写", "lower-case x made upper case")
    DOT = ("间隔号统一为“·”", "name separator made “·”")
    NOTE_TAKEN_OUT = ("括号里的说明移到备注", "note in brackets moved out of the name")
    UNIT = ("去掉了货币单位", "currency unit removed")
    GROUPING = ("去掉了千分位逗号", "thousands separators removed")
    TEN_THOUSANDS = ("按万元换算", "converted from ten thousands")
    NOTHING = ("“无”“/”“-”读作空", "“无”, “/” or “-” read as empty")
    OPEN_ENDED = ("“长期”“至今”读作没有截止", "“长期” and “至今” read as without an end")
    ABOUT = ("约数按所写数字读，请留意", "approximate figure read as written, please mind")
    ROUNDED = ("多于两位小数，四舍五入到分", "more than two decimals, rounded to the fen")
    DATE_FORM = ("日期写法已统一", "date put into one form")
    SERIAL = ("表格日期序号换算成日期", "spreadsheet serial number turned into a date")
    TWO_DIGIT_YEAR = ("两位年份读作 19 开头", "two-digit year read as 19xx")
    YES_NO = ("是/否的写法已统一", "yes or no put into one form")
    FILLED_DOWN = ("合并单元格的值填到了下面各行", "value of a merged cell filled down")

    @property
    def zh(self) -> str:
        """In Chinese."""
        return self.value[0]

    @property
    def en(self) -> str:
        """In English."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Reading(Generic[T_co]):
    """``value`` is None where the cell is empty, or where it cannot be read: then ``problem`` says why."""

    value: T_co | None
    repairs: tuple[Repair, ...] = ()
    problem: Problem | None = None
