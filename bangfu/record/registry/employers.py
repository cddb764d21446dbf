"""Employers as files name them: found by credit code, else by name; entered when first met."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from bangfu.record.registry.models import Employer

_Key = tuple[str, str]
_Columns = Mapping[str, Any]
_Id = TypeVar("_Id", UUID, str, UUID | str)


def employers_of(heads: Mapping[_Id, _Columns]) -> dict[_Id, UUID]:
    """Member → employer, for heads (columns of Member by id) whose file names one."""
    named = {member: _key(head) for member, head in heads.items() if head["employer_or_school"]}
    if not named:
        return {}
    wanted = {key: heads[member] for member, key in named.items()}
    known = _known(wanted)
    missing = [
        Employer(
            credit_code=code,
            name=wanted[code, name]["employer_or_school"],
            nature=wanted[code, name]["employer_nature"],
            state=wanted[code, name]["enterprise_state"],
            industry=wanted[code, name]["industry"],
        )
        for code, name in wanted
        if (code, name) not in known
    ]
    if missing:
        Employer.objects.bulk_create(missing, ignore_conflicts=True)
        known = _known(wanted)
    return {member: known[key] for member, key in named.items() if key in known}


def _key(head: _Columns) -> _Key:
    """A credit code names the employer; a name does where there is no code."""
    code = head["employer_code"] if len(head["employer_code"]) == 18 else ""
    return (code, "") if code else ("", head["employer_or_school"])


def _known(wanted: Iterable[_Key]) -> dict[_Key, UUID]:
    keys = list(wanted)
    codes = [code for code, _ in keys if code]
    names = [name for code, name in keys if not code]
    found: dict[_Key, UUID] = {(e.credit_code, ""): e.pk for e in Employer.objects.filter(credit_code__in=codes)}
    return found | {("", e.name): e.pk for e in Employer.objects.filter(credit_code="", name__in=names)}
