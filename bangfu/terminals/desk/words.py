"""The words that come from data, not from templates: codes, headings, kinds, places, units. Each has English in ``locale/en``."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext, gettext_noop, ngettext, pgettext

from bangfu.core.declared import declared_in
from bangfu.core.problems import Problem
from bangfu.core.shipped import policy_folder
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.intake.forms import archive_form
from bangfu.engine.matching.words import KIND
from bangfu.record.sources.provinces import PROVINCES
from bangfu.terminals.desk.formats import count, english

# Units that a number may stand before; ``%s 户`` is the text in the catalogue, with an English plural.
UNITS = (
    "户",
    "人",
    "行",
    "条",
    "份",
    "件",
    "项",
    "个",
    "天",
    "个工作日",
    "处矛盾",
    "处疑点",
    "处佐证",
    "个问题",
    "次",
    "处要核对",
)
_MARKS = "、；,"
_CHINESE = re.compile(r"[\u4e00-\u9fff]+(?:\([\u4e00-\u9fff]\)[\u4e00-\u9fff]+)?")
_DOT = " · "
_LISTED = ("、", ", ")
_SHOWN_BESIDES = {
    "income": gettext_noop("收入"),
    "reason": gettext_noop("理由"),
    "answer": gettext_noop("家庭的说明"),
    "says_zh": gettext_noop("部门数据所说"),
    "rows": gettext_noop("来源行"),
    "content": gettext_noop("认定依据"),
}
CONCLUSIONS = ("佐证", "矛盾", "疑点", "无法核对")


def translated(value: object, meant: str = "") -> str:
    """A word of the data in the page's language, or as it is. Several words joined by a comma are taken one by one.

    ``meant`` tells apart what Chinese writes alike: 女 is female as a sex and a daughter as a ``relation``.
    """
    text = "" if value is None else str(value)
    # gettext("") answers the header of the catalogue.
    if not text:
        return ""
    found = pgettext(meant, text) if meant else text
    found = gettext(text) if found == text else found
    if found == text and _DOT in text:
        return _DOT.join(translated(part, meant) for part in text.split(_DOT))
    if found != text or not any(mark in text for mark in _MARKS):
        return found
    return _joined(text)


def quoted(sentence: str) -> str:
    """A sentence with the words of the data that it quotes in the page's language: the file says 在岗 → the file says At work."""
    return _CHINESE.sub(lambda found: gettext(found[0]), sentence) if english() else sentence


def organisation(name: str) -> str:
    """A union's name in the page's language: the place and the kind; a place or an employer without English stays as it is."""
    for kind in (gettext_noop("%s总工会"), gettext_noop("%s工会")):
        end = kind.removeprefix("%s")
        if name.endswith(end):
            return gettext(kind) % translated(name.removesuffix(end))
    return translated(name)


def pair(both: Any) -> str:
    """The half of a pair ``.zh``/``.en`` that the page is read in."""
    return str(both.en if english() else both.zh)


def pair_of(both: tuple[str, str]) -> str:
    """The half of (zh, en) that the page is read in."""
    return both[english()]


def listed(names: Iterable[str]) -> str:
    """Several names one after another."""
    return _LISTED[english()].join(names)


def problem(problem: Problem) -> str:
    """What went wrong and what to do, in the page's language."""
    return problem.en if english() else problem.zh


def counted(number: int, unit: str) -> str:
    """A number with its unit, in the page's language."""
    text = f"%s {unit}"
    return ngettext(text, text, number) % count(number)


def unit(number: float | None, name: str) -> str:
    """The unit alone, as it stands after this number."""
    if not name:
        return ""
    text = f"%s {name}"
    return (ngettext(text, text, int(number or 0)) % "").strip()


def menu_labels() -> dict[str, str]:
    """Names of the places in the menu."""
    return {
        "desk": gettext("待办"),
        "files": gettext("档案"),
        "review": gettext("核实"),
        "duplicates": gettext("重复建档"),
        "approvals": gettext("审批"),
        "deliveries": gettext("部门数据"),
        "runs": gettext("比对"),
        "imports": gettext("导入"),
        "identification": gettext("认定"),
        "help": gettext("帮扶措施"),
        "funds": gettext("资金"),
        "visits": gettext("走访"),
        "exits": gettext("退出"),
        "supervision": gettext("监督"),
        "assessment": gettext("考核"),
        "policy": gettext("政策"),
        "audit": gettext("审计"),
        "access": gettext("账号和岗位"),
        "settings": gettext("设置"),
    }


def field_names(fields: Iterable[str]) -> str:
    """Names of fields, as somebody's look records them, in words: the headings of the form, and what the pages add to them."""
    said = {_field_name(field): None for field in fields}
    return listed(said)


def _field_name(field: str) -> str:
    form = archive_form()
    spec = form.worker.get(field) or form.member.get(field)
    if spec is not None:
        return translated(spec.heading)
    return gettext(_SHOWN_BESIDES[field]) if field in _SHOWN_BESIDES else field


@lru_cache(maxsize=1)
def words_of_policy() -> tuple[str, ...]:
    """Every Chinese word that the shipped policy and the declared datasets can put on a page, sorted."""
    found = {*CONCLUSIONS, *_codes(), *_headings(), *_rules(), *_datasets(), *_places(), *_classes()}
    return tuple(sorted(word for word in found if any("\u4e00" <= c <= "\u9fff" for c in word)))


def _joined(text: str) -> str:
    mark = next(mark for mark in _MARKS if mark in text)
    parts = [part.strip() for part in text.split(mark)]
    said = [gettext(part) if part else "" for part in parts]
    return text if said == parts else ", ".join(said)


def _read(name: str) -> Any:
    return declared_in((policy_folder() / name).read_text("utf-8"))


def _codes() -> Iterable[str]:
    return (str(value) for entry in _read("forms/codes.yaml").values() for value in entry["values"])


def _headings() -> Iterable[str]:
    form = _read("forms/archive.yaml")
    yield from (form[sheet]["name"] for sheet in ("worker_sheet", "member_sheet"))
    yield from (entry["heading"] for part in ("worker", "member") for entry in form[part].values())


def _rules() -> Iterable[str]:
    for rule in _read("comparison/base.yaml")["rules"] + _read("comparison/employers.yaml")["rules"]:
        yield rule["kind"]
        yield from (line["as"] for line in rule["conclude"])
        # What may explain a finding is written in both languages in the rules themselves, or is a word of the catalogue.
        yield from (reason for reason in rule.get("may_be", ()) if isinstance(reason, str))
    # No declared rule finds it.
    yield KIND


def _datasets() -> Iterable[str]:
    for dataset in declared_datasets().values():
        yield from (dataset.title.zh, dataset.department.zh)
        yield from (column.heading for column in dataset.columns.values())


def _places() -> Iterable[str]:
    yield from (entry["name"] for entry in _read("divisions.yaml").values())
    yield from PROVINCES.values()


def _classes() -> Iterable[str]:
    yield "不符合"
    for path in sorted((policy_folder() / "identification").glob("*.yaml")):
        declared = declared_in(path.read_text("utf-8"))
        yield from (
            str(entry["name"]) for entry in declared.get("classes", []) if isinstance(entry, dict) and "name" in entry
        )
