"""The unified social credit code (统一社会信用代码, GB 32100-2015). A wrong check digit warns and never blocks: such codes live."""

import re
from dataclasses import dataclass

from stdnum.cn import uscc

from bangfu.core.problems import kind
from bangfu.core.readings import Reading, Repair
from bangfu.core.text import clean, half_width

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_SHAPE = re.compile(f"[{ALPHABET}]{{18}}")
_ORGANISATION = re.compile(r"[0-9A-Z]{8}-?[0-9X]")
_REGISTRATION = re.compile(r"[0-9]{15}")

CHECK_DIGIT_DIFFERS = kind(
    "credit_code.check_digit",
    zh="统一社会信用代码的校验位不符（现实中有少数这样的代码）。",
    en="The check digit of the credit code does not fit (a few living codes are like that).",
    do_zh="请对照营业执照看一眼；确实如此可以保留。",
    do_en="Compare it with the licence; keep it if it really is so.",
)
OLD_FORM = kind(
    "credit_code.old_form",
    zh="这是旧的注册号或组织机构代码，不是 18 位统一社会信用代码。",
    en="This is an old registration number or organisation code, not an 18-character credit code.",
    do_zh="请尽量补填 18 位代码。",
    do_en="Fill in the 18-character code where you can.",
)
NOT_A_CODE = kind(
    "credit_code.shape",
    zh="统一社会信用代码应为 18 位数字或大写字母（不用 I、O、Z、S、V）。",
    en="A credit code has 18 digits or capital letters (never I, O, Z, S or V).",
    do_zh="请对照营业执照填写。",
    do_en="Copy it from the licence.",
)


@dataclass(frozen=True, slots=True, order=True)
class CreditCode:
    """18 characters of the right alphabet; whether the check digit fits is said beside it."""

    text: str

    @property
    def organisation_code(self) -> str:
        """Characters 9 to 17: the former organisation code, without its hyphen."""
        return self.text[8:17]

    @property
    def is_trade_union(self) -> bool:
        """Registered by the trade unions' own authority (81 base level, 89 other; DOMAIN 4.4)."""
        return self.text[0] == "8"


def read_credit_code(raw: str | None) -> Reading[CreditCode]:
    """Read one cell. A value together with a problem is a warning; a problem alone means that it is no code."""
    text, repairs = clean(raw or "")
    text, more = half_width(text)
    repairs += more
    joined = "".join(text.split())
    if joined != text:
        repairs += (Repair.SPACES,)
    upper = joined.upper()
    if not upper:
        return Reading(None, repairs)
    if not _SHAPE.fullmatch(upper):
        old = _ORGANISATION.fullmatch(upper) or _REGISTRATION.fullmatch(upper)
        return Reading(None, repairs, (OLD_FORM if old else NOT_A_CODE)())
    problem = None if check_digit(upper[:17]) == upper[17] else CHECK_DIGIT_DIFFERS()
    return Reading(CreditCode(upper), repairs, problem)


def check_digit(seventeen: str) -> str:
    """The 18th character that belongs to 17: (31 − Σ mod 31) mod 31, so that a remainder of 0 gives "0" (DOMAIN 4.4)."""
    return str(uscc.calc_check_digit(seventeen))
