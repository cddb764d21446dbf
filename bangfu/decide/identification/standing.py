"""What the rules of a place propose for files of the registry: from the tables to a determination, with nothing that names a person."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bangfu.core.problems import Problem
from bangfu.decide.comparison.models import Finding
from bangfu.decide.identification.determinations import Determination, determine
from bangfu.decide.identification.facts import households_of
from bangfu.decide.identification.parameters import Rules
from bangfu.decide.identification.rule_sets import rule_set
from bangfu.decide.identification.rules import flags_of
from bangfu.decide.identification.settings import read_settings, settings_taken
from bangfu.ground.policy.selectors import rules_for
from bangfu.record.registry.models import CaseFile
from bangfu.record.registry.reading import Bundle, bundles, rows_of

CONTRADICTS, DOUBTFUL, UNKNOWN, CONFIRMS = "矛盾", "疑点", "无法核对", "佐证"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A determination of one file, and what is kept beside it.

    ``content_sha256`` leaves the day out: on another day the same facts say the same. ``signature``: see the model.
    """

    case_file: UUID
    household: UUID
    org: str
    determination: Determination
    content: str
    content_sha256: str
    signature: str
    findings: Mapping[str, int]
    flags: int


@dataclass(frozen=True, slots=True)
class Left:
    """A file that nothing can be proposed for, because its place's policy lacks something."""

    case_file: UUID
    why: Problem


class PlaceRules:
    """The rules of places on one day, each looked up once."""

    def __init__(self, on: date) -> None:
        self._on = on
        self._known: dict[str, Rules | Problem] = {}

    def of(self, org: str) -> Rules | Problem:
        """The rules of an organisation's place, or what its policy lacks."""
        if org not in self._known:
            try:
                self._known[org] = rules_of_place(org, self._on)
            except Problem as problem:
                self._known[org] = problem
        return self._known[org]


def rules_of_place(org: str, on: date) -> Rules:
    """The rule set that holds for an organisation on a day, with its settings; raises a Problem that says what is not set."""
    held = rules_for(org, on)
    declared = rule_set(held.name)
    return declared.with_settings(read_settings(declared, held.given(settings_taken(declared))))


def proposals(files: Iterable[UUID], on: date, places: PlaceRules) -> tuple[list[Proposed], list[Left]]:
    """What the rules propose for open files, beside the findings open in them now. Inside a door."""
    found: list[Proposed] = []
    left: list[Left] = []
    open_files = CaseFile.objects.filter(pk__in=list(files), state=CaseFile.State.ON_FILE)
    together = bundles(open_files)
    findings = _findings([bundle.case_file.pk for bundle in together])
    for bundle in together:
        rules = places.of(bundle.case_file.org)
        if isinstance(rules, Problem):
            left.append(Left(bundle.case_file.pk, rules))
        else:
            found.append(_proposed(bundle, on, rules, findings.get(bundle.case_file.pk, [])))
    return found, left


def _findings(files: list[UUID]) -> dict[UUID, list[Finding]]:
    found: dict[UUID, list[Finding]] = {}
    wanted = Finding.objects.filter(case_file__in=files, state=Finding.State.OPEN)
    for finding in wanted.only("case_file_id", "member_id", "dataset", "kind", "conclusion", "content"):
        found.setdefault(finding.case_file_id, []).append(finding)
    return found


def _proposed(bundle: Bundle, on: date, rules: Rules, findings: list[Finding]) -> Proposed:
    file = bundle.case_file
    (household,) = households_of((filed.row for filed in rows_of(bundle)), on)
    # What is stored names the file and not the person: it can be computed again without any number.
    household = replace(household, head_number=str(file.pk))
    determination = determine(household, on, rules, ((finding.kind, finding.conclusion) for finding in findings))
    content = determination.as_json()
    timeless = content.replace(f'"on":"{on.isoformat()}"'.encode(), b"", 1)
    return Proposed(
        case_file=file.pk,
        household=file.household_id,
        org=file.org,
        determination=determination,
        content=content.decode(),
        content_sha256=hashlib.sha256(timeless).hexdigest(),
        signature=_signature(determination, findings),
        findings=Counter(finding.conclusion for finding in findings),
        flags=len(flags_of(household)),
    )


def _signature(determination: Determination, findings: list[Finding]) -> str:
    """What confirms the file changes from month to month without anybody having to look again."""
    rules = determination.rules
    against = sorted(
        (str(finding.member_id), finding.dataset, finding.kind, finding.conclusion, finding.content)
        for finding in findings
        if finding.conclusion != CONFIRMS
    )
    settings = [(name, str(value)) for name, value in rules.settings]
    said = [determination.decision.class_name, rules.name, rules.version, settings, against]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
