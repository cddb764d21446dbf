"""What is shown where the viewer needs no more (DESIGN 2; DOMAIN 7.2)."""

from bangfu.core.names import DOT


def masked_name(name: str) -> str:
    """王*明, 李*, 买*·吐**: surname and last character; the parts of a dotted name by their first character."""
    if DOT in name:
        return DOT.join(_starred(part) for part in name.split(DOT))
    if len(name) <= 1:
        return name
    return name[0] + "*" if len(name) == 2 else name[0] + "*" * (len(name) - 2) + name[-1]


def masked_mobile(mobile: str) -> str:
    """138****1234."""
    return f"{mobile[:3]}****{mobile[-4:]}" if len(mobile) == 11 else "*" * len(mobile)


def masked_card(last_four: str) -> str:
    """**** 1234."""
    return f"**** {last_four}" if last_four else ""


def masked_number(last_four: str) -> str:
    """The last four of an ID number, never beside birth date, year or age."""
    return f"**** {last_four}" if last_four else ""


def _starred(part: str) -> str:
    return part[:1] + "*" * min(len(part) - 1, 2)
