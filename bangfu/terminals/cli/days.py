"""A day as it is typed on the command line."""

import re
from datetime import date

from bangfu.core.problems import kind

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

NO_SUCH_DAY = kind(
    "call.no_such_day",
    zh="没有“{value}”这一天。",
    en="There is no such day as “{value}”.",
    do_zh="请写成 2026-10-31 这样的日期。",
    do_en="Write a day such as 2026-10-31.",
)


def day_of(typed: str) -> date:
    """Read YYYY-MM-DD; anything else is a bad call."""
    try:
        if _DAY.fullmatch(typed) and typed >= "1900":
            return date.fromisoformat(typed)
    except ValueError:
        pass
    raise NO_SUCH_DAY(value=typed[:20])
