"""Invented names as the people of Dali bear them, their other spellings, and truly different names.

What is the same name is known from how a spelling was made, never by asking the code that compares names.
"""

import re

from bangfu.synthetic.dice import Dice, Odds

DOT = "·"
_WITH_DOT = frozenset({"维吾尔族", "哈萨克族"})

ETHNIC_GROUPS = Odds(
    {
        "汉族": 46, "白族": 35, "彝族": 12, "回族": 3, "傈僳族": 1.2, "苗族": 0.8, "纳西族": 0.7, "傣族": 0.4, "藏族": 0.3,
        "维吾尔族": 0.4, "哈萨克族": 0.2,
    }
)  # fmt: skip
_SURNAMES = Odds(
    {
        "杨": 13, "李": 12, "张": 9, "赵": 7, "段": 6, "董": 5, "王": 6, "尹": 4, "何": 4, "施": 3, "苏": 3, "杜": 2, "罗": 2,
        "陈": 3, "刘": 3, "字": 2, "左": 2, "茶": 1, "和": 1, "吕": 1, "俞": 0.6, "单": 0.4, "曾": 0.6, "吴": 1,
        "欧阳": 0.3, "上官": 0.2, "司马": 0.2, "诸葛": 0.1, "尉迟": 0.1, "皇甫": 0.1,
    }
)  # fmt: skip
_HUI_SURNAMES = Odds({"马": 12, "纳": 2, "撒": 1, "忽": 1, "丁": 2, "沙": 1, "米": 1})
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "尉迟", "皇甫")
# No two characters of a pool are variants of each other, so that another character always makes another name.
_MEN = "伟强军国华明建文志平荣贵学飞龙云福祥海波勇斌杰峰升林松金德正光永庆春生新洪"
_WOMEN = "丽芳秀英兰凤琼美玉燕梅红艳霞娟静萍莲菊珍花月银芬慧蓉雪琳佳欣怡婷"
# Characters that many registers could not write; with the pinyin that they put instead.
_RARE = {
    "龑": "YAN",
    "䶮": "YAN",
    "𬭛": "BO",
    "犇": "BEN",
    "堃": "KUN",
    "翀": "CHONG",
    "赟": "YUN",
    "昶": "CHANG",
    "珺": "JUN",
    "祎": "YI",
}
_RARE_LIST = tuple(_RARE)
_LONG_FIRST = (
    "买买提",
    "阿卜杜热合曼",
    "努尔艾力",
    "古丽米热",
    "热依汗古丽",
    "玉素甫江",
    "阿依古丽",
    "艾克拜尔",
    "加娜尔古丽",
    "叶尔江",
)
_LONG_LAST = ("吐尔逊", "阿卜杜克热木", "买买提依明", "艾合买提江", "伊敏尼亚孜", "巴合提别克", "吾买尔", "沙塔尔")
# As long as a name may be: 25 Chinese characters and more (notice of twelve departments, 2016).
_LONGEST = "阿卜杜热合曼江·艾合买提尼亚孜·买买提依明·阿卜杜克热木江·吐尔逊"
_YI_CLANS = ("吉克", "阿苏", "沙马", "阿鲁")
_YI_GIVEN = ("阿牛", "尔布", "拉且", "木呷", "阿依", "史古")
_TRADITIONAL = {
    "张": "張", "陈": "陳", "杨": "楊", "赵": "趙", "刘": "劉", "马": "馬", "罗": "羅", "吴": "吳", "苏": "蘇", "龙": "龍", "丽": "麗",
    "华": "華", "国": "國", "红": "紅", "军": "軍", "兰": "蘭", "凤": "鳳", "云": "雲", "伟": "偉", "强": "強", "贵": "貴", "荣": "榮",
    "学": "學", "银": "銀", "飞": "飛", "庆": "慶", "买": "買", "逊": "遜", "尔": "爾", "峰": "峯", "升": "昇", "吕": "呂", "俞": "兪",
    "龑": "䶮",
    "欧": "歐", "阳": "陽", "诸": "諸", "迟": "遲",
}  # fmt: skip
_TO_TRADITIONAL = str.maketrans(_TRADITIONAL)
_DOTS = ("•", "・", "．", "‧", "∙", ".", "。", "●", "")
_NOTES_OF_MEN = ("(户主)", "（男）", "(代)", "-代")
_NOTES_OF_WOMEN = ("(户主)", "（女）", "(已婚)", "-代")
_DIFFERENT_FORM = re.compile(r"[□?A-Z]")


