"""Headings as people write them."""

import re

from bangfu.core.text import plain

# What a heading may carry beside its name: a star for "required", a colon, a unit in brackets.
_UNIT = re.compile(r"(?:\(|/)(?:金额)?(?:单位:?)?(?:人民币)?(万?元|[百千亿]元|人|㎡|m2|平方米|岁|年/月/日)\)?$")
_MARKS = "*＊:：﹡★"


def bare_heading(written: str) -> tuple[str, str]:
    """A heading without spaces, stars, colons and unit; and the unit ("" where it names none)."""
    text = plain(written).strip(_MARKS)
    unit = _UNIT.search(text)
    return (text[: unit.start()], unit[1]) if unit else (text, "")
