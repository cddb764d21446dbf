"""How much a page gives away of an ID number: for each page and role, how many valid numbers fit what is shown of one person.

``python -m benchmarks.masking`` crawls every page as every role over an invented prefecture and writes docs/figures/masking.md. What is
known is taken at its worst: the division is that of the number, the person is at most a hundred years old, and whoever is not called a
child is at least fourteen.
"""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

LEAST = 1_000
SEED, HOUSEHOLDS = 5, 24
OF_EACH = 5  # files, determinations, deliveries … that are opened by every role
_OLDEST, _CHILD_UNTIL = 100, 14
_SEQUENCE_AND_CHECK = 4
# A refusal as a program gets it: pages come as pages all the same.
_PROBLEM_JSON = "application/problem+json"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
_DAY = re.compile(r"(?<![0-9])((?:19|20)[0-9]{2})[-/.年]?([01]?[0-9])[-/.月]?([0-3]?[0-9])(?![0-9])")
_YEAR = re.compile(r"((?:19|20)[0-9]{2})\s*年?\s*出生|(?:生于|born in)\s*((?:19|20)[0-9]{2})")
_AGE = re.compile(r"(?<![0-9])([0-9]{1,3})\s*(?:周?岁|years? old)")
_PAGES = Path(__file__).parents[1] / "docs" / "figures"


@dataclass(frozen=True, slots=True)
class Person:
    """The truth about one person of the register."""

    number: str
    birth: date
    child: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page says of a person: digits at the end, the birth as far as it is said, the sex."""

    last: str = ""
    whole: bool = False
    birth: date | None = None
    year: int | None = None
    sex: bool = False


def consistent(person: Person, shown: Shown, today: date) -> int:
    """How many valid numbers fit: by counting every birth date that fits, and the sequences whose check digit does."""
    if shown.whole:
        return 1
    births = _births(person, shown, today)
    if not shown.last:
        # The check digit follows from the rest: one number to each sequence, every other one of each sex.
        return len(births) * (500 if shown.sex else 1_000)
    if len(shown.last) > _SEQUENCE_AND_CHECK:
        births = tuple(day for day in births if f"{day:%Y%m%d}{person.number[14:]}".endswith(shown.last))
    sequences = {f"{number:03}" for number in range(1_000)}
    known = shown.last[:-1][-3:]
    fitting = [sequence for sequence in sequences if sequence.endswith(known)]
    by_remainder = _remainders(births)
    return sum(by_remainder[_needed(person.number[:6], sequence, shown.last[-1])] for sequence in fitting)


def _needed(head: str, sequence: str, check: str) -> int:
    """What the digits of the birth date must add up to, of 11, for this check digit (GB 11643)."""
    fixed = sum(
        int(digit) * weight for digit, weight in zip(head + sequence, _WEIGHTS[:6] + _WEIGHTS[14:], strict=True)
    )
    return (_CHECKS.index(check.upper()) - fixed) % 11


@cache
def _remainders(births: tuple[date, ...]) -> Counter[int]:
    return Counter(
        sum(int(digit) * weight for digit, weight in zip(f"{day:%Y%m%d}", _WEIGHTS[6:14], strict=True)) % 11
        for day in births
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page says of anybody: whoever reads it puts it together."""

    lasts: frozenset[str]
    wholes: frozenset[str]
    births: frozenset[date]
    years: frozenset[int]
    sex: bool


def facts_of(page: str) -> Facts:
    """Read a page once: digits behind stars, whole numbers, dates in every form, years of birth, ages."""
    this = date.today().year  # noqa: DTZ011, of the machine's calendar, as pages are
    ages = [int(age) for age in _AGE.findall(page)]
    return Facts(
        lasts=frozenset(last.upper() for last in re.findall(r"\*\s?([0-9]{2,7}[0-9Xx])(?![0-9])", page)),
        wholes=frozenset(number.upper() for number in re.findall(r"(?<![0-9])[0-9]{17}[0-9Xx]", page)),
        births=frozenset(_date(*map(int, found)) for found in _DAY.findall(page)),
        years=frozenset({int(year) for pair in _YEAR.findall(page) for year in pair if year})
        | {this - age - past for age in ages for past in (0, 1)},
        sex="性别" in page or "Sex" in page,
    )