def surname_for(dice: Dice, ethnic_group: str) -> str:
    """A surname as that group bears it around Dali."""
    return dice.draw(_HUI_SURNAMES if ethnic_group == "回族" else _SURNAMES)


def surname_of(name: str) -> str:
    """The surname that children take on; "" for names without one."""
    if DOT in name:
        return ""
    return name[: 2 if name[:2] in _COMPOUND else 1]


def make_name(dice: Dice, ethnic_group: str, female: bool, surname: str) -> str:
    """A name; people of some groups bear long names without surname, with the dot U+00B7 inside."""
    if ethnic_group in _WITH_DOT:
        return _LONGEST if dice.chance(0.04) else f"{dice.pick(_LONG_FIRST)}{DOT}{dice.pick(_LONG_LAST)}"
    if ethnic_group == "彝族" and dice.chance(0.08):
        return f"{dice.pick(_YI_CLANS)}{DOT}{dice.pick(_YI_GIVEN)}"
    pool = _WOMEN if female else _MEN
    if dice.chance(0.012):
        return surname + dice.pick(_RARE_LIST) + (dice.pick(pool) if dice.chance(0.4) else "")
    first = dice.pick(pool)
    return surname + first + (dice.pick(pool) if dice.chance(0.68) else "")


def many_names(dice: Dice, count: int) -> list[str]:
    """Names of strangers, in bulk."""
    surnames = dice.choices(_SURNAMES.values, cum_weights=_SURNAMES.steps, k=count)
    first = dice.choices(_MEN + _WOMEN, k=count)
    second = dice.choices(_MEN + _WOMEN + "　" * 30, k=count)
    return [(s + a + b).rstrip("　") for s, a, b in zip(surnames, first, second, strict=True)]


def has_rare(name: str) -> bool:
    """Does it hold a character that many registers cannot write?"""
    return any(letter in _RARE for letter in name)


def other_spelling(dice: Dice, name: str, female: bool) -> tuple[str, str]:
    """Another spelling of the same name, and what was done; the name itself where nothing can be done."""
    ways = ["说明"]
    if DOT in name:
        ways += ["间隔号"] * 3
    elif len(name) <= 4:
        ways += ["空格"] * 2
    if name.translate(_TO_TRADITIONAL) != name:
        ways += ["繁体异体"] * 2
    way = dice.pick(ways)
    if way == "间隔号":
        return name.replace(DOT, dice.pick(_DOTS)), way
    if way == "空格":
        return dice.pick((" ", "　", "  ")).join(name), way
    if way == "繁体异体":
        return name.translate(_TO_TRADITIONAL), way
    return name + dice.pick(_NOTES_OF_WOMEN if female else _NOTES_OF_MEN), way


def with_placeholder(dice: Dice, name: str) -> str:
    """The name as a register writes it that lacks its rare character."""
    rare = next(letter for letter in name if letter in _RARE)
    return name.replace(rare, dice.pick(("□", "?", _RARE[rare])))


def is_uncertain(name: str) -> bool:
    """Was a character replaced, so that nobody can tell which name it is?"""
    return _DIFFERENT_FORM.search(name) is not None


def other_name(dice: Dice, name: str) -> str:
    """A truly different name: one character mistaken, a former name, or another surname."""
    if DOT in name:
        first, _, last = name.partition(DOT)
        others = [other for other in _LONG_FIRST if other != first]
        return f"{dice.pick(others)}{DOT}{last}"
    length = len(surname_of(name))
    if dice.chance(0.2):
        return dice.pick([other for other in "杨李赵段董王" if other != name[:length]]) + name[length:]
    at = dice.between(length, len(name) - 1)
    wrong = dice.pick([letter for letter in _MEN + _WOMEN if letter != name[at]])
    return name[:at] + wrong + name[at + 1 :]
