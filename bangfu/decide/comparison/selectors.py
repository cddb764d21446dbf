"""Reads of runs and findings. Every one takes the actor first, inside a door."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bangfu.decide.comparison import family, services
from bangfu.decide.comparison.likeness import Likeness, likeness_of
from bangfu.decide.comparison.models import Compared, Finding, Run
from bangfu.decide.comparison.words import Words, both, day_words
from bangfu.engine.datasets import declared_datasets
from bangfu.engine.matching.words import KIND as LIKENESS
from bangfu.ground.access.masking import masked_name
from bangfu.ground.acts.actor import Actor, Right
from bangfu.ground.acts.problems import NOT_FOUND
from bangfu.ground.policy.selectors import value_on
from bangfu.ground.trail.services import record_look
from bangfu.record.registry.models import CaseFile, Member
from bangfu.record.registry.reading import Bundle, bundles
from bangfu.record.sources.places import place_name
from bangfu.record.sources.selectors import deliveries_in_force

# What a person reads first: what contradicts the file.
_ORDER = {"矛盾": 0, "疑点": 1, "无法核对": 2, "佐证": 3}
CLOSING = "单位状态"
LOOKED_AT = ("name", "health", "illness_or_disability", "main_cause", "income", "says_zh", "rows")


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One finding as a person settles it: what the family says, what the register says, from where, and what may explain it.

    ``person`` is masked; ``dataset`` is empty for what the file's own number shows. ``rows``: source rows as ``file:row``; ``place``
    says in words where they stand. ``beside``: what else in the file bears on it. ``candidates``: of 可能同一人, why each may be it.
    """

    finding: UUID
    kind: str
    conclusion: str
    member: UUID | None
    person: str
    is_head: bool
    relation: str
    family: Words
    register: Words
    dataset: str
    department: Words
    title: Words
    as_of: date | None
    place: Words
    rows: tuple[str, ...]
    row_count: int
    rule: str
    rules_version: str
    may_be: tuple[Words, ...]
    beside: tuple[Words, ...]
    candidates: tuple[Likeness, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageLine:
    """A dataset that was compared: of which day, for which places (none: everywhere), and whether it is old for the place's policy."""

    dataset: str
    title: Words
    as_of: date | None
    age_days: int
    old: bool
    places: tuple[str, ...]
    file: str


@dataclass(frozen=True, slots=True)
class CoverageNote:
    """What was compared, and what the data cannot tell. ``compared_on`` None: never. ``says``: the sentence for the foot of a table."""

    compared_on: date | None
    delivered: tuple[CoverageLine, ...]
    missing: tuple[Words, ...]
    says: Words

    @property
    def fresh(self) -> bool:
        """It was compared, with some data, none of them old."""
        return self.compared_on is not None and bool(self.delivered) and not any(line.old for line in self.delivered)


@dataclass(frozen=True, slots=True)
class RunView:
    """A run with how far it has come: ``done`` of ``total`` chunks, total 0 while the engine works."""

    run: Run
    done: int
    total: int
    deliveries: tuple[CoverageLine, ...]


def findings_of(actor: Actor, case_file: UUID, *, page: str = "file") -> list[EvidenceRow]:
    """Open findings of a file, contradictions first; that somebody looked is recorded. Raises NOT_FOUND outside of the scope."""
    actor.require(Right.SEE_SENSITIVE)
    file = CaseFile.objects.filter(pk=case_file).first()
    if file is None:
        raise NOT_FOUND()
    rows = evidence(file)
    record_look(actor, page=page, org=file.org, household_id=file.household_id, fields=LOOKED_AT)
    return rows


def evidence(file: CaseFile) -> list[EvidenceRow]:
    """The same without recording: for a selector that records what it shows."""
    findings = list(Finding.objects.filter(case_file=file, state=Finding.State.OPEN))
    if not findings:
        return []
    bundle = bundles([file])[0]
    said = family_of(bundle)
    people = dict(zip((member.pk for member in bundle.members), said.people, strict=True))
    # Who has left the file since it was compared is still the one whom the finding is about.
    left = Member.objects.filter(pk__in={f.member_id for f in findings if f.member_id} - people.keys())
    people |= {member.pk: _person(member, {}) for member in left}
    head = said.people[0]
    rows = [_row(finding, people[finding.member_id] if finding.member_id else head, said) for finding in findings]
    return sorted(rows, key=lambda row: (_ORDER.get(row.conclusion, 9), not row.is_head, row.kind, row.dataset))


def family_of(bundle: Bundle) -> family.Family:
    """What a file says, as ``family.py`` tells it."""
    wages = {income.member_id: income.amount_fen for income in bundle.incomes if income.head == "wage"}
    spent = {expenditure.head: expenditure.amount_fen for expenditure in bundle.expenditures}
    file = bundle.case_file
    return family.Family(
        category=file.category,
        main_cause=file.main_cause,
        illness_expenditure_fen=spent.get("illness_expenditure"),
        schooling_expenditure_fen=spent.get("schooling_expenditure"),
        housing_type=bundle.dwelling.housing_type if bundle.dwelling else "",
        opened_on=file.opened_on,
        people=tuple(_person(member, wages) for member in bundle.members),
    )


def coverage_note(actor: Actor, on: date, case_file: UUID | None = None) -> CoverageNote:
    """What the last comparison of a file looked at; without a file, what a comparison on this day would look at."""
    actor.require(Right.SEE_FILES)
    if case_file is None:
        used = [services.stored(services.used_of(delivery)) for delivery in deliveries_in_force(actor, on)]
        fresh = _fresh_days(actor.scope, on)
        return _note(on, [_of(one, on, fresh) for one in used], on)
    note = coverage_notes([case_file], on).get(case_file)
    if note is None:
        return CoverageNote(None, (), (), Words("这户还没有比对过。", "This household has not been compared yet."))
    return note


def coverage_notes(case_files: Sequence[UUID], on: date) -> dict[UUID, CoverageNote]:
    """File → what its last comparison looked at; a file that was never compared is not there. Two queries, and a few for policy."""
    compared = list(Compared.objects.filter(case_file__in=case_files))
    done = {run.pk: run for run in Run.objects.filter(pk__in={row.run_id for row in compared})}
    notes: dict[tuple[UUID, str], CoverageNote] = {}
    for row in compared:
        if row.run_id in done and (row.run_id, row.org) not in notes:
            notes[row.run_id, row.org] = _note(row.on, _lines(done[row.run_id], on, row.org), on)
    return {row.case_file_id: notes[row.run_id, row.org] for row in compared if row.run_id in done}


def runs(actor: Actor, *, limit: int = 20) -> list[RunView]:
    """The newest runs of the actor's area and of the unions above."""
    actor.require(Right.SEE_DELIVERIES)
    return [_view(run) for run in Run.objects.order_by("-started_at")[:limit]]


def run(actor: Actor, run_id: UUID) -> RunView:
    """One run; raises NOT_FOUND where it is none of the actor's area or above."""
    actor.require(Right.SEE_DELIVERIES)
    found = Run.objects.filter(pk=run_id).first()
    if found is None:
        raise NOT_FOUND()
    return _view(found)


def known_kinds() -> tuple[str, ...]:
    """All kinds of findings that there may be, in the order of the rules."""
    from bangfu.engine.rules.ruleset import further_rules, load_rules  # noqa: PLC0415, its SQL parser is slow to load

    rules = (*load_rules().rules, *further_rules().rules)
    return tuple(dict.fromkeys([*(rule.kind for rule in rules), LIKENESS]))


def files_with(actor: Actor, kind: str) -> QuerySet[Finding, Any]:
    """A query of the ids of files with an open finding of a kind, in the actor's area."""
    actor.require(Right.SEE_SENSITIVE)
    return Finding.objects.filter(kind=kind, state=Finding.State.OPEN).values("case_file")


def workers_of_closing_firms(actor: Actor) -> int:
    """In how many files an employer was struck off or has closed."""
    return files_with(actor, CLOSING).distinct().count()


def latest_run(actor: Actor) -> Run | None:
    """The last run that looked at the actor's whole area and is done."""
    parts = [part for part in actor.scope.split("/") if part]
    above = ["/" + "/".join(parts[:length]) + "/" for length in range(1, len(parts) + 1)]
    return Run.objects.filter(state=Run.State.DONE, org__in=above).order_by("-started_at").first()


def _person(member: Member, wages: Mapping[UUID | None, int]) -> family.Person:
    return family.Person(
        name=member.name,
        is_head=member.is_head,
        relation=member.relation,
        status=member.work_status if member.is_head else member.person_status or member.work_status,
        monthly_income_fen=wages.get(member.pk),
        health=member.health,
        illness_or_disability=member.illness_or_disability,
        number_missing=member.number_state == Member.NumberState.MISSING,
        employer=member.employer_or_school,
    )


def _row(finding: Finding, person: family.Person, said: family.Family) -> EvidenceRow:
    dataset = declared_datasets().get(finding.dataset)
    title = Words(dataset.title.zh, dataset.title.en) if dataset else Words("档案本身", "the file itself")
    return EvidenceRow(
        finding=finding.pk,
        kind=finding.kind,
        conclusion=finding.conclusion,
        member=finding.member_id,
        person=masked_name(person.name),
        is_head=person.is_head,
        relation=person.relation,
        family=family.says(finding.kind, person, said),
        register=Words(finding.says_zh, finding.says_en),
        dataset=finding.dataset,
        department=Words(dataset.department.zh, dataset.department.en) if dataset else title,
        title=title,
        as_of=finding.as_of,
        place=_place(finding),
        rows=tuple(finding.rows),
        row_count=finding.row_count,
        rule=finding.rule,
        rules_version=finding.rules_version,
        # What agrees with the file needs no other explanation.
        may_be=() if finding.conclusion == "佐证" else tuple(Words(may["zh"], may["en"]) for may in finding.may_be),
        beside=family.beside(finding.kind, said),
        candidates=tuple(map(likeness_of, finding.candidates)),
    )


def _place(finding: Finding) -> Words:
    """第 88,214 行, 共 7 行: where the source rows stand."""
    if not finding.row_count:
        return Words("", "")
    if finding.row_count == 1:
        row = f"{int(finding.first_row):,}" if finding.first_row.isdecimal() else finding.first_row
        return Words(f"第 {row} 行", f"row {row}")
    return Words(f"共 {finding.row_count:,} 行", f"{finding.row_count:,} rows")


def _view(found: Run) -> RunView:
    return RunView(found, found.chunks_done, found.chunks or 0, tuple(_lines(found, found.on, found.org)))


def _lines(found: Run, on: date, path: str) -> list[CoverageLine]:
    fresh = _fresh_days(path, on)
    return [_of(used, on, fresh) for used in found.deliveries]


def _of(used: dict[str, Any], on: date, fresh: int | None) -> CoverageLine:
    as_of = date.fromisoformat(used["as_of"]) if used["as_of"] else None
    age = max((on - as_of).days, 0) if as_of else 0
    return CoverageLine(
        dataset=used["dataset"],
        title=_title(used["dataset"]),
        as_of=as_of,
        age_days=age,
        # Of which day nobody said counts as old: nothing is known of it.
        old=as_of is None or (fresh is not None and age > fresh),
        places=tuple(place_name(code) for code in used["coverage"]),
        file=used["file"],
    )


def _fresh_days(path: str, on: date) -> int | None:
    held = value_on(path, "delivery.fresh_days", on)
    return held.whole if held else None


def _note(compared_on: date, lines: Sequence[CoverageLine], on: date) -> CoverageNote:
    delivered = {line.dataset for line in lines}
    missing = tuple(_title(name) for name in declared_datasets() if name not in delivered)
    zh, en = ["未查到不等于没有"], ["Not found does not mean there is none"]
    for limit, limited in _limited(lines, on).items():
        every = len(limited) == len(lines) > 1
        zh.append(f"{'各项' if every else '、'.join(title.zh for title in limited)}数据{limit.zh}")
        en.append(f"{'all data' if every else 'data on ' + _listed(limited)} {limit.en}")
    if missing:
        zh.append(f"{'、'.join(title.zh for title in missing)}数据未提供")
        en.append(f"no data on {_listed(missing)}")
    rest = Words(f"：{'。'.join(zh[1:])}", f": {'; '.join(en[1:])}") if len(zh) > 1 else Words("", "")
    says = Words(f"{zh[0]}{rest.zh}。", f"{en[0]}{rest.en}.")
    return CoverageNote(compared_on, tuple(lines), missing, says)


def _limited(lines: Sequence[CoverageLine], on: date) -> dict[Words, list[Words]]:
    """What is to be said → the datasets that it is to be said of: what holds for many is said once."""
    found: dict[Words, list[Words]] = {}
    for line in lines:
        if limit := _limit(line, on):
            found.setdefault(limit, []).append(line.title)
    return found


def _limit(line: CoverageLine, on: date) -> Words | None:
    """What is to be said of a dataset that covers some places only, or is old."""
    zh, en = [], []
    if line.places:
        zh.append(f"只覆盖{'、'.join(line.places)}")
        en.append(f"cover only {', '.join(both(place).en for place in line.places)}")
    if line.old:
        day = day_words(line.as_of, on) if line.as_of else Words("不明", "unknown")
        zh.append(f"时点 {day.zh}，已经较旧")
        en.append(f"are of {day.en} and old")
    return Words("，".join(zh), " and ".join(en)) if zh else None


def _listed(titles: Sequence[Words]) -> str:
    return ", ".join(title.en.lower() for title in titles)


def _title(dataset: str) -> Words:
    declared = declared_datasets()[dataset]
    return Words(declared.title.zh, declared.title.en)
