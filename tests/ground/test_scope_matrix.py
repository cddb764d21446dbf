"""Every address × every role × one's own, below, the neighbour's, above: what is answered follows from the right and the scope that
are declared, and from nothing else. What lies outside is answered as if it did not exist.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from bangfu.ground.acts.actor import Right, Role, roles_with
from tests.ground.conftest import World
from tests.habits.test_house import routes
from tests.scope_world import ABOVE, BELOW, NEIGHBOUR, OWN, PLACES, ROLES, someone_as
from tests.terminals.desk.visiting import visitor

JSON = {"Accept": "application/problem+json"}
NOT_ALLOWED, NOT_FOUND = 403, 404
# What belongs to a union above is open to those below, who are compared with it (docs/decisions/0014); nobody below changes it.
SEEN_FROM_BELOW = frozenset({"delivery_id", "run_id"})
# What somebody did themselves is shown to them alone.
OF_ONE_PERSON = frozenset({"act_id"})
# Parts of addresses that name no thing of a union.
OF_EVERYBODY = {"name": "national-2016", "what": "unlock"}
# A form with everything that any page asks for.
FORM = {
    "seen_version": "1", "version": "1", "kind": "ask", "question": "请说明", "answer": "说明了", "reason": "papers",
    "reason_code": "not_met", "seen_at": "1", "seen": "0" * 64, "word": "同意", "move": "transfer", "to": str(UUID(int=7)),
}  # fmt: skip


@dataclass(frozen=True)
class Address:
    """An address of the route list: its path with names of parts in it, the parts, the right that it declares."""

    path: str
    parts: tuple[str, ...]
    right: Right

    def of(self, things: dict[str, UUID]) -> str:
        """With the things of a union in it."""
        known = {name: str(thing) for name, thing in things.items()} | OF_EVERYBODY
        return self.path.format(**{part: known.get(part) or str(uuid4()) for part in self.parts})


def addresses() -> Iterator[Address]:
    """All that declare a right; the others are open to everybody and show nobody's data (tests/habits)."""
    for found in routes(get_resolver()):
        right = getattr(found.callback, "right", None)
        if right is not None:
            path, parts = path_of(found)
            yield Address(f"/{path}", parts, right)


def path_of(found: URLPattern) -> tuple[str, tuple[str, ...]]:
    named = re.compile(r"<(?:\w+:)?(\w+)>")
    return named.sub(r"{\1}", str(found.pattern)), tuple(named.findall(str(found.pattern)))


THINGS = [one for one in addresses() if set(one.parts) - OF_EVERYBODY.keys()]
LISTS = [one for one in addresses() if not set(one.parts) - OF_EVERYBODY.keys()]


def expected(address: Address, role: Role, place: str, *, changing: bool) -> str:
    """By the declaration: refused, hidden, or open."""
    if role not in roles_with(address.right):
        return "refused"
    if OF_ONE_PERSON & set(address.parts):
        return "hidden"
    from_below = bool(SEEN_FROM_BELOW & set(address.parts)) and not changing
    return "open" if place in (OWN, BELOW) or (place == ABOVE and from_below) else "hidden"


def answer(client: Client, address: str, form: dict[str, str] | None = None) -> tuple[int, str]:
    """Status and what a program would be told."""
    sent = {**form, "act_id": str(uuid4())} if form is not None else None
    given = client.post(address, sent, headers=JSON) if sent else client.get(address, headers=JSON)
    told = whole(given)
    if given.get("Content-Type") == "application/problem+json":
        told = json.loads(told)["code"]
    elif given.status_code < NOT_ALLOWED and given.status_code >= 300:
        told = re.sub("[0-9a-f-]{36}", "…", given["Location"])
    return given.status_code, told


def wrong_answers(client: Client, role: Role, world: World, *, changing: bool) -> list[str]:
    """Where the answer is another than the declaration says, in words."""
    wrong = []
    for address in THINGS:
        form = dict(FORM) if changing else None
        if role not in roles_with(address.right):
            # The right is asked before anything is looked for: one place stands for all.
            status, _ = answer(client, address.of(world.things[OWN].parts), form)
            wrong += [f"{role} {address.path}: {status}"] if status not in (NOT_ALLOWED, 405) else []
            continue
        nothing = answer(client, address.of({}), form and {**form, "member": str(uuid4())})
        for place in places_to_ask(role):
            if changing and place in (OWN, BELOW):
                continue
            there = world.things[place]
            status, told = answer(client, address.of(there.parts), form and {**form, "member": str(there.member)})
            what = expected(address, role, place, changing=changing)
            if what == "hidden" and ((status, told) != nothing or status == 200):
                wrong.append(
                    f"{role} {address.path} of {place}: {status} {told[:80]}, and {nothing} for what is not there"
                )
            if what == "open" and status in (NOT_ALLOWED, NOT_FOUND, 500, 503):
                wrong.append(f"{role} {address.path} of {place}: {status} {told[:80]}")
    return wrong