def shown_of(facts: Facts, person: Person) -> Shown:
    """What of it fits this person."""
    last = next((person.number[-n:] for n in range(8, 2, -1) if person.number[-n:] in facts.lasts), "")
    birth = person.birth
    return Shown(
        last=last,
        whole=person.number in facts.wholes,
        birth=birth if birth in facts.births else None,
        year=birth.year if birth.year in facts.years else None,
        sex=facts.sex,
    )


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date.min


def _births(person: Person, shown: Shown, today: date) -> tuple[date, ...]:
    if shown.birth is not None:
        return (shown.birth,)
    return _days(today, child=person.child, year=shown.year)


@cache
def _days(today: date, *, child: bool, year: int | None) -> tuple[date, ...]:
    most, least = (_CHILD_UNTIL, 0) if child else (_OLDEST, _CHILD_UNTIL)
    days = (today - timedelta(days=count) for count in range(round(365.25 * least), round(365.25 * most)))
    return tuple(day for day in days if year in (None, day.year))


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest number of a page and role, and what was shown of that person."""

    page: str
    role: str
    count: int
    shown: Shown


def crawl(
    browsers: Mapping[str, Any], people: Iterable[Person], things: Mapping[str, list[UUID]], today: date
) -> list[Least]:
    """Every address that a role may open, whole and as the part that a drawer asks for: the smallest count of each."""
    known = list(people)
    found: dict[tuple[str, str], Least] = {}
    for role, browser in browsers.items():
        for name, address in addresses(things):
            for headers in ({}, {"HX-Request": "true"}):
                answer = browser.get(address, headers={"Accept": _PROBLEM_JSON, **headers})
                if answer.status_code != 200 or not str(answer.get("Content-Type", "")).startswith("text/html"):
                    answer.close()
                    continue
                page = re.sub(
                    r'name="csrfmiddlewaretoken" value="\w+"|[0-9a-f]{8}-[0-9a-f-]{27}', "", answer.content.decode()
                )
                facts = facts_of(page)
                for person in known:
                    shown = shown_of(facts, person)
                    count = consistent(person, shown, today)
                    before = found.get((name, role))
                    if before is None or count < before.count:
                        found[(name, role)] = Least(name, role, count, shown)
    return sorted(found.values(), key=lambda one: (one.count, one.page, one.role))


def addresses(things: Mapping[str, list[UUID]]) -> Iterator[tuple[str, str]]:
    """(the address in the route list, with something in it) for everything that there is."""
    from django.urls import get_resolver  # noqa: PLC0415

    for pattern in _routes(get_resolver()):
        route = str(pattern.pattern)
        parts = _PART.findall(route)
        if getattr(pattern.callback, "right", None) is None or len(parts) > 1:
            continue
        name = f"/{_PART.sub('…', route)}"
        for thing in things.get(parts[0], []) if parts else [None]:
            yield name, f"/{_PART.sub(str(thing), route)}"


def _routes(resolver: Any) -> Iterator[Any]:
    for entry in resolver.url_patterns:
        yield from _routes(entry) if hasattr(entry, "url_patterns") else [entry]


def register(actor: Any) -> tuple[list[Person], dict[str, list[UUID]]]:
    """Everybody on file, and the things that addresses name; inside the door of an actor who sees them all."""
    from bangfu.decide.comparison.models import Run  # noqa: PLC0415
    from bangfu.decide.identification.models import Determination  # noqa: PLC0415
    from bangfu.ground.access.sealing import unseal  # noqa: PLC0415
    from bangfu.ground.acts.door import acting  # noqa: PLC0415
    from bangfu.record.registry.models import Batch, CaseFile, Member  # noqa: PLC0415
    from bangfu.record.sources.models import Delivery  # noqa: PLC0415

    people = []
    with acting(actor):
        for member in Member.objects.exclude(number_sealed=None):
            number = unseal(member.number_sealed or b"", "member.number")
            birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
            people.append(Person(number, birth, child=member.age is not None and member.age < _CHILD_UNTIL))
        tables: dict[str, Any] = {
            "file_id": CaseFile, "determination_id": Determination, "batch_id": Batch, "delivery_id": Delivery, "run_id": Run,
        }  # fmt: skip
        things = {part: list(model.objects.values_list("pk", flat=True)) for part, model in tables.items()}
    return people, things


def page_of(figures: Mapping[str, Any]) -> str:
    """docs/figures/masking.md from what was measured."""
    head = (
        "# How much pages give away of an ID number\n\nFor each page and role: how many valid ID numbers fit what is shown of the one "
        "person of whom most is shown (digits, sex, birth, division; check digit counted). Fewer than 1,000 only where "
        "somebody has asked for the whole number, which is a recorded act with a reason.\n\n"
        f"`{figures['command']}` · seed {figures['seed']} · {figures['persons']:,} invented persons · commit {figures['commit']}\n\n"
        f"**Smallest: {figures['smallest']:,}** over {figures['pages']} pages and {figures['roles']} roles.\n\n"
        "| page | role | numbers that fit | shown |\n|---|---|---|---|\n"
    )
    return head + "".join(
        f"| `{row['page']}` | {row['role']} | {row['count']:,} | {row['shown']} |\n" for row in figures["least"]
    )


def said(shown: Shown) -> str:
    """What was shown, in words; never what it said."""
    parts = [
        f"last {len(shown.last)}" if shown.last else "", "the whole number" if shown.whole else "",
        "birth date" if shown.birth else "", "birth year or age" if shown.year else "", "sex" if shown.sex else "",
    ]  # fmt: skip
    return ", ".join(filter(None, parts)) or "nothing"


def figures_of(found: list[Least], persons: int) -> dict[str, Any]:
    """What is published: of each page the role to which most is shown."""
    by_page: dict[str, Least] = {}
    for one in found:
        by_page.setdefault(one.page, one)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "command": "python -m benchmarks.masking",
        "seed": SEED,
        "persons": persons,
        "commit": commit.stdout.strip(),
        "smallest": min(one.count for one in found),
        "pages": len(by_page),
        "roles": len({one.role for one in found}),
        "least": [
            {"page": one.page, "role": one.role, "count": one.count, "shown": said(one.shown)}
            for one in by_page.values()
        ],
    }


def main() -> None:
    """Crawl, and write docs/figures/masking.json and .md."""
    from benchmarks.acts import _fill  # noqa: PLC0415
    from benchmarks.database import fresh_database, server  # noqa: PLC0415

    with server(), fresh_database("bench_masking"), TemporaryDirectory() as folder:
        from bangfu.core.clock import MachineClock, today  # noqa: PLC0415
        from bangfu.ground.access.selectors import operator  # noqa: PLC0415

        _fill(Path(folder), HOUSEHOLDS)
        people, things = register(operator())
        things = {part: some[:OF_EACH] for part, some in things.items()}
        found = crawl(_browsers(), people, things, today(MachineClock()))
    figures = figures_of(found, len(people))
    (_PAGES / "masking.json").write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (_PAGES / "masking.md").write_text(page_of(figures), "utf-8")
    print(json.dumps(figures | {"least": len(figures["least"])}, ensure_ascii=False))


def _browsers() -> dict[str, Any]:
    """Somebody in each role at the prefecture, signed in."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from bangfu.ground.access.models import Account  # noqa: PLC0415
    from bangfu.ground.access.selectors import operator  # noqa: PLC0415
    from bangfu.ground.access.services import appoint, one_time_password  # noqa: PLC0415
    from bangfu.ground.acts.actor import Role  # noqa: PLC0415

    browsers, password = {}, one_time_password()
    hashed = make_password(password)
    for role in Role:
        if role is Role.OPERATOR:
            continue
        appoint(
            actor=operator(), act_id=uuid4(), username=role.value.replace("_", "-"), full_name=f"岗{role.value}", role=role,
            organisation_code="5329", since=date(2026, 1, 1), password_hash=hashed,
        )  # fmt: skip
        Account.objects.update(must_change_password=False)
        browsers[role.value] = Client(raise_request_exception=False)
        browsers[role.value].post("/sign-in/", {"username": role.value.replace("_", "-"), "password": password})
    return browsers


if __name__ == "__main__":
    main()