def places_to_ask(role: Role) -> list[str]:
    """What lies outside is asked by every role; what lies below by two of them, whose rights together are all."""
    return [OWN, NEIGHBOUR, ABOVE, *([BELOW] if role in (Role.CLERK, Role.DATA_OFFICER) else [])]


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_by_right_and_scope(world: World, role: Role) -> None:
    client = browser(role)
    assert wrong_answers(client, role, world, changing=False) == []


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_what_lies_outside(world: World, role: Role) -> None:
    client = browser(role)
    before = state(world)
    assert wrong_answers(client, role, world, changing=True) == []
    assert state(world) == before


@pytest.mark.parametrize("role", ROLES)
def test_no_list_names_anybody_from_outside(world: World, role: Role) -> None:
    client = browser(role)
    for address in LISTS:
        if role not in roles_with(address.right):
            assert answer(client, address.of({}))[0] in (NOT_ALLOWED, 405), address.path
            continue
        given = client.get(address.of({}))
        assert given.status_code not in (NOT_ALLOWED, NOT_FOUND, 500), address.path
        page = whole(given)
        assert [place for place in (NEIGHBOUR, ABOVE) if PLACES[place][2] in page] == [], address.path
    if Right.SEE_FILES in rights_of(role):
        page = client.get("/files/").content.decode()
        assert PLACES[OWN][2] in page
        assert PLACES[BELOW][2] in page


def test_what_is_hidden_is_told_to_a_person_as_what_is_not_there(world: World) -> None:
    client = browser(Role.CLERK)
    for address in THINGS:
        hidden = client.get(address.of(world.things[NEIGHBOUR].parts))
        missing = client.get(address.of({}))
        assert hidden.status_code == missing.status_code, address.path
        assert plain(hidden.content) == plain(missing.content), address.path


def plain(page: bytes) -> str:
    """Without what differs from one answer to the next: ids, the mark against forgery, the time."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page.decode("utf-8", "replace"))
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d", "…", text)


@cache
def browser(role: Role) -> Client:
    """Somebody in this role, signed in once; a defect is an answer too, and a wrong one."""
    client = visitor(someone_as(role))
    client.raise_request_exception = False
    return client


def whole(given: Any) -> str:
    """What was answered, also where it comes in pieces."""
    with closing(given):
        content = b"".join(given.streaming_content) if given.streaming else given.content
    return str(content.decode("utf-8", "replace"))


def rights_of(role: Role) -> set[Right]:
    return {right for right in Right if role in roles_with(right)}


def state(world: World) -> dict[str, int]:
    """How many rows the trail and the histories of the others have, as the owner sees them."""
    with psycopg.connect(world.database.owner) as owner:
        tables = owner.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'org' AND table_schema = 'public'"
        ).fetchall()
        outside = f"org NOT LIKE '{PLACES[OWN][1]}%'"
        counts = {}
        for (table,) in tables:
            row = owner.execute(f"SELECT count(*) FROM {table} WHERE {outside}".encode()).fetchone()
            counts[str(table)] = int(row[0]) if row else 0
    # Signing in is told where the account is at home; nothing else may have changed.
    return {name: count for name, count in counts.items() if name != "trail_look"}


def test_control_with_a_policy_gone_the_matrix_finds_it(world: World) -> None:
    client = browser(Role.CLERK)
    policies = ["registry_casefile", "registry_household", "registry_member"]
    with psycopg.connect(world.database.owner, autocommit=True) as owner:
        for table in policies:
            owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY".encode())
        try:
            found = wrong_answers(client, Role.CLERK, world, changing=False)
        finally:
            for table in policies:
                owner.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY".encode())
    assert any("/files/" in line and NEIGHBOUR in line for line in found), found
